"""What happened in one run, as records: the agent's log and the trainer's sample are these same lines.

A trace is an append-only JSONL file. The first record is a Header; then Steps and ToolResults in the order in which
they entered the conversation; then any Verdicts and one End. Messages are kept in the chat-completions JSON form.
"""

from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from openk2.errors import TraceError

VERSION = 1
"""Version of the line format, written into every Header."""


@dataclass(frozen=True)
class Header:
    """How the run was set up."""

    version: int = VERSION
    created: str = ""
    """ISO 8601 time with zone."""
    model: str = ""
    tools: tuple[dict[str, Any], ...] = ()
    """Declarations of the tools the model had, chat-completions form."""
    task_id: str | None = None
    seed: int | None = None
    sandbox: str = ""
    """The isolation that held, in words."""


@dataclass(frozen=True)
class Step:
    """One message entered the conversation: system, user or assistant."""

    message: dict[str, Any]
    token_ids: tuple[int, ...] = ()
    """The ids this step added to the sequence: what the prompt gained since the last step, then what the model sampled.
    Empty when ids were not recorded."""
    mask: tuple[bool, ...] = ()
    """One per id: True where the model sampled it, which is where it is trained."""
    logprobs: tuple[float, ...] = ()
    """One per id whose mask is True, natural logarithm at sampling time; empty when not recorded."""
    position: int | None = None
    """How many earlier ids stay in front of token_ids; None: all of them. Smaller than that where the context was
    rewritten (reasoning dropped, history compacted), which begins a new sequence that shares this many first ids."""

    def __post_init__(self) -> None:
        if len(self.mask) != len(self.token_ids):
            raise TraceError(
                f"step.mask has {len(self.mask)} entries for {len(self.token_ids)} token_ids; they must match"
            )
        if self.logprobs and len(self.logprobs) != sum(self.mask):
            raise TraceError(
                f"step.logprobs has {len(self.logprobs)} entries for {sum(self.mask)} sampled ids; accepted: as many"
            )


@dataclass(frozen=True)
class ToolResult:
    """A tool ran; its output entered the conversation as a tool message."""

    call_id: str
    name: str
    ok: bool
    """False when the output is an error for the model to act on."""
    output: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """A verifier's judgement of the run."""

    score: float
    """1 is right, 0 is wrong, between is partly right."""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class End:
    """The run is over."""

    status: str
    """done, limit_steps, limit_tokens, limit_seconds, limit_repeats, failed, denied or cancelled."""
    steps: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0


Record = Header | Step | ToolResult | Verdict | End

_TYPES = MappingProxyType({"header": Header, "step": Step, "tool_result": ToolResult, "verdict": Verdict, "end": End})
_NAMES = {cls: name for name, cls in _TYPES.items()}
_READERS = {cls: TypeAdapter[Any](cls) for cls in _NAMES}


def to_dict(record: Record) -> dict[str, Any]:
    """The record as one JSON object with its `type`."""
    return {"type": _NAMES[type(record)], **asdict(record)}


def from_dict(data: object) -> Record:
    """The record a JSON object holds; raises TraceError naming the field that is missing, unknown or mistyped."""
    if not isinstance(data, dict):
        raise TraceError(f"a trace record is a JSON object, not {type(data).__name__}")
    kind = data.get("type")
    cls = _TYPES.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise TraceError(f"record type is {kind!r}; accepted: {', '.join(_TYPES)}")
    known = {f.name for f in fields(cls)}
    values = {key: value for key, value in data.items() if key != "type"}
    if unknown := sorted(set(values) - known):
        raise TraceError(f"{kind} record has unknown field {unknown[0]!r}; accepted: {', '.join(sorted(known))}")
    try:
        record: Record = _READERS[cls].validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise TraceError(f"{kind} record, field {where}: {first['msg'].lower()}") from None
    return record
