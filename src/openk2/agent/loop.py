"""The agent: `think -> act -> record`, until the model answers without a call or a limit ends the run.

Every way a run can end has a status; what the model gets wrong (tools that do not exist, arguments that do not fit)
comes back to it as text it can act on. The trace holds every message as it entered the conversation, so a run that is
cancelled or killed leaves all it had done.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from openk2.agent.approvals import Approver, allow_all
from openk2.agent.budgets import Budgets, Spent, Status
from openk2.agent.progress import CallFinished, CallStarted, Progress, Retrying
from openk2.agent.prompt import SYSTEM_PROMPT
from openk2.agent.recorder import Recorder
from openk2.agent.repetition import Repetition
from openk2.agent.tools.standard import workspace_tools
from openk2.agent.tools.toolbox import ERROR, ToolBox, ToolOutput
from openk2.chat.backend import ChatBackend, closing
from openk2.chat.events import Fold
from openk2.chat.messages import ChatRequest, Message, ToolCall
from openk2.chat.sampling import SamplingParams
from openk2.errors import AgentError, ContextLengthError, OpenK2Error, RequestError
from openk2.trace.records import Record


@dataclass(frozen=True)
class Result:
    """What became of one task."""

    status: Status
    answer: str
    """The text of the model's last message; empty when it never answered."""
    reason: str
    """Why the run ended, in one line; empty when it is done."""
    steps: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float


class _Ended(Exception):
    """Ends the turn with a status other than done."""

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status: Status = status
        self.reason = reason


