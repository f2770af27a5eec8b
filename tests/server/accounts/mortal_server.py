"""A server that is meant to be killed: once it reads a line, the path of its database, it writes its port and serves.

The application, the accounts and the ledger are the real ones; only the model is played.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator

from openk2.chat.events import Event, Finished, PromptTokens, TextDelta, Tokens, Usage
from openk2.chat.messages import ChatRequest
from openk2.server import ServerSettings, bind, create_app, serve
from openk2.server.accounts.accounts import Accounts
from openk2.server.accounts.prices import Price, Prices
from openk2.server.store import Database

PRICES = Prices("USD", {"mortal": Price(input=600, cached_input=150, output=2500)})


class Mortal:
    """Says as many words as its prompt asks for, a few milliseconds each."""

    name = "mortal"
    context_length: int | None = 4096

    async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        words = int(request.messages[-1].content)
        yield PromptTokens((1,) * 20, 5)
        for number in range(words):
            await asyncio.sleep(random.uniform(0, 0.01))
            yield Tokens((number,))
            yield TextDelta(f"{number} ")
        yield Usage(20, 5, words)
        yield Finished("stop")


def main() -> None:
    """Serve until killed."""
    database = sys.stdin.readline().strip()
    bound = bind("127.0.0.1", 0)
    app = create_app(Mortal(), ServerSettings(), Accounts(Database(database), PRICES))
    serve(app, bound, drain_seconds=1, on_ready=lambda: print(bound.getsockname()[1], flush=True))


if __name__ == "__main__":
    main()
