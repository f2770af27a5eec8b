"""A chat backend over HTTP: any API of OpenAI's chat-completions form (Moonshot, vLLM, SGLang, llama.cpp, openk2).

Answers are streamed. The model's template and the reading of its answer are the server's own; where those shall be
ours, see `remote_tokens.py`.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from typing import Any

import httpx

from openk2.chat.call_ids import count_calls
from openk2.chat.events import Event
from openk2.chat.messages import ChatRequest
from openk2.chat.remote_answer import AnswerReader
from openk2.chat.upstream import Upstream, checked_address
from openk2.errors import RequestError, UpstreamError


class RemoteBackend:
    """Asks a model behind an OpenAI-compatible API."""

    def __init__(
        self,
        model: str,
        base_url: str,
        api_key: str | None = None,
        *,
        context_length: int | None = None,
        timeout: float = 300.0,
        retries: int = 4,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`base_url`: up to and including `/v1`; the rest as `Upstream` has it. Raises RequestError when the address or
        the key cannot be one."""
        self.name = model
        self.context_length = context_length
        self._upstream = Upstream(
            checked_address(base_url) + "/chat/completions",
            api_key,
            timeout=timeout,
            retries=retries,
            transport=transport,
            sleep=sleep,
        )

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """The model's answer as it comes; Usage is all zero where the server does not tell. Raises RequestError with
        the server's own words when it refuses the request as it is, and UpstreamError when the fault is not the
        request's: no answer, none in time, one that breaks off, or a key that is not accepted."""
        answer = AnswerReader(count_calls(request.messages))
        async with aclosing(self._upstream.post(self._body(request))) as chunks:
            async for data in chunks:
                for event in self._blamed(answer.take(data)):
                    yield event
            for event in self._blamed(answer.finish()):
                yield event

    def _blamed(self, events: Iterator[Event]) -> Iterator[Event]:
        """The events as they are; where they make no sense, that is the server's fault and not the request's."""
        try:
            yield from events
        except RequestError as error:
            raise UpstreamError(f"{self._upstream.shown}: {error}") from None

    def _body(self, request: ChatRequest) -> dict[str, Any]:
        """The request in OpenAI's form; settings that say nothing are left out, since some servers know few of them.
        Raises RequestError for what this backend cannot ask for."""
        sampling = request.sampling
        for name, given in (
            ("n", sampling.n > 1),
            ("grammar", sampling.grammar),
            ("prompt_logprobs", sampling.prompt_logprobs),
        ):
            if given:
                raise RequestError(f"{name} is given, which {self.name} behind {self._upstream.shown} is not asked for")
        body: dict[str, Any] = {
            "model": self.name,
            "messages": [message.to_openai() for message in request.messages],
            "temperature": sampling.temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        optional = {
            "tools": [tool.to_openai() for tool in request.tools],
            "max_tokens": sampling.max_tokens,
            "top_p": sampling.top_p if sampling.top_p < 1.0 else None,
            "top_k": sampling.top_k,
            "stop": list(sampling.stop),
            "min_p": sampling.min_p,
            "presence_penalty": sampling.presence_penalty,
            "frequency_penalty": sampling.frequency_penalty,
            "repetition_penalty": sampling.repetition_penalty if sampling.repetition_penalty != 1.0 else None,
            "logit_bias": {str(id): bias for id, bias in sampling.logit_bias.items()},
            "stop_token_ids": list(sampling.stop_token_ids),
            "ignore_eos": sampling.ignore_eos,
            "min_tokens": sampling.min_tokens,
            "priority": sampling.priority,
        }
        body |= {key: value for key, value in optional.items() if value}
        if sampling.seed is not None:
            body["seed"] = sampling.seed
        return body
