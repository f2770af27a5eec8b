"""Sample `i` is a pure function of (seed, i); proportions are exact; packed rows hold whole trajectories."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import BYTES, one_line, text_shards, trajectory_shards

from openk2.data.loader import BLOCK, MixtureLoader, PackedRows, Sample, TextRows, describe, pack, shares, spread
from openk2.data.shards import TokenShards, TrajectoryShards
from openk2.errors import DataError

SEQUENCE = 16
TRAJECTORIES = [
    ([10 * number + step for step in range(1 + number % 7)], [step % 2 == 1 for step in range(1 + number % 7)])
    for number in range(1, 20)
]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[TokenShards, float]]:
    folder = tmp_path_factory.mktemp("sources")
    small = text_shards(folder / "small", ["abc" * 40])
    large = text_shards(folder / "large", [f"line {number} " * 9 for number in range(200)])
    return [(small, 1.0), (large, 2.5), (trajectory_shards(folder / "tools", TRAJECTORIES), 0.3)]


def same(first: Sample, second: Sample) -> bool:
    return all(np.array_equal(getattr(first, name), getattr(second, name)) for name in ("tokens", "weights", "starts"))


@given(seed=st.integers(-(2**63), 2**63 - 1), index=st.integers(0, 2**40))
def test_a_sample_depends_on_seed_and_index_alone(
    sources: list[tuple[TokenShards, float]], seed: int, index: int
) -> None:
    loader = MixtureLoader(sources, SEQUENCE, seed)
    loader.sample(index // 2)
    assert same(loader.sample(index), MixtureLoader(sources, SEQUENCE, seed).sample(index))


def test_a_batch_is_its_samples_in_order(sources: list[tuple[TokenShards, float]]) -> None:
    loader = MixtureLoader(sources, SEQUENCE, 3)
    batch = loader.batch([5, 2, 900])
    for row, index in enumerate((5, 2, 900)):
        sample = loader.sample(index)
        assert np.array_equal(batch.inputs[row], sample.tokens[:-1])
        assert np.array_equal(batch.targets[row], sample.tokens[1:])
        assert np.array_equal(batch.weights[row], sample.weights)
        assert np.array_equal(batch.starts[row], sample.starts)
    assert batch.inputs.shape == (3, SEQUENCE)


def test_a_sources_weight_in_the_loss_multiplies_its_predictions(sources: list[tuple[TokenShards, float]]) -> None:
    plain = MixtureLoader(sources, 8)
    weighed = MixtureLoader(sources, 8, losses=[0.5 * (number + 1) for number in range(len(sources))])
    for index in range(40):
        factor = 0.5 * (plain.locate(index)[0] + 1)
        assert np.array_equal(weighed.sample(index).weights, plain.sample(index).weights * np.float32(factor))
        assert np.array_equal(weighed.sample(index).tokens, plain.sample(index).tokens)


def test_another_seed_is_another_order(sources: list[tuple[TokenShards, float]]) -> None:
    orders = [[MixtureLoader(sources, SEQUENCE, seed).locate(index) for index in range(50)] for seed in (0, 1)]
    assert orders[0] != orders[1]


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=40))
def test_shares_fill_the_block_and_are_proportional_within_one_sample(weights: list[float]) -> None:
    counts = shares(weights)
    assert sum(counts) == BLOCK
    assert min(counts) >= 1
    raised = sum(weight / sum(weights) * BLOCK < 1 for weight in weights)  # those that get more than their part
    for count, weight in zip(counts, weights, strict=True):
        exact = weight / sum(weights) * BLOCK
        assert max(1.0, exact - 1 - raised) <= count <= max(1.0, exact + 1)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=20))
def test_at_every_place_of_a_block_the_mixture_is_nearly_that_of_the_whole(counts: list[int]) -> None:
    slots, taken = spread(counts), [0] * len(counts)
    for place, (item, number) in enumerate(slots, 1):
        assert number == taken[item]
        taken[item] += 1
        assert all(abs(had - place * count / sum(counts)) < 1.5 for had, count in zip(taken, counts, strict=True))
    assert taken == counts


def test_every_block_holds_each_source_in_exact_proportion(sources: list[tuple[TokenShards, float]]) -> None:
    loader = MixtureLoader(sources, SEQUENCE, 1)
    for block in (0, 1, 57):
        drawn = Counter(loader.locate(index)[0] for index in range(block * BLOCK, (block + 1) * BLOCK))
        assert [drawn[number] for number in range(3)] == loader.counts


def test_each_row_comes_once_in_an_epoch_and_epochs_differ(sources: list[tuple[TokenShards, float]]) -> None:
    loader = MixtureLoader(sources, SEQUENCE, 1)
    places = [loader.locate(index) for index in range(3 * BLOCK)]
    for source, rows in enumerate(loader.rows):
        for epoch in {epoch for number, epoch, _ in places if number == source}:
            drawn = [row for number, at, row in places if (number, at) == (source, epoch)]
            assert len(set(drawn)) == len(drawn)
            if (source, epoch + 1) in {(number, at) for number, at, _ in places}:
                assert sorted(drawn) == list(range(len(rows)))
    by_epoch = [[row for number, at, row in places if (number, at) == (0, epoch)] for epoch in (0, 1)]
    assert by_epoch[0] != by_epoch[1]


def test_the_tokens_of_a_source_are_predicted_once_in_an_epoch(sources: list[tuple[TokenShards, float]]) -> None:
    shards = sources[1][0]
    rows = TextRows(shards, SEQUENCE)
    targets = np.concatenate([rows.row(number).targets for number in range(len(rows))])
    assert targets.tolist() == shards.read(1, 1 + len(rows) * SEQUENCE).tolist()
    assert all(rows.row(number).weights.tolist() == [1.0] * SEQUENCE for number in range(len(rows)))


@given(st.lists(st.integers(1, 30), max_size=200), st.integers(1, 24))
def test_packing_places_each_item_that_fits_once_and_overfills_no_row(lengths: list[int], capacity: int) -> None:
    rows = pack(lengths, capacity)
    assert sorted(item for row in rows for item in row) == [
        number for number, length in enumerate(lengths) if length <= capacity
    ]
    assert all(0 < sum(lengths[item] for item in row) <= capacity for row in rows)


@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(0, 2**20 - 1)), min_size=1, max_size=30),
    st.sampled_from([0.0, 1.0]),
)
def test_packed_rows_hold_whole_trajectories_and_weigh_what_the_assistant_said(
    tmp_path_factory: pytest.TempPathFactory, made: list[tuple[int, int]], prompt_share: float
) -> None:
    trajectories = [
        ([(7 * number + step) % 256 for step in range(length)], [bool(bits >> step & 1) for step in range(length)])
        for number, (length, bits) in enumerate(made)
    ]
    shards = trajectory_shards(tmp_path_factory.mktemp("packed") / "tools", trajectories)
    assert isinstance(shards, TrajectoryShards)
    rows = PackedRows(shards, 20, prompt_share)
    found = []
    for number in range(len(rows)):
        sample = rows.row(number)
        tokens, weights = sample.tokens.tolist(), [0.0, *sample.weights.tolist()]
        starts = [*sample.starts.tolist(), sample.starts[-1]]
        for member in pack(shards.lengths.tolist(), 21)[number]:
            ids, mask = trajectories[member]
            assert tokens[: len(ids)] == ids
            expected = [1.0 if said else prompt_share for said in mask]
            assert weights[: len(ids)] == [0.0, *expected[1:]], "the first token of a trajectory is never a target"
            assert len(set(starts[: len(ids)])) == 1
            tokens, weights, starts = tokens[len(ids) :], weights[len(ids) :], starts[len(ids) :]
            found.append(member)
        assert tokens == [BYTES.pad_id] * len(tokens)
        assert not any(weights), "padding is never a target"
    assert sorted(found) == list(range(len(made)))
    assert rows.left_out == 0


def test_a_share_of_the_prompt_counts_and_all_that_the_assistant_said(tmp_path: Path) -> None:
    said = [step % 4 == 0 for step in range(400)]
    shards = trajectory_shards(tmp_path / "tools", [([1] * 400, said)] * 20)
    rows = PackedRows(shards, 400, 0.1)
    weights = np.stack([rows.row(number).weights for number in range(20)])
    assert np.array_equal(weights, np.stack([rows.row(number).weights for number in range(20)])), "drawn once for all"
    assert len({row.tobytes() for row in weights}) == 20, "each trajectory has its own draw"
    spoken = np.asarray([*said[1:], False])
    assert (weights[:, spoken] == 1).all()
    assert set(weights[:, ~spoken].ravel().tolist()) == {0.0, 1.0}
    assert 0.08 < weights[:, ~spoken].mean() < 0.12


def test_starts_say_where_each_packed_trajectory_begins(tmp_path: Path) -> None:
    shards = trajectory_shards(tmp_path / "tools", [([1, 2, 3], [True] * 3), ([4, 5], [True] * 2)])
    assert PackedRows(shards, 8).row(0).starts.tolist() == [0, 0, 0, 3, 3, 3, 3, 3]


def test_trajectories_longer_than_a_row_are_left_out_and_counted(tmp_path: Path) -> None:
    shards = trajectory_shards(tmp_path / "tools", [([1] * 30, [True] * 30), ([2] * 4, [True] * 4)])
    loader = MixtureLoader([(shards, 1.0)], 8)
    (row,) = describe(loader, BLOCK)
    assert row == {"rows": 1, "share": 1.0, "epochs": float(BLOCK), "left_out": 1}
    assert loader.sample(0).tokens[:4].tolist() == [2] * 4


def test_impossible_mixtures_are_refused_in_one_line(sources: list[tuple[TokenShards, float]], tmp_path: Path) -> None:
    shards = sources[0][0]
    other = text_shards(tmp_path / "other", ["xyz" * 40])
    object.__setattr__(other.manifest, "tokenizer_sha256", "another")
    impossible: list[tuple[list[tuple[TokenShards, float]], int, str]] = [
        ([], 8, "at least one source"),
        ([(shards, 0.0)], 8, "weight must be positive, not 0"),
        ([(shards, float("nan"))], 8, "weight must be positive, not nan"),
        ([(shards, float("inf"))], 8, "weight must be positive, not inf"),
        ([(shards, 1.0)], 0, "sequence must be at least 1"),
        ([(shards, 1.0)], 100_000, "make no row of 100000"),
        ([(shards, 1.0), (other, 1.0)], 8, "different tokenizers"),
    ]
    for mixture, sequence, message in impossible:
        with pytest.raises(DataError, match=message) as caught:
            MixtureLoader(mixture, sequence)
        one_line(caught.value)


def test_rows_too_short_for_every_trajectory_say_how_long_the_shortest_is(tmp_path: Path) -> None:
    shards = trajectory_shards(tmp_path / "tools", [([1] * 30, [True] * 30)])
    with pytest.raises(DataError, match="shortest has 30 tokens"):
        MixtureLoader([(shards, 1.0)], 8)


def test_samples_are_counted_from_zero(sources: list[tuple[TokenShards, float]]) -> None:
    with pytest.raises(IndexError):
        MixtureLoader(sources, SEQUENCE).sample(-1)
