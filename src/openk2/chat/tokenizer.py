"""Text to token ids and back: byte-level BPE in the form the Kimi K2 releases ship it.

A model directory holds `tiktoken.model` (one "base64-bytes rank" line per token) and `tokenizer_config.json`. After the
ranks come 256 special slots; slot i has id `base_size + i` in every vocabulary, so K2-nano and the released models
differ only in `base_size` (K2: 163,584 + 256 = 163,840 ids). The pre-tokenizer is the release's alternation of eight
patterns; ours may keep every digit apart (`digits` = 1), which makes numbers easier to copy for a small model.

Special strings inside text are ordinary text unless `allow_special` is given: a user cannot forge a turn.
"""

import base64
import binascii
import codecs
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import tiktoken

from openk2.chat.locate import model_directory
from openk2.errors import ChatError

RANKS_FILE = "tiktoken.model"
CONFIG_FILE = "tokenizer_config.json"
SPECIAL_SLOTS = 256

SPECIAL_NAMES: Mapping[int, str] = MappingProxyType(
    {
        0: "[BOS]",
        1: "[EOS]",
        2: "<|im_end|>",
        3: "<|im_user|>",
        4: "<|im_assistant|>",
        6: "<|start_header_id|>",
        7: "<|end_header_id|>",
        9: "[EOT]",
        10: "<|im_system|>",
        11: "<|tool_calls_section_begin|>",
        12: "<|tool_calls_section_end|>",
        13: "<|tool_call_begin|>",
        14: "<|tool_call_argument_begin|>",
        15: "<|tool_call_end|>",
        17: "<|im_middle|>",
        18: "<|media_begin|>",
        19: "<|media_content|>",
        20: "<|media_end|>",
        21: "<|media_pad|>",
        22: "<think>",
        23: "</think>",
        254: "[UNK]",
        255: "[PAD]",
    }
)
"""Slot to name, as in the Thinking release (id 163584 is slot 0). Slots without a name are `<|reserved_token_ID|>`."""

_ROWLESS_SLOTS = (SPECIAL_SLOTS, SPECIAL_SLOTS + 1)
"""The first releases' tokenizer code makes two slots more than the embedding has rows; no id stands for them here."""

_LONGEST_TEXT = 400_000
_LONGEST_RUN = 25_000
_RUN = re.compile(r"\s+|\S+")


def split_pattern(digits: int) -> str:
    """The pre-tokenizer: eight alternatives, tried in order; numbers are cut into pieces of at most `digits` digits.

    The syntax (class intersection `&&`) is that of Rust's fancy-regex and of Oniguruma; Python's `re` cannot read it.
    """
    return "|".join(_alternatives(digits))


