"""Small packages, documents and shards for the tests of the data room."""

import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from openk2.chat.tokenizer import Tokenizer
from openk2.data.documents import Document
from openk2.data.shard_writer import write_trajectories
from openk2.data.shards import TokenShards, TrajectoryShards
from openk2.data.tokenise import tokenise

Files = Mapping[str, bytes]

BYTES = Tokenizer.bytes_only()
"""Token id = byte value, so that a test can say what the tokens are."""


def tar(files: Files, mode: str = "w:gz") -> bytes:
    """A tar archive in memory."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def wheel(path: Path, files: Files) -> Path:
    """A zip file, as wheels are."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def sdist(path: Path, files: Files) -> Path:
    """A gzipped tarball, as source distributions and npm packages are."""
    path.write_bytes(tar(files))
    return path


def deb(path: Path, files: Files, compression: str = "gz") -> Path:
    """An `ar` archive of three members, the last with the files; names begin with `./` as dpkg writes them."""
    data = tar({f"./{name}": content for name, content in files.items()}, f"w:{compression}")
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.gz": tar({"./control": b"Package: example"}),  # of odd length or not, it is padded to even
        f"data.tar.{compression}": data,
    }
    path.write_bytes(b"!<arch>\n" + b"".join(_ar_member(name, content) for name, content in members.items()))
    return path


def _ar_member(name: str, content: bytes) -> bytes:
    header = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode()
    return header + content + b"\n" * (len(content) % 2)


def documents(path: Path, texts: Sequence[str], kind: str = "english") -> Path:
    """A JSONL file of documents."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(Document(text, "example", kind).line() for text in texts))
    return path


def text_shards(directory: Path, texts: Sequence[str], *, shard_tokens: int = 64) -> TokenShards:
    """Texts as shards of byte tokens, several small files."""
    source = documents(directory.parent / f"{directory.name}.jsonl", texts)
    tokenise(source, directory, BYTES, "bytes", lambda line: None, shard_tokens=shard_tokens)
    return TokenShards(directory)


def trajectory_shards(
    directory: Path, trajectories: Sequence[tuple[list[int], list[bool]]], *, shard_tokens: int = 64
) -> TrajectoryShards:
    """Trajectories as shards under the byte tokenizer."""
    write_trajectories(
        directory,
        trajectories,
        kind="tools",
        vocab_size=BYTES.vocab_size,
        eos_id=BYTES.eos_id,
        pad_id=BYTES.pad_id,
        tokenizer_sha256="bytes",
        shard_tokens=shard_tokens,
    )
    return TrajectoryShards(directory)


def one_line(error: BaseException) -> str:
    """The message of an error, checked to be a single line as every error for users must be."""
    message = str(error)
    assert message
    assert "\n" not in message
    return message
