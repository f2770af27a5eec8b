"""The JSON of `/v1/files`, for `/openapi.json`: what `routes.py` writes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Shape(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class File(_Shape):
    """A file, in OpenAI's shape."""

    id: str
    object: Literal["file"]
    bytes: int
    created_at: int
    """Seconds since 1970."""
    expires_at: int | None
    """When it goes by itself."""
    filename: str
    purpose: str
    status: Literal["processed"]
    status_details: None
    openk2_sha256: str
    openk2_pages: int | None
    """Of a file whose text was read, where it has pages."""
    openk2_tokens: int | None
    """Of its text, as the first model counts."""


class FileList(_Shape):
    """A page of the caller's files."""

    object: Literal["list"]
    data: list[File]
    first_id: str | None
    last_id: str | None
    has_more: bool


class FileDeleted(_Shape):
    """A file that is gone."""

    id: str
    object: Literal["file"]
    deleted: Literal[True]
