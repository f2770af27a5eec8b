"""A server with every room open, for clients that send it thousands of requests: accounts, files, conversations, and a
random model so small that its answers cost nothing. Prints `{"address": …, "key": …}` and ends when its input does."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "server"))

from people import serving_people

from openk2.chat.tokenizer import Tokenizer
from openk2.config import K2Config
from openk2.engine import Engine
from openk2.engine.backend import EngineBackend
from openk2.model import K2Model
from openk2.server import ServerSettings
from openk2.server.accounts.directory import Directory
from openk2.server.accounts.keys import Keys, NewKey
from openk2.server.accounts.scopes import SCOPES
from openk2.server.store import Database

CONTEXT = 512
"""Tokens of prompt and answer: few, since a random model seldom ends by itself."""


async def _key_for_everything(url: str) -> str:
    async with Database(url) as database:
        user = await Directory(database).create_user("eve", password="a password that nobody types")
        new = NewKey("everything", user.organisation.id, user.id, frozenset(SCOPES))
        return (await Keys(database).create(new))[1]


def main() -> None:
    """Serve until standard input ends."""
    config = K2Config.preset("k2-debug").replace(max_position_embeddings=CONTEXT)
    model = K2Model(config).initialize(0).eval()
    with tempfile.TemporaryDirectory() as folder, Engine(model, Tokenizer.bytes_only(), max_batch=8) as engine:
        settings = ServerSettings(data_dir=Path(folder))
        with serving_people(Path(folder), EngineBackend(engine, "k2-debug"), settings) as people:
            key = asyncio.run(_key_for_everything(f"sqlite:///{people.database}"))
            print(json.dumps({"address": people.address, "key": key}), flush=True)
            sys.stdin.read()


if __name__ == "__main__":
    main()
