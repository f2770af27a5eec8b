"""Packages are read the same way whatever their container; damage is one line that names the file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import Files, deb, one_line, sdist, tar, wheel

from openk2.data.archive import Archive
from openk2.errors import DataError

FILES = {"top.txt": b"first", "folder/inner.py": b"print('\xe4')\n" * 40, "folder/deep/data.json": b"{}"}
CONTAINERS: dict[str, Callable[[Path, Files], Path]] = {
    "example-1-py3-none-any.whl": wheel,
    "example-1.tar.gz": sdist,
    "example-1.tgz": sdist,
    "example_1_all.deb": deb,
}
each_container = pytest.mark.parametrize("name", CONTAINERS)


@each_container
def test_every_container_gives_the_same_names_and_bytes(tmp_path: Path, name: str) -> None:
    archive = Archive(CONTAINERS[name](tmp_path / name, FILES))
    assert archive.names() == sorted(FILES)
    assert {member: archive.read(member) for member in archive.names()} == FILES


@pytest.mark.parametrize("compression", ["gz", "xz", "bz2"])
def test_debian_data_may_be_compressed_in_any_way_python_reads(tmp_path: Path, compression: str) -> None:
    archive = Archive(deb(tmp_path / "example_1_all.deb", FILES, compression))
    assert archive.read("folder/inner.py") == FILES["folder/inner.py"]


def test_zstd_debian_data_is_unpacked_by_dpkg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = _zstd_deb(tmp_path)
    (tmp_path / "plain.tar").write_bytes(tar({f"./{name}": content for name, content in FILES.items()}, "w"))
    tool = tmp_path / "bin" / "dpkg-deb"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\n[ "$1 $2" = "--fsys-tarfile {package}" ] && cat {tmp_path}/plain.tar\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    assert Archive(package).names() == sorted(FILES)


def test_zstd_debian_data_without_dpkg_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = _zstd_deb(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DataError, match="dpkg-deb"):
        Archive(package)


def _zstd_deb(folder: Path) -> Path:
    package = deb(folder / "example_1_all.deb", FILES)
    package.write_bytes(package.read_bytes().replace(b"data.tar.gz ", b"data.tar.zst"))
    return package


@each_container
def test_a_star_also_matches_folders(tmp_path: Path, name: str) -> None:
    archive = Archive(CONTAINERS[name](tmp_path / name, FILES))
    assert archive.names("*.py") == ["folder/inner.py"]
    assert archive.names("folder/*") == ["folder/deep/data.json", "folder/inner.py"]
    assert archive.only("*/data.json") == b"{}"
    assert list(archive.texts("top*")) == [("top.txt", "first")]


@each_container
def test_undecodable_bytes_become_replacement_characters(tmp_path: Path, name: str) -> None:
    archive = Archive(CONTAINERS[name](tmp_path / name, FILES))
    (_, text), *_ = archive.texts("*.py")
    assert text.startswith("print('\ufffd')")


@each_container
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    archive = Archive(CONTAINERS[name](tmp_path / name, FILES))
    with pytest.raises(DataError, match=r"has no file nowhere\.txt"):
        archive.read("nowhere.txt")
    with pytest.raises(DataError, match=r"has no file like \*/nowhere"):
        archive.only("*/nowhere")


@given(name=st.sampled_from(sorted(CONTAINERS)), share=st.floats(0, 0.999))
def test_a_truncated_package_is_refused_and_named(
    tmp_path_factory: pytest.TempPathFactory, name: str, share: float
) -> None:
    path = CONTAINERS[name](tmp_path_factory.mktemp("cut") / name, FILES)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match="damaged package file") as caught:
        Archive(path)
    assert str(path) in one_line(caught.value)


def test_an_encrypted_member_is_damage_not_a_crash(tmp_path: Path) -> None:
    path = wheel(tmp_path / "example.whl", {"a.txt": b"text"})
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1  # general purpose flag 0 of the central directory: encrypted
    path.write_bytes(raw)
    with pytest.raises(DataError, match="damaged package file"):
        Archive(path).read("a.txt")


def test_other_files_are_refused_with_the_accepted_endings(tmp_path: Path) -> None:
    (tmp_path / "example.rpm").write_bytes(b"")
    with pytest.raises(DataError, match=r"accepted are \.whl"):
        Archive(tmp_path / "example.rpm")


def test_a_missing_package_is_an_error_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        Archive(tmp_path / "example.whl")
    assert "example.whl" in one_line(caught.value)
