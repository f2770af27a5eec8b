"""One conversation as one JSON document: what the server keeps, the page keeps, and both export and import.

A conversation is a tree of messages. Asking again, editing a question and trying an answer anew each add a sibling;
nothing is overwritten. What a reader sees is one path through it, from a root to the node named by `active`. Nodes are
listed parents first, so a document can neither hold a cycle nor a node that hangs nowhere.

    {"format": "openk2.conversation", "version": 1, "id": "c-5f0c…", "title": "Snow",
     "created": 1760000000000, "updated": 1760000009000, "model": "k2-nano",
     "settings": {"system": "", "temperature": 0.6, …},
     "active": "n-2",
     "nodes": [{"id": "n-1", "parent": null, "role": "user", "content": "Why is snow white?", "created": …},
               {"id": "n-2", "parent": "n-1", "role": "assistant", "content": "It scatters …", "state": "done", …}]}

Keys whose value is the default may be left out. Times are milliseconds since 1970, as browsers count them.
"""

from typing import Annotated, Any, Literal, Self, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from openk2.server.errors import ApiError
from openk2.server.protocol import Json

FORMAT: Literal["openk2.conversation"] = "openk2.conversation"
VERSION: Literal[1] = 1

MAX_NODES = 10_000
MAX_TITLE = 200

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
"""Made by whoever makes the thing: letters, digits and `_ . : -`, at most 64."""
Milliseconds = Annotated[int, Field(ge=0, le=2**53)]
"""Since 1970."""
Count = Annotated[int, Field(ge=0, le=2**53)]
Seconds = Annotated[float, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, use_attribute_docstrings=True, allow_inf_nan=False)


class Call(_Part):
    """One tool call of an answer."""

    id: Annotated[str, Field(max_length=256)]
    name: Annotated[str, Field(max_length=256)]
    arguments: str
    """JSON text as the model wrote it; may be unfinished or wrong."""


class FileNote(_Part):
    """A file that went with a question; its text is the server's to add."""

    id: Annotated[str, Field(max_length=64)]
    """As `/v1/files` gave it."""
    name: Annotated[str, Field(max_length=255)]
    bytes: Count
    pages: Count | None = None
    """Pages, sheets or slides where the format has them."""
    tokens: Count | None = None


class UsageNote(_Part):
    """What an answer used, in tokens."""

    prompt: Count
    cached: Count = 0
    """Part of `prompt`."""
    completion: Count
    reasoning: Count = 0
    """Part of `completion`."""
    cost: Annotated[float, Field(ge=0)] | None = None
    """In the server's currency; None where it has no prices."""
    currency: Annotated[str, Field(max_length=8)] | None = None


class Timing(_Part):
    """Seconds since the question was sent."""

    first: Seconds | None = None
    """First piece of the answer."""
    thought: Seconds | None = None
    """End of the reasoning."""
    whole: Seconds | None = None


class Node(_Part):
    """One message of the tree. Keys that do not belong to its role keep their defaults."""

    id: Id
    parent: Id | None = None
    """None: a beginning of the conversation; editing the first question makes a second one."""
    created: Milliseconds = 0
    role: Literal["user", "assistant", "tool"]
    """The system prompt is one of the settings."""
    content: str = ""
    files: Annotated[list[FileNote], Field(max_length=100)] = []
    """user: sent along with the content."""
    reasoning: str = ""
    """assistant: what it thought."""
    calls: Annotated[list[Call], Field(max_length=1000)] = []
    """assistant: the tools it called."""
    state: Literal["running", "done", "stopped", "failed", "interrupted"] = "done"
    """assistant: running → done, stopped (by the person), failed (`error`), or interrupted (the page was left)."""
    finish: Annotated[str, Field(max_length=64)] | None = None
    """assistant: `stop`, `length` or `tool_calls`, once done."""
    error: Annotated[str, Field(max_length=10_000)] | None = None
    """assistant: why it failed."""
    model: Annotated[str, Field(max_length=256)] | None = None
    """assistant: which model answered."""
    usage: UsageNote | None = None
    """assistant"""
    timing: Timing = Timing()
    """assistant"""
    call_id: Annotated[str, Field(max_length=256)] | None = None
    """tool: the call it answers."""

    @model_validator(mode="after")
    def _answers_a_call(self) -> Self:
        if (self.role == "tool") != (self.call_id is not None):
            raise ValueError("call_id belongs to role tool, and only there")
        return self


