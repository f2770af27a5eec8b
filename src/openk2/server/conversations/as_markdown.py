"""The shown branch of a conversation as Markdown, for people."""

import re

from openk2.server.conversations.document import AnswerTurn, Call, Conversation

_FENCES = re.compile("`+")


def as_markdown(conversation: Conversation) -> str:
    """Title, questions and answers, with files by name and calls with their results; reasoning is left out."""
    parts = [f"# {' '.join(conversation.title.split()) or conversation.id}"]
    before = ""
    for turn in conversation.branch():
        if isinstance(turn, AnswerTurn):
            # An answer after its tools' results goes on under the same heading.
            if before != "assistant":
                parts.append(f"## {turn.model or 'Answer'}")
            parts += [turn.content, *(_call(call) for call in turn.calls)]
        else:
            parts += ["## Question", *(f"*{file.name}*" for file in turn.files), turn.content]
        before = turn.role
    return "\n\n".join(part for part in parts if part.strip()) + "\n"


def _call(call: Call) -> str:
    result = "" if call.result is None else f"\n\n{_fenced(call.result)}"
    return f"**`{call.name}`**\n\n{_fenced(call.arguments, 'json')}{result}"


def _fenced(text: str, language: str = "") -> str:
    """In a fence longer than any inside."""
    fence = "`" * (1 + max([2, *map(len, _FENCES.findall(text))]))
    return f"{fence}{language}\n{text}\n{fence}"
