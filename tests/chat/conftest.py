"""Tokenizers shared by the chat tests, and text to train one on."""

import os
import random
from pathlib import Path

import pytest

from openk2.chat.tokenizer import Tokenizer
from openk2.chat.tokenizer_training import train


def sample_text() -> list[str]:
    """Deterministic prose, code, numbers and Chinese, about 300 kB."""
    draw = random.Random(3)
    syllables = ["ka", "to", "ri", "men", "sol", "va", "ber", "in", "du", "the", "ing", "er", "on", "st", "pa", "li"]
    words = ["".join(draw.choices(syllables, k=draw.randint(1, 4))) for _ in range(3000)]
    texts = []
    for _ in range(300):
        prose = " ".join(draw.choices(words, k=120)).capitalize() + ", it's " + str(draw.randint(0, 10**6)) + ".\n"
        name, argument = draw.choices(words, k=2)
        code = f"def {name}({argument}):\n    return {argument} + {draw.randint(0, 99)}\n"
        texts.append(prose + code + "".join(draw.choices("世界你好北京天气今日明天水火山", k=40)))
    return texts


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """Training text."""
    return sample_text()


@pytest.fixture(scope="session")
def small(texts: list[str]) -> Tokenizer:
    """A trained tokenizer of 1,200 ids."""
    return train(texts, 1200)


@pytest.fixture(scope="session")
def kimi() -> Tokenizer:
    """The released vocabulary, where the machine has it."""
    configured = os.environ.get("OPENK2_KIMI_TOKENIZER")
    shared = Path(__file__).resolve().parents[3] / "shared" / "data" / "kimi-tokenizer"
    directory = Path(configured) if configured else shared
    if directory.name == "tiktoken.model":
        directory = directory.parent
    if not (directory / "tiktoken.model").is_file():
        pytest.skip("the released tokenizer is not here; set OPENK2_KIMI_TOKENIZER to its directory")
    return Tokenizer.from_directory(directory)
