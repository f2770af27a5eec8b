"""A process that behaves like vLLM's or SGLang's HTTP server, as far as openk2 uses them.

It is started with their command lines and answers `/health`, `/v1/completions` with `return_token_ids` (vLLM) and
`/generate` with `input_ids` (SGLang) in the forms that `chat/remote_completions.py` and `chat/remote_generate.py` read:
chunks of one token, counts in the last one, a finish reason with the last token. Neither program was run beside it.
What it says is fixed. The environment says how it behaves: `FOREIGN_FAULT` ends it at once with these words,
`FOREIGN_WORKER` names a file for the process id of a child it starts, `FOREIGN_PAUSE` are seconds between tokens.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from openk2.chat.tokenizer import load_tokenizer


def flags(arguments: list[str]) -> tuple[str, argparse.Namespace]:
    """Which of the two it is, and what it was started with; an unknown flag is an error, as it is there."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--served-model-name", required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--trust-remote-code", action="store_true", required=True)
    module = arguments[arguments.index("-m") + 1]
    rest = arguments[arguments.index("-m") + 2 :]
    if module == "vllm.entrypoints.cli.main":
        assert rest[0] == "serve"
        parser.add_argument("model_tag")
        parser.add_argument("--max-model-len", type=int)
        parser.add_argument("--enable-prefix-caching", action="store_true")
        parser.add_argument("--enable-prompt-tokens-details", action="store_true")
        parser.add_argument("--structured-outputs-config.backend", choices=["guidance"])
        parser.add_argument("--tensor-parallel-size", type=int)
        return "vllm", parser.parse_args(rest[1:])
    assert module == "sglang.launch_server"
    parser.add_argument("--model-path", dest="model_tag", required=True)
    parser.add_argument("--context-length", type=int)
    parser.add_argument("--enable-cache-report", action="store_true")
    parser.add_argument("--grammar-backend", choices=["llguidance"])
    parser.add_argument("--tp-size", type=int)
    return "sglang", parser.parse_args(rest)


def application(kind: str, given: argparse.Namespace) -> Starlette:
    tokenizer = load_tokenizer(given.model_tag)
    text = tokenizer.encode(f"hello from {kind}")
    pause = float(os.environ.get("FOREIGN_PAUSE", "0"))

    async def tokens(limit: int) -> AsyncIterator[tuple[int, str | None]]:
        ids = [*text, min(tokenizer.stop_ids)][:limit]
        for place, id in enumerate(ids):
            await asyncio.sleep(pause)
            last = place + 1 == len(ids)
            yield id, ("stop" if id in tokenizer.stop_ids else "length") if last else None

    async def completions(request: Request) -> Response:
        body = await request.json()
        if body["model"] != given.served_model_name:
            return JSONResponse({"error": {"message": f"The model `{body['model']}` does not exist."}}, 404)
        assert body["return_token_ids"] is True
        assert all(isinstance(id, int) for id in body["prompt"])
        assert body["stream"] is True

        async def chunks() -> AsyncIterator[str]:
            head = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": body["model"]}
            count = 0
            async for id, reason in tokens(body["max_tokens"]):
                count += 1
                choice = {"index": 0, "text": "?", "token_ids": [id], "logprobs": None, "finish_reason": reason}
                yield data({**head, "choices": [choice]})
            usage: dict[str, Any] = {"prompt_tokens": len(body["prompt"]), "completion_tokens": count}
            usage["prompt_tokens_details"] = {"cached_tokens": 16}
            yield data({**head, "choices": [], "usage": usage})
            yield "data: [DONE]\n\n"

        return StreamingResponse(chunks(), media_type="text/event-stream")

    async def generate(request: Request) -> Response:
        body = await request.json()
        assert all(isinstance(id, int) for id in body["input_ids"])

        async def chunks() -> AsyncIterator[str]:
            ids: list[int] = []
            async for id, reason in tokens(body["sampling_params"]["max_new_tokens"]):
                ids.append(id)
                meta: dict[str, Any] = {"prompt_tokens": len(body["input_ids"]), "completion_tokens": len(ids)}
                meta |= {"cached_tokens": 16, "finish_reason": {"type": reason} if reason else None}
                yield data({"text": "?" * len(ids), "output_ids": ids, "meta_info": meta, "index": 0})
            yield "data: [DONE]\n\n"

        return StreamingResponse(chunks(), media_type="text/event-stream")

    async def health(request: Request) -> Response:
        return Response()

    async def models(request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [{"id": given.served_model_name, "object": "model"}]})

    routes = [Route("/health", health), Route("/v1/models", models)]
    if kind == "vllm":
        routes.append(Route("/v1/completions", completions, methods=["POST"]))
    else:
        routes.append(Route("/generate", generate, methods=["POST"]))
    return Starlette(routes=routes)


def data(value: object) -> str:
    return f"data: {json.dumps(value)}\n\n"


if __name__ == "__main__":
    if fault := os.environ.get("FOREIGN_FAULT"):
        print("INFO starting")
        print(f"RuntimeError: {fault}")
        sys.exit(1)
    which, asked = flags(sys.argv[1:])
    if file := os.environ.get("FOREIGN_WORKER"):
        child = subprocess.Popen(["sleep", "600"])
        with open(file, "w") as written:
            written.write(str(child.pid))
    print(f"INFO {which} serves {asked.served_model_name}", flush=True)
    uvicorn.run(application(which, asked), host=asked.host, port=asked.port, log_level="warning")
