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
        (
            "$a times $b",
            "$a * $b",
            "$a x $b",
            "$a multiplied by $b",
            "the product of $a and $b",
            "$a multiplied with $b",
            "the value of $a * $b",
            "the multiplication of $a and $b",
            "$a and $b multiplied with each other",
            "the product $a * $b",
        ),
        ("$a by $b, multiplied", "the result of multiplying $a by $b", "$a times the number $b"),
    ),
    "plus": Kind(
        lambda a, b: f"{a} + {b}",
        (
            "$a plus $b",
            "$a + $b",
            "the sum of $a and $b",
            "$a and $b together",
            "$a added to $b",
            "the value of $a + $b",
            "$a with $b added to it",
            "the addition of $a and $b",
            "$b more than $a",
            "$a increased by $b",
            "the combined value of $a and $b",
            "$a and $b summed",
        ),
        ("the total of $a and $b", "the result of adding $a and $b", "$a and $b, added"),
    ),
    "minus": Kind(
        lambda a, b: f"{a} - {b}",
        (
            "$a minus $b",
            "$a - $b",
            "the difference of $a and $b",
            "$a less $b",
            "$a after taking away $b",
            "the value of $a - $b",
            "$a with $b taken away",
            "$b subtracted from $a",
            "$a decreased by $b",
            "the amount left when $b is taken from $a",
            "$a minus the number $b",
        ),
        ("the difference between $a and $b", "$a reduced by $b", "$a without $b"),
    ),
    "divided": Kind(
        lambda a, b: f"{a} / {b}",
        (
            "$a divided by $b",
            "$a / $b",
            "the quotient of $a and $b",
            "$a over $b",
            "the value of $a / $b",
            "$a split into $b equal parts",
            "the ratio of $a to $b",
            "the fraction $a / $b",
            "$a shared out equally among $b",
        ),
        ("the result of dividing $a by $b", "$a, divided by $b", "the division of $a by $b"),
    ),
    "whole": Kind(
        lambda a, b: f"{a} // {b}",
        (
            "$a // $b",
            "the whole part of $a divided by $b",
            "$a divided by $b, rounded down",
            "the integer part of $a / $b",
            "the whole part of $a / $b",
            "the integer quotient of $a and $b",
            "$a / $b rounded down",
            "the floor of $a / $b",
            "$a divided by $b without the fraction",
            "the value of $a // $b",
        ),
        ("the rounded down quotient of $a and $b", "$a divided by $b as a whole number"),
    ),
    "remainder": Kind(
        lambda a, b: f"{a} % {b}",
        (
            "$a % $b",
            "the remainder of $a divided by $b",
            "$a modulo $b",
            "$a mod $b",
            "the remainder of $a / $b",
            "the remainder left by $a after division by $b",
            "the remainder of dividing $a by $b",
            "the value of $a % $b",
            "the modulus of $a and $b",
            "the part left over when dividing $a by $b",
        ),
        ("the rest of $a divided by $b", "the remainder when $a is divided by $b"),
    ),
    "power": Kind(
        lambda a, b: f"{a} ** {b}",
        (
            "$a ** $b",
            "$a ^ $b",
            "$a to the power of $b",
            "$a raised to $b",
            "the value of $a ** $b",
            "$a raised to the power of $b",
            "$a with the exponent $b",
            "$a to the power of the number $b",
            "$a raised to the power $b",
        ),
        ("the power $b of $a", "$a to the power $b"),
    ),
}
_WEIGHTS = {"times": 4, "plus": 3, "minus": 3, "divided": 2, "whole": 1, "remainder": 2, "power": 1}
_SEVERAL = {
    "sum": Kind(
        lambda items: f"sum([{items}])",
        (
            "the sum of $items",
            "$items added together",
            "the total of the numbers $items",
            "the sum of all of $items",
            "the sum of the numbers $items",
            "the result of adding up $items",
            "$items summed up",
            "the addition of $items",
        ),
        ("the sum over $items", "all of $items added up"),
    ),
    "max": Kind(
        lambda items: f"max([{items}])",
        (
            "the largest of $items",
            "the biggest number of $items",
            "the maximum of $items",
            "the highest of $items",
            "the greatest of $items",
            "the biggest value in $items",
            "the highest of the numbers $items",
            "the maximum of the numbers $items",
        ),
        ("the largest number among $items", "the maximum out of $items"),
    ),
    "min": Kind(
        lambda items: f"min([{items}])",
        (
            "the smallest of $items",
            "the smallest number of $items",
            "the minimum of $items",
            "the lowest of $items",
            "the least of the numbers $items",
            "the smallest value in $items",
            "the lowest of the numbers $items",
            "the minimum of the numbers $items",
        ),
        ("the smallest number among $items", "the minimum out of $items"),
    ),
}
_WORDS = {
    "length": Kind(
        lambda word: f"len('{word}')",
        (
            "the number of letters in $word",
            "the length of [the word] $word",
            "the letter count of $word",
            "the number of letters that $word has",
            "the number of letters the word $word consists of",
            "the count of letters in $word",
            "how many letters $word has",
            "how many letters there are in [the word] $word",
            "the letter total of the word $word",
        ),
        ("the number of characters in the word $word", "the size of the word $word in letters"),
    ),
    "upper": Kind(
        lambda word: f"print('{word}'.upper())",
        (
            "the word $word in upper case",
            "the word $word in capital letters",
            "the upper case form of $word",
            "the word $word written in capital letters",
            "the word $word in uppercase",
            "the uppercase version of $word",
            "the word $word with every letter in upper case",
            "the capital letter form of [the word] $word",
        ),
        ("the word $word in capitals", "the word $word, all letters upper case"),
    ),
    "backwards": Kind(
        lambda word: f"print('{word}'[::-1])",
        (
            "the word $word backwards",
            "the word $word spelled backwards",
            "the reverse of $word",
            "the word $word written backwards",
            "the word $word from the last letter to the first",
            "the letters of $word in reverse order",
            "the reversed form of $word",
            "the backward spelling of [the word] $word",
        ),
        ("the word $word in reverse", "the word $word read backwards"),
    ),
    "letter": Kind(
        lambda word, letter: f"'{word}'.count('{letter}')",
        (
            "the number of times $letter appears in $word",
            "how often [the letter] $letter occurs in $word",
            "the number of times the letter $letter is found in $word",
            "how many times [the letter] $letter appears in [the word] $word",
            "how often $word contains the letter $letter",
            "the number of occurrences of [the letter] $letter in $word",
            "the number of letters $letter in [the word] $word",
        ),
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
    "(can|could) you calculate $noun[ for me]?",
    "(can|could) you compute $noun?",
    "I need $noun.",
    "I need the result of $noun.",
    "I want to know $noun.",
    "what does $noun come to?",
    "what does $noun make?",
    "what does $noun equal?",
    "what would $noun be?",
    "calculate this: $noun.",
    "calculate with python: $noun.",
    "run the numbers: $noun.",
    "$noun?",
    "$noun, please.",
    "$noun is what?",
    "$noun, how much is it?",
    "the result of $noun, please.",
    "how much would $noun be?",
    "find the value of $noun.",
    "find out how much $noun is.",
    "do you know what $noun is?",
    "I am checking a bill: what is $noun?",
    "I have to get this right, so calculate $noun.",
    "with python, calculate $noun.",
    "get me the answer to $noun.",
    "tell me the result of $noun.",
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
    "(can|could) you tell me $noun?",
    "(can|could) you find $noun?",
    "I want to know $noun.",
    "I would like to know $noun.",
    "do you know $noun?",
    "$noun, please.",
    "$noun?",
    "show me $noun.",
    "get me $noun.",
    "use python to find $noun.",
    "with python, find $noun.",
    "for a puzzle I need $noun.",
    "I am playing a word game and need $noun.",
    "check $noun.",
    "what would be $noun?",
    "tell me what $noun is.",
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
    word = draw.identifier()
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
