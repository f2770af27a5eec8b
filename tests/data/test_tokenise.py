"""Tokenising keeps what is finished, goes on after a kill, and redoes a kind when its text or tokenizer changed."""

from pathlib import Path

import pytest
from making import BYTES, documents, one_line

from openk2.chat.tokenizer import Tokenizer
from openk2.data import shard_writer
from openk2.data import tokenise as module
from openk2.data.shards import Manifest, TokenShards
from openk2.data.tokenise import tokenise, tokenizer_hash
from openk2.errors import DataError

TEXTS = [f"text number {number} 你好" for number in range(40)]


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it."""


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_DOCUMENTS", 4)


def run(source: Path, target: Path, *, tokenizer: Tokenizer = BYTES, digest: str = "bytes") -> Manifest:
    return tokenise(source, target, tokenizer, digest, lambda line: None, shard_tokens=100)


def content(target: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in target.iterdir()}


@pytest.mark.parametrize("survived", range(5))
def test_after_a_kill_it_goes_on_at_the_last_finished_shard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    source = documents(tmp_path / "english.jsonl", TEXTS)
    run(source, tmp_path / "whole")
    calls, write = [], shard_writer.write_array

    def dying(path: Path, array: object) -> str:
        if len(calls) == survived:
            raise Killed
        calls.append(path)
        return write(path, array)  # type: ignore[arg-type]

    monkeypatch.setattr(shard_writer, "write_array", dying)
    with pytest.raises(Killed):
        run(source, tmp_path / "cut")
    assert not (tmp_path / "cut" / "manifest.json").exists()
    done = len(calls)
    monkeypatch.setattr(shard_writer, "write_array", lambda path, array: calls.append(path) or write(path, array))
    manifest = run(source, tmp_path / "cut")
    assert content(tmp_path / "cut") == content(tmp_path / "whole")
    assert len(calls) == len(manifest.shards), "a finished shard was written again"
    assert done == survived


def test_a_finished_kind_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = documents(tmp_path / "english.jsonl", TEXTS)
    first = run(source, tmp_path / "shards")
    monkeypatch.setattr(module, "_batches", lambda *_: pytest.fail("the documents were read again"))
    assert run(source, tmp_path / "shards") == first


def test_changed_text_redoes_the_kind_and_leaves_no_old_shard(tmp_path: Path) -> None:
    run(documents(tmp_path / "english.jsonl", TEXTS), tmp_path / "shards")
    manifest = run(documents(tmp_path / "english.jsonl", ["only this"]), tmp_path / "shards")
    assert TokenShards(tmp_path / "shards").read(0, len("only this")).tolist() == list(b"only this")
    assert sorted(content(tmp_path / "shards")) == ["00000.bin", "manifest.json"]
    assert manifest.documents == 1


def test_another_tokenizer_redoes_the_kind(tmp_path: Path) -> None:
    source = documents(tmp_path / "english.jsonl", TEXTS)
    run(source, tmp_path / "shards")
    merged = Tokenizer({**BYTES.ranks, b"te": 256}, digits=1)
    manifest = run(source, tmp_path / "shards", tokenizer=merged, digest="merged")
    assert (manifest.tokenizer_sha256, manifest.vocab_size) == ("merged", merged.vocab_size)
    assert TokenShards(tmp_path / "shards").read(0, 1).tolist() == [256]


def test_a_missing_or_short_shard_is_made_again(tmp_path: Path) -> None:
    source = documents(tmp_path / "english.jsonl", TEXTS)
    run(source, tmp_path / "shards")
    whole = content(tmp_path / "shards")
    (tmp_path / "shards" / "00001.bin").unlink()
    run(source, tmp_path / "shards")
    assert content(tmp_path / "shards") == whole


def test_damaged_documents_are_named_with_their_place(tmp_path: Path) -> None:
    source = documents(tmp_path / "english.jsonl", TEXTS[:2])
    with source.open("ab") as handle:
        handle.write(b"not JSON\n")
    with pytest.raises(DataError, match=r"english\.jsonl at byte \d+: not a document line") as caught:
        run(source, tmp_path / "shards")
    one_line(caught.value)


def test_documents_without_any_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no document"):
        run(documents(tmp_path / "english.jsonl", []), tmp_path / "shards")


def test_a_directory_without_tokenizer_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="openk2 tokenizer train"):
        tokenizer_hash(tmp_path)