class Agent:
    """A model, its tools and one conversation."""

    def __init__(
        self,
        backend: ChatBackend,
        toolbox: ToolBox | None = None,
        workspace: Path | None = None,
        budgets: Budgets | None = None,
        *,
        sampling: SamplingParams | None = None,
        system: str | None = SYSTEM_PROMPT,
        approve: Approver = allow_all,
        record: Callable[[Record], None] | None = None,
        watch: Callable[[Progress], None] | None = None,
        sandbox: str = "",
        task_id: str | None = None,
        retries: int = 2,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises AgentError when neither `toolbox` nor `workspace` is given or the workspace is unusable.

        `toolbox`: the tools; by default the standard ones of `workspace`. `system`: None leaves the message out.
        `record`: takes each record of the trace as it happens. `watch`: is told of everything as it happens.
        `sandbox`: the isolation in words, for the trace. `retries`: how often a broken answer is asked for again, after
        1, 2, 4 … seconds. `sleep`, `clock`: for tests.
        """
        if toolbox is None:
            if workspace is None:
                raise AgentError("the agent has neither tools nor a workspace; accepted: one of them, or both")
            toolbox = ToolBox(workspace_tools(workspace))
        self.backend = backend
        self.toolbox = toolbox
        self.workspace = workspace
        self.budgets = budgets or Budgets()
        self.messages: list[Message] = []
        """The conversation so far."""
        self._sampling = sampling or SamplingParams()
        self._approve = approve
        self._watch = watch or (lambda progress: None)
        self._retries, self._sleep, self._clock = retries, sleep, clock
        self._recorder = Recorder(record or (lambda record: None))
        self._spent = Spent(self.budgets, clock)
        self._task: asyncio.Task[Any] | None = None
        self._asked_to_stop = False
        self._recorder.header(backend.name, toolbox.specs, sandbox, task_id)
        if system is not None:
            self._say(Message("system", system))

    async def run(self, task: str) -> Result:
        """Solve one task from beginning to end, and end the trace."""
        try:
            result = await self.ask(task)
        except BaseException as error:
            self.end("cancelled" if isinstance(error, asyncio.CancelledError) else "failed")
            raise
        self.end(result.status)
        return result

    async def ask(self, text: str) -> Result:
        """One turn of a longer conversation, with the whole of the budgets; the trace goes on.

        A turn that is cut short leaves a conversation that can go on: calls that did not run are answered as
        interrupted.
        """
        self._spent = Spent(self.budgets, self._clock)
        self._task = asyncio.current_task()
        self._asked_to_stop = False
        self._say(Message("user", text))
        status: Status = "done"
        reason = ""
        try:
            async with asyncio.timeout(self.budgets.seconds) as timeout:
                await self._solve()
        except _Ended as ended:
            status, reason = ended.status, ended.reason
        except TimeoutError:
            if not timeout.expired():
                raise
            status, reason = "limit_seconds", f"the budget of {self.budgets.seconds:g} seconds is used up"
        except asyncio.CancelledError:
            if not self._asked_to_stop or self._task is None:
                raise
            self._task.uncancel()
            status, reason = "cancelled", "cancelled"
        except OpenK2Error as error:
            status, reason = "failed", " ".join(str(error).split())
        finally:
            self._task = None
            self._close_open_calls()
        return self._result(status, reason)

    def cancel(self) -> None:
        """End the turn now; `run` or `ask` returns with the status cancelled."""
        if self._task is not None:
            self._asked_to_stop = True
            self._task.cancel()

    def end(self, status: Status) -> None:
        """End the trace, with what the last turn used."""
        self._recorder.ended(status, self._spent)

    async def _solve(self) -> None:
        """think -> act -> record, until there is nothing left to do."""
        repetition = Repetition(self.budgets.repeats)
        while True:
            if limit := self._spent.exceeded():
                raise _Ended(*limit)
            message = await self._think()
            if not message.tool_calls:
                return
            heard = []
            for call in message.tool_calls:
                output = await self._act(call)
                self._heard(call, output)
                heard.append((call, output))
            if stuck := repetition.add(heard):
                raise _Ended("limit_repeats", stuck)

    async def _think(self) -> Message:
        """The model's next message, recorded, also where it is cut short."""
        for attempt in range(self._retries + 1):
            answer = Fold()
            try:
                await self._receive(answer)
                break
            except ContextLengthError as error:
                raise _Ended("limit_tokens", str(error)) from error
            except RequestError as error:
                if attempt == self._retries:
                    self._take(answer, complete=False)
                    raise
                self._spent.add(answer)
                self._watch(Retrying(str(error)))
                await self._sleep(2.0**attempt)
            except BaseException:
                self._take(answer, complete=False)
                raise
        message = self._take(answer, complete=answer.reason not in ("length", "cancelled"))
        if answer.reason == "length":
            raise _Ended("limit_tokens", self._what_was_full())
        if answer.reason == "cancelled":
            raise _Ended("cancelled", f"{self.backend.name} cancelled the answer")
        return message

    async def _receive(self, answer: Fold) -> None:
        """Ask the backend, and take its answer piece by piece."""
        left = [limit for limit in (self._spent.tokens_left, self._sampling.max_tokens) if limit is not None]
        sampling = replace(self._sampling, max_tokens=min(left, default=None))
        events = self.backend.stream(ChatRequest(tuple(self.messages), self.toolbox.specs, sampling))
        async with closing(events):
            async for event in events:
                answer.add(event)
                self._watch(event)

    def _take(self, answer: Fold, *, complete: bool) -> Message:
        """Count and record an answer; of one that was cut short, the calls are left out and nothing at all stays
        nothing."""
        self._spent.add(answer)
        message = answer.message
        if not complete:
            if not (answer.token_ids or message.content or message.reasoning):
                return message
            message = replace(message, tool_calls=())
        self._spent.steps += 1
        self.messages.append(message)
        self._recorder.answered(message, answer)
        return message

    async def _act(self, call: ToolCall) -> ToolOutput:
        """Run one call, if it may run. Raises _Ended where the run is to stop instead."""
        effect = self.toolbox.effect(call.name)
        decision = "allow" if effect in (None, "read") else await self._approve(call, effect)
        if decision == "stop":
            raise _Ended("denied", f"the call of {call.name} was denied")
        if decision == "refuse":
            return ToolOutput(False, f"{ERROR}the user does not allow this call of {call.name}")
        self._watch(CallStarted(call))
        return await self.toolbox.run(call.name, call.arguments)

    def _heard(self, call: ToolCall, output: ToolOutput) -> None:
        """A tool's output enters the conversation."""
        self.messages.append(Message("tool", output.text, tool_call_id=call.id, name=call.name))
        self._recorder.ran(call, output)
        self._watch(CallFinished(call, output))

    def _say(self, message: Message) -> None:
        self.messages.append(message)
        self._recorder.said(message)

    def _close_open_calls(self) -> None:
        """Answer the calls of the last message that did not run."""
        for heard, message in enumerate(reversed(self.messages)):
            if message.role != "tool":
                for call in message.tool_calls[heard:]:
                    self._heard(call, ToolOutput(False, f"{ERROR}interrupted"))
                return

    def _what_was_full(self) -> str:
        left = self._spent.tokens_left
        if left is not None and left <= 0:
            return f"the budget of {self.budgets.tokens} tokens is used up"
        if self._sampling.max_tokens is not None:
            return f"a message reached its limit of {self._sampling.max_tokens} tokens or the end of the context"
        return f"the context of {self.backend.context_length or 'unknown length'} tokens is full"

    def _result(self, status: Status, reason: str) -> Result:
        last = next((message for message in reversed(self.messages) if message.role == "assistant"), None)
        spent = self._spent
        return Result(
            status,
            last.content if last is not None else "",
            reason,
            spent.steps,
            spent.prompt_tokens,
            spent.completion_tokens,
            spent.seconds,
        )
