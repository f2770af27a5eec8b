"""A database with two people and their keys, and clients that are one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from serving import running, says

from openk2.chat.backend import ChatBackend
from openk2.server import ServerSettings
from openk2.server.accounts.accounts import Accounts
from openk2.server.accounts.directory import Directory
from openk2.server.accounts.keys import Keys, NewKey
from openk2.server.accounts.prices import Prices
from openk2.server.store import Database

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class People:
    """A running server that ada and bob may use."""

    address: str
    database: Path
    keys: dict[str, str]
    """Of ada, of ada once more, and of bob: `ada`, `ada's other`, `bob`."""

    def with_key(self, whose: str) -> httpx.Client:
        headers = {"authorization": f"Bearer {self.keys[whose]}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60, verify=False)

    @contextmanager
    def signed_in(self, name: str) -> Iterator[httpx.Client]:
        """As the page: with the session's cookie."""
        with httpx.Client(base_url=self.address, timeout=60, verify=False) as client:
            answer = client.post("/api/session", json={"name": name, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            yield client

    def nobody(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=60, verify=False)


async def _make(url: str) -> dict[str, str]:
    async with Database(url) as database:
        directory, keys = Directory(database), Keys(database)
        texts = {}
        for name, its_keys in (("ada", ["ada", "ada's other"]), ("bob", ["bob"])):
            user = await directory.create_user(name, password=PASSWORD)
            for label in its_keys:
                new = NewKey(label, user.organisation.id, user.id, frozenset({"files", "generate", "usage"}))
                texts[label] = (await keys.create(new))[1]
        return texts


@contextmanager
def serving_people(
    folder: Path, backend: ChatBackend | None = None, settings: ServerSettings | None = None
) -> Iterator[People]:
    """A server with accounts over a fresh database in `folder`."""
    file = folder / "openk2.db"
    url = f"sqlite:///{file}"
    keys = asyncio.run(_make(url))
    accounts = Accounts(Database(url), Prices.load())
    settings = settings or ServerSettings(data_dir=folder)
    with running(backend or says("yes"), settings, accounts) as address:
        yield People(address, file, keys)
