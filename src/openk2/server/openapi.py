"""What `/openapi.json` says beyond what FastAPI finds out: bodies, which the routes read themselves so that every
complaint has the house's form."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from openk2.server.protocol import Json

_REFERENCE = "#/components/schemas/{model}"


def body_of(kind: type[BaseModel]) -> Json:
    """For `openapi_extra`: the JSON body that a route reads."""
    schema = kind.model_json_schema(ref_template=_REFERENCE)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def describe(app: FastAPI) -> None:
    """Have the application's document gather the definitions of all bodies where references look for them."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, routes=app.routes)
            schemas = made.setdefault("components", {}).setdefault("schemas", {})
            for path in made["paths"].values():
                for operation in path.values():
                    _hoist(operation, schemas)
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
