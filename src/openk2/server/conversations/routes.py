"""`/api/conversations` and `/share`: conversations of people who have signed in, or of a key.

Documents are as in `document.py`; times are milliseconds since 1970. Without accounts all of this is 404: the page then
keeps conversations in the browser.

- **`GET /api/conversations`** → `{"conversations": [{"id", "title", "updated"}], "next"}`, newest first. `limit`: at
  most so many; `after`: the `next` of the answer before, which is null on the last page; `q`: only those that hold
  every word of it, each with an `excerpt`.
- **`POST /api/conversations`**: keep a new document; 201, 409 where its id exists. **`PUT /api/conversations/{id}`**:
  keep it in place of what was there; 201 or 200. Both answer with the document's summary.
- **`GET /api/conversations/{id}`**: the document. **`DELETE`**: 204.
- **`PATCH /api/conversations/{id}`** `{"title"?, "head"?}`: rename it, show another branch.
- **`POST /api/conversations/{id}/turns`** `{"turns": [...], "head"?}`: add turns, or replace those of the same id.
- **`GET /api/conversations/{id}/export?format=json|markdown|html`**: a file. **`POST /api/conversations/import`**: one
  document, or `{"conversations": [...]}`; each gets an id of its own; 201 with their summaries.
- **`POST /api/conversations/{id}/share`** `{"days": 1 … 365}` → 201 `{"url", "expires"}`. **`GET`**: the copies there
  are, without their addresses. **`DELETE`**: take all of them back; 204.
- **`GET /share/{token}`**: the frozen page, for anybody; **`/share/{token}/file`**: the same as a download.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
from fastapi import FastAPI, Request
from starlette.responses import Response

from openk2.server.bodies import checked, json_body
from openk2.server.conversations.as_markdown import as_markdown
from openk2.server.conversations.bodies import Added, Change, Several, Shared
from openk2.server.conversations.document import (
    MAX_TITLE,
    Conversation,
    read_conversation,
)
from openk2.server.conversations.static_page import CONTENT_SECURITY_POLICY, static_page
from openk2.server.errors import ApiError
from openk2.server.files.store import owner_of
from openk2.server.openapi import body_of
from openk2.server.protocol import Json
from openk2.server.services import Services, caller_of

if TYPE_CHECKING:
    from openk2.server.conversations.sharing import Share, Sharing
    from openk2.server.conversations.store import Conversations, Summary

_MOST_LISTED = 1_000
_MOST_FOUND = 50
_MOST_WORDS = 16
_EXPORTS = ("application/json", "text/markdown", "text/html")
_DOCUMENT = body_of(Conversation)


def routes(app: FastAPI, services: Services) -> None:
    """Add them, where there are accounts."""
    if services.accounts is None:
        return
    # The database's libraries are an extra; without accounts nobody needs them.
    from openk2.server.conversations.sharing import Sharing
    from openk2.server.conversations.store import Conversations

    conversations = Conversations(services.accounts.database)
    sharing = Sharing(services.accounts.database, conversations)
    _lists(app, conversations)
    _documents(app, conversations)
    _shares(app, conversations, sharing)


def _owner(request: Request) -> str:
    caller = caller_of(request)
    if caller.user_id is None and caller.key_id is None:
        raise ApiError(401, "nobody is signed in; conversations are kept for people who are", code="not_signed_in")
    return owner_of(caller)


def _lists(app: FastAPI, conversations: Conversations) -> None:
    @app.get("/api/conversations")
    async def listed(
        request: Request, q: str | None = None, limit: str = "", after: str | None = None
    ) -> dict[str, Any]:
        """The caller's conversations, or those that hold the words of `q`, newest first."""
        words = (q or "").replace("\0", " ").split()
        most = _MOST_FOUND if words else _MOST_LISTED
        if limit:
            given = int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 7 else 0
            if not 1 <= given <= most:
                raise ApiError(400, f"limit is {limit[:40]!r}; accepted: 1 … {most:,}", param="limit")
            most = given
        if len(words) > _MOST_WORDS:
            raise ApiError(400, f"q has {len(words)} words; accepted: at most {_MOST_WORDS}", param="q")
        owner = _owner(request)
        # One more than shown tells whether there are more.
        if words:
            found = await conversations.search(owner, words, most + 1, after)
        else:
            found = await conversations.newest(owner, most + 1, after)
        shown = found[:most]
        return {
            "conversations": [_summary_json(summary) for summary in shown],
            "next": shown[-1].cursor if len(found) > most else None,
        }

    @app.post("/api/conversations", status_code=201, openapi_extra=_DOCUMENT)
    async def create(request: Request) -> dict[str, Any]:
        """Keep a new conversation."""
        owner = _owner(request)
        conversation = read_conversation(await json_body(request))
        await conversations.create(owner, [conversation])
        return _own_summary(conversation)

    @app.post("/api/conversations/import", status_code=201, openapi_extra=body_of(Several))
    async def import_(request: Request) -> dict[str, Any]:
        """Keep copies of exported conversations, beside what is there."""
        owner = _owner(request)
        body = await json_body(request)
        documents = checked(Several, body).conversations if "conversations" in body else [body]
        fresh = []
        for index, document in enumerate(documents):
            try:
                read = read_conversation(document)
            except ApiError as error:
                where = f"conversations[{index}]" if "conversations" in body else "the document"
                raise ApiError(400, f"{where}: {error}", param=error.param) from None
            fresh.append(read.model_copy(update={"id": f"c-{secrets.token_hex(16)}"}))
        await conversations.create(owner, fresh)
        return {"conversations": [_own_summary(conversation) for conversation in fresh]}


