"""Tools made from functions, and the box that checks and runs calls."""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openk2.agent.tools import ToolBox, ToolOutput, tool, workspace_tools
from openk2.errors import AgentError, ToolError


@tool
def repeat(text: str, times: int = 2, marks: list[str] | None = None, how: Literal["up", "down"] = "up") -> str:
    """Say a text
    several times.

    What the second paragraph says is not for the model.
    """
    return (text * times) + "".join(marks or [])


@tool(name="fail", effect="write")
async def failing() -> str:
    """Fail."""
    raise ToolError("out of paper")


def run(box: ToolBox, name: str, arguments: str | dict[str, Any]) -> ToolOutput:
    return asyncio.run(box.run(name, arguments))


def test_a_declaration_says_what_the_signature_says() -> None:
    assert repeat.spec.to_openai()["function"] == {
        "name": "repeat",
        "description": "Say a text several times.",
        "parameters": {
            "properties": {
                "text": {"type": "string"},
                "times": {"type": "integer"},
                "marks": {"items": {"type": "string"}, "type": "array"},
                "how": {"enum": ["up", "down"]},
            },
            "required": ["text"],
            "type": "object",
        },
    }
    assert (repeat.effect, failing.effect, failing.spec.name) == ("read", "write", "fail")


def test_a_parameter_that_json_cannot_hold_is_a_programming_error() -> None:
    def takes_bytes(data: bytes) -> str:
        return ""

    def takes_anything(data) -> str:  # type: ignore[no-untyped-def]
        return ""

    with pytest.raises(TypeError, match="takes_bytes: data has type"):
        tool(takes_bytes)
    with pytest.raises(TypeError, match="'data' has no type hint"):
        tool(takes_anything)


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("repeat", '{"text": "a"}', "aa"),
        ("repeat", {"text": "a", "times": 1, "marks": ["!"]}, "a!"),
        ("fail", "", "error: out of paper"),
        ("other", "{}", "error: no tool named 'other'; available: repeat, fail"),
        ("repeat", '{"text": "a', "error: arguments are not valid JSON: Unterminated string"),
        ("repeat", "[1]", "error: arguments must be a JSON object, not list"),
        ("repeat", "{}", "error: arguments: 'text' is a required property"),
        ("repeat", {"text": 3}, "error: arguments.text: 3 is not of type 'string'"),
        ("repeat", {"text": "a", "marks": ["!", 2]}, "error: arguments.marks[1]: 2 is not of type 'string'"),
        ("repeat", {"text": "a", "how": "left"}, "error: arguments.how: 'left' is not one of ['up', 'down']"),
        ("repeat", {"text": "a", "loud": True}, "error: unknown argument 'loud'; accepted: text, times, marks, how"),
        ("repeat", "[" * 100_000, "error: arguments are nested too deeply"),
    ],
)
def test_every_failure_is_text_the_model_can_act_on(name: str, arguments: str | dict[str, Any], text: str) -> None:
    output = run(ToolBox([repeat, failing]), name, arguments)
    assert output.text.startswith(text)
    assert output.ok is not text.startswith("error: ")


@given(name=st.sampled_from(["repeat", "fail", "nothing"]), arguments=st.text() | st.builds(json.dumps, st.integers()))
def test_no_text_of_a_model_raises(name: str, arguments: str) -> None:
    assert run(ToolBox([repeat, failing]), name, arguments).text


def test_renamed_tools_answer_to_their_new_name_only() -> None:
    box = ToolBox([repeat, failing]).renamed({"repeat": "echo"})
    assert box.names == ("echo", "fail")
    assert box.specs[0].description == repeat.spec.description
    assert run(box, "echo", {"text": "a"}).text == "aa"
    assert run(box, "repeat", {"text": "a"}).text.startswith("error: no tool named 'repeat'")
    assert (box.effect("echo"), box.effect("fail"), box.effect("repeat")) == ("read", "write", None)


def test_a_subset_keeps_the_order_it_is_given() -> None:
    assert ToolBox([repeat, failing]).subset(["fail", "repeat"]).names == ("fail", "repeat")
    with pytest.raises(AgentError, match="no tool named 'other'; accepted: repeat, fail"):
        ToolBox([repeat, failing]).subset(["other"])


def test_boxes_refuse_double_names_and_broken_schemas() -> None:
    with pytest.raises(AgentError, match="two tools are named 'repeat'"):
        ToolBox([repeat, repeat])
    with pytest.raises(AgentError, match="two tools are named 'fail'"):
        ToolBox([repeat, failing]).renamed({"repeat": "fail"})


def test_the_standard_tools_are_what_the_model_is_trained_on(workspace: Path) -> None:
    tools = workspace_tools(workspace, today=date(2026, 11, 25), shell=True)
    declared = {
        tool.spec.name: (tool.spec.parameters["properties"], tool.spec.parameters.get("required")) for tool in tools
    }
    text = {"type": "string"}
    assert declared == {
        "python": ({"code": text}, ["code"]),
        "list_files": ({"path": text}, None),
        "read_file": ({"path": text}, ["path"]),
        "search_files": ({"text": text, "path": text}, ["text"]),
        "write_file": ({"path": text, "content": text}, ["path", "content"]),
        "sql": ({"database": text, "query": text}, ["database", "query"]),
        "current_date": ({}, None),
        "shell": ({"command": text}, ["command"]),
    }
    assert run(ToolBox(tools), "current_date", {}).text == "2026-11-25, Wednesday"
    assert [tool.spec.name for tool in workspace_tools(workspace)] == list(declared)[:-1]


def test_code_tools_put_the_error_first_and_status_last(workspace: Path) -> None:
    box = ToolBox(workspace_tools(workspace, shell=True))
    assert run(box, "python", {"code": "print('a'); 1 / 0"}).text == "error: ZeroDivisionError: division by zero\na"
    assert run(box, "python", {"code": "2 ** 10"}).text == "1024\n"
    assert run(box, "shell", {"command": "printf x; exit 2"}).text == "x\nexit status 2"
    assert run(box, "shell", {"command": "printf '\\033[31mred\\007'"}).text == "\ufffd[31mred\ufffd"
