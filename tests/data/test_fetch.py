"""Packages come through their own clients, once, and are known by their hash. The clients here are shell scripts."""

import json
import sys
from pathlib import Path

import pytest
from making import one_line

from openk2.data.fetch import MissingClient, Package, fetch, sha256_file
from openk2.errors import DataError

EXAMPLE = Package("npm", "example", "1.0.0")


class Clients:
    """A folder of fake clients that log their calls and leave `body` as the downloaded file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "calls.log"
        folder.mkdir()

    def provide(self, name: str, body: str = "echo content > example-1.0.0.tgz") -> Path:
        script = self.folder / name
        script.write_text(f'#!/bin/sh\necho "$@" >> {self.log}\n{body}\n')
        script.chmod(0o755)
        return script

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clients:
    made = Clients(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(made.folder))
    return made


def test_a_package_is_downloaded_once(clients: Clients, tmp_path: Path) -> None:
    clients.provide("npm")
    first = fetch(EXAMPLE, tmp_path / "packages")
    second = fetch(EXAMPLE, tmp_path / "packages")
    assert first == second
    assert first.path.read_text() == "content\n"
    assert first.sha256 == sha256_file(first.path)
    assert clients.calls == ["pack --silent example@1.0.0"]
    ledger = json.loads((tmp_path / "packages" / "packages.json").read_text())
    assert ledger["npm:wheel:example==1.0.0"]["sha256"] == first.sha256


def test_a_damaged_file_is_downloaded_again(clients: Clients, tmp_path: Path) -> None:
    clients.provide("npm")
    first = fetch(EXAMPLE, tmp_path / "packages")
    first.path.write_text("damaged")
    assert fetch(EXAMPLE, tmp_path / "packages") == first
    assert first.path.read_text() == "content\n"
    assert len(clients.calls) == 2


def test_other_bytes_under_the_same_version_are_refused(clients: Clients, tmp_path: Path) -> None:
    clients.provide("npm")
    first = fetch(EXAMPLE, tmp_path / "packages")
    first.path.unlink()
    clients.provide("npm", "echo other > example-1.0.0.tgz")
    with pytest.raises(DataError, match=r"example 1\.0\.0 \(npm\): the download has sha256") as caught:
        fetch(EXAMPLE, tmp_path / "packages")
    assert str(tmp_path / "packages" / "packages.json") in one_line(caught.value)
    assert not first.path.exists()


def test_a_debian_package_without_version_may_change(clients: Clients, tmp_path: Path) -> None:
    package = Package("debian", "example", "*")
    clients.provide("apt-get", "echo one > example_1_all.deb")
    first = fetch(package, tmp_path / "packages")
    first.path.unlink()
    clients.provide("apt-get", "echo two > example_2_all.deb")
    assert fetch(package, tmp_path / "packages").path.name == "example_2_all.deb"
    assert clients.calls == ["download example", "download example"]


def test_wheels_are_asked_for_one_platform_so_that_every_machine_reads_the_same_bytes(
    clients: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = 'while [ "$1" != --dest ]; do shift; done\necho content > "$2/example-1.whl"'
    monkeypatch.setattr(sys, "executable", str(clients.provide("python", body)))
    fetch(Package("pip", "example", "1"), tmp_path / "packages")
    fetch(Package("pip", "example", "1", "sdist"), tmp_path / "packages")
    wheel, sdist = clients.calls
    assert wheel.startswith("-m pip download --no-deps ")
    assert "--only-binary=:all:" in wheel
    assert "--platform=manylinux_2_28_x86_64" in wheel
    assert wheel.endswith(" example==1")
    assert "--no-binary example example==1" in sdist


def test_the_folder_of_packages_may_be_relative(
    clients: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = 'while [ "$1" != --dest ]; do shift; done\necho content > "$2/example-1.whl"'
    monkeypatch.setattr(sys, "executable", str(clients.provide("python", body)))
    monkeypatch.chdir(tmp_path)
    assert fetch(Package("pip", "example", "1"), Path("corpus/packages")).path.read_text() == "content\n"


def test_a_missing_client_is_told_apart(clients: Clients, tmp_path: Path) -> None:
    with pytest.raises(MissingClient, match="npm is not installed") as caught:
        fetch(EXAMPLE, tmp_path / "packages")
    one_line(caught.value)


def test_the_clients_own_reason_is_given_in_one_line(clients: Clients, tmp_path: Path) -> None:
    clients.provide("npm", "echo WARNING: noise >&2; echo 'some error: not found' >&2; echo more >&2; exit 1")
    with pytest.raises(DataError, match=r"cannot fetch example 1\.0\.0 .*some error: not found") as caught:
        fetch(EXAMPLE, tmp_path / "packages")
    one_line(caught.value)
    assert list((tmp_path / "packages").iterdir()) == [], "nothing half-downloaded stays"


def test_a_client_that_leaves_no_file_is_an_error(clients: Clients, tmp_path: Path) -> None:
    clients.provide("npm", "exit 0")
    with pytest.raises(DataError, match="the client gave no reason"):
        fetch(EXAMPLE, tmp_path / "packages")


def test_a_damaged_ledger_means_downloading_again(clients: Clients, tmp_path: Path) -> None:
    clients.provide("npm")
    fetch(EXAMPLE, tmp_path / "packages")
    (tmp_path / "packages" / "packages.json").write_text("[")
    fetch(EXAMPLE, tmp_path / "packages")
    assert len(clients.calls) == 2


def test_an_unknown_registry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="accepted are pip, npm and debian"):
        fetch(Package("cargo", "example", "1"), tmp_path / "packages")
