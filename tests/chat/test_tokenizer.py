"""Tokenizer: the release's form at any size."""

import base64
import json
import pickle
import re
import unicodedata
from pathlib import Path

import pytest
import regex
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from openk2.chat import tokenizer as tokenizer_module
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


@pytest.fixture(scope="session")
def plain(small: Tokenizer) -> tiktoken.Encoding:
    """tiktoken with the pattern as the release writes it."""
    return tiktoken.Encoding(
        "plain", pat_str=split_pattern(small.digits), mergeable_ranks=dict(small.ranks), special_tokens={}
    )


@given(TRICKY)
def test_encoding_is_that_of_tiktoken_with_the_pattern_as_written(
    small: Tokenizer, plain: tiktoken.Encoding, text: str
) -> None:
    assert small.encode(text) == plain.encode_ordinary(text)


def test_encoding_of_prose_code_and_chinese_is_that_of_tiktoken(
    small: Tokenizer, plain: tiktoken.Encoding, texts: list[str]
) -> None:
    for text in (*texts[:40], Path(__file__).read_text("utf-8")):
        assert small.encode(text) == plain.encode_ordinary(text)


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
def test_ids_that_are_not_utf8_decode_to_their_bytes_and_incrementally_to_the_same_text(ids: list[int]) -> None:
    raw = b"".join(bytes([id]) if id < 256 else BYTES.piece(id) for id in ids)
    assert BYTES.decode_bytes(ids) == raw
    assert BYTES.decode(ids) == raw.decode("utf-8", errors="replace")
    decoder = IncrementalDecoder(BYTES)
    assert "".join(decoder.push(id) for id in ids) + decoder.flush() == BYTES.decode(ids)


@given(st.data())
def test_ids_of_merged_bytes_decode_incrementally_to_the_same_text(small: Tokenizer, data: st.DataObject) -> None:
    ids = data.draw(st.lists(st.integers(0, small.vocab_size - 1), max_size=40))
    decoder = IncrementalDecoder(small)
    assert "".join(decoder.push(id) for id in ids) + decoder.flush() == small.decode(ids)
    assert small.decode(ids) == small.decode_bytes(ids).decode("utf-8", errors="replace")


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


@given(
    st.lists(st.tuples(st.sampled_from(" \n\u3000a世"), st.integers(1, 12)), max_size=12),
    st.integers(1, 6),
    st.integers(6, 40),
)
def test_texts_are_cut_at_the_lengths_of_the_rule(runs: list[tuple[str, int]], longest_run: int, longest: int) -> None:
    """At small limits, beside the rule told character by character."""
    text = "".join(character * count for character, count in runs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokenizer_module, "_LONGEST_RUN", longest_run)
        patch.setattr(tokenizer_module, "_LONGEST_TEXT", longest)
        assert list(tokenizer_module._bounded(text)) == _cut_by_the_rule(text, longest_run, longest)


def test_whitespace_is_what_python_says_it_is() -> None:
    characters = "".join(map(chr, range(0x110000)))
    assert re.findall(r"\s", characters) == [character for character in characters if character.isspace()]


def test_encoding_a_long_text_differs_from_encoding_it_whole_only_where_it_is_cut(small: Tokenizer) -> None:
    def whole(text: str) -> list[int]:
        return small._encoding.encode_ordinary(text)

    paragraph = "The river rose; 天气 was 17.5 degrees, and `def f(x):` held on.\n"
    uncut = (paragraph * 7_000)[:400_000]
    assert small.encode(uncut) == whole(uncut)
    run = "ing" * 10_000
    text = "so " + run + " on"
    assert small.encode(text) == whole("so " + run[:25_000]) + whole(run[25_000:] + " on") != whole(text)
    longer = uncut + paragraph
    assert small.encode(longer) == whole(uncut) + whole(paragraph)


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


