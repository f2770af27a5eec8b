"""JSON bodies: from bytes to checked fields, every complaint naming the field and what would be accepted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request

from openk2.server.errors import ApiError
from openk2.server.protocol import Json

MAX_DEPTH = 100
"""Levels of a body's JSON. Whatever walks it, or writes it out again, has a limit of its own that is higher."""


class Body(BaseModel):
    """Fields of a JSON body. Unknown ones are ignored, as clients of all three protocols expect; a docstring under a
    field is its description in `/openapi.json`."""

    model_config = ConfigDict(extra="ignore", strict=True, use_attribute_docstrings=True)


SomeBody = TypeVar("SomeBody", bound=Body)


async def json_body(request: Request) -> Json:
    """The request's JSON object. Raises ApiError: 415 for another content type, 400 for what is not one JSON object in
    UTF-8."""
    # A page elsewhere can send text/plain without asking first; JSON makes its browser ask.
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise ApiError(415, "content-type is not application/json; accepted: application/json")
    return json_object(await request.body())


def json_object(body: bytes) -> Json:
    """Read one JSON object in UTF-8; raises ApiError (400)."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ApiError(400, f"the body is not valid UTF-8 at byte {error.start}; accepted: JSON in UTF-8") from None
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"the body is not valid JSON: {error}; accepted: one JSON object") from None
    # Only a body of many brackets can be deep.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _is_deeper(data, MAX_DEPTH):
        raise ApiError(400, f"the body is nested more than {MAX_DEPTH} levels deep; accepted: at most so many")
    if not isinstance(data, dict):
        raise ApiError(400, f"the body is {shown(data)}; accepted: one JSON object")
    return data


def _is_deeper(data: Any, limit: int) -> bool:
    level = [data]
    for _ in range(limit):
        inner = [child for one in level for child in (one.values() if isinstance(one, dict) else one)]
        level = [child for child in inner if isinstance(child, dict | list)]
        if not level:
            return False
    return True


def checked(kind: type[SomeBody], data: Json) -> SomeBody:
    """The fields of a body, each of its type; raises ApiError (400) for the first that is not."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise _type_error(error.errors(include_url=False), data) from None


def refuse_given(data: Json, name: str, accepted: Sequence[Any]) -> None:
    """Raise ApiError (400) where a field has a value besides null and the `accepted` ones: it would change the answer
    and cannot be honoured."""
    value = data.get(name)
    if value is not None and not any(value == one and type(value) is type(one) for one in accepted):
        allowed = ", ".join(orjson.dumps(one).decode() for one in (*accepted, None))
        raise ApiError(400, f"{name} is {shown(value)}, which is not supported; accepted: {allowed}", param=name)


def shown(value: object) -> str:
    """The value as JSON, cut to what fits in a line."""
    text = orjson.dumps(value).decode()
    return text if len(text) <= 60 else f"{text[:57]}..."


_EXPECTED: dict[str, str] = {
    "missing": "a value",
    "string_type": "text",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
}


def _type_error(errors: list[ErrorDetails], data: Json) -> ApiError:
    """The first wrong field in the house's form; pydantic's own wording speaks of Python types. Where a field may have
    several types, the complaint of the one that went deepest is the one meant."""
    first = str(errors[0]["loc"][0])
    paths = [(_path(one["loc"], data), one) for one in errors if str(one["loc"][0]) == first]
    path = max((path for path, _ in paths), key=lambda path: (path.count(".") + path.count("["), len(path)))
    wrong = [one for at, one in paths if at == path]
    expected = [_expected(one) for one in wrong]
    found = "missing" if wrong[0]["type"] == "missing" else shown(wrong[0]["input"])
    return ApiError(400, f"{path} is {found}; accepted: {' or '.join(dict.fromkeys(expected))}", param=path)


def _expected(error: ErrorDetails) -> str:
    """What would be accepted, in words of JSON."""
    if error["type"] == "literal_error":
        return str(error["ctx"]["expected"])
    return _EXPECTED.get(error["type"], error["msg"])


def _path(loc: tuple[int | str, ...], data: Any) -> str:
    """A place in the body as people write it; pydantic's names of a union's members are no part of it."""
    path = ""
    for part in loc:
        if isinstance(part, int) and isinstance(data, list) and part < len(data):
            path += f"[{part}]"
            data = data[part]
        elif isinstance(part, str) and isinstance(data, dict) and (part in data or part == loc[-1]):
            path += f".{part}" if path else part
            data = data.get(part)
    return path
