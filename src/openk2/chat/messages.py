"""Messages, tools and requests as plain data: what crosses every border between people, models and tools.

The JSON form is OpenAI's chat-completions form (`to_openai`, `from_openai`), plus `reasoning_content` as Moonshot's
API and vLLM spell it. Everything that enters the package from outside goes through `from_openai`, which names the
offending field.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from openk2.chat.sampling import SamplingParams
from openk2.errors import ChatError

ROLES = ("system", "user", "assistant", "tool")
CHARACTERS_PER_TOKEN = 3
"""For estimates: English text has four or more, Chinese one or two."""
TOOL_DECLARE = "tool_declare"
"""A role of the releases' templates alone: a declaration of tools that somebody wrote out."""
PICTURE = "<|media_start|>image<|media_content|><|media_pad|><|media_end|>"
"""What the releases' templates write in place of a picture."""


@dataclass(frozen=True)
class ToolCall:
    """One call an assistant makes."""

    id: str
    """Names the call; K2's own form is `functions.NAME:IDX`, other systems use anything."""
    name: str
    """The tool's name."""
    arguments: str
    """JSON text exactly as emitted; may be invalid JSON, which is for the caller of the tool to find out."""

    @classmethod
    def from_openai(cls, data: object, where: str = "tool_call") -> "ToolCall":
        """Read `{"id", "type": "function", "function": {"name", "arguments"}}`; raises ChatError naming the field."""
        call = _mapping(data, where)
        if call.get("type", "function") != "function":
            raise ChatError(f"{where}.type is {call.get('type')!r}; only 'function' is accepted")
        function = _mapping(call.get("function"), f"{where}.function")
        arguments = function.get("arguments", "")
        if isinstance(arguments, Mapping):
            arguments = json.dumps(arguments, ensure_ascii=False)
        elif arguments is None:
            arguments = ""
        return cls(
            _text(call.get("id"), f"{where}.id", empty=False),
            _text(function.get("name"), f"{where}.function.name", empty=False),
            _text(arguments, f"{where}.function.arguments"),
        )

    def to_openai(self) -> dict[str, Any]:
        """The chat-completions form of the call."""
        return {"id": self.id, "type": "function", "function": {"name": self.name, "arguments": self.arguments}}


@dataclass(frozen=True)
class Message:
    """One turn of a conversation."""

    role: str
    """system, user, assistant or tool; tool_declare where a template is followed to the letter."""
    content: str = ""
    reasoning: str | None = None
    """What the assistant thought before it answered; None when it did not think."""
    tool_calls: tuple[ToolCall, ...] = ()
    """The calls an assistant makes, in order; several calls are meant to run in parallel."""
    tool_call_id: str | None = None
    """Tool messages only: the id of the call this answers."""
    name: str | None = None
    """Speaker's name where it differs from the role; the tool's name in tool messages."""
    partial: bool = False
    """The conversation's last message only, the assistant's: it is not over, and the answer continues it."""

    def __post_init__(self) -> None:
        if self.role not in (*ROLES, TOOL_DECLARE):
            raise ChatError(f"message role is {self.role!r}; accepted: {', '.join(ROLES)}")

    @classmethod
    def from_openai(cls, data: object, where: str = "message", *, template_forms: bool = False) -> "Message":
        """Read one chat-completions message.

        `content` may be null, text, or a list of text parts (joined without separators); `developer` is read as
        `system`; empty reasoning is read as none. With `template_forms` also what only the releases' templates know:
        the role tool_declare, and pictures, which become `PICTURE`. Raises ChatError naming the field below `where`.
        """
        message = _mapping(data, where)
        role = message.get("role")
        if role == "developer":
            role = "system"
        if role not in ROLES and not (template_forms and role == TOOL_DECLARE):
            raise ChatError(f"{where}.role is {role!r}; accepted: {', '.join(ROLES)}, developer")
        reasoning = message.get("reasoning_content")
        if reasoning is None:
            reasoning = message.get("reasoning")
        calls = message.get("tool_calls") or ()
        if not isinstance(calls, Sequence) or isinstance(calls, str):
            raise ChatError(f"{where}.tool_calls is {_kind(calls)}; accepted: a list of calls")
        if calls and role != "assistant":
            raise ChatError(f"{where}.tool_calls is given in a {role} message; only assistant messages make calls")
        call_id = message.get("tool_call_id")
        if role == "tool":
            call_id = _text(call_id, f"{where}.tool_call_id", empty=False)
        elif call_id is not None:
            raise ChatError(f"{where}.tool_call_id is given in a {role} message; only tool messages answer a call")
        name = message.get("name")
        partial = message.get("partial")
        if partial is not None and not isinstance(partial, bool):
            raise ChatError(f"{where}.partial is {_kind(partial)}; accepted: true or false")
        if partial and (role != "assistant" or calls):
            what = "an assistant message with tool_calls" if calls else f"a {role} message"
            raise ChatError(f"{where}.partial is true in {what}; accepted: only the beginning of an assistant's text")
        return cls(
            role=role,
            content=_content(message.get("content"), f"{where}.content", pictures=template_forms),
            reasoning=None if reasoning is None else _text(reasoning, f"{where}.reasoning_content") or None,
            tool_calls=tuple(ToolCall.from_openai(call, f"{where}.tool_calls[{i}]") for i, call in enumerate(calls)),
            tool_call_id=call_id,
            name=None if name is None else _text(name, f"{where}.name") or None,
            partial=bool(partial),
        )

    def to_openai(self) -> dict[str, Any]:
        """The chat-completions form; fields that do not apply are left out, `content` is null beside bare tool
        calls."""
        data: dict[str, Any] = {"role": self.role, "content": self.content}
        if self.tool_calls and not self.content:
            data["content"] = None
        if self.reasoning is not None:
            data["reasoning_content"] = self.reasoning
        if self.tool_calls:
            data["tool_calls"] = [call.to_openai() for call in self.tool_calls]
        if self.tool_call_id is not None:
            data["tool_call_id"] = self.tool_call_id
        if self.name is not None:
            data["name"] = self.name
        if self.partial:
            data["partial"] = True
        return data