class Settings(_Part):
    """How the conversation's answers are asked for. Further keys a page knows are kept as they are."""

    model_config = ConfigDict(extra="allow")

    system: str = ""
    temperature: Annotated[float, Field(ge=0)] | None = None
    """None: the server's default, as below."""
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    seed: int | None = None
    thinking: bool | None = None
    tools: list[dict[str, Any]] = []
    """OpenAI tool declarations."""


class Conversation(_Part):
    """The document."""

    format: Literal["openk2.conversation"] = FORMAT
    version: Literal[1] = VERSION
    id: Id
    title: Annotated[str, Field(max_length=MAX_TITLE)] = ""
    created: Milliseconds = 0
    updated: Milliseconds = 0
    model: Annotated[str, Field(max_length=256)] | None = None
    """Which model the next question goes to; None: the server's first."""
    settings: Settings = Settings()
    active: Id | None = None
    """The last node of the path shown; None only where there are no nodes."""
    nodes: Annotated[list[Node], Field(max_length=MAX_NODES)] = []
    """Parents before their children; siblings in the order they were made."""

    @model_validator(mode="after")
    def _is_a_tree(self) -> Self:
        seen: set[str] = set()
        for index, node in enumerate(self.nodes):
            if node.id in seen:
                raise ValueError(f"nodes[{index}].id is {node.id!r}, which an earlier node has; ids must differ")
            if node.parent is not None and node.parent not in seen:
                raise ValueError(
                    f"nodes[{index}].parent is {node.parent!r}, which no earlier node has; accepted: parents first"
                )
            seen.add(node.id)
        if self.active is None and self.nodes:
            raise ValueError("active is missing; accepted: the id of a node")
        if self.active is not None and self.active not in seen:
            raise ValueError(f"active is {self.active!r}, which is no node; accepted: the id of a node")
        return self

    def path(self) -> list[Node]:
        """The nodes shown, from the root to the active one."""
        nodes = {node.id: node for node in self.nodes}
        shown: list[Node] = []
        at = self.active
        while at is not None:
            shown.append(nodes[at])
            at = nodes[at].parent
        return shown[::-1]

    def to_json(self) -> Json:
        """The document with all its keys, those at their default left out of nodes."""
        data = self.model_dump(mode="json", exclude={"nodes"})
        data["nodes"] = [node_json(node) for node in self.nodes]
        return data


def node_json(node: Node) -> Json:
    """A node without the keys at their default; `id`, `parent`, `created`, `role` and `content` are always there."""
    always = {"id": node.id, "parent": node.parent, "created": node.created, "role": node.role, "content": node.content}
    return always | node.model_dump(mode="json", exclude_defaults=True, exclude=set(always))


Part = TypeVar("Part", bound=BaseModel)


def read_conversation(data: object) -> Conversation:
    """A document from outside. Raises ApiError (400) naming the first wrong field."""
    return _read(Conversation, data, "")


def read_node(data: object, where: str) -> Node:
    """One node from outside. Raises ApiError (400) naming the first wrong field below `where`."""
    return _read(Node, data, where)


def shown(value: object) -> str:
    """The value as JSON, cut to what fits in a line."""
    text = orjson.dumps(value, default=str).decode()
    return text if len(text) <= 60 else f"{text[:57]}..."


def _read(model: type[Part], data: object, where: str) -> Part:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = where
        for step in first["loc"]:
            path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
        if first["type"] == "value_error":
            message = f"{path}: {first['ctx']['error']}" if path else str(first["ctx"]["error"])
        elif first["type"] == "missing":
            message = f"{path} is missing; accepted: a value"
        else:
            message = f"{path or 'the document'} is {shown(first['input'])}; accepted: {first['msg'].lower()}"
        raise ApiError(400, message, param=path or None) from None
