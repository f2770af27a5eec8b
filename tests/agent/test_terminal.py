"""`openk2 agent` and `openk2 chat` from the outside, with scripted models."""

import asyncio
import io
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from agent_scripts import calls, says
from rich.console import Console

from openk2.agent.approvals import ask_first
from openk2.agent.progress import CallFinished, CallStarted
from openk2.agent.tools import ToolOutput
from openk2.chat.events import ReasoningDelta, TextDelta
from openk2.chat.messages import ChatRequest, Message, ToolCall
from openk2.chat.scripted import ScriptedBackend
from openk2.cli import agent as agent_command
from openk2.cli import chat as chat_command
from openk2.cli import terminal
from openk2.cli.main import main
from openk2.errors import ChatError
from openk2.trace.records import End, Header
from openk2.trace.store import read_trace

Play = Callable[..., tuple[int, str, str]]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Play:
    """Runs a command line with a scripted model: (exit status, standard output, standard error)."""

    def run(
        replies: list[Message] | Callable[[ChatRequest], Message], *arguments: str, typed: str = ""
    ) -> tuple[int, str, str]:
        backend = ScriptedBackend(replies)
        for command in (agent_command, chat_command):
            monkeypatch.setattr(command, "open_backend", lambda model: backend)
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        output, errors = capsys.readouterr()
        return int(ended.value.code or 0), output, errors

    return run


def fails(request: ChatRequest) -> Message:
    """A model that cannot answer, and that is not worth asking again."""
    raise ChatError("it cannot be rendered")