@dataclass(frozen=True)
class ToolSpec:
    """What a model is told about one tool."""

    name: str
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    """JSON schema of the arguments object; empty: the tool takes whatever it is given."""
    strict: bool | None = None
    """OpenAI's flag of the same name, kept because it is part of the declaration the model sees."""
    declared: dict[str, Any] | None = field(default=None, compare=False, repr=False)
    """The client's own form where it says more than the fields above, or says it differently: the model is shown it as
    it is, as long as the fields above still say the same."""

    @classmethod
    def from_openai(cls, data: object, where: str = "tool") -> "ToolSpec":
        """Read `{"type": "function", "function": {"name", "description", "parameters"}}`; raises ChatError."""
        tool = _mapping(data, where)
        if tool.get("type", "function") != "function":
            raise ChatError(f"{where}.type is {tool.get('type')!r}; only 'function' is accepted")
        function = _mapping(tool.get("function"), f"{where}.function")
        parameters = function.get("parameters")
        strict = function.get("strict")
        if strict is not None and not isinstance(strict, bool):
            raise ChatError(f"{where}.function.strict is {_kind(strict)}; accepted: true or false")
        spec = cls(
            _text(function.get("name"), f"{where}.function.name", empty=False),
            _text(function.get("description") or "", f"{where}.function.description"),
            {} if parameters is None else dict(_mapping(parameters, f"{where}.function.parameters")),
            strict,
        )
        return spec if spec.to_openai() == tool else replace(spec, declared=dict(tool))

    def to_openai(self) -> dict[str, Any]:
        """The chat-completions form: `declared` where it holds, else an empty description or schema and an unset
        `strict` are left out."""
        if self.declared is not None and ToolSpec.from_openai(self.declared) == self:
            return dict(self.declared)
        function: dict[str, Any] = {"name": self.name}
        if self.description:
            function["description"] = self.description
        if self.parameters:
            function["parameters"] = self.parameters
        if self.strict is not None:
            function["strict"] = self.strict
        return {"type": "function", "function": function}


@dataclass(frozen=True)
class ToolChoice:
    """Whether the answer makes calls, and which."""

    mode: Literal["auto", "none", "required"] = "auto"
    """none: the tools stay declared, as the history may hold calls, but no call is made."""
    names: tuple[str, ...] = ()
    """Tools that may be called, all where empty; `required` with one name is a call of that tool."""
    parallel: bool = True
    """Several calls in one answer."""
    strict: bool = True
    """Names and arguments follow the declarations, by grammar; a tool may say otherwise for itself."""


