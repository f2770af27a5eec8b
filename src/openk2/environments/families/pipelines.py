"""Families made by joining: a source, perhaps a calculation on its value, perhaps a file the result is written to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openk2.environments.families.source import Finding, Source, ask, opened, say_of
from openk2.environments.phrasing import sentence
from openk2.environments.task import Call, Expected, Turn
from openk2.environments.values import Draw


@dataclass(frozen=True)
class Operation:
    """A calculation on a value that is not known yet."""

    code: str
    """Python, `{}` for the value and `{n}` for the number of the request."""
    then: tuple[str, ...]
    """As a sentence of its own, about what was asked before."""
    over: tuple[str, ...]
    """Around a noun phrase."""
    new_then: tuple[str, ...]
    new_over: tuple[str, ...]
    weight: float = 1.0


OPERATIONS = (
    Operation(
        "{} * {n}",
        (
            "[then] multiply (that|it|the result) by $n.",
            "what is that times $n?",
            "multiply by $n.",
            "take it times $n.",
        ),
        ("multiply $noun by $n.", "what is $noun times $n?", "what is $noun multiplied by $n?", "take $noun times $n."),
        (
            "the result should be multiplied by $n.",
            "what do you get when you multiply it by $n?",
            "that times $n, please.",
        ),
        (
            "give me $noun, multiplied by $n.",
            "what do you get when you multiply $noun by $n?",
            "$n times $noun, please.",
        ),
        3.0,
    ),
    Operation(
        "{} + {n}",
        ("[then] add $n [to (that|it|the result)].", "what is that plus $n?", "and plus $n?"),
        ("add $n to $noun.", "what is $noun plus $n?", "what is the sum of $noun and $n?"),
        ("$n should be added to it.", "what do you get when you add $n?", "that plus $n, please."),
        ("give me $noun, plus $n.", "what do you get when you add $n to $noun?"),
        3.0,
    ),
    Operation(
        "{} - {n}",
        ("[then] subtract $n [from (that|it|the result)].", "what is that minus $n?", "take away $n."),
        ("subtract $n from $noun.", "what is $noun minus $n?", "take $n away from $noun."),
        ("$n should be subtracted from it.", "what do you get when you subtract $n?", "that minus $n, please."),
        ("give me $noun, minus $n.", "what do you get when you subtract $n from $noun?"),
        3.0,
    ),
    Operation(
        "{} % {n}",
        ("what is the remainder of that divided by $n?", "give me the remainder after division by $n."),
        ("what is the remainder of $noun divided by $n?", "divide $noun by $n and give me the remainder."),
        ("which remainder does that leave when divided by $n?",),
        ("which remainder does $noun leave when divided by $n?",),
    ),
    Operation(
        "{} * 2",
        ("[then] double (that|it|the result).", "what is twice that?"),
        ("double $noun.", "what is twice $noun?", "what is double $noun?"),
        ("I need the double of that.",),
        ("I need the double of $noun.",),
    ),
    Operation(
        "{} ** 2",
        ("[then] square (that|it|the result).", "what is its square?"),
        ("square $noun.", "what is the square of $noun?"),
        ("I need the square of that.",),
        ("I need $noun, squared.",),
    ),
)
_WRITE = (
    "[then] (write|save|put) (the result|it|that) (to|into|in) [the file ]$file.",
    "store (the result|it|that) in $file.",
    "[and then] write (it|the result) to $file.",
    "save it as $file.",
)
_WRITE_NEW = (
    "the result should be written to $file.",
    "I want it saved in $file.",
    "keep (that|the result) in [the file ]$file.",
    "make a file $file with it.",
)
_WRITE_OVER = (
    "(write|save|put) $noun (to|into|in) [the file ]$file.",
    "store $noun in [the file ]$file.",
    "save $noun as $file.",
    "create $file with $noun[ in it].",
)
_WRITE_OVER_NEW = (
    "$noun should be written to $file.",
    "I want $noun saved in $file.",
    "keep $noun in [the file ]$file.",
    "make a file $file with $noun.",
)


def pipeline(
    family: str, make: Callable[[Draw], Source], *, calculate: bool = False, write: bool = False
) -> Callable[[Draw], Turn]:
    """A family: draw a source, then the given steps."""

    def draw_turn(draw: Draw) -> Turn:
        source = make(draw)
        request, operation, file = _worded(draw, source, calculate, write)
        value = source.value
        if operation is not None:
            value = str(eval(operation.format(value)))
        tools = dict.fromkeys((*source.tools, *(["python"] if calculate else []), *(["write_file"] if write else [])))
        return Turn(
            family,
            request,
            _expected(source, value, calculate, file),
            lambda: _solve(source, operation, file),
            tuple(tools),
            source.world,
        )

    return draw_turn


def _worded(draw: Draw, source: Source, calculate: bool, write: bool) -> tuple[str, str | None, str | None]:
    """(request, code with `{}` for the value, file): the steps as sentences of their own or around the noun phrase."""
    code, file = None, None
    if calculate:
        operation = draw.rng.choices(OPERATIONS, [item.weight for item in OPERATIONS])[0]
        n = draw.number(2, draw.rng.choice((99, 999)))
        code = operation.code.replace("{n}", str(n))
        if draw.chance(0.5):
            text = say_of(draw, operation.over, operation.new_over, noun=source.noun, n=str(n))
        else:
            text = _joined(draw, ask(draw, source), say_of(draw, operation.then, operation.new_then, n=str(n)))
    elif write and draw.chance(0.55):
        file = draw.file()
        return opened(draw, draw.say(_WRITE_OVER, _WRITE_OVER_NEW, noun=source.noun, file=file)), None, str(file)
    else:
        text = ask(draw, source)
    if write:
        file = draw.file()
        text = _joined(draw, text, draw.say(_WRITE, _WRITE_NEW, file=file))
    return opened(draw, text), code, None if file is None else str(file)


def _joined(draw: Draw, first: str, second: str) -> str:
    """Two requests one after the other: two sentences, or one with `and`."""
    second = second.strip()
    imperative = second.split()[0] in (
        "multiply",
        "add",
        "subtract",
        "double",
        "square",
        "write",
        "save",
        "put",
        "store",
    )
    if first.endswith(".") and imperative and draw.chance(0.5):
        return f"{first[:-1]} and {second}"
    return f"{first} {sentence(second)}"


def _solve(source: Source, operation: str | None, file: str | None) -> Finding:
    value = yield from source.find()
    answer = source.answer
    if operation is not None:
        (output,) = yield (Call("python", {"code": operation.format(value)}),)
        value, answer = output.strip(), "The result is {}."
    if file is not None:
        yield (Call("write_file", {"path": file, "content": value}),)
        return f"I wrote {value} to {file}."
    return answer.format(value)


def _expected(source: Source, value: str, calculate: bool, file: str | None) -> Expected:
    if file is not None:
        return Expected("state", files={file: value})
    if source.numeric:
        return Expected("number", (value,))
    return Expected("text", (value,), source.rivals)