class TestAgent:
    def test_the_answer_alone_is_on_standard_output(self, play: Play, workspace: Path) -> None:
        script = [calls(("search_files", {"text": "Paris", "path": "notes"})), calls(("python", {"code": "2 * 17"}))]
        status, output, errors = play([*script, says("34")], "agent", "count", "--workspace", str(workspace))
        assert (status, output) == (0, "34\n")
        assert '→ search_files(text="Paris", path="notes")' in errors
        assert "  2 matches in 1 files" in errors
        assert "sandbox: " in errors
        assert "done (3 steps, 2 calls, " in errors

    def test_json_is_one_object(self, play: Play, workspace: Path, tmp_path: Path) -> None:
        trace = tmp_path / "run.jsonl"
        arguments = ("--workspace", str(workspace), "--trace", str(trace), "--json")
        status, output, _ = play([calls(("fly", {})), says("no")], "agent", "go", *arguments)
        report = json.loads(output)
        assert (status, report["status"], report["answer"], report["steps"]) == (0, "done", "no", 2)
        assert report["trace"] == str(trace)
        header, *_, end = read_trace(trace)
        assert isinstance(header, Header)
        assert header.sandbox == report["sandbox"] != ""
        assert isinstance(end, End)

    @pytest.mark.parametrize(
        ("options", "status", "word"),
        [
            (("--max-steps", "1"), 3, "limit_steps"),
            (("--max-tokens", "5"), 3, "limit_tokens"),
            (("--approve", "deny", "--max-steps", "2"), 3, "limit_steps"),
        ],
    )
    def test_limits_have_an_exit_status(
        self, play: Play, workspace: Path, options: tuple[str, ...], status: int, word: str
    ) -> None:
        def again(request: ChatRequest) -> Message:
            return calls(("write_file", {"path": "x", "content": "x"}))

        code, output, errors = play(again, "agent", "go", "--workspace", str(workspace), *options)
        assert (code, output) == (status, "")
        assert word in errors
        assert (workspace / "x").exists() == (options == ("--max-steps", "1"))

    @pytest.mark.parametrize(("options", "times"), [((), 3), (("--max-repeats", "2"), 2)])
    def test_a_model_that_repeats_itself_is_stopped_and_says_so(
        self, play: Play, workspace: Path, tmp_path: Path, options: tuple[str, ...], times: int
    ) -> None:
        trace = tmp_path / "run.jsonl"
        where = ("--workspace", str(workspace), "--tools", "list_files", "--trace", str(trace))
        code, output, errors = play(lambda request: calls(("list_files", {})), "agent", "go", *where, *options)
        assert (code, output) == (3, "")
        reason = f"list_files: the same call with the same result {times} times in a row"
        assert f"limit_repeats: {reason} ({times} steps, {times} calls, " in errors
        end = read_trace(trace)[-1]
        assert isinstance(end, End)
        assert end.status == "limit_repeats"

    def test_a_model_may_repeat_itself_where_that_is_asked_for(self, play: Play, workspace: Path) -> None:
        options = ("--workspace", str(workspace), "--tools", "list_files", "--max-repeats", "0", "--max-steps", "7")
        code, _, errors = play(lambda request: calls(("list_files", {})), "agent", "go", *options)
        assert code == 3
        assert "limit_steps: the budget of 7 steps is used up" in errors

    def test_a_model_that_fails_ends_with_status_1(self, play: Play, workspace: Path) -> None:
        code, _, errors = play(fails, "agent", "go", "--workspace", str(workspace), "--tools", "list_files")
        assert code == 1
        assert "failed: it cannot be rendered" in errors
        assert "sandbox" not in errors

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (("--tools", "list_files,fly"), "no tool named 'fly'; accepted: python, list_files"),
            (("--approve", "maybe"), "--approve is 'maybe'; accepted: auto, ask, deny"),
            (("--approve", "ask"), "--approve ask needs a terminal to ask in; accepted here: auto, deny"),
            (("--max-steps", "0"), "the budget of steps is 0; accepted: above 0"),
            (("--temperature", "-1"), "temperature is -1.0; accepted"),
            (("--workspace", "/"), "the workspace is /; accepted: a folder of its own"),
            (("--workspace", "/no/such"), "/no/such: the workspace is not a directory"),
        ],
    )
    def test_wrong_usage_is_one_line(self, play: Play, workspace: Path, options: tuple[str, ...], message: str) -> None:
        code, output, errors = play([], "agent", "go", "--workspace", str(workspace), *options)
        assert (code, output) == (2, "")
        assert errors.startswith(f"openk2: {message}")
        assert errors.count("\n") == 1

    def test_a_trace_is_never_written_over(self, play: Play, workspace: Path, tmp_path: Path) -> None:
        (tmp_path / "run.jsonl").write_text("precious")
        options = ("--workspace", str(workspace), "--trace", str(tmp_path / "run.jsonl"))
        code, _, errors = play([says("x")], "agent", "go", *options)
        assert code == 2
        assert "exists already; accepted: a new file" in errors
        assert (tmp_path / "run.jsonl").read_text() == "precious"

    def test_shell_is_there_only_when_asked_for(self, play: Play, workspace: Path) -> None:
        script = [calls(("shell", {"command": "echo hi"})), says("done")]
        _, _, errors = play(script, "agent", "go", "--workspace", str(workspace))
        assert "no tool named 'shell'" in errors
        _, _, errors = play(script, "agent", "go", "--workspace", str(workspace), "--shell")
        assert "  hi\n" in errors

    def test_ctrl_c_ends_with_status_130_and_a_whole_trace(self, play: Play, workspace: Path, tmp_path: Path) -> None:
        def interrupt(request: ChatRequest) -> Message:
            os.kill(os.getpid(), signal.SIGINT)
            return says("word " * 2000)

        trace = tmp_path / "run.jsonl"
        arguments = ("--workspace", str(workspace), "--trace", str(trace), "--json")
        code, output, _ = play(interrupt, "agent", "go", *arguments)
        assert (code, json.loads(output)["status"]) == (130, "cancelled")
        end = read_trace(trace)[-1]
        assert isinstance(end, End)
        assert end.status == "cancelled"


