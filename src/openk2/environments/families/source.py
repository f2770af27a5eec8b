"""A source: some value that tools can find, with the words that ask for it. Families are sources joined to steps.

One value is spoken of in two ways, as a question ("how many lines in notes mention Paris?") and as a noun phrase ("the
number of lines in notes that mention Paris"), so that every source combines with every later step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from openk2.environments.phrasing import expand, sentence
from openk2.environments.task import Call, World
from openk2.environments.values import Draw

Finding = Generator[tuple[Call, ...], tuple[str, ...], str]
"""Yields parallel calls, is sent their outputs, returns the value found."""


@dataclass(frozen=True)
class Source:
    """Where a value comes from."""

    noun: str
    question: str
    """Ends in `?` or `.`; begins in lower case."""
    value: str
    """What must be found, known from the world and not from any tool."""
    answer: str
    """The sentence that states it, `{}` for the value."""
    find: Callable[[], Finding]
    tools: tuple[str, ...]
    world: World = field(default_factory=World)
    rivals: tuple[str, ...] = ()
    numeric: bool = False


_IMPERATIVE = (
    "",
    "",
    "",
    "",
    "(hi|hey|hello), ",
    "please ",
    "please ",
    "(can|could) you [please ]",
    "now ",
    "I want you to ",
    "I need you to ",
    "[(a|one|quick) ]task: ",
    "next, ",
    "help me: ",
    "kindly ",
)
_IMPERATIVE_NEW = ("would you ", "be so kind and ", "my request: ", "today I would like you to ", "for a friend: ")
_QUESTION = (
    "",
    "",
    "",
    "",
    "(hi|hey|hello), ",
    "please tell me, ",
    "tell me: ",
    "[(a|one|quick) ]question: ",
    "I wonder, ",
    "I would like to know: ",
    "next question: ",
    "say, ",
    "help me: ",
    "well, ",
)
_QUESTION_NEW = ("let me ask: ", "please answer this: ", "for my records: ", "another thing: ", "so, ")
_CLOSING = ("", "", "", "", "", "", "", " Thanks.", " Thank you!", " Please be quick.", " That is all.")
_ASK = (
    "what is $noun?",
    "what is $noun?",
    "tell me $noun.",
    "give me $noun.",
    "find[ out] $noun.",
    "look up $noun.",
    "show me $noun.",
    "I need $noun.",
    "I want to know $noun.",
    "do you know $noun?",
    "get $noun.",
)
_ASK_NEW = (
    "report $noun.",
    "I am looking for $noun.",
    "could I have $noun?",
    "let me know $noun.",
    "I am asking for $noun.",
)


def ask(draw: Draw, source: Source) -> str:
    """A sentence that asks for the value: the source's own question, or its noun phrase in a general one."""
    if draw.chance(0.55):
        return source.question
    return say_of(draw, _ASK, _ASK_NEW, noun=source.noun)


def say_of(draw: Draw, train: Sequence[str], held_out: Sequence[str], **texts: str) -> str:
    """As `Draw.say`, for texts that are phrased already and get no quotation marks."""
    return expand(draw.rng, draw.rng.choice(held_out if draw.new_phrasings else train), texts)


def opened(draw: Draw, text: str) -> str:
    """The request with an opening and a closing, and a capital letter."""
    new = draw.new_phrasings and draw.chance(0.5)
    openings: tuple[str, ...]
    if text.split(maxsplit=1)[0] in _VERBS:
        openings = _IMPERATIVE_NEW if new else _IMPERATIVE
    else:
        openings = _QUESTION_NEW if new else _QUESTION
    opening = expand(draw.rng, draw.rng.choice(openings), {})
    return sentence(opening + text) + draw.rng.choice(_CLOSING)


_VERBS = frozenset(
    re.findall(
        r"\w+",
        """add calculate change check combine compute copy correct count create divide double duplicate enter evaluate
        extend figure find get give insert keep list look make multiply name open print put query read report save
        search see set show solve square store subtract sum take tell total update work write""",
    )
)
