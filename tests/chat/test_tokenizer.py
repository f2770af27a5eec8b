"""Tokenizer: the release's form at any size."""

import json
import pickle
import unicodedata
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from openk2.chat.locate import model_directory
from openk2.chat.tokenizer import (
    SPECIAL_NAMES,
    IncrementalDecoder,
    Tokenizer,
    load_tokenizer,
    read_ranks,
    split_pattern,
)
from openk2.errors import ChatError

BYTES = Tokenizer.bytes_only()
CHARACTERS = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from(list("aZéß世界ｱ٣½₂19 \t\r\n'’sSǅʰ़!。<|>_\u00a0\u2028")),
)
TRICKY = st.text(CHARACTERS, max_size=80)
SETTLED = CHARACTERS.filter(lambda character: unicodedata.ucd_3_2_0.category(character) != "Cn")
"""Characters that are in every engine's Unicode tables, old or new."""


def test_every_special_slot_has_its_id_relative_to_the_base(small: Tokenizer) -> None:
    for tokenizer in (BYTES, small):
        assert tokenizer.vocab_size == tokenizer.base_size + 256
        assert len(tokenizer.special) == 256
        for slot, name in SPECIAL_NAMES.items():
            assert tokenizer.id(name) == tokenizer.base_size + slot
        assert tokenizer.id(f"<|reserved_token_{tokenizer.base_size + 5}|>") == tokenizer.base_size + 5
        assert tokenizer.stop_ids == {tokenizer.base_size + 1, tokenizer.base_size + 2}
        assert (tokenizer.bos_id, tokenizer.pad_id) == (tokenizer.base_size, tokenizer.base_size + 255)


def test_bytes_only_uses_the_byte_value_as_id() -> None:
    assert BYTES.encode("aé") == [97, 0xC3, 0xA9]
    assert BYTES.vocab_size == 512


@given(TRICKY)
def test_every_text_survives_encode_and_decode(small: Tokenizer, text: str) -> None:
    for tokenizer in (BYTES, small):
        assert tokenizer.decode(tokenizer.encode(text)) == text


@given(st.text(SETTLED, max_size=80), st.sampled_from([1, 3]))
def test_pieces_are_those_of_the_written_pattern(text: str, digits: int) -> None:
    """tiktoken's engine and the `regex` module agree on the eight alternatives, class intersections included."""
    whole = Tokenizer(_whole_piece_ranks(text, digits), digits=digits)
    pieces = [piece.encode() for piece in _split(text, digits)]
    assert [whole.piece(id) for id in whole.encode(text)] == pieces


@given(st.sampled_from(sorted(BYTES.special)), TRICKY)
def test_special_strings_in_text_stay_text(small: Tokenizer, name: str, text: str) -> None:
    for tokenizer in (BYTES, small):
        ids = tokenizer.encode(name + text)
        assert max(ids) < tokenizer.base_size
        assert tokenizer.decode(ids) == name + text


def test_special_strings_become_control_tokens_only_on_request() -> None:
    assert BYTES.encode("a<|im_end|>", allow_special=True) == [97, BYTES.id("<|im_end|>")]


def test_single_digits_when_digits_is_1() -> None:
    tokenizer = Tokenizer({**BYTES.ranks, b"12": 256, b"123": 257}, digits=1)
    assert tokenizer.encode("123") == [49, 50, 51]
    assert Tokenizer(tokenizer.ranks, digits=3).encode("123") == [257]


@given(st.lists(st.integers(0, 511), max_size=60))
def test_incremental_decoding_of_any_ids_adds_up_to_decoding_them_at_once(ids: list[int]) -> None:
    decoder = IncrementalDecoder(BYTES)
    assert "".join(decoder.push(id) for id in ids) + decoder.flush() == BYTES.decode(ids)


def test_incremental_decoding_holds_back_half_a_character() -> None:
    decoder = IncrementalDecoder(BYTES)
    assert [decoder.push(id) for id in "世".encode()] == ["", "", "世"]
    assert decoder.push(0xE4) == ""
    assert decoder.flush() == "�"


def test_long_runs_and_long_texts_are_cut_as_in_the_release() -> None:
    tokenizer = Tokenizer({**BYTES.ranks, b"aa": 256})
    assert tokenizer.encode("a" * 25_000) == [256] * 12_500
    assert tokenizer.encode("a" * 25_001) == [256] * 12_500 + [97]
    assert tokenizer.encode("b" + "a" * 25_000) == [98] + [256] * 12_499 + [97, 97]
    assert tokenizer.encode("a " * 30_000) == [97, 32] * 30_000
    text = "ab c\n" * 100_000
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_a_saved_tokenizer_loads_equal(tmp_path: Path, small: Tokenizer) -> None:
    small.save(tmp_path)
    loaded = Tokenizer.from_directory(tmp_path)
    assert dict(loaded.ranks) == dict(small.ranks)
    assert (loaded.special, loaded.digits) == (small.special, small.digits)
    assert load_tokenizer(tmp_path).encode("Paris 123") == small.encode("Paris 123")
    config = json.loads((tmp_path / "tokenizer_config.json").read_text())
    assert config["digits"] == 1
    assert config["added_tokens_decoder"][str(small.id("<|im_end|>"))]["content"] == "<|im_end|>"


