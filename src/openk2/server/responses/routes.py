"""The routes of OpenAI's Responses API."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from openk2.server.errors import ApiError
from openk2.server.files.store import owner_of
from openk2.server.openapi import answer_of, body_of
from openk2.server.protocol import Call, Json
from openk2.server.responses import shapes
from openk2.server.responses.answer import ResponsesWriter
from openk2.server.responses.file_store import FileStore
from openk2.server.responses.memory_store import MemoryStore
from openk2.server.responses.output import OutputItems
from openk2.server.responses.request import Asked, ResponsesBody, not_kept, read_responses
from openk2.server.responses.running import Following, Run, RunElsewhere
from openk2.server.responses.store import Kept, ResponseStore
from openk2.server.sealing import Seal
from openk2.server.services import Services, caller_of
from openk2.server.settings import ServerSettings

_LONGEST_PAGE = 100


def routes(app: FastAPI, services: Services) -> None:
    """Add them to the application."""
    store = _store(services.settings)
    room = _Room(services, store, Seal(services.settings.signing_secret))

    @app.post("/v1/responses", openapi_extra=body_of(ResponsesBody), responses=answer_of(shapes.Response))
    async def create(request: Request) -> Response:
        """Answer items, whole, event by event, or in the background."""
        return await room.create(request)

    @app.get("/v1/responses/{id}", responses=answer_of(shapes.Response))
    async def retrieve(request: Request, id: str, stream: bool = False, starting_after: int | None = None) -> Response:
        """A kept response, or its events from one on where it runs in the background."""
        kept = room.kept(request, id)
        return room.follow(kept, starting_after) if stream else JSONResponse(kept.response)

    @app.delete("/v1/responses/{id}", responses={200: {"model": shapes.ResponseDeleted}})
    async def delete(request: Request, id: str) -> Json:
        """Forget a response; one that runs ends."""
        kept = room.kept(request, id)
        await room.end(kept)
        store.remove(kept.owner, id)
        return {"id": id, "object": "response", "deleted": True}

    @app.post("/v1/responses/{id}/cancel", responses={200: {"model": shapes.Response}})
    async def cancel(request: Request, id: str) -> Json:
        """End a response that runs in the background."""
        kept = room.kept(request, id)
        if not kept.response["background"]:
            raise ApiError(400, f"response {id!r} does not run in the background; accepted: one that does")
        await room.end(kept)
        return room.kept(request, id).response

    @app.get("/v1/responses/{id}/input_items", responses={200: {"model": shapes.ItemList}})
    async def input_items(
        request: Request, id: str, limit: int = 20, order: str = "desc", after: str | None = None
    ) -> Json:
        """The items that a response answers, earlier turns included, newest first unless `order` is asc."""
        kept = room.kept(request, id)
        if not 1 <= limit <= _LONGEST_PAGE:
            raise ApiError(400, f"limit is {limit}; accepted: 1 … {_LONGEST_PAGE}", param="limit")
        if order not in ("asc", "desc"):
            raise ApiError(400, f"order is {order!r}; accepted: asc, desc", param="order")
        items = [*kept.context, *kept.input]
        return _page(items if order == "asc" else items[::-1], limit, after)


class _Room:
    """What the routes share: responses that are kept, and those that run by themselves."""

    def __init__(self, services: Services, store: ResponseStore, seal: Seal) -> None:
        self._services, self._store, self._seal = services, store, seal
        self._runs: dict[str, Run] = {}

    async def create(self, request: Request) -> Response:
        """Answer a request."""
        owner = owner_of(caller_of(request))
        data = await self._services.body(request)
        asked = read_responses(data, request.state.request_id, owner, self._services.served, self._store, self._seal)
        call = Call(
            asked.body.model,
            asked.model,
            asked.request,
            bool(asked.body.stream),
            partial(
                ResponsesWriter,
                resource=asked.resource,
                items=OutputItems(asked.tools, self._seal, encloses=asked.encloses),
                keep=partial(self._keep, owner, asked),
            ),
        )
        if asked.body.background:
            return self._start(request, asked, call)
        return self._services.answer(request, call)

    def kept(self, request: Request, id: str) -> Kept:
        """The caller's response. Raises ApiError (404) where there is none."""
        kept = self._store.find(owner_of(caller_of(request)), id)
        if kept is None:
            raise not_kept(id)
        return kept

    def follow(self, kept: Kept, after: int | None) -> Response:
        """The events of a response in the background, behind the one with a sequence number."""
        first = 0 if after is None else after + 1
        if kept.id in self._runs:
            return Following(self._runs[kept.id], first)
        if kept.response["background"] and not (kept.over and kept.log):
            # Of another process, where the log is kept a moment after the end.
            return Following(RunElsewhere(partial(self._look, kept)), first)
        if not kept.log:
            raise ApiError(400, "stream is true, but the response did not run in the background", param="stream")
        return Response(b"".join(kept.log[first:]), media_type="text/event-stream")

    async def end(self, kept: Kept) -> None:
        """Cancel a response that runs, here or in another process."""
        if kept.id in self._runs:
            await self._runs[kept.id].cancel()
        elif not kept.over:
            self._store.put(replace(kept, response={**kept.response, "status": "cancelled"}))

    def _look(self, kept: Kept) -> tuple[bool, tuple[bytes, ...]]:
        now = self._store.find(kept.owner, kept.id)
        return (True, ()) if now is None else (now.over, now.log)

    def _start(self, request: Request, asked: Asked, call: Call) -> Response:
        owner = owner_of(caller_of(request))
        queued = asked.resource.at("queued")
        self._keep(owner, asked, queued)
        answer = self._services.answer(request, replace(call, stream=True))
        run = Run(
            answer,
            request.scope,
            given_up=partial(self._given_up, owner, asked),
            broke_off=partial(self._broke_off, owner, asked),
            ended=partial(self._settle, owner, asked),
        )
        self._runs[asked.resource.id] = run
        return Following(run, 0) if asked.body.stream else JSONResponse(queued)

    def _keep(self, owner: str, asked: Asked, response: Json) -> None:
        if asked.keeps and not self._given_up(owner, asked):
            self._store.put(Kept(owner, response, asked.context, asked.input))

    def _given_up(self, owner: str, asked: Asked) -> bool:
        """Whether a response in the background was cancelled or deleted where it is kept."""
        if asked.resource.id not in self._runs:
            return False
        kept = self._store.find(owner, asked.resource.id)
        return kept is None or kept.response["status"] == "cancelled"

    def _broke_off(self, owner: str, asked: Asked, error: Json | None) -> None:
        """No event said the end of a run."""
        kept = self._store.find(owner, asked.resource.id)
        if kept is not None and not kept.over:
            self._keep(owner, asked, asked.resource.at("failed" if error else "cancelled", error=error))

    def _settle(self, owner: str, asked: Asked, log: list[bytes]) -> None:
        """A run is over: its log is kept with its response."""
        del self._runs[asked.resource.id]
        kept = self._store.find(owner, asked.resource.id)
        if kept is not None:
            self._store.put(replace(kept, log=tuple(log)))


def _store(settings: ServerSettings) -> ResponseStore:
    """Where the settings want responses to be kept."""
    number, size = settings.kept_responses, settings.kept_responses_bytes
    seconds = settings.kept_responses_seconds
    if settings.responses_file is None:
        return MemoryStore(number=number, size=size, seconds=seconds)
    return FileStore(settings.responses_file, number=number, size=size, seconds=seconds)


def _page(items: list[Json], limit: int, after: str | None) -> Json:
    """A page of a list, in the form of OpenAI's lists."""
    ids = [item["id"] for item in items]
    if after is not None and after not in ids:
        raise ApiError(404, f"after is {after!r}, which is no item of this list", param="after")
    first = 0 if after is None else ids.index(after) + 1
    page = items[first : first + limit]
    return {
        "object": "list",
        "data": page,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
        "has_more": first + limit < len(items),
    }
