"""From a request to the grammar of its answer: calls that name a declared tool and whose arguments follow its schema.

What a K2 model writes into its turn, as the template has it (`template.py`), in llguidance's Lark: reasoning, text, and
a section of calls `functions.NAME:IDX`, IDX going on from the dialogue's calls. Names are the declared ones, arguments
the JSON that `json_schema.py` makes of each tool's parameters. Text and reasoning are free; where a call is required,
no text comes before it, and where the answer follows a schema, it is JSON or calls.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from llguidance import LLMatcher

from openk2.chat.call_ids import call_id, count_calls
from openk2.chat.json_schema import enforceable
from openk2.chat.messages import ChatRequest, ToolSpec
from openk2.chat.sampling import JSON_SPACE, GrammarSpec
from openk2.chat.template import (
    ARGUMENTS_BEGIN,
    CALL_BEGIN,
    CALL_END,
    END_THINK,
    SECTION_BEGIN,
    SECTION_END,
    THINK,
)
from openk2.chat.tokenizer import Tokenizer
from openk2.errors import RequestError

MOST_CALLS = 64
"""Most calls of one answer; fewer, but `FEWEST`, where many tools can be called: a grammar spells each of them out for
each place, and is compiled anew for every turn."""
FEWEST = 8
_MOST_HEADS = 1024
_ANY_OBJECT: Mapping[str, Any] = {"type": "object"}
_LONGEST_COMPLAINT = 200
_TEXT = r"TEXT: /(?s:.)+/"
_SPELLED_THOUGHT = r"thought[lazy]: /(?s:.)*<\/think>/"


def grammar_of(request: ChatRequest, tokenizer: Tokenizer, style: str) -> GrammarSpec | None:
    """What the answer to a request must look like; None where it may be anything. `style`: the chat template's.

    Raises RequestError where the request asks for what cannot be: a call without tools, a tool that is not declared, a
    schema that a grammar cannot enforce, two grammars.
    """
    tools = _callable(request)
    mode, strict = request.tool_choice.mode, request.tool_choice.strict
    given = request.sampling.grammar
    if given is not None:
        if request.answer_schema is not None or mode == "required":
            raise RequestError("a grammar is given beside a schema or a required call; accepted: one of them")
        return given
    free = request.answer_schema is None and (not request.tools or (mode == "auto" and not strict))
    if free:
        return None
    rules = [_TEXT]
    ways = []
    if request.answer_schema is not None:
        if request.messages[-1].partial and request.messages[-1].content:
            raise RequestError("the answer's schema is given beside a partial message; accepted: one of them")
        rules.append(_json_rule("answer", _schema_text(request.answer_schema, "the answer's schema", False)))
        ways.append("answer")
    elif mode != "required":
        ways.append("TEXT?")
    if tools:
        rules += _section(tools, count_calls(request.messages), request.tool_choice.parallel, strict)
        if request.answer_schema is None and mode == "auto":
            ways = ["TEXT? section?"]
        elif request.answer_schema is None or mode == "auto":
            ways.append("section")
        else:
            ways = ["section"]
    body = f"({' | '.join(ways)})"
    return GrammarSpec("lark", "\n".join([*_start(request, tokenizer, style, body, bool(tools)), *rules]))


def _callable(request: ChatRequest) -> Sequence[ToolSpec]:
    """The tools that the answer may call."""
    choice = request.tool_choice
    declared = {tool.name: tool for tool in request.tools}
    unknown = [name for name in choice.names if name not in declared]
    if unknown:
        names = ", ".join(declared) or "none"
        raise RequestError(f"tool_choice names {unknown[0]!r}, which is not declared; declared: {names}")
    if choice.mode == "required" and not declared:
        raise RequestError("tool_choice asks for a call, and no tools are declared; accepted: auto or none")
    if choice.mode == "none":
        return ()
    return [tool for tool in request.tools if not choice.names or tool.name in choice.names]


def _start(request: ChatRequest, tokenizer: Tokenizer, style: str, body: str, calls: bool) -> list[str]:
    """The turn from where the prompt leaves it: with reasoning to come, within it, or behind it."""
    last = request.messages[-1]
    begun = last.partial and bool(last.content)
    if style != "thinking" or begun or (request.thinking is False and not (last.partial and last.reasoning)):
        return [f"start: {body}"]
    within = last.partial and bool(last.reasoning)
    if THINK not in tokenizer.special:
        thought = "thought" if within else f"({json.dumps(THINK)} thought)?"
        return [_SPELLED_THOUGHT, f"start: {thought} {body}"]
    # Models go from reasoning to their calls without an end of reasoning.
    behind = f"({END_THINK} {body} | section)" if calls else f"{END_THINK} {body}"
    if within:
        return [f"start: TEXT? {behind}"]
    return [f"start: {body} | {THINK} TEXT? {behind}"]


def _section(tools: Sequence[ToolSpec], first: int, parallel: bool, strict: bool) -> list[str]:
    """The rules of the section of calls: one rule for each place, so that the index is the right one."""
    rules = []
    for number, tool in enumerate(tools):
        schema = tool.parameters if strict and tool.strict is not False else _ANY_OBJECT
        rules.append(_json_rule(f"arguments_{number}", _schema_text(schema, f"tool {tool.name}: parameters", True)))
    most = min(MOST_CALLS, max(FEWEST, _MOST_HEADS // len(tools))) if parallel else 1
    rules.append(f"section: {SECTION_BEGIN} call_0 {SECTION_END}")
    for place in range(most):
        heads = (
            f"{json.dumps(call_id(tool.name, first + place), ensure_ascii=False)} {ARGUMENTS_BEGIN} arguments_{number}"
            for number, tool in enumerate(tools)
        )
        more = f" call_{place + 1}?" if place + 1 < most else ""
        rules.append(f"call_{place}: {CALL_BEGIN} ({' | '.join(heads)}) {CALL_END}{more}")
    return rules


def _json_rule(name: str, schema: str) -> str:
    return f"{name}: %json {schema}"


def _schema_text(schema: Mapping[str, Any], where: str, arguments: bool) -> str:
    """The schema as the compiler shall read it. Raises RequestError."""
    try:
        text = json.dumps(schema, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise RequestError(f"{where}: not JSON: {error}") from None
    try:
        return _enforced(text, where, arguments)
    except RequestError as error:
        hint = "; with strict false any object is taken" if arguments else ""
        raise RequestError(f"{error}{hint}") from None


@lru_cache(maxsize=1024)
def _enforced(text: str, where: str, arguments: bool) -> str:
    """The same for a schema's text; the tools of a dialogue come again with each of its turns."""
    schema = enforceable(json.loads(text), where, arguments=arguments)
    complaint = _complaint(schema)
    if complaint:
        path, complaint = _place(schema, complaint)
        raise RequestError(f"{'.'.join([where, *path])} cannot be enforced by a grammar: {complaint}")
    return _written(schema)


