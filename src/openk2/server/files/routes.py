"""`/v1/files` as OpenAI's API has it, with Moonshot's purpose `file-extract`, whose content is the extracted text.

Sources: OpenAI's API reference (Files) and Moonshot's (file interface): one upload is a multipart form with `file` and
`purpose`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from fastapi import FastAPI, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import FileResponse, Response

from openk2.server.errors import ApiError
from openk2.server.files.library import EXTRACT
from openk2.server.files.shapes import File, FileDeleted, FileList
from openk2.server.files.store import StoredFile
from openk2.server.metering import Caller
from openk2.server.protocol import Json
from openk2.server.services import Services, caller_of

PURPOSES = (EXTRACT, "assistants", "batch", "evals", "fine-tune", "user_data", "vision")

_MOST_LISTED = 10_000
_SHORTEST, _LONGEST = 3600, 30 * 24 * 3600
_FORM: Json = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "purpose"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "purpose": {"type": "string", "enum": list(PURPOSES)},
                        "expires_after[anchor]": {"type": "string", "enum": ["created_at"]},
                        "expires_after[seconds]": {"type": "integer", "minimum": _SHORTEST, "maximum": _LONGEST},
                    },
                }
            }
        },
    }
}

_CONTENT: dict[int | str, Json] = {
    200: {"description": "Text or bytes", "content": {"application/json": {}, "application/octet-stream": {}}}
}


def routes(app: FastAPI, services: Services) -> None:
    """Add them to the application."""
    library = services.library

    async def as_json(caller: Caller, file: StoredFile) -> Json:
        pages, tokens = await library.counts(caller, file, services.served.default)
        return {
            "id": file.id,
            "object": "file",
            "bytes": file.bytes,
            "created_at": file.created,
            "expires_at": file.expires,
            "filename": file.name,
            "purpose": file.purpose,
            "status": "processed",
            "status_details": None,
            "openk2_sha256": file.sha256,
            "openk2_pages": pages,
            "openk2_tokens": tokens,
        }

    @app.post("/v1/files", openapi_extra=_FORM, responses={200: {"model": File}})
    async def upload(request: Request) -> dict[str, Any]:
        """Keep a file; one of purpose `file-extract` is read at once and refused where it holds no text."""
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "multipart/form-data":
            raise ApiError(415, "content-type is not multipart/form-data; accepted: a form with file and purpose")
        caller = caller_of(request)
        async with request.form(max_files=1, max_fields=16, max_part_size=1 << 16) as form:
            sent, purpose = form.get("file"), form.get("purpose")
            if not isinstance(sent, UploadFile):
                raise ApiError(400, "file is missing; accepted: one file", param="file")
            if purpose not in PURPOSES:
                shown = "missing" if purpose is None else repr(str(purpose)[:40])
                raise ApiError(400, f"purpose is {shown}; accepted: {', '.join(PURPOSES)}", param="purpose")
            file = await library.add(caller, sent.filename or "", str(purpose), sent.file, _expires_in(form))
        return await as_json(caller, file)

    @app.get("/v1/files", responses={200: {"model": FileList}})
    async def listed(
        request: Request, purpose: str | None = None, limit: str = "", order: str = "desc", after: str | None = None
    ) -> dict[str, Any]:
        """The caller's files, newest first; `order=asc` turns that round."""
        most = int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 7 else None
        if limit and not 1 <= (most or 0) <= _MOST_LISTED:
            raise ApiError(400, f"limit is {limit[:40]!r}; accepted: 1 … {_MOST_LISTED:,}", param="limit")
        if order not in ("asc", "desc"):
            raise ApiError(400, f"order is {order[:40]!r}; accepted: asc, desc", param="order")
        caller = caller_of(request)
        files = [file for file in await library.all(caller) if purpose is None or file.purpose == purpose]
        if order == "asc":
            files.reverse()
        if after is not None:
            place = next((place for place, file in enumerate(files) if file.id == after), None)
            if place is None:
                raise ApiError(400, f"after is {after[:64]!r}; accepted: the id of a listed file", param="after")
            files = files[place + 1 :]
        shown = files[: most or _MOST_LISTED]
        return {
            "object": "list",
            "data": [await as_json(caller, file) for file in shown],
            "first_id": shown[0].id if shown else None,
            "last_id": shown[-1].id if shown else None,
            "has_more": len(files) > len(shown),
        }

    @app.get("/v1/files/{id}", responses={200: {"model": File}})
    async def one(request: Request, id: str) -> dict[str, Any]:
        """What is known of a file; `openk2_tokens` counts its text with the first model's tokenizer."""
        caller = caller_of(request)
        return await as_json(caller, await library.find(caller, id))

    @app.delete("/v1/files/{id}", responses={200: {"model": FileDeleted}})
    async def delete(request: Request, id: str) -> dict[str, Any]:
        """Remove a file and its text."""
        await library.delete(caller_of(request), id)
        return {"id": id, "object": "file", "deleted": True}

    @app.get("/v1/files/{id}/content", response_class=Response, responses=_CONTENT)
    async def content(request: Request, id: str) -> Response:
        """The extracted text of a file of purpose `file-extract`, as Moonshot's JSON object; the bytes of another."""
        caller = caller_of(request)
        file = await library.find(caller, id)
        if file.purpose != EXTRACT:
            return FileResponse(
                library.store.content(caller, file),
                media_type="application/octet-stream",
                headers={
                    "content-disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
                    "content-security-policy": "sandbox; default-src 'none'",
                    "cache-control": "private, no-store",
                },
            )
        found = await library.text(caller, file)
        answer = {
            "content": found.text,
            "file_type": found.media_type,
            "filename": file.name,
            "title": found.title,
            "type": "file",
        }
        return Response(orjson.dumps(answer), media_type="application/json")


def _expires_in(form: FormData) -> int | None:
    """Seconds after which a file goes by itself; raises ApiError (400)."""
    anchor, seconds = form.get("expires_after[anchor]"), form.get("expires_after[seconds]")
    if anchor is None and seconds is None:
        return None
    if anchor != "created_at":
        raise ApiError(400, "expires_after[anchor] is another; accepted: created_at", param="expires_after[anchor]")
    if not (isinstance(seconds, str) and seconds.isascii() and seconds.isdigit() and 4 <= len(seconds) <= 7):
        raise _wrong_expiry(seconds)
    if not _SHORTEST <= int(seconds) <= _LONGEST:
        raise _wrong_expiry(seconds)
    return int(seconds)


def _wrong_expiry(seconds: object) -> ApiError:
    return ApiError(
        400,
        f"expires_after[seconds] is {str(seconds)[:40]!r}; accepted: {_SHORTEST:,} … {_LONGEST:,}",
        param="expires_after[seconds]",
    )