def _documents(app: FastAPI, conversations: Conversations) -> None:
    @app.get("/api/conversations/{id}")
    async def one(request: Request, id: str) -> Response:
        """The whole document."""
        return _private(await conversations.find(_owner(request), id))

    @app.put(
        "/api/conversations/{id}", openapi_extra=_DOCUMENT, responses={201: {"description": "Nothing was there before"}}
    )
    async def save(request: Request, id: str) -> Response:
        """Keep the document in place of what was there: 200, or 201 where nothing was."""
        owner = _owner(request)
        conversation = read_conversation(await json_body(request))
        if conversation.id != id:
            raise ApiError(400, f"id is {conversation.id!r}; accepted: that of the address, {id[:64]!r}", param="id")
        new = await conversations.save(owner, conversation)
        return _private(orjson.dumps(_own_summary(conversation)), status=201 if new else 200)

    @app.patch("/api/conversations/{id}", openapi_extra=body_of(Change))
    async def change(request: Request, id: str) -> dict[str, Any]:
        """Rename a conversation, or show another branch of it."""
        owner = _owner(request)
        changes = checked(Change, await json_body(request)).model_dump(exclude_none=True)
        if not changes:
            raise ApiError(400, f"nothing to change; accepted: title (at most {MAX_TITLE} characters), head")
        named = {"named": True} if "title" in changes else {}

        def changed(document: bytes) -> Conversation:
            return read_conversation({**orjson.loads(document), **changes, **named})

        return _own_summary(await conversations.change(owner, id, changed))

    @app.post("/api/conversations/{id}/turns", openapi_extra=body_of(Added))
    async def add_turns(request: Request, id: str) -> dict[str, Any]:
        """Add turns, or replace those of the same id; `head`: the turn to show, the last one given where it is not
        said."""
        owner = _owner(request)
        body = checked(Added, await json_body(request))
        given = body.turns

        def changed(document: bytes) -> Conversation:
            kept = orjson.loads(document)
            fresh = {turn.get("id"): turn for turn in given if isinstance(turn.get("id"), str)}
            turns = [fresh.pop(turn["id"], turn) for turn in kept["turns"]]
            turns += [turn for turn in given if not isinstance(turn.get("id"), str) or turn["id"] in fresh]
            return read_conversation({**kept, "turns": turns, "head": body.head or given[-1].get("id")})

        return _own_summary(await conversations.change(owner, id, changed))

    @app.delete("/api/conversations/{id}", status_code=204)
    async def delete(request: Request, id: str) -> Response:
        """Remove a conversation and what was shared of it."""
        await conversations.delete(_owner(request), id)
        return Response(status_code=204)

    @app.get("/api/conversations/{id}/export", response_class=Response, responses=_content(*_EXPORTS))
    async def export(request: Request, id: str, format: str = "json") -> Response:
        """The conversation as a file."""
        document = await conversations.find(_owner(request), id)
        conversation = read_conversation(orjson.loads(document))
        match format:
            case "json":
                body, kind, ending = document, "application/json", "json"
            case "markdown":
                body, kind, ending = as_markdown(conversation).encode(), "text/markdown; charset=utf-8", "md"
            case "html":
                body, kind, ending = (
                    (await asyncio.to_thread(static_page, conversation)).encode(),
                    "text/html; charset=utf-8",
                    "html",
                )
            case _:
                raise ApiError(400, f"format is {format[:40]!r}; accepted: json, markdown, html", param="format")
        return _private(body, media_type=kind, headers=_as_file(conversation.title, ending))


