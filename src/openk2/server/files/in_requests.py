"""Files named in a request become their text, before the request is read.

OpenAI's chat has `{"type": "file", "file": {"file_id"}}` among the parts of a message, its Responses API
`{"type": "input_file", "file_id"}`, Anthropic's API `{"type": "document", "source": {"type": "file", "file_id"}}`. Each
becomes a part of text that says the file's name and what it holds; everything else stays as it is.
"""

from typing import Any

from openk2.server.errors import ApiError
from openk2.server.files.library import Library
from openk2.server.metering import Caller
from openk2.server.protocol import Json

MAX_FILES = 50

_LISTS = ("messages", "input")
_PART_TYPES = ("file", "input_file", "document")


async def with_file_texts(data: Json, caller: Caller, library: Library) -> Json:
    """A request's JSON with the texts of the caller's files in place of their ids; `data` itself where it names none.

    Raises ApiError: 404 for a file that is not the caller's, 400 for one that cannot be read, or for too many.
    """
    left = MAX_FILES
    replaced = dict(data)
    for key in _LISTS:
        messages = data.get(key)
        if not isinstance(messages, list) or not any(_has_files(message) for message in messages):
            continue
        replaced[key] = list(messages)
        for index, message in enumerate(messages):
            if not _has_files(message):
                continue
            parts = list(message["content"])
            for place, part in enumerate(parts):
                if (id := _file_id(part)) is None:
                    continue
                where = f"{key}[{index}].content[{place}]"
                left -= 1
                if left < 0:
                    raise ApiError(400, f"{where} is one file too many; accepted: at most {MAX_FILES}", param=where)
                parts[place] = await _text_part(part, id, where, caller, library)
            replaced[key][index] = {**message, "content": parts}
    return replaced


def _has_files(message: Any) -> bool:
    content = message.get("content") if isinstance(message, dict) else None
    return isinstance(content, list) and any(_file_id(part) is not None for part in content)


def _file_id(part: Any) -> str | None:
    if not isinstance(part, dict) or part.get("type") not in _PART_TYPES:
        return None
    within = {"file": "file", "document": "source"}.get(part["type"])
    holder = part.get(within) if within else part
    id = holder.get("file_id") if isinstance(holder, dict) else None
    return id if isinstance(id, str) else None


async def _text_part(part: Json, id: str, where: str, caller: Caller, library: Library) -> Json:
    try:
        file = await library.find(caller, id)
        found = await library.text(caller, file)
    except ApiError as error:
        raise ApiError(error.status, f"{where}: {error}", param=where, code=error.code) from None
    kind = "input_text" if part["type"] == "input_file" else "text"
    return {"type": kind, "text": file_text(file.name, found.text)}


def file_text(name: str, text: str) -> str:
    """How a model is shown a file."""
    return f"File {name}:\n\n{text}\n\n"