def _alternatives(digits: int) -> tuple[str, ...]:
    ending = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    upper = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"
    lower = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"
    return (
        r"[\p{Han}]+",
        rf"[^\r\n\p{{L}}\p{{N}}]?{upper}*{lower}+{ending}",
        rf"[^\r\n\p{{L}}\p{{N}}]?{upper}+{lower}*{ending}",
        r"\p{N}" if digits == 1 else rf"\p{{N}}{{1,{digits}}}",
        r" ?[^\s\p{L}\p{N}]+[\r\n]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )


def _grouped_pattern(digits: int) -> str:
    """The same pattern as tiktoken's engine runs it fastest: it tries alternatives one by one only where one of them
    looks ahead, so the six before that one are a group, which is matched in a single pass."""
    *plain, looking_ahead, spaces = _alternatives(digits)
    return f"(?:{'|'.join(plain)})|{looking_ahead}|{spaces}"


class Tokenizer:
    """Byte-level BPE with 256 special slots above the ranks."""

    def __init__(
        self, ranks: Mapping[bytes, int], *, digits: int = 3, names: Mapping[int, str] = SPECIAL_NAMES
    ) -> None:
        """`ranks`: token bytes to id, ids 0 … n−1 without gaps, all 256 single bytes among them; `names`: slot to name.

        Raises ChatError when the ranks cannot encode every text.
        """
        if digits not in (1, 2, 3):
            raise ChatError(f"tokenizer digits is {digits!r}; accepted: 1, 2 or 3")
        missing = [byte for byte in range(256) if bytes([byte]) not in ranks]
        if missing:
            raise ChatError(f"tokenizer ranks lack {len(missing)} of the 256 single bytes, the first is {missing[0]}")
        if sorted(ranks.values()) != list(range(len(ranks))):
            raise ChatError(f"tokenizer ranks must be 0 … {len(ranks) - 1}, each once")
        self.digits = digits
        """Most digits in one token."""
        self.ranks: Mapping[bytes, int] = MappingProxyType(dict(ranks))
        """Token bytes to id, without the special tokens."""
        self.base_size = len(ranks)
        """How many ids are bytes and merges; the special ids start here."""
        self.vocab_size = self.base_size + SPECIAL_SLOTS
        ids = range(self.base_size, self.vocab_size)
        self.special: dict[str, int] = {names.get(id - self.base_size, f"<|reserved_token_{id}|>"): id for id in ids}
        """Name to id of all 256 special slots."""
        if len(self.special) != SPECIAL_SLOTS:
            raise ChatError("tokenizer special tokens must have different names")
        self._build()

    def _build(self) -> None:
        self._encoding = tiktoken.Encoding(
            "openk2",
            pat_str=_grouped_pattern(self.digits),
            mergeable_ranks=dict(self.ranks),
            special_tokens=self.special,
        )
        self._pieces = [b""] * self.vocab_size
        for piece, id in self.ranks.items():
            self._pieces[id] = piece
        for name, id in self.special.items():
            self._pieces[id] = name.encode()
        self.bos_id = self.id("[BOS]")
        self.eos_id = self.id("[EOS]")
        """Ends a document; a chat turn ends with `<|im_end|>`. Both are `stop_ids`."""
        self.pad_id = self.id("[PAD]")
        self.stop_ids = frozenset((self.eos_id, self.id("<|im_end|>")))

    def __getstate__(self) -> dict[str, Any]:
        names = {id - self.base_size: name for name, id in self.special.items()}
        return {"ranks": dict(self.ranks), "digits": self.digits, "names": names}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["ranks"], digits=state["digits"], names=state["names"])  # type: ignore[misc]

    @property
    def encoding(self) -> tiktoken.Encoding:
        """The same vocabulary in tiktoken's form, for libraries that read it."""
        return self._encoding

    @classmethod
    def bytes_only(cls) -> "Tokenizer":
        """A tokenizer without merges: id = byte value, 256 ids and the special slots. For tests and k2-debug."""
        return cls({bytes([byte]): byte for byte in range(256)}, digits=1)

    @classmethod
    def from_directory(cls, path: str | Path) -> "Tokenizer":
        """Read `tiktoken.model` and, where present, `tokenizer_config.json`. Raises ChatError naming file and line."""
        directory = Path(path)
        ranks = read_ranks(directory / RANKS_FILE)
        config_file = directory / CONFIG_FILE
        if not config_file.exists():
            return cls(ranks)
        try:
            config = json.loads(config_file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ChatError(f"{config_file}: not readable as JSON: {error}") from error
        if not isinstance(config, dict):
            raise ChatError(f"{config_file}: holds {type(config).__name__}; accepted: a JSON object")
        return cls(ranks, digits=config.get("digits", 3), names=_names(config, len(ranks), config_file))

    def save(self, path: str | Path) -> None:
        """Write `tiktoken.model` and `tokenizer_config.json` into directory `path`, made where absent."""
        directory = Path(path)
        directory.mkdir(parents=True, exist_ok=True)
        by_id = sorted(self.ranks.items(), key=lambda item: item[1])
        lines = (base64.b64encode(piece) + b" %d\n" % id for piece, id in by_id)
        (directory / RANKS_FILE).write_bytes(b"".join(lines))
        flags = {"lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}
        named = {name: id for name, id in self.special.items() if not name.startswith("<|reserved_token_")}
        config = {
            "added_tokens_decoder": {str(id): {"content": name, **flags} for name, id in named.items()},
            "additional_special_tokens": [name for name in named if name.startswith("<")],
            "bos_token": "[BOS]",
            "eos_token": "[EOS]",
            "unk_token": "[UNK]",
            "pad_token": "[PAD]",
            "clean_up_tokenization_spaces": False,
            "digits": self.digits,
            "model_max_length": 10**30,
            "tokenizer_class": "TikTokenTokenizer",
        }
        text = json.dumps(config, indent=2, ensure_ascii=False) + "\n"
        (directory / CONFIG_FILE).write_text(text, encoding="utf-8")

    def encode(self, text: str, *, allow_special: bool = False) -> list[int]:
        """Token ids of `text`; names of special tokens in it become control tokens only with `allow_special`."""
        if len(text) <= _LONGEST_RUN:
            return self._encode(text, allow_special)
        ids: list[int] = []
        for piece in _bounded(text):
            ids += self._encode(piece, allow_special)
        return ids

    def _encode(self, text: str, allow_special: bool) -> list[int]:
        if allow_special:
            return self._encoding.encode(text, allowed_special="all")
        return self._encoding.encode_ordinary(text)

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The bytes the ids stand for, special tokens as their names; raises ChatError for an id outside the
        vocabulary."""
        return b"".join([self.piece(id) for id in ids])

    def decode(self, ids: Iterable[int]) -> str:
        """The text the ids stand for; bytes that are not UTF-8 become U+FFFD."""
        return self.decode_bytes(ids).decode("utf-8", errors="replace")

    def piece(self, id: int) -> bytes:
        """The bytes of one id; raises ChatError when the id is outside the vocabulary."""
        if not 0 <= id < self.vocab_size:
            raise ChatError(f"token id {id} is outside the vocabulary; accepted: 0 … {self.vocab_size - 1}")
        return self._pieces[id]

    def id(self, name: str) -> int:
        """The id of a special token; raises ChatError when there is none of that name."""
        try:
            return self.special[name]
        except KeyError:
            raise ChatError(f"tokenizer has no special token {name!r}") from None


class IncrementalDecoder:
    """Ids in, text out as soon as it is certain: bytes of an unfinished character wait for the rest.

    The pieces put together equal `Tokenizer.decode` of all the ids.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def push(self, id: int) -> str:
        """The text that became certain with this id, possibly none."""
        return self._decoder.decode(self._tokenizer.piece(id))

    def flush(self) -> str:
        """What is left at the end: U+FFFD where a character stayed unfinished."""
        text = self._decoder.decode(b"", final=True)
        self._decoder.reset()
        return text


def load_tokenizer(name_or_directory: str | Path) -> Tokenizer:
    """The tokenizer of a model: a name (`k2-nano`), or a directory that holds `tiktoken.model`; raises ChatError."""
    return Tokenizer.from_directory(model_directory(name_or_directory))


def read_ranks(file: Path) -> dict[bytes, int]:
    """Read "base64 rank" lines; raises ChatError naming the file and line that are wrong."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise ChatError(f"{file}: cannot be read: {error.strerror}") from error
    ranks: dict[bytes, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            piece, rank = line.split()
            ranks[base64.b64decode(piece, validate=True)] = int(rank)
        except (ValueError, binascii.Error):
            raise ChatError(f"{file}, line {number}: accepted: base64 bytes, one space, a rank") from None
    return ranks


def _names(config: Mapping[str, Any], base_size: int, file: Path) -> dict[int, str]:
    """Slot names out of `added_tokens_decoder`; the ones every K2 tokenizer has where that says nothing."""
    added = config.get("added_tokens_decoder")
    if not added:
        return dict(SPECIAL_NAMES)
    names: dict[int, str] = {}
    try:
        for key, token in added.items():
            if int(key) - base_size not in _ROWLESS_SLOTS:
                names[int(key) - base_size] = token if isinstance(token, str) else token["content"]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ChatError(f"{file}: added_tokens_decoder: accepted: an object of id to {{'content': name}}") from None
    outside = [slot + base_size for slot in names if not 0 <= slot < SPECIAL_SLOTS]
    if outside:
        ids = f"{base_size} … {base_size + SPECIAL_SLOTS - 1}"
        raise ChatError(f"{file}: added_tokens_decoder has id {outside[0]}; with these ranks accepted: {ids}")
    return names


def _bounded(text: str) -> Iterator[str]:
    """Cut a long text as the release does: 400,000 characters at most, no run of (non-)whitespace above 25,000."""
    for start in range(0, len(text), _LONGEST_TEXT):
        part = text[start : start + _LONGEST_TEXT]
        begin = 0
        for cut in _cuts(part):
            yield part[begin:cut]
            begin = cut
        yield part[begin:]


def _cuts(part: str) -> Iterator[int]:
    """Where runs that are too long are cut. Such a run covers a multiple of the limit, so only runs there are read."""
    end = 0
    for middle in range(_LONGEST_RUN, len(part), _LONGEST_RUN):
        if middle < end:
            continue
        end = _run_length(part, middle) + middle
        before = part[middle - _LONGEST_RUN : middle + 1][::-1]
        begin = middle + 1 - _run_length(before, 0)
        yield from range(begin + _LONGEST_RUN, end, _LONGEST_RUN)


def _run_length(text: str, start: int) -> int:
    """How many characters from `start` on are all whitespace or all not."""
    run = _RUN.match(text, start)
    return run.end() - start if run else 0
