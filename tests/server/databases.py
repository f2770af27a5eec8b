"""Databases for tests: a SQLite file, and a PostgreSQL server started for the test run where one is installed."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
import uuid
from glob import glob
from pathlib import Path

import psycopg
import pytest

KINDS = ("sqlite", "postgresql")


def fresh_url(kind: str, directory: Path) -> str:
    """The URL of a new, empty database; skips the test where the kind is not to be had."""
    if kind == "sqlite":
        return f"sqlite:///{directory / f'{uuid.uuid4().hex}.db'}"
    server = _postgresql()
    if server is None:
        pytest.skip("no PostgreSQL server is installed here (initdb, pg_ctl)")
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"{server}/{name}"


@functools.cache
def _postgresql() -> str | None:
    """A server on a free port, without durability, that ends with the test process; None where there is none."""
    import atexit
    import socket

    found = shutil.which("initdb") or next(iter(sorted(glob("/usr/lib/postgresql/*/bin/initdb"))[-1:]), None)
    if found is None:
        return None
    programs = Path(found).parent
    home = Path(tempfile.mkdtemp(prefix="openk2-postgresql-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        if shutil.which("runuser") is None or subprocess.run(["id", "postgres"], capture_output=True).returncode:
            return None
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(home, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = home / "data"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off"
    for arguments in (
        [programs / "initdb", "-D", data, "-U", "openk2", "--auth=trust", "-E", "UTF8"],
        [programs / "pg_ctl", "-D", data, "-l", home / "log", "-w", "-o", options, "start"],
    ):
        subprocess.run([*as_user, *map(str, arguments)], check=True, cwd=home, stdout=subprocess.DEVNULL)

    def stop() -> None:
        stopping = [str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
        subprocess.run([*as_user, *stopping], cwd="/", stdout=subprocess.DEVNULL, check=False)
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(stop)
    return f"postgresql://openk2@127.0.0.1:{port}"
