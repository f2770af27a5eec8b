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
            "[then] multiply (that|it|the result|this) with $n.",
            "[then] take (that|it) $n times.",
            "what is (it|this) times $n?",
            "what is (that|it|the result) multiplied by $n?",
            "how much is that times $n?",
            "and times $n?",
            "and multiplied by $n?",
            "multiply what you get by $n.",
            "I need that times $n.",
            "I need it multiplied by $n.",
        ),
        (
            "multiply $noun by $n.",
            "what is $noun times $n?",
            "what is $noun multiplied by $n?",
            "take $noun times $n.",
            "multiply $noun with $n.",
            "calculate $noun times $n.",
            "compute $noun multiplied by $n.",
            "how much is $noun times $n?",
            "I need $noun times $n.",
            "I want to know $noun multiplied by $n.",
            "tell me $noun times $n.",
            "(can|could) you multiply $noun by $n?",
            "$noun times $n?",
            "what would be $noun times $n?",
            "find $noun and multiply (it|that) by $n.",
            "look up $noun and multiply it by $n.",
            "the product of $noun and $n, please.",
        ),
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
        (
            "[then] add $n [to (that|it|the result)].",
            "what is that plus $n?",
            "and plus $n?",
            "[then] add $n on top[ of (that|it)].",
            "what is (it|this|the result) plus $n?",
            "how much is that plus $n?",
            "what is it with $n added?",
            "increase (that|it|the result) by $n.",
            "add $n to what you get.",
            "I need that plus $n.",
            "I need it with $n added.",
            "and $n more?",
        ),
        (
            "add $n to $noun.",
            "what is $noun plus $n?",
            "what is the sum of $noun and $n?",
            "calculate $noun plus $n.",
            "compute the sum of $noun and $n.",
            "how much is $noun plus $n?",
            "I need $noun plus $n.",
            "I want to know $noun plus $n.",
            "tell me $noun plus $n.",
            "(can|could) you add $n to $noun?",
            "$noun plus $n?",
            "increase $noun by $n.",
            "find $noun and add $n[ to it].",
            "look up $noun and add $n.",
            "what is $noun with $n added?",
        ),
        ("$n should be added to it.", "what do you get when you add $n?", "that plus $n, please."),
        ("give me $noun, plus $n.", "what do you get when you add $n to $noun?"),
        3.0,
    ),
    Operation(
        "{} - {n}",
        (
            "[then] subtract $n [from (that|it|the result)].",
            "what is that minus $n?",
            "take away $n.",
            "[then] take $n away [from (that|it|the result)].",
            "[then] take away $n from (that|it|the result).",
            "what is (it|this|the result) minus $n?",
            "how much is that minus $n?",
            "and minus $n?",
            "decrease (that|it|the result) by $n.",
            "subtract $n from what you get.",
            "what is left if you take away $n?",
            "I need that minus $n.",
            "I need it with $n subtracted.",
        ),
        (
            "subtract $n from $noun.",
            "what is $noun minus $n?",
            "take $n away from $noun.",
            "calculate $noun minus $n.",
            "compute $noun minus $n.",
            "how much is $noun minus $n?",
            "I need $noun minus $n.",
            "I want to know $noun minus $n.",
            "tell me $noun minus $n.",
            "(can|could) you subtract $n from $noun?",
            "$noun minus $n?",
            "decrease $noun by $n.",
            "find $noun and subtract $n[ from it].",
            "look up $noun and take away $n.",
            "what is $noun with $n subtracted?",
            "what is left of $noun if you take away $n?",
        ),
        ("$n should be subtracted from it.", "what do you get when you subtract $n?", "that minus $n, please."),
        ("give me $noun, minus $n.", "what do you get when you subtract $n from $noun?"),
        3.0,
    ),
    Operation(
        "{} % {n}",
        (
            "what is the remainder of that divided by $n?",
            "give me the remainder after division by $n.",
            "what is that modulo $n?",
            "what is the remainder when you divide (that|it) by $n?",
            "divide (that|it|the result) by $n. What is the remainder?",
            "I need the remainder of that divided by $n.",
            "take (that|it|the result) modulo $n.",
        ),
        (
            "what is the remainder of $noun divided by $n?",
            "divide $noun by $n and give me the remainder.",
            "what is $noun modulo $n?",
            "what is the remainder when you divide $noun by $n?",
            "calculate $noun modulo $n.",
            "I need the remainder of $noun divided by $n.",
            "tell me the remainder of $noun divided by $n.",
            "find $noun and tell me the remainder after dividing it by $n.",
        ),
        ("which remainder does that leave when divided by $n?",),
        ("which remainder does $noun leave when divided by $n?",),
    ),
    Operation(
        "{} * 2",
        (
            "[then] double (that|it|the result).",
            "what is twice that?",
            "multiply (that|it|the result) by two.",
            "what is (that|it|the result) doubled?",
            "what is double that?",
            "take (that|it) twice.",
            "how much is twice that?",
        ),
        (
            "double $noun.",
            "what is twice $noun?",
            "what is double $noun?",
            "what is $noun doubled?",
            "multiply $noun by two.",
            "how much is twice $noun?",
            "calculate twice $noun.",
            "I need twice $noun.",
            "(can|could) you double $noun?",
            "find $noun and double it.",
        ),
        ("I need the double of that.",),
        ("I need the double of $noun.",),
    ),
    Operation(
        "{} ** 2",
        (
            "[then] square (that|it|the result).",
            "what is its square?",
            "what is that squared?",
            "what is the square of (that|it|the result)?",
            "multiply (that|it|the result) by itself.",
            "calculate the square of (that|it).",
            "how much is that squared?",
        ),
        (
            "square $noun.",
            "what is the square of $noun?",
            "what is $noun squared?",
            "multiply $noun by itself.",
            "calculate the square of $noun.",
            "I need the square of $noun.",
            "how much is $noun squared?",
            "(can|could) you square $noun?",
            "find $noun and square it.",
        ),
        ("I need the square of that.",),
        ("I need $noun, squared.",),
    ),
)
_WRITE = (
    "[then] (write|save|put) (the result|it|that) (to|into|in) [the file ]$file.",
    "store (the result|it|that) in $file.",
    "[and then] write (it|the result) to $file.",
    "save it as $file.",
    "[then] (write|save|put|store) what you get (to|in) [the file ]$file.",
    "[then] save (the result|it|that|this) as $file.",
    "[then] store (the result|it|that|this) as [the file ]$file.",
    "[then] create [the file ]$file with (it|the result|that)[ in it].",
    "[then] create a file $file and write (it|the result) into it.",
    "into [the file ]$file, write the result.",
    "(can|could) you (write|save) (it|that|the result) to [the file ]$file?",
    "please (write|save|put) (it|the result) into [the file ]$file.",
    "I need (it|that|the result) in [the file ]$file.",
    "I would like to have (it|the result) in $file.",
    "write the answer (to|into) [the file ]$file.",
    "save the answer in $file.",
    "put the answer into [the file ]$file.",
    "so that I do not forget it, write it to $file.",
    "output to $file.",
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
    "(can|could) you (write|save|put) $noun (to|into) [the file ]$file?",
    "find $noun and (write|save|put) it (to|into) [the file ]$file.",
    "find out $noun and store it in $file.",
    "look up $noun and (write|save) it to $file.",
    "get $noun and save it as $file.",
    "I need $noun in [the file ]$file.",
    "I would like to have $noun in [the file ]$file.",
    "I need a file $file with $noun[ in it].",
    "into [the file ]$file, write $noun.",
    "in [the file ]$file, (store|save) $noun.",
    "to [the file ]$file, write $noun.",
    "create a file called $file and write $noun into it.",
    "create [the file ]$file that contains $noun.",
    "file $file: write $noun into it.",
    "for my notes, write $noun to $file.",
    "fill [the file ]$file with $noun.",
    "open a new file $file and write $noun into it.",
    "(write|save) $noun as $file.",
    "determine $noun and write it to $file.",
    "because I have to report it, write $noun to $file.",
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
