"""The verifier: what became of a task, from the conversation and the workspace alone.

It filters training data, scores evaluation and pays rewards, so it must accept every right answer and pay for no
guess: an answer that lists several candidates, or repeats the outputs, is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from openk2.chat.messages import Message
from openk2.environments.task import Expected, Task, Turn
from openk2.environments.world import disturbed, fetch_rows, read_text
from openk2.trace.records import Verdict

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?(?![\w])")
_EXTRA_WORDS = 12
"""An answer may have so many words beside the value and words of the request."""
_STATE_WORDS = 40


def verify(task: Task, messages: Sequence[Message], workspace: Path) -> Verdict:
    """Judge a finished dialogue: score is the share of turns that ended right, 0 when the world was damaged."""
    answered = _by_turn(messages)
    reasons: list[str] = []
    right = 0
    for number, turn in enumerate(task.turns):
        if number >= len(answered):
            reasons.append(f"turn {number + 1}: not answered")
            continue
        wrong = judge_turn(turn, answered[number], workspace)
        right += wrong is None
        if wrong is not None:
            reasons.append(f"turn {number + 1}: {wrong}")
    changed = {path for turn in task.turns for path in turn.expected.files}
    changed |= {query.database for turn in task.turns for query in turn.expected.queries}
    if damaged := disturbed(task.world, workspace, frozenset(changed)):
        return Verdict(0.0, (*reasons, f"changed without being asked: {', '.join(damaged)}"))
    return Verdict(right / len(task.turns), tuple(reasons))


def judge_turn(turn: Turn, messages: Sequence[Message], workspace: Path) -> str | None:
    """What is wrong with one turn, None when nothing is; `messages` are those after the user's."""
    expected = turn.expected
    if not messages or messages[-1].role != "assistant" or messages[-1].tool_calls:
        return "no final answer"
    if not expected.calls and any(message.tool_calls for message in messages):
        return "a tool was called where none is needed"
    answer = messages[-1].content.strip()
    if not answer:
        return "the answer is empty"
    wrong = judge_answer(expected, turn.request, answer)
    if wrong is not None:
        return wrong
    for path, text in expected.files.items():
        found = read_text(workspace, path)
        if found is None:
            return f"{path} was not written"
        if found.rstrip("\n") != text.rstrip("\n"):
            return f"{path} holds {found[:80]!r}, not {text[:80]!r}"
    for query in expected.queries:
        rows = fetch_rows(workspace, query)
        if rows is None or sorted(rows, key=repr) != sorted(query.rows, key=repr):
            return f"{query.database} does not hold the expected rows"
    return None


def judge_answer(expected: Expected, request: str, answer: str) -> str | None:
    """What is wrong with the words of an answer, None when nothing is."""
    match expected.kind:
        case "state":
            return "the answer is too long" if len(answer.split()) > _STATE_WORDS else None
        case "exact":
            return None if _unquoted(answer) == _unquoted(expected.values[0]) else "the text differs"
        case "any of":
            if len(answer.split()) > _STATE_WORDS:
                return "the answer is too long"
            folded = answer.casefold()
            return None if any(value.casefold() in folded for value in expected.values) else "not an accepted answer"
        case "number":
            return _judge_number(expected.values[0], request, answer)
        case _:
            return _judge_texts(expected, request, answer)


def _judge_number(value: str, request: str, answer: str) -> str | None:
    """The last number must be the value; others may only repeat numbers of the request."""
    numbers = _numbers(answer)
    wanted = Decimal(value)
    if not numbers or numbers[-1] != wanted:
        return f"the answer does not end in the number {value}"
    allowed = {wanted, *_numbers(request)}
    if extra := [number for number in numbers if number not in allowed]:
        return f"the answer states another number, {extra[0]}"
    return _too_long(answer, request, ())


def _judge_texts(expected: Expected, request: str, answer: str) -> str | None:
    """Every value as a whole word, no rival beside them, little else."""
    rest = answer
    for value in sorted(expected.values, key=len, reverse=True):
        pattern = _whole(value)
        if not re.search(pattern, rest):
            return f"the answer does not state {value}"
        rest = re.sub(pattern, " ", rest)
    for rival in expected.rivals:
        if re.search(_whole(rival), rest):
            return f"the answer also states {rival}"
    if expected.kind == "list" and re.search(r"\w\.\w", rest):
        return "the answer lists another file"
    return _too_long(rest, request, expected.values)


def _whole(value: str) -> str:
    """The value with no letter or digit next to it."""
    return rf"(?<![\w]){re.escape(value)}(?![\w])"


def _too_long(answer: str, request: str, values: Sequence[str]) -> str | None:
    known = set(re.findall(r"\w+", request.casefold())).union(
        *(re.findall(r"\w+", value.casefold()) for value in values)
    )
    extra = [word for word in re.findall(r"\w+", answer.casefold()) if word not in known]
    return "the answer says too much" if len(extra) > _EXTRA_WORDS else None


def _numbers(text: str) -> list[Decimal]:
    found = []
    for match in _NUMBER.finditer(text):
        try:
            found.append(Decimal(match[0].replace(",", "")))
        except InvalidOperation:
            continue
    return found


def _unquoted(text: str) -> str:
    stripped = text.strip()
    while len(stripped) > 1 and stripped[0] == stripped[-1] and stripped[0] in "\"'`":
        stripped = stripped[1:-1].strip()
    return stripped


def _by_turn(messages: Sequence[Message]) -> list[list[Message]]:
    """The messages after each message of the user."""
    turns: list[list[Message]] = []
    for message in messages:
        if message.role == "user":
            turns.append([])
        elif turns:
            turns[-1].append(message)
    return turns
