"""The teacher-forced probe."""

import pytest
import torch
from torch import Tensor, nn

from openk2.chat.tokenizer import Tokenizer
from openk2.environments import make_task
from openk2.environments.catalogue import DIALOGUE
from openk2.evaluation import probe
from openk2.evaluation.probe import Reference

BYTES = Tokenizer.bytes_only()


class Prophet(nn.Module):
    """Knows what comes next: its hidden state is the next id, one-hot; it errs at ids it is told to."""

    def __init__(self, blind_to: int | None = None) -> None:
        super().__init__()
        self.blind_to = blind_to
        self.lm_head = nn.Linear(BYTES.vocab_size, BYTES.vocab_size, bias=False)
        with torch.no_grad():
            self.lm_head.weight.copy_(torch.eye(BYTES.vocab_size))

    def hidden(self, ids_BT: Tensor) -> Tensor:
        next_BT = torch.roll(ids_BT, -1, 1)
        if self.blind_to is not None:
            next_BT = torch.where(next_BT == self.blind_to, 0, next_BT)
        return nn.functional.one_hot(next_BT, BYTES.vocab_size).float()


@pytest.fixture(scope="module")
def dialogues() -> list[Reference]:
    """Several families, one dialogue."""
    families = ("chat", "calc", "read_calc", "list", DIALOGUE)
    return probe.references(
        [make_task("new_values", number, family=name) for number, name in enumerate(families)], BYTES
    )


def test_a_model_that_knows_everything_is_all_right(dialogues: list[Reference]) -> None:
    results = probe.probe(Prophet(), BYTES, dialogues)  # type: ignore[arg-type]
    assert all(result.solved and result.first_wrong is None for result in results)
    report = probe.summarise(results)["new_values"]
    assert report["all_right"]["rate"] == report["calls"]["rate"] == report["answers"]["rate"] == 1.0
    assert report["tokens"]["n"] == sum(sum(dialogue.mask) for dialogue in dialogues)


def test_messages_with_calls_and_answers_are_told_apart(dialogues: list[Reference]) -> None:
    results = probe.probe(Prophet(), BYTES, dialogues)  # type: ignore[arg-type]
    assert [len(result.calls) for result in results[:4]] == [0, 1, 2, 1]
    assert [len(result.answers) for result in results] == [len(result.task.turns) for result in results]


def test_one_wrong_token_spoils_the_message_and_is_located(dialogues: list[Reference]) -> None:
    brace = BYTES.encode("{")[0]
    results = probe.probe(Prophet(blind_to=brace), BYTES, dialogues)  # type: ignore[arg-type]
    chat, calc = results[0], results[1]
    assert chat.solved
    assert calc.calls == (False,)
    assert calc.answers == (True,)
    assert not calc.solved
    assert calc.first_wrong is not None
    assert dialogues[1].ids[calc.first_wrong] == brace
    assert dialogues[1].mask[calc.first_wrong]


def test_batching_changes_nothing(dialogues: list[Reference], monkeypatch: pytest.MonkeyPatch) -> None:
    together = probe.probe(Prophet(blind_to=101), BYTES, dialogues)  # type: ignore[arg-type]
    monkeypatch.setattr(probe, "BATCH_TOKENS", 1)
    heard: list[int] = []
    alone = probe.probe(Prophet(blind_to=101), BYTES, dialogues, heard.append)  # type: ignore[arg-type]
    assert alone == together
    assert heard == [1, 2, 3, 4, 5]
