"""One conversation as one JSON document: what the server keeps, the page keeps, and both export and import.

The page's side of the same form is `web/src/conversation/document.ts`. A conversation is a tree of turns: each names
the turn it follows; a question asked in another way, or an answer tried again, is a sibling, and nothing is
overwritten. `head` is the last turn of the branch that is shown. Turns are listed parents first, so a document can
neither hold a cycle nor a turn that hangs nowhere. Unknown keys are kept as they are. Times are milliseconds since
1970, as browsers count them.

    {"format": "openk2.conversation/1", "id": "c-5f0cab12", "title": "Snow", "named": false,
     "created": 1760000000000, "updated": 1760000009000, "head": "t-0000002",
     "turns": [{"id": "t-0000001", "parent": null, "role": "user", "content": "Why is snow white?", …},
               {"id": "t-0000002", "parent": "t-0000001", "role": "assistant", "content": "It scatters …", …}]}
"""

from typing import Annotated, Any, Literal, Self, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, ValidationError, model_validator

from openk2.server.errors import ApiError
from openk2.server.protocol import Json

FORMAT: Literal["openk2.conversation/1"] = "openk2.conversation/1"

MAX_TURNS = 10_000
MAX_TITLE = 200

ID_PATTERN = r"^[A-Za-z0-9_-]{8,64}$"
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
"""Made by whoever makes the thing."""
Milliseconds = Annotated[int, Field(ge=0, le=2**53)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Seconds = Annotated[float, Field(ge=0)]
Name = Annotated[str, Field(max_length=256)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True, use_attribute_docstrings=True, allow_inf_nan=False)


class Attachment(_Part):
    """A file whose text goes before the question, as a system message of its own."""

    name: Name
    bytes: Count = 0
    """Size of the file as it was sent."""
    pages: Count | None = None
    """None where the format has none."""
    tokens: Count | None = None
    """Of the text; None where the server does not count."""
    text: str = ""
    """What the model reads."""


class Call(_Part):
    """One tool call of an answer, with what became of it."""

    id: Name
    name: Name
    arguments: str = ""
    """JSON text as the model wrote it; may be unfinished or wrong."""
    state: Literal["writing", "waiting", "running", "done", "failed", "denied"] = "waiting"
    """writing → waiting (for permission) → running → done or failed; denied instead of running."""
    result: str | None = None
    """What the model is told: the tool's result, its failure, or why the call was denied; None until then."""
    seconds: Seconds | None = None
    """From permission to result."""


class TokenCounts(_Part):
    """What an answer used."""

    prompt: Count
    cached: Count = 0
    """Part of `prompt`."""
    completion: Count
    reasoning: Count | None = None
    """Part of `completion`; None where the server does not tell."""
    cost: Seconds | None = None
    """In the currency of the server's prices; None where nothing is priced."""


class Timing(_Part):
    """Seconds since the question was sent; None until it came to that."""

    first: Seconds | None = None
    thought: Seconds | None = None
    """When the reasoning was over."""
    whole: Seconds | None = None


class _Turn(_Part):
    id: Id
    parent: Id | None = None
    """The turn this one follows; None for a first one."""
    created: Milliseconds = 0
    content: str = ""


class Question(_Turn):
    """What a person said."""

    role: Literal["user"]
    files: Annotated[list[Attachment], Field(max_length=100)] = []


class AnswerTurn(_Turn):
    """What the model said."""

    role: Literal["assistant"]
    model: Name = ""
    """The name under which the model was asked."""
    reasoning: str = ""
    calls: Annotated[list[Call], Field(max_length=1000)] = []
    state: Literal["running", "done", "stopped", "failed", "interrupted"] = "done"
    """running → done, stopped (by the person), failed (`error`), or interrupted (the page was left)."""
    finish: Name | None = None
    """stop, length or tool_calls; None while it is not over."""
    error: str | None = None
    """A sentence for the reader where `state` is failed."""
    usage: TokenCounts | None = None
    timing: Timing = Timing()


Turn = Annotated[Question | AnswerTurn, Discriminator("role")]


class Conversation(_Part):
    """The document."""

    format: Literal["openk2.conversation/1"] = FORMAT
    id: Id
    title: Annotated[str, Field(max_length=MAX_TITLE)] = ""
    """Empty until the first question."""
    named: bool = False
    """The title was given by a person and no longer follows the first question."""
    created: Milliseconds = 0
    updated: Milliseconds = 0
    head: Id | None = None
    """The last turn of the branch that is shown; None in an empty conversation."""
    turns: Annotated[list[Turn], Field(max_length=MAX_TURNS)] = []
    """In the order in which they were made: a turn comes after its parent."""

    @model_validator(mode="after")
    def _is_a_tree(self) -> Self:
        seen: set[str] = set()
        for index, turn in enumerate(self.turns):
            if turn.id in seen:
                raise ValueError(f"turns[{index}].id is {turn.id!r}, which an earlier turn has; ids must differ")
            if turn.parent is not None and turn.parent not in seen:
                raise ValueError(
                    f"turns[{index}].parent is {turn.parent!r}, which no earlier turn has; accepted: parents first"
                )
            seen.add(turn.id)
        if self.head is None and self.turns:
            raise ValueError("head is missing; accepted: the id of a turn")
        if self.head is not None and self.head not in seen:
            raise ValueError(f"head is {self.head!r}, which is no turn; accepted: the id of a turn")
        return self

    def branch(self) -> list[Question | AnswerTurn]:
        """The turns that are shown, from the first to `head`."""
        turns = {turn.id: turn for turn in self.turns}
        shown: list[Question | AnswerTurn] = []
        at = self.head
        while at is not None:
            shown.append(turns[at])
            at = turns[at].parent
        return shown[::-1]

    def to_json(self) -> Json:
        """The document, every known key in it."""
        return self.model_dump(mode="json")


SomePart = TypeVar("SomePart", bound=BaseModel)


def read_conversation(data: object) -> Conversation:
    """A document from outside. Raises ApiError (400) naming the first wrong field."""
    return read_part(Conversation, data)


def read_part(kind: type[SomePart], data: object) -> SomePart:
    """Any part of a document from outside. Raises ApiError (400) naming the first wrong field."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    path = ""
    for step in first["loc"]:
        if step not in ("user", "assistant"):  # pydantic's names of the two kinds of turns
            path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    match first["type"]:
        case "value_error":
            message = str(first["ctx"]["error"])
        case "missing":
            message = f"{path} is missing; accepted: a value"
        case _:
            message = f"{path or 'the document'} is {_shown(first['input'])}; accepted: {_expected(first)}"
    raise ApiError(400, message, param=path or None)


def _expected(error: Any) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "string_pattern_mismatch":
            return "8 to 64 letters, digits, _ or -"
        case "string_too_long":
            return f"at most {context['max_length']:,} characters"
        case "too_long":
            return f"at most {context['max_length']:,} of them"
        case "literal_error":
            return str(context["expected"])
        case "union_tag_invalid" | "union_tag_not_found":
            return "a turn of role 'user' or 'assistant'"
        case "model_type" | "dict_type" | "model_attributes_type":
            return "an object"
        case kind:
            return {"string_type": "text", "int_type": "a whole number", "float_type": "a number"}.get(
                kind, str(error["msg"]).removeprefix("Input should be ")
            )


def _shown(value: object) -> str:
    """The value as JSON, cut to what fits in a line."""
    text = orjson.dumps(value, default=str).decode()
    return text if len(text) <= 60 else f"{text[:57]}..."