@dataclass(frozen=True)
class ChatRequest:
    """One question to a chat backend: the whole conversation so far."""

    messages: tuple[Message, ...]
    """Where the last one is the assistant's and `partial`, the answer goes on from it."""
    tools: tuple[ToolSpec, ...] = ()
    sampling: SamplingParams = field(default_factory=SamplingParams)
    request_id: str | None = None
    """Names the request in logs; two requests with one id are still two requests."""
    tool_choice: ToolChoice = ToolChoice()
    answer_schema: Mapping[str, Any] | None = field(default=None, hash=False)
    """JSON schema that the answer's text follows; None: free text."""
    thinking: bool | None = None
    """Whether the model reasons before it answers; None: as the model is used to."""
    reasoning_effort: str | None = None
    """low, medium or high, for backends that know such a setting."""
    cache_key: str | None = None
    """Requests of one dialogue share it, so that a router can send them where its beginning is cached."""

    @property
    def may_call(self) -> bool:
        """Whether the answer may make calls."""
        return bool(self.tools) and self.tool_choice.mode != "none"

    @property
    def answers(self) -> int:
        """How many answers are asked for."""
        return self.sampling.n

    @property
    def about_tokens(self) -> int:
        """About how many tokens the prompt has: to render every prompt twice would cost more than it tells."""
        characters = sum(len(message.content) + len(message.reasoning or "") for message in self.messages)
        characters += sum(len(call.arguments) for message in self.messages for call in message.tool_calls)
        characters += sum(len(tool.description) + len(str(tool.parameters)) for tool in self.tools)
        return characters // CHARACTERS_PER_TOKEN + len(self.messages)


def messages_from_openai(data: object, where: str = "messages", *, template_forms: bool = False) -> tuple[Message, ...]:
    """Read a whole conversation, each message as `Message.from_openai` does, and check that it hangs together.

    Only the last message can be partial: what was one in an earlier request is whole by now. Raises ChatError when the
    conversation is empty, a field is wrong, or a tool message answers a call that no earlier assistant made.
    """
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise ChatError(f"{where} is {_kind(data)}; accepted: a list of messages")
    if not data:
        raise ChatError(f"{where} is empty; accepted: one message or more")
    messages = tuple(
        Message.from_openai(item, f"{where}[{i}]", template_forms=template_forms) for i, item in enumerate(data)
    )
    messages = (*(replace(message, partial=False) for message in messages[:-1]), messages[-1])
    made: set[str] = set()
    for i, message in enumerate(messages):
        made.update(call.id for call in message.tool_calls)
        if message.role == "tool" and message.tool_call_id not in made:
            known = ", ".join(sorted(made)) or "none were made"
            raise ChatError(
                f"{where}[{i}].tool_call_id is {message.tool_call_id!r}, which no earlier message made; made: {known}"
            )
    return messages


def tools_from_openai(data: object, where: str = "tools") -> tuple[ToolSpec, ...]:
    """Read a list of tool declarations (null is none); raises ChatError for a wrong field or a name declared twice."""
    if data is None:
        return ()
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise ChatError(f"{where} is {_kind(data)}; accepted: a list of tools")
    tools = tuple(ToolSpec.from_openai(item, f"{where}[{i}]") for i, item in enumerate(data))
    names: set[str] = set()
    for i, tool in enumerate(tools):
        if tool.name in names:
            raise ChatError(
                f"{where}[{i}].function.name is {tool.name!r}, which is already declared; names must differ"
            )
        names.add(tool.name)
    return tools


def _content(value: object, where: str, *, pictures: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _text(value, where)
    if not isinstance(value, Sequence):
        raise ChatError(f"{where} is {_kind(value)}; accepted: text, a list of text parts, or null")
    texts = []
    for i, item in enumerate(value):
        if isinstance(item, str):
            texts.append(_text(item, f"{where}[{i}]"))
            continue
        part = _mapping(item, f"{where}[{i}]")
        if pictures and part.get("type") in ("image", "image_url"):
            texts.append(PICTURE)
            continue
        if part.get("type", "text") != "text":
            raise ChatError(f"{where}[{i}].type is {part.get('type')!r}; only 'text' parts are accepted")
        texts.append(_text(part.get("text"), f"{where}[{i}].text"))
    return "".join(texts)


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ChatError(f"{where} is {_kind(value)}; accepted: an object")
    return value


def _text(value: object, where: str, *, empty: bool = True) -> str:
    if not isinstance(value, str):
        raise ChatError(f"{where} is {_kind(value)}; accepted: text")
    if not value and not empty:
        raise ChatError(f"{where} is empty; accepted: text of one character or more")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ChatError(f"{where} holds half of a surrogate pair; accepted: valid Unicode text")
    return value


def _kind(value: object) -> str:
    """A JSON word for what was given: the reader wrote JSON, not Python."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, Sequence):
        return "a list"
    return type(value).__name__
