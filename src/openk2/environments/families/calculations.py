"""Sources the `python` tool finds: arithmetic on numbers that stand in the request, and questions about a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openk2.environments.families.source import Finding, Source, say_of
from openk2.environments.task import Call
from openk2.environments.values import Draw


@dataclass(frozen=True)
class Kind:
    """One kind of calculation on drawn values."""

    code: Callable[..., str]
    nouns: tuple[str, ...]
    new_nouns: tuple[str, ...]
    """Held-out wordings."""


BINARY = {
    "times": Kind(
        lambda a, b: f"{a} * {b}",
        ("$a times $b", "$a * $b", "$a x $b", "$a multiplied by $b", "the product of $a and $b"),
        ("$a by $b, multiplied", "the result of multiplying $a by $b", "$a times the number $b"),
    ),
    "plus": Kind(
        lambda a, b: f"{a} + {b}",
        ("$a plus $b", "$a + $b", "the sum of $a and $b", "$a and $b together", "$a added to $b"),
        ("the total of $a and $b", "the result of adding $a and $b", "$a and $b, added"),
    ),
    "minus": Kind(
        lambda a, b: f"{a} - {b}",
        ("$a minus $b", "$a - $b", "the difference of $a and $b", "$a less $b", "$a after taking away $b"),
        ("the difference between $a and $b", "$a reduced by $b", "$a without $b"),
    ),
    "divided": Kind(
        lambda a, b: f"{a} / {b}",
        ("$a divided by $b", "$a / $b", "the quotient of $a and $b", "$a over $b"),
        ("the result of dividing $a by $b", "$a, divided by $b", "the division of $a by $b"),
    ),
    "whole": Kind(
        lambda a, b: f"{a} // {b}",
        ("$a // $b", "the whole part of $a divided by $b", "$a divided by $b, rounded down"),
        ("the rounded down quotient of $a and $b", "$a divided by $b as a whole number"),
    ),
    "remainder": Kind(
        lambda a, b: f"{a} % {b}",
        ("$a % $b", "the remainder of $a divided by $b", "$a modulo $b", "$a mod $b"),
        ("the rest of $a divided by $b", "the remainder when $a is divided by $b"),
    ),
    "power": Kind(
        lambda a, b: f"{a} ** {b}",
        ("$a ** $b", "$a ^ $b", "$a to the power of $b", "$a raised to $b"),
        ("the power $b of $a", "$a to the power $b"),
    ),
}
_WEIGHTS = {"times": 4, "plus": 3, "minus": 3, "divided": 2, "whole": 1, "remainder": 2, "power": 1}
_SEVERAL = {
    "sum": Kind(
        lambda items: f"sum([{items}])",
        ("the sum of $items", "$items added together", "the total of the numbers $items"),
        ("the sum over $items", "all of $items added up"),
    ),
    "max": Kind(
        lambda items: f"max([{items}])",
        ("the largest of $items", "the biggest number of $items", "the maximum of $items"),
        ("the largest number among $items", "the maximum out of $items"),
    ),
    "min": Kind(
        lambda items: f"min([{items}])",
        ("the smallest of $items", "the smallest number of $items", "the minimum of $items"),
        ("the smallest number among $items", "the minimum out of $items"),
    ),
}
_WORDS = {
    "length": Kind(
        lambda word: f"len('{word}')",
        ("the number of letters in $word", "the length of [the word] $word", "the letter count of $word"),
        ("the number of characters in the word $word", "the size of the word $word in letters"),
    ),
    "upper": Kind(
        lambda word: f"print('{word}'.upper())",
        ("the word $word in upper case", "the word $word in capital letters", "the upper case form of $word"),
        ("the word $word in capitals", "the word $word, all letters upper case"),
    ),
    "backwards": Kind(
        lambda word: f"print('{word}'[::-1])",
        ("the word $word backwards", "the word $word spelled backwards", "the reverse of $word"),
        ("the word $word in reverse", "the word $word read backwards"),
    ),
    "letter": Kind(
        lambda word, letter: f"'{word}'.count('{letter}')",
        ("the number of times $letter appears in $word", "how often [the letter] $letter occurs in $word"),
        ("the count of the letter $letter in $word", "how many times $word has $letter"),
    ),
}
_QUESTIONS = (
    "what is $noun?",
    "what is $noun?",
    "calculate $noun.",
    "compute $noun.",
    "how much is $noun?",
    "work out $noun.",
    "evaluate $noun.",
    "$noun = ?",
    "tell me what $noun is.",
    "find $noun with python.",
    "use python: what is $noun?",
    "give me the result of $noun.",
)
_QUESTIONS_NEW = (
    "solve this: $noun.",
    "do the maths: $noun.",
    "I need to know what $noun is.",
    "figure out $noun.",
    "what do you get for $noun?",
)
_WORD_QUESTIONS = (
    "what is $noun?",
    "tell me $noun.",
    "give me $noun.",
    "find out $noun.",
    "I need $noun.",
    "use python: what is $noun?",
)
_WORD_QUESTIONS_NEW = ("let me know $noun.", "figure out $noun.", "could I have $noun?", "I ask for $noun.")


def calculation(draw: Draw) -> Source:
    """Two numbers and an operator, an expression to copy, or an aggregate of a few numbers."""
    kind = draw.rng.random()
    if kind < 0.62:
        return _binary(draw)
    if kind < 0.82:
        return _expression(draw)
    return _aggregate(draw)


def _binary(draw: Draw) -> Source:
    name = draw.rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    a, b = draw.number(2, 99999), draw.number(2, 9999)
    if name == "divided":
        b = draw.number(2, 99)
        while True:
            a = b * draw.rng.randint(2, 400)
            if draw.fits(a):
                break
    elif name in ("whole", "remainder"):
        b = draw.number(2, 99)
    elif name == "power":
        a, b = draw.number(2, 60), draw.rng.randint(2, 4)
    kind = BINARY[name]
    code = kind.code(a, b)
    noun = draw.say(kind.nouns, kind.new_nouns, a=a, b=b)
    return _numeric(draw, code, noun)


def _expression(draw: Draw) -> Source:
    a, b, c = draw.number(2, 999), draw.number(2, 999), draw.number(2, 99)
    code = draw.rng.choice(
        (
            f"({a} + {b}) * {c}",
            f"{a} * {c} - {b}",
            f"{a} + {b} + {c}",
            f"{a} + {b} * {c}",
            f"({a} - {b}) * {c}",
            f"{a} * {b} * {c}",
            f"{a} - {b} - {c}",
            f"{a} * {b} + {c}",
        )
    )
    noun = code if draw.quotation == "" else f"{draw.quotation}{code}{draw.quotation}"
    return _numeric(draw, code, noun)


def _aggregate(draw: Draw) -> Source:
    kind = draw.rng.choice(list(_SEVERAL.values()))
    items = list(dict.fromkeys(str(draw.number(2, 9999)) for _ in range(draw.rng.randint(3, 5))))
    while len(items) < 2:
        items.append(str(draw.number(10, 9999)))
    spoken = ", ".join(items[:-1]) + draw.rng.choice((" and ", ", ", ", and ")) + items[-1]
    return _numeric(draw, kind.code(", ".join(items)), draw.say(kind.nouns, kind.new_nouns, items=spoken))


def _numeric(draw: Draw, code: str, noun: str) -> Source:
    value = str(eval(code))
    question = say_of(draw, _QUESTIONS, _QUESTIONS_NEW, noun=noun)
    return Source(noun, question, value, "The result is {}.", _run(code), ("python",), numeric=True)


def word_question(draw: Draw) -> Source:
    """The length of a word, the word in capitals, backwards, or the count of one of its letters."""
    name = draw.rng.choice(list(_WORDS))
    kind = _WORDS[name]
    word = draw.word()
    slots: dict[str, object] = {"word": word}
    arguments = [str(word)]
    if name == "letter":
        letter = draw.rng.choice(word)
        slots["letter"] = type(word)(letter)
        arguments.append(letter)
    value = {
        "length": str(len(word)),
        "upper": word.upper(),
        "backwards": word[::-1],
        "letter": str(word.count(arguments[-1])),
    }[name]
    noun = draw.say(kind.nouns, kind.new_nouns, **slots)
    question = say_of(draw, _WORD_QUESTIONS, _WORD_QUESTIONS_NEW, noun=noun)
    numeric = value.isdigit()
    return Source(noun, question, value, "The result is {}.", _run(kind.code(*arguments)), ("python",), numeric=numeric)


def _run(code: str) -> Callable[[], Finding]:
    def find() -> Finding:
        (output,) = yield (Call("python", {"code": code}),)
        return output.strip()

    return find