class TestChat:
    def test_answers_are_streamed_and_the_conversation_goes_on(self, play: Play) -> None:
        def reply(request: ChatRequest) -> Message:
            return says(f"you said {[message.content for message in request.messages if message.role == 'user']}")

        code, output, _ = play(reply, "chat", typed="one\n\ntwo\n/new\nthree\n/quit\nfour\n")
        assert code == 0
        assert output == "you said ['one']\nyou said ['one', 'two']\nyou said ['three']\n"

    def test_saving_writes_a_trace(self, play: Play, tmp_path: Path) -> None:
        path = tmp_path / "talk.jsonl"
        typed = f"hello\n/save {path}\n/save {path}\n/save\n/nonsense\n"
        _, _, errors = play([says("hi")], "chat", typed=typed)
        assert len(read_trace(path)) == 3
        assert "3 records" in errors
        assert "exists already" in errors
        assert errors.count("/save FILE") == 3

    def test_tools_are_used_behind_approvals(self, play: Play, workspace: Path) -> None:
        script = [calls(("list_files", {}), ("python", {"code": "1"})), says("notes/")]
        options = ("--tools", "--workspace", str(workspace), "--approve", "deny")
        _, output, errors = play(script, "chat", *options, typed="look\n")
        assert output == "notes/\n"
        assert "→ list_files()" in errors
        assert "does not allow this call of python" in errors

    def test_without_tools_there_are_none(self, play: Play) -> None:
        seen: list[ChatRequest] = []

        def reply(request: ChatRequest) -> Message:
            seen.append(request)
            return says("hi")

        play(reply, "chat", typed="hello\n")
        assert seen[0].tools == ()
        assert [message.role for message in seen[0].messages] == ["user"]

    def test_a_failure_does_not_end_the_chat(self, play: Play) -> None:
        def reply(request: ChatRequest) -> Message:
            return says("hi") if request.messages[-1].content == "one" else fails(request)

        code, output, errors = play(reply, "chat", typed="two\none\n/quit\n")
        assert (code, output) == (0, "hi\n")
        assert "failed: it cannot be rendered" in errors


class TestDisplay:
    def show(self, *events: object) -> str:
        out = io.StringIO()
        display = terminal.Display(Console(file=out, width=80), on_text=out.write)
        for event in events:
            display.show(event)  # type: ignore[arg-type]
        display.end_line()
        return out.getvalue()

    def test_no_text_moves_the_cursor(self) -> None:
        call = ToolCall("1", "read_file", '{"path": "\\u001b[2J"}')
        text = self.show(
            TextDelta("a\x1b[31m\n"), CallStarted(call), CallFinished(call, ToolOutput(True, "\x1b]0;title\x07\r\x9b"))
        )
        assert all(character.isprintable() or character == "\n" for character in text)

    def test_long_results_and_lines_are_cut(self) -> None:
        call = ToolCall("1", "x", "{}")
        lines = self.show(CallFinished(call, ToolOutput(True, "\n".join(["y" * 500] * 9)))).splitlines()
        assert lines[-1] == "  … 3 more lines"
        assert max(map(len, lines)) < 170

    def test_reasoning_is_counted_not_shown(self) -> None:
        text = self.show(ReasoningDelta("secret "), ReasoningDelta("thoughts"), TextDelta("answer"))
        assert text == "(thought for 15 characters)\nanswer\n"

    def test_calls_whose_arguments_are_no_object_are_shown_as_they_are(self) -> None:
        assert terminal.describe(ToolCall("1", "f", '{"a": 1, "b": "x"}')) == 'f(a=1, b="x")'
        assert terminal.describe(ToolCall("1", "f", "{oops")) == "f({oops)"
        assert terminal.describe(ToolCall("1", "f", "[1]")) == "f([1])"

    @pytest.mark.parametrize(
        ("typed", "decision"), [(b"y\n", "allow"), (b"\n", "refuse"), (b"stop\n", "stop"), (b"", "refuse")]
    )
    def test_a_person_is_asked_with_the_whole_call(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: bytes, decision: str
    ) -> None:
        read, write = os.pipe()
        os.write(write, typed)
        os.close(write)
        call = ToolCall("1", "python", json.dumps({"code": "print(1)\n" * 50}))
        with os.fdopen(read) as stdin:
            monkeypatch.setattr("sys.stdin", stdin)
            assert asyncio.run(ask_first(terminal.ask)(call, "execute")) == decision
        shown = capsys.readouterr().err
        assert shown.count("print(1)") == 50
        assert "wants to run code: [y]es, [a]lways for python, [n]o, [s]top?" in shown
