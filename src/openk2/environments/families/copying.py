"""Turns without tools whose answer stands in the request: say it again, or pick the right part of it.

Copying out of the context is the bottleneck of tool use in a small model; these turns train nothing else.
"""

from __future__ import annotations

from openk2.environments.families.files import TEXT_FIELDS, field_value
from openk2.environments.families.source import Finding
from openk2.environments.task import Expected, Turn
from openk2.environments.values import Draw, Value

_REPEAT = (
    "say exactly: $text",
    "repeat exactly: $text",
    "repeat: $text",
    "copy this: $text",
    "say $text",
    "write again: $text",
    "please repeat $text",
    "type this: $text",
    "repeat after me: $text",
    "echo $text",
    "repeat this: $text",
    "repeat the following: $text",
    "say the following: $text",
    "say this again: $text",
    "copy exactly: $text",
    "write exactly: $text",
    "write this: $text",
    "write down: $text",
    "I want you to say: $text",
    "I want you to repeat: $text",
    "(can|could) you repeat this for me: $text",
    "(can|could) you say $text",
    "your answer should only be: $text",
    "answer only with: $text",
    "respond with: $text",
    "reply with this and nothing else: $text",
    "without changing anything, say: $text",
    "word for word, repeat: $text",
    "say back: $text",
    "just say $text",
    "print this: $text",
)
_REPEAT_NEW = (
    "give this back to me: $text",
    "the same again, please: $text",
    "answer with exactly $text",
    "reproduce $text",
)
_PICK = (
    "$pairs. What is the $key?",
    "$pairs. Which $key is it?",
    "here are some facts: $pairs. Tell me the $key.",
    "given $pairs, what is the $key?",
    "note: $pairs. Now give me the $key.",
    "$pairs. Tell me the $key.",
    "$pairs. Can you tell me the $key?",
    "$pairs. So which $key is that?",
    "$pairs. Do you know the $key?",
    "$pairs. Give me only the $key.",
    "$pairs. I forgot the $key, what was it?",
    "these are my notes: $pairs. What is the $key?",
    "this is what I know: $pairs. What is the $key then?",
    "read this: $pairs. What does it say about the $key?",
    "remember this: $pairs. What is the $key?",
    "if $pairs, then what is the $key?",
    "what is the $key, given $pairs?",
    "tell me the $key if $pairs.",
    "find the $key in this text: $pairs.",
    "facts: $pairs. The $key is what?",
)
_PICK_NEW = (
    "I know that $pairs. And the $key?",
    "take $pairs. Name the $key.",
    "look: $pairs. I need the $key.",
    "from $pairs, pick the $key.",
)


def _answering(answer: str) -> Finding:
    """An oracle that calls nothing."""
    yield from ()
    return answer


def repeat(draw: Draw) -> Turn:
    """Say a text again."""
    kinds = (
        draw.word,
        draw.person,
        draw.code,
        draw.invented,
        draw.place,
        draw.file,
        lambda: Value(draw.number(2, 99999)),
    )
    alike = draw.rng.choice(kinds) if draw.chance(0.4) else None
    text = " ".join((alike or draw.rng.choice(kinds))() for _ in range(draw.rng.choice((1, 1, 2, 3, 4, 6, 8))))
    request = draw.say(_REPEAT, _REPEAT_NEW, text=Value(text))
    return Turn(
        "repeat", request[:1].upper() + request[1:], Expected("exact", (text,), calls=False), lambda: _answering(text)
    )


def pick(draw: Draw) -> Turn:
    """One of a few values by its key."""
    keys = draw.rng.sample(TEXT_FIELDS, draw.rng.randint(2, 4))
    values = {key: str(field_value(draw, key)) for key in keys}
    form = draw.rng.choice(("the {} is {}", "{}: {}", "{} = {}", "{} is {}"))
    pairs = ", ".join(form.format(key, value) for key, value in values.items())
    key = draw.rng.choice(keys)
    request = draw.say(_PICK, _PICK_NEW, pairs=pairs, key=key)
    answer = f"The {key} is {values[key]}."
    rivals = tuple(value for other, value in values.items() if other != key)
    expected = Expected("text", (values[key],), rivals, calls=False)
    return Turn("pick", request[:1].upper() + request[1:], expected, lambda: _answering(answer))
