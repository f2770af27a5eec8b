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
_MORE_IMPERATIVE = (
    *_IMPERATIVE,
    "",
    "",
    "",
    "(hello there|hi there|good morning|good evening), ",
    "(hello|hi), (can|could) you [please ]",
    "please, ",
    "(can|could) you quickly ",
    "I have to ask you to ",
    "I would ask you to ",
    "you have to ",
    "you should ",
    "now please ",
    "then ",
    "first, ",
    "quickly ",
    "[the ]next task: ",
    "to do: ",
    "your task: ",
    "I have no time, so please ",
    "I am (in a hurry|busy), so ",
    "for a (report|meeting|letter), ",
    "because I (forgot it|need it soon|have to report it), ",
    "since I (cannot do it myself|am not sure), please ",
    "before I (go|leave|forget it), ",
    "my (boss|colleague|teacher) wants you to ",
    "sorry to bother you, but ",
    "if you can, ",
    "when you have time, ",
    "it would help me if you (can|could) ",
    "here is what I need: ",
    "one more: ",
)
"""Openings of every split but `new_phrasings`, whose requests half of the time have those above."""
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
_MORE_QUESTION = (
    *_QUESTION,
    "",
    "",
    "",
    "(hello there|hi there|good morning|good evening), ",
    "(hello|hi), a question: ",
    "please, ",
    "quick one: ",
    "now, ",
    "then ",
    "ok, ",
    "first, ",
    "[the ]next one: ",
    "here is my question: ",
    "my (boss|colleague|teacher) asks: ",
    "somebody asked me: ",
    "I forgot: ",
    "I am not sure: ",
    "I have a question: ",
    "I have no time, so quickly: ",
    "I am (in a hurry|busy): ",
    "I am writing a (report|letter): ",
    "for a (report|meeting|letter): ",
    "because I (forgot it|need it soon|have to report it): ",
    "before I (go|leave|forget it): ",
    "out of interest: ",
    "sorry to bother you, but ",
    "if you can find it: ",
    "there is something I need: ",
    "one more: ",
)
"""As `_MORE_IMPERATIVE`."""
_QUESTION_NEW = ("let me ask: ", "please answer this: ", "for my records: ", "another thing: ", "so, ")
_CLOSING = ("", "", "", "", "", "", "", " Thanks.", " Thank you!", " Please be quick.", " That is all.")
_MORE_CLOSING = (
    *_CLOSING,
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    " Please.",
    " Thanks a lot.",
    " Thanks in advance!",
    " Thank you very much.",
    " It is urgent.",
    " There is no hurry.",
    " I have to report it.",
    " I need it for a meeting.",
    " I need this soon.",
    " My boss is waiting for it.",
    " A colleague asked me for it.",
    " Sorry to bother you.",
    " That would help me a lot.",
    " I cannot do it myself.",
    " I hope that is clear.",
    " Be careful, please.",
    " Nothing else.",
)
"""As `_MORE_IMPERATIVE`."""
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
    "what (would|might) be $noun?",
    "I would like $noun.",
    "I would like to have $noun.",
    "can you find $noun?",
    "could you look up $noun?",
    "could you tell me $noun[, please]?",
    "please tell me $noun.",
    "fetch $noun.",
    "retrieve $noun.",
    "see what $noun is.",
    "check $noun for me.",
    "I have to know $noun.",
    "I am trying to find out $noun.",
    "we need $noun.",
    "what I want is $noun.",
    "what I need now is $noun.",
    "$noun, please.",
    "$noun?",
    "is it possible to get $noun?",
    "would it be possible to find $noun?",
    "can I get $noun[ from you]?",
    "someone asked me for $noun. What is it?",
    "for my notes I need $noun.",
    "I do not know $noun. Can you find it?",
    "I was wondering what $noun is.",
    "all I need is $noun.",
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
        openings = _IMPERATIVE_NEW if new else _IMPERATIVE if draw.new_phrasings else _MORE_IMPERATIVE
    else:
        openings = _QUESTION_NEW if new else _QUESTION if draw.new_phrasings else _MORE_QUESTION
    opening = expand(draw.rng, draw.rng.choice(openings), {})
    return sentence(opening + text) + draw.rng.choice(_CLOSING if draw.new_phrasings else _MORE_CLOSING)


_VERBS = frozenset(
    re.findall(
        r"\w+",
        """add calculate change check combine compute copy correct count create decrease divide double duplicate enter
        evaluate extend fetch figure fill find get give go increase insert keep list locate look make multiply name
        open print put query read replace report retrieve save search see set show solve square store subtract sum take
        tell total update work write""",
    )
)
