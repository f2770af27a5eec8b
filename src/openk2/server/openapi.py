"""What `/openapi.json` says beyond what FastAPI finds out.

Bodies, which the routes read themselves so that every complaint has the house's form; answers that are a stream where
the client wants one; and refusals, which look alike on all routes of a protocol.
"""

from __future__ import annotations

from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from openk2.server.dialect import Dialect, dialect_of
from openk2.server.protocol import Json

_REFERENCE = "#/components/schemas/{model}"


class Complaint(BaseModel):
    """What was wrong, in OpenAI's form."""

    message: str
    type: str
    param: str | None = None
    """The field at fault."""
    code: str | None = None


class Refusal(BaseModel):
    """A refused request in OpenAI's form."""

    error: Complaint


class AnthropicComplaint(BaseModel):
    """What was wrong, in Anthropic's form."""

    type: str
    message: str


class AnthropicRefusal(BaseModel):
    """A refused request in Anthropic's form."""

    type: Literal["error"]
    error: AnthropicComplaint
    request_id: str


def body_of(kind: type[BaseModel]) -> Json:
    """For `openapi_extra`: the JSON body that a route reads."""
    schema = kind.model_json_schema(ref_template=_REFERENCE)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_EVENT: Json = {
    "description": "One server-sent event of the stream: before OpenAPI 3.2, that is what a stream's schema describes.",
    "type": "object",
    "properties": {
        "event": {"type": "string", "description": "The kind of event; not in the streams of completions."},
        "data": {"type": "string", "description": "JSON; at the end of the streams of completions `[DONE]`."},
    },
    "required": ["data"],
}


def answer_of(kind: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """For `responses`: a JSON answer, or with `stream` the same piece by piece."""
    return {200: {"model": kind, "description": "The answer", "content": {"text/event-stream": {"schema": _EVENT}}}}


def describe(app: FastAPI) -> None:
    """Have the application's document hold all definitions where references look for them, and say how every route
    refuses."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, routes=app.routes)
            schemas = made.setdefault("components", {}).setdefault("schemas", {})
            _, refusals = models_json_schema(
                [(Refusal, "validation"), (AnthropicRefusal, "validation")], ref_template=_REFERENCE
            )
            schemas.update(refusals["$defs"])
            for path, operations in made["paths"].items():
                for operation in operations.values():
                    _hoist(operation, schemas)
                    operation["responses"].pop("422", None)
                    for statuses in ("4XX", "5XX"):
                        operation["responses"].setdefault(statuses, _refused(path))
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _hoist(operation: Json, schemas: Json) -> None:
    """Move a body's schema and the definitions it carries to the document's components."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = content.get("schema", {})
        if "title" in schema and "$ref" not in schema:
            schema = dict(schema)
            schemas.update(schema.pop("$defs", {}))
            schemas[schema["title"]] = schema
            content["schema"] = {"$ref": _REFERENCE.format(model=schema["title"])}


def _refused(path: str) -> Json:
    """How requests to a path are refused: in the words of the API whose path it is, on others in those of either."""
    plain, anthropic = ({"path": path, "headers": headers} for headers in ([], [(b"anthropic-version", b"")]))
    kinds = {Dialect.OPENAI: Refusal, Dialect.ANTHROPIC: AnthropicRefusal}
    named = dict.fromkeys(kinds[dialect_of(scope)].__name__ for scope in (plain, anthropic))
    references = [{"$ref": _REFERENCE.format(model=name)} for name in named]
    schema = references[0] if len(references) == 1 else {"anyOf": references}
    return {"description": "Refused", "content": {"application/json": {"schema": schema}}}