INSTRUCT_SLOTS = (*range(5), 6, 7, *range(9, 16), 17, 254, 255)
"""The named slots of Kimi-K2-Instruct; the Thinking release names the others of SPECIAL_NAMES too."""


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the released form and size: 163,584 ranks, and a configuration that knows nothing of openk2."""
    directory = tmp_path_factory.mktemp("released")
    pieces = [bytes([byte]) for byte in range(256)] + [b"the", b" the", "世界".encode()]
    pieces += [b"\xff" + number.to_bytes(3, "big") for number in range(163_584 - len(pieces))]
    lines = (base64.b64encode(piece) + b" %d" % rank for rank, piece in enumerate(pieces))
    (directory / "tiktoken.model").write_bytes(b"\n".join(lines) + b"\n")
    flags = {"lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}
    config = {
        "added_tokens_decoder": {
            str(163_584 + slot): {"content": SPECIAL_NAMES[slot], **flags} for slot in INSTRUCT_SLOTS
        },
        "additional_special_tokens": ["<|im_end|>", "<|im_user|>"],
        "auto_map": {"AutoTokenizer": ["tokenization_kimi.TikTokenTokenizer", None]},
        "bos_token": "[BOS]",
        "clean_up_tokenization_spaces": False,
        "eos_token": "[EOS]",
        "extra_special_tokens": {},
        "model_max_length": 1_000_000_000_000_000_019_884_624_838_656,
        "pad_token": "[PAD]",
        "tokenizer_class": "TikTokenTokenizer",
        "unk_token": "[UNK]",
    }
    (directory / "tokenizer_config.json").write_text(json.dumps(config))
    return directory


def test_a_released_folder_is_read_as_it_is(released: Path) -> None:
    tokenizer = Tokenizer.from_directory(released)
    assert (tokenizer.base_size, tokenizer.vocab_size, tokenizer.digits) == (163_584, 163_840, 3)
    named = {name: id for name, id in tokenizer.special.items() if "reserved" not in name}
    assert named == {SPECIAL_NAMES[slot]: 163_584 + slot for slot in INSTRUCT_SLOTS}
    for id in (163_589, 163_600, 163_602, 163_606, 163_607, 163_837):
        assert tokenizer.id(f"<|reserved_token_{id}|>") == id
    assert tokenizer.encode("the the世界1234") == [256, 257, 258, 49, 50, 51, 52]
    assert max(tokenizer.encode("<think><|im_end|>")) < 163_584
    assert tokenizer.encode("<think>", allow_special=True) == list(b"<think>")
    assert tokenizer.encode("<|im_end|>", allow_special=True) == [163_586]
    assert tokenizer.stop_ids == {163_585, 163_586}


@given(st.text(CHARACTERS, max_size=40), st.booleans())
def test_no_id_without_an_embedding_row_is_produced(released_tokenizer: Tokenizer, text: str, special: bool) -> None:
    spelled = text + "".join(f"<|reserved_token_{id}|>" for id in (163_838, 163_840, 163_841))
    ids = released_tokenizer.encode(spelled, allow_special=special)
    assert all(0 <= id < 163_840 for id in ids)
    assert released_tokenizer.decode(ids) == spelled
    assert len(released_tokenizer.special) == 256


@pytest.fixture(scope="session")
def released_tokenizer(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    """With the two slots beyond the embedding that the first releases' tokenizer code makes listed by name."""
    directory = tmp_path_factory.mktemp("rowless")
    (directory / "tiktoken.model").symlink_to(released / "tiktoken.model")
    config = json.loads((released / "tokenizer_config.json").read_text())
    for id in (163_840, 163_841):
        config["added_tokens_decoder"][str(id)] = {"content": f"<|reserved_token_{id}|>"}
    (directory / "tokenizer_config.json").write_text(json.dumps(config))
    return Tokenizer.from_directory(directory)


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


def _cut_by_the_rule(text: str, longest_run: int, longest: int) -> list[str]:
    """Pieces of `longest` characters, each begun anew where its run of (non-)whitespace grows above `longest_run`."""
    pieces = []
    for start in range(0, len(text), longest):
        pieces.append("")
        run, space = 0, None
        for character in text[start : start + longest]:
            run = run + 1 if character.isspace() == space else 1
            space = character.isspace()
            if run > longest_run:
                pieces.append("")
                run = 1
            pieces[-1] += character
    return pieces


def _split(text: str, digits: int) -> list[str]:
    return [match.group() for match in regex.finditer(split_pattern(digits), text, flags=regex.V1)]


def _whole_piece_ranks(text: str, digits: int) -> dict[bytes, int]:
    """Ranks in which every piece of `text` is one token."""
    pieces = dict.fromkeys(piece.encode() for piece in _split(text, digits))
    longer = [piece for piece in pieces if len(piece) > 1]
    return {piece: id for id, piece in enumerate([bytes([byte]) for byte in range(256)] + longer)}
