"""Training a tokenizer: exact size, the same result every time, the release's form."""

import pytest

from openk2.chat.tokenizer import Tokenizer
from openk2.chat.tokenizer_training import byte_characters, learn_merges, to_ranks, train
from openk2.errors import ChatError


def test_the_vocabulary_has_exactly_the_size_asked_for(small: Tokenizer) -> None:
    assert (small.base_size, small.vocab_size) == (944, 1200)
    assert [small.ranks[bytes([byte])] for byte in range(256)] == list(range(256))


def test_training_twice_gives_the_same_ranks(texts: list[str], small: Tokenizer) -> None:
    assert dict(train(iter(texts), 1200).ranks) == dict(small.ranks)


def test_equal_counts_are_resolved_the_same_way_in_any_order_of_the_texts() -> None:
    texts = [f"{a}{b}" for a in "pqrstuvw" for b in "klmnopqr"] * 3
    assert dict(train(texts, 540).ranks) == dict(train(texts[::-1], 540).ranks)


def test_no_token_joins_digits_unless_asked(small: Tokenizer, texts: list[str]) -> None:
    assert not [piece for piece in small.ranks if len(piece) > 1 and any(48 <= byte <= 57 for byte in piece)]
    joined = train(texts, 1200, digits=3)
    assert joined.digits == 3
    longest = max(sum(48 <= byte <= 57 for byte in piece) for piece in joined.ranks)
    assert 1 < longest <= 3


def test_encoding_follows_the_learned_merges(texts: list[str]) -> None:
    """tiktoken merges by the rank of the result, the learner by the pair: they differ in few pieces at most."""
    learner = learn_merges(texts, 1200, 1)
    tokenizer = Tokenizer(to_ranks(learner), digits=1)
    to_byte = {character: byte for byte, character in enumerate(byte_characters())}
    words = [word for text in texts for word in text.split()]
    same = 0
    for word in words:
        learned = [bytes(to_byte[character] for character in token) for token in learner.encode(word).tokens]
        same += learned == [tokenizer.piece(id) for id in tokenizer.encode(word)]
    assert same > 0.99 * len(words)


def test_training_compresses_text_like_its_own(texts: list[str], small: Tokenizer) -> None:
    text = texts[0]
    assert len(small.encode(text)) < 0.6 * len(text.encode())


def test_sizes_that_cannot_be_made_are_refused() -> None:
    with pytest.raises(ChatError, match="vocab_size is 511; accepted: 512"):
        train(["text"], 511)
    with pytest.raises(ChatError, match="merges for a vocabulary of 515 only, not 4096"):
        train(["text", "text"], 4096)
    assert train([], 512).base_size == 256
