"""`/v1/files` as OpenAI's and Moonshot's clients use it, and files named in requests."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import APIStatusError, BadRequestError, NotFoundError, OpenAI
from sample_files import archive, docx, paragraph, pdf
from serving import StagedBackend, running

from openk2.chat.messages import Message
from openk2.chat.tokenizer import Tokenizer
from openk2.server import ServerSettings
from openk2.server.errors import ApiError
from openk2.server.files.library import Library
from openk2.server.files.limits import FileLimits
from openk2.server.files.store import FileStore, clean_name
from openk2.server.metering import Caller

CUT_OFF = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf of it'
LIMITS = FileLimits(file_bytes=300_000, files=5, bytes=1_000_000)


class Counting(StagedBackend):
    """A backend whose tokens are bytes."""

    tokenizer = Tokenizer.bytes_only()


@pytest.fixture
def backend() -> StagedBackend:
    return Counting(lambda request: Message("assistant", "read"))


@pytest.fixture
def address(backend: StagedBackend, tmp_path: Path) -> Iterator[str]:
    with running(backend, ServerSettings(data_dir=tmp_path, files=LIMITS, max_body_bytes=100_000)) as address:
        yield address


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """For requests that leave nothing: one server for all of them, and its folder."""
    folder = tmp_path_factory.mktemp("bare")
    backend = Counting(lambda request: Message("assistant", "read"))
    with running(backend, ServerSettings(data_dir=folder, files=LIMITS, max_body_bytes=100_000)) as address:
        yield address, folder


@pytest.fixture
def api(address: str) -> OpenAI:
    return OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)


def on_disk(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_is_kept_listed_read_back_and_deleted(api: OpenAI, tmp_path: Path) -> None:
    content = os.urandom(200_000)
    made = api.files.create(file=("data.bin", io.BytesIO(content)), purpose="user_data")
    assert (made.filename, made.bytes, made.purpose, made.status) == ("data.bin", 200_000, "user_data", "processed")
    assert abs(made.created_at - time.time()) < 60
    assert made.to_dict()["openk2_sha256"] == hashlib.sha256(content).hexdigest()
    assert api.files.retrieve(made.id) == made
    assert api.files.list().data == [made]
    assert api.files.content(made.id).content == content
    assert api.files.delete(made.id).deleted
    assert api.files.list().data == []
    assert on_disk(tmp_path) == []
    for gone in (api.files.retrieve, api.files.content, api.files.delete):
        with pytest.raises(NotFoundError):
            gone(made.id)


def test_a_file_for_extraction_gives_its_text_as_moonshots_clients_read_it(api: OpenAI) -> None:
    made: Any = api.files.create(file=("报告.pdf", pdf(["Hello", "World"], title="T")), purpose="file-extract")  # type: ignore[arg-type]
    text = "[page 1]\nHello\n\n[page 2]\nWorld"
    assert json.loads(api.files.content(made.id).text) == {
        "content": text,
        "file_type": "application/pdf",
        "filename": "报告.pdf",
        "title": "T",
        "type": "file",
    }
    assert (made.openk2_pages, made.openk2_tokens) == (2, len(text))


def test_a_file_without_text_is_refused_and_not_kept(api: OpenAI, tmp_path: Path) -> None:
    with pytest.raises(BadRequestError, match=r"no text, only pictures") as caught:
        api.files.create(file=("scan.pdf", pdf([""])), purpose="file-extract")  # type: ignore[arg-type]
    assert (caught.value.param, caught.value.code) == ("file", "file_not_readable")
    assert on_disk(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("bomb.docx", archive({"word/document.xml": b"0" * (64 << 20)}), "times its size"),
        ("long.pdf", pdf(["x"], count=10_000), "10,000 pages"),
        ("entities.docx", archive({"word/document.xml": '<!DOCTYPE d [<!ENTITY x "y">]><document/>'}), "document type"),
    ],
    ids=["zip bomb", "ten thousand pages", "entities"],
)
def test_a_harmful_file_ends_in_one_clear_line(bare: tuple[str, Path], name: str, content: bytes, says: str) -> None:
    address, folder = bare
    answer = form(address, files={"file": (name, content)}, data={"purpose": "file-extract"})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["param"], error["code"]) == ("file", "file_not_readable")
    assert says in error["message"]
    assert "\n" not in error["message"]
    assert httpx.get(f"{address}/health").status_code == 200
    assert on_disk(folder) == []


def test_lists_are_paged_by_purpose_and_order(api: OpenAI) -> None:
    ids = [api.files.create(file=(f"{i}.txt", b"x"), purpose="batch").id for i in range(3)]
    api.files.create(file=("other.txt", b"x"), purpose="user_data")
    page = api.files.list(purpose="batch", limit=2, order="asc")
    everything = [file.id for file in page]
    assert sorted(everything) == sorted(ids)
    assert len(page.data) == 2
    assert page.has_more
    raw = page.to_dict()
    assert (raw["first_id"], raw["last_id"]) == (page.data[0].id, page.data[1].id)
    descending = [file.id for file in api.files.list(purpose="batch")]
    assert descending == everything[::-1]


def test_a_file_goes_when_its_time_is_over(api: OpenAI, tmp_path: Path) -> None:
    expires: Any = {"anchor": "created_at", "seconds": 3600}
    made = api.files.create(file=("a.txt", b"x"), purpose="user_data", expires_after=expires)
    assert made.expires_at == made.created_at + 3600
    note = next(tmp_path.rglob("file.json"))
    note.write_text(json.dumps({**json.loads(note.read_text()), "expires": int(time.time()) - 1}))
    assert api.files.list().data == []
    with pytest.raises(NotFoundError):
        api.files.retrieve(made.id)
    assert on_disk(tmp_path) == []


def form(address: str, **parts: Any) -> httpx.Response:
    return httpx.post(f"{address}/v1/files", timeout=60, **parts)


@pytest.mark.parametrize(
    ("send", "status", "param"),
    [
        ({"files": {"file": ("a", b"x")}}, 400, "purpose"),
        ({"files": {"file": ("a", b"x")}, "data": {"purpose": "world-peace"}}, 400, "purpose"),
        ({"files": {"purpose": (None, "user_data")}}, 400, "file"),
        ({"files": {"file": (None, "text"), "purpose": (None, "user_data")}}, 400, "file"),
        (
            {"files": {"file": ("a", b"x")}, "data": {"purpose": "batch", "expires_after[anchor]": "now"}},
            400,
            "expires_after[anchor]",
        ),
        (
            {
                "files": {"file": ("a", b"x")},
                "data": {
                    "purpose": "batch",
                    "expires_after[anchor]": "created_at",
                    "expires_after[seconds]": "9" * 5000,
                },
            },
            400,
            "expires_after[seconds]",
        ),
        ({"files": [("file", ("a", b"x")), ("file", ("b", b"x"))], "data": {"purpose": "batch"}}, 400, None),
        ({"files": {"file": ("a", b"x" * 300_001)}, "data": {"purpose": "batch"}}, 413, "file"),
        ({"files": {"file": ("a", b"x" * 2_000_000)}, "data": {"purpose": "batch"}}, 413, None),
        ({"json": {"file": "x"}}, 415, None),
        ({"content": b"file=x", "headers": {"content-type": "text/plain"}}, 415, None),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400, None),
        ({"content": b"--b\r\nx", "headers": {"content-type": "multipart/form-data; boundary=b"}}, 400, "file"),
        ({"content": CUT_OFF, "headers": {"content-type": "multipart/form-data; boundary=b"}}, 400, "file"),
        ({"content": b"", "headers": {"content-type": "multipart/form-data; boundary=b"}}, 400, "file"),
    ],
)
def test_a_bad_upload_is_refused_and_leaves_nothing(
    bare: tuple[str, Path], send: dict[str, Any], status: int, param: str | None
) -> None:
    address, folder = bare
    answer = form(address, **send)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["param"] == param
    assert on_disk(folder) == []


@pytest.mark.parametrize(
    ("query", "param"), [("limit=0", "limit"), ("limit=x", "limit"), ("order=up", "order"), ("after=file-x", "after")]
)
def test_a_bad_list_query_is_named(bare: tuple[str, Path], query: str, param: str) -> None:
    answer = httpx.get(f"{bare[0]}/v1/files?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


def test_number_and_size_of_a_callers_files_are_limited(api: OpenAI) -> None:
    for i in range(3):
        api.files.create(file=(f"{i}", b"x" * 300_000), purpose="user_data")
    with pytest.raises(BadRequestError, match=r"1,000,000 bytes"):
        api.files.create(file=("much", b"x" * 300_000), purpose="user_data")
    for i in range(2):
        api.files.create(file=(f"small {i}", b"x"), purpose="user_data")
    with pytest.raises(BadRequestError, match=r"5 files are kept"):
        api.files.create(file=("more", b"x"), purpose="user_data")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/cron.d/x", "x"),
        ("..", "file"),
        ("", "file"),
        ("a/", "file"),
        ("nul\0led\n.txt", "nulled.txt"),
        ("cod\u202etxt.exe", "codtxt.exe"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
    ],
)
def test_a_name_is_what_is_shown_and_never_a_path(given: str, kept: str, tmp_path: Path) -> None:
    assert clean_name(given) == kept
    store = FileStore(tmp_path / "data" / "files", FileLimits())
    file = store.add(Caller(), given, "user_data", io.BytesIO(b"x"), None)
    assert file.name == kept
    assert [path for path in on_disk(tmp_path) if not path.startswith("data/files/")] == []
    assert {Path(path).name for path in on_disk(tmp_path)} == {"content", "file.json"}


@pytest.mark.parametrize(
    "id", ["..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "file-" + "0" * 32, "file-x", "%00", "incoming"]
)
@pytest.mark.parametrize("rest", ["", "/content"])
def test_an_id_is_never_a_path_either(bare: tuple[str, Path], id: str, rest: str) -> None:
    assert httpx.get(f"{bare[0]}/v1/files/{id}{rest}").status_code == 404


def test_one_caller_neither_sees_nor_touches_anothers_file(tmp_path: Path) -> None:
    library = Library(tmp_path, FileLimits())
    owner, others = Caller(key_id="k1", user_id="u"), [Caller(key_id="k2", user_id="u"), Caller(user_id="u"), Caller()]

    async def check() -> None:
        file = await library.add(owner, "a.txt", "file-extract", io.BytesIO(b"mine"))
        assert [kept.id for kept in await library.all(owner)] == [file.id]
        for other in others:
            assert await library.all(other) == []
            for touch in (library.find, library.delete):
                with pytest.raises(ApiError) as caught:
                    await touch(other, file.id)
                assert caught.value.status == 404
        assert (await library.text(owner, file)).text == "mine"

    asyncio.run(check())


def test_a_file_named_in_a_chat_becomes_its_text(api: OpenAI, backend: StagedBackend) -> None:
    id = api.files.create(file=("a.docx", docx(paragraph("Snow is white."))), purpose="user_data").id
    parts: Any = [{"type": "file", "file": {"file_id": id}}, {"type": "text", "text": "What is snow?"}]
    api.chat.completions.create(model="staged", messages=[{"role": "user", "content": parts}])
    said = backend.requests[0].messages[0].content
    assert said == "File a.docx:\n\n[page 1]\nSnow is white.\n\nWhat is snow?"


def test_the_other_protocols_name_files_in_their_own_way(api: OpenAI, address: str, backend: StagedBackend) -> None:
    id = api.files.create(file=("a.txt", b"Snow is white."), purpose="file-extract").id  # type: ignore[arg-type]
    document = {"type": "document", "source": {"type": "file", "file_id": id}}
    body = {"model": "staged", "max_tokens": 9, "messages": [{"role": "user", "content": [document]}]}
    assert httpx.post(f"{address}/v1/messages", json=body, timeout=60).status_code == 200
    api.responses.create(model="staged", input=[{"role": "user", "content": [{"type": "input_file", "file_id": id}]}])
    for request in backend.requests:
        assert request.messages[0].content == "File a.txt:\n\nSnow is white.\n\n"
    assert len(backend.requests) == 2


@pytest.mark.parametrize(
    ("id", "status", "what"),
    [
        (lambda api: "file-" + "0" * 32, 404, "is not here"),
        (lambda api: api.files.create(file=("a.txt", b"\0"), purpose="user_data").id, 400, "not text"),
    ],
)
def test_a_file_that_cannot_be_read_refuses_the_request_and_names_the_part(
    api: OpenAI, id: Callable[[OpenAI], str], status: int, what: str
) -> None:
    parts: Any = [{"type": "text", "text": "?"}, {"type": "file", "file": {"file_id": id(api)}}]
    with pytest.raises(APIStatusError, match=what) as caught:
        api.chat.completions.create(model="staged", messages=[{"role": "user", "content": parts}])
    assert caught.value.status_code == status
    body: Any = caught.value.body
    assert body["param"] == "messages[0].content[1]"