def _written(schema: Mapping[str, Any]) -> str:
    return json.dumps({**schema, "x-guidance": {"whitespace_pattern": JSON_SPACE}}, ensure_ascii=False)


def _complaint(schema: Mapping[str, Any]) -> str:
    """Why the compiler does not take the schema, on one line; empty where it does."""
    grammar = LLMatcher.grammar_from_lark(f"start: %json {_written(schema)}")
    failed, messages = LLMatcher.validate_grammar_with_warnings(grammar)
    return " ".join(" ".join(messages).split())[:_LONGEST_COMPLAINT] if failed else ""


def _place(schema: Mapping[str, Any], complaint: str) -> tuple[list[str], str]:
    """The innermost part of a schema that the compiler does not take by itself, and what it says of it."""
    shared = {"$defs": schema["$defs"]} if "$defs" in schema else {}
    path: list[str] = []
    node = schema
    while True:
        for key, part in _parts(node):
            found = _complaint({**shared, **part})
            if found:
                path.append(key)
                node, complaint = part, found
                break
        else:
            return path, complaint


def _parts(node: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    parts: list[tuple[str, Any]] = [(f"properties.{key}", part) for key, part in node.get("properties", {}).items()]
    for keyword in ("items", "additionalProperties"):
        parts.append((keyword, node.get(keyword)))
    for keyword in ("allOf", "anyOf", "prefixItems"):
        parts += [(f"{keyword}.{i}", part) for i, part in enumerate(node.get(keyword, ()))]
    return [(key, part) for key, part in parts if isinstance(part, Mapping)]