def _shares(app: FastAPI, conversations: Conversations, sharing: Sharing) -> None:
    @app.post("/api/conversations/{id}/share", status_code=201, openapi_extra=body_of(Shared))
    async def share(request: Request, id: str) -> dict[str, Any]:
        """Freeze a copy of the branch that is shown; its address is told this once."""
        owner = _owner(request)
        days = checked(Shared, await json_body(request)).days
        conversation = read_conversation(orjson.loads(await conversations.find(owner, id)))
        token, made = await sharing.share(owner, conversation, days)
        return {"url": f"share/{token}", "expires": made.expires}

    @app.get("/api/conversations/{id}/share")
    async def shared(request: Request, id: str) -> dict[str, Any]:
        """The copies that can still be read."""
        return {"shares": [_share_json(share) for share in await sharing.shares(_owner(request), id)]}

    @app.delete("/api/conversations/{id}/share", status_code=204)
    async def take_back(request: Request, id: str) -> Response:
        """Remove all copies."""
        await sharing.take_back(_owner(request), id)
        return Response(status_code=204)

    @app.get("/share/{token}", response_class=Response, responses=_content("text/html"))
    async def read(token: str) -> Response:
        """A shared conversation, as a page without scripts."""
        page = await sharing.read(token)
        return _private(page.html.encode(), media_type="text/html; charset=utf-8", headers=_PAGE_HEADERS)

    @app.get("/share/{token}/file", response_class=Response, responses=_content("text/html"))
    async def download(token: str) -> Response:
        """The same as a download."""
        page = await sharing.read(token)
        headers = _PAGE_HEADERS | _as_file(page.title, "html")
        return _private(page.html.encode(), media_type="text/html; charset=utf-8", headers=headers)


_PAGE_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}


def _private(
    body: bytes, *, status: int = 200, media_type: str = "application/json", headers: dict[str, str] | None = None
) -> Response:
    """Nothing of it stays in a cache."""
    return Response(body, status, {"cache-control": "private, no-store", **(headers or {})}, media_type)


def _content(*media_types: str) -> dict[int | str, Json]:
    return {200: {"description": "The content", "content": {media_type: {} for media_type in media_types}}}


def _as_file(title: str, ending: str) -> dict[str, str]:
    name = "".join(letter if letter.isalnum() or letter in " -_" else "_" for letter in title).strip()[:80]
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name or 'conversation')}.{ending}"}


def _summary_json(summary: Summary) -> Json:
    line: Json = {"id": summary.id, "title": summary.title, "updated": summary.updated}
    return line if summary.excerpt is None else {**line, "excerpt": summary.excerpt}


def _own_summary(conversation: Conversation) -> Json:
    return {"id": conversation.id, "title": conversation.title, "updated": conversation.updated}


def _share_json(share: Share) -> Json:
    return {"created": share.created, "expires": share.expires}