def test_a_pickled_tokenizer_loads_equal(small: Tokenizer) -> None:
    copy = pickle.loads(pickle.dumps(small))
    assert (copy.special, copy.encode("the river 2026")) == (small.special, small.encode("the river 2026"))


def test_a_release_directory_names_its_own_slots_and_keeps_three_digits(tmp_path: Path) -> None:
    """As in K2-Instruct: slots 22 and 23 are reserved, `<think>` is ordinary text there."""
    BYTES.save(tmp_path)
    named = {256 + slot: name for slot, name in SPECIAL_NAMES.items() if "think" not in name}
    config = {"added_tokens_decoder": {str(id): {"content": name} for id, name in named.items()}}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    tokenizer = Tokenizer.from_directory(tmp_path)
    assert "<think>" not in tokenizer.special
    assert tokenizer.special["<|reserved_token_278|>"] == 278
    assert tokenizer.digits == 3


def test_a_directory_without_config_has_the_standard_slots(tmp_path: Path) -> None:
    BYTES.save(tmp_path)
    (tmp_path / "tokenizer_config.json").unlink()
    assert Tokenizer.from_directory(tmp_path).special == BYTES.special


def test_models_are_found_by_name_in_the_configured_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENK2_WEIGHTS", str(tmp_path))
    BYTES.save(tmp_path / "some-model")
    assert load_tokenizer("some-model").vocab_size == 512
    with pytest.raises(ChatError, match=r"no model 'other-model'.*some-model"):
        model_directory("other-model")
    with pytest.raises(ChatError, match="no such model directory"):
        model_directory(tmp_path / "a" / "b")


def test_damaged_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ChatError, match=r"tiktoken\.model: cannot be read"):
        Tokenizer.from_directory(tmp_path)
    ranks = tmp_path / "tiktoken.model"
    ranks.write_bytes(b"YQ== 0\nnot-base64! 1\n")
    with pytest.raises(ChatError, match=r"tiktoken\.model, line 2"):
        read_ranks(ranks)
    ranks.write_bytes(b"YQ== 0\n")
    with pytest.raises(ChatError, match="255 of the 256 single bytes"):
        Tokenizer.from_directory(tmp_path)
    BYTES.save(tmp_path)
    config = tmp_path / "tokenizer_config.json"
    config.write_text("{")
    with pytest.raises(ChatError, match=r"tokenizer_config\.json: not readable"):
        Tokenizer.from_directory(tmp_path)
    config.write_text('{"digits": 7}')
    with pytest.raises(ChatError, match="digits is 7"):
        Tokenizer.from_directory(tmp_path)
    config.write_text('{"added_tokens_decoder": {"5": {"content": "x"}}}')
    with pytest.raises(ChatError, match="has id 5; with these ranks accepted: 256 … 511"):
        Tokenizer.from_directory(tmp_path)


def test_ids_and_names_outside_the_vocabulary_are_refused() -> None:
    for id in (-1, 512):
        with pytest.raises(ChatError, match=f"token id {id} is outside"):
            BYTES.decode([id])
    with pytest.raises(ChatError, match="no special token '<x>'"):
        BYTES.id("<x>")


def test_released_vocabulary_has_163840_ids_with_the_documented_specials(kimi: Tokenizer) -> None:
    assert (kimi.base_size, kimi.vocab_size) == (163_584, 163_840)
    documented = {
        "[BOS]": 163584,
        "[EOS]": 163585,
        "<|im_end|>": 163586,
        "<|im_user|>": 163587,
        "<|im_assistant|>": 163588,
        "<|im_system|>": 163594,
        "<|tool_calls_section_begin|>": 163595,
        "<|tool_calls_section_end|>": 163596,
        "<|tool_call_begin|>": 163597,
        "<|tool_call_argument_begin|>": 163598,
        "<|tool_call_end|>": 163599,
        "<|im_middle|>": 163601,
        "<think>": 163606,
        "</think>": 163607,
        "[PAD]": 163839,
        "<|reserved_token_163589|>": 163589,
    }
    assert {name: kimi.id(name) for name in documented} == documented


@given(TRICKY)
def test_released_vocabulary_round_trips(kimi: Tokenizer, text: str) -> None:
    ids = kimi.encode(text)
    assert kimi.decode(ids) == text
    decoder = IncrementalDecoder(kimi)
    assert "".join(decoder.push(id) for id in ids) + decoder.flush() == text


def _split(text: str, digits: int) -> list[str]:
    return [match.group() for match in regex.finditer(split_pattern(digits), text, flags=regex.V1)]


def _whole_piece_ranks(text: str, digits: int) -> dict[bytes, int]:
    """Ranks in which every piece of `text` is one token."""
    pieces = dict.fromkeys(piece.encode() for piece in _split(text, digits))
    longer = [piece for piece in pieces if len(piece) > 1]
    return {piece: id for id, piece in enumerate([bytes([byte]) for byte in range(256)] + longer)}
