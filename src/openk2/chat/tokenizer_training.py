"""Learn a tokenizer from text: BPE merges (arXiv 1508.07909) over the pieces of K2's own pre-tokenizer.

The merges are learned by the `tokenizers` library and kept as tiktoken ranks, so the result is a `Tokenizer` like the
released one: same file form, same special slots. The result depends on the text alone: equal counts are resolved by the
order of the pairs, and the 256 single bytes come first, in order, so every text can be encoded.
"""

from collections.abc import Iterable, Iterator

from tokenizers import Regex, decoders, models, pre_tokenizers, trainers
from tokenizers import Tokenizer as MergeLearner

from openk2.chat.tokenizer import SPECIAL_SLOTS, Tokenizer, split_pattern
from openk2.errors import ChatError

_BATCH = 256
_LONGEST = 100_000


def train(texts: Iterable[str], vocab_size: int, *, digits: int = 1, progress: bool = False) -> Tokenizer:
    """A tokenizer of exactly `vocab_size` ids, the 256 special slots included.

    `digits`: most digits in one token; `progress`: a bar on standard error. Raises ChatError when `vocab_size` has no
    room for the bytes and the special slots, or the text is too small for that many merges.
    """
    base_size = vocab_size - SPECIAL_SLOTS
    if base_size < 256:
        raise ChatError(f"vocab_size is {vocab_size}; accepted: 512 (256 bytes and 256 special tokens) or more")
    learner = learn_merges(texts, base_size, digits, progress=progress)
    ranks = to_ranks(learner)
    if len(ranks) < base_size:
        raise ChatError(
            f"the text has merges for a vocabulary of {len(ranks) + SPECIAL_SLOTS} only, not {vocab_size}; "
            "give more text or a smaller vocab_size"
        )
    return Tokenizer(ranks, digits=digits)


def learn_merges(texts: Iterable[str], base_size: int, digits: int, *, progress: bool = False) -> MergeLearner:
    """Run the merge learner; its vocabulary is written in the printable alphabet of `byte_characters`."""
    learner = MergeLearner(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(split_pattern(digits)), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    learner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=base_size, initial_alphabet=list(byte_characters()), show_progress=progress, special_tokens=[]
    )
    learner.train_from_iterator(_batches(texts), trainer)
    return learner


def to_ranks(learner: MergeLearner) -> dict[bytes, int]:
    """Token bytes to rank: the bytes in order, then the merges in the order in which they were learned."""
    to_byte = {character: byte for byte, character in enumerate(byte_characters())}
    vocabulary = sorted(learner.get_vocab().items(), key=lambda item: item[1])
    pieces = [bytes(to_byte[character] for character in token) for token, _ in vocabulary]
    singles = [bytes([byte]) for byte in range(256)]
    return {piece: rank for rank, piece in enumerate(singles + [piece for piece in pieces if len(piece) > 1])}


def byte_characters() -> str:
    """256 printable characters that stand for the bytes 0 … 255 while merges are learned (GPT-2's alphabet)."""
    shown = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    hidden = iter(range(256, 512))
    return "".join(chr(byte) if byte in shown else chr(next(hidden)) for byte in range(256))


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        for start in range(0, len(text), _LONGEST):
            batch.append(text[start : start + _LONGEST])
            if len(batch) == _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch
