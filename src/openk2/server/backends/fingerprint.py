"""What two requests share at their beginning, as a chain of hashes: one per message, each over all before it.

Requests whose chains agree in their first `k` links have the same tools and the same first `k` messages, so their
prompts begin with the same tokens and a replica that computed one has the beginning of the other in its cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import orjson

from openk2.chat.messages import ChatRequest

Chain = tuple[bytes, ...]
"""From the shortest beginning to the whole."""

_IDS_PER_LINK = 64


def chain_of(request: ChatRequest) -> Chain:
    """The beginnings of a conversation: its tools with the first message, then message by message."""
    links: list[bytes] = []
    running = blake2b(digest_size=12)
    running.update(orjson.dumps([tool.to_openai() for tool in request.tools], option=orjson.OPT_NON_STR_KEYS))
    for message in request.messages:
        running.update(orjson.dumps(message.to_openai(), option=orjson.OPT_NON_STR_KEYS))
        links.append(running.digest())
    return tuple(links)


def chain_of_ids(ids: Sequence[int]) -> Chain:
    """The beginnings of a prompt of token ids, 64 at a time; a shorter one is a single link."""
    links: list[bytes] = []
    running = blake2b(digest_size=12)
    for start in range(0, max(len(ids) - _IDS_PER_LINK + 1, 1), _IDS_PER_LINK):
        running.update(orjson.dumps(list(ids[start : start + _IDS_PER_LINK])))
        links.append(running.digest())
    return tuple(links)
