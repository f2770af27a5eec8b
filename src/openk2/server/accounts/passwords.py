"""Passwords: argon2id with the parameters of RFC 9106 (section 4, the second choice: 64 MiB), off the event loop.

A wrong name takes as long as a wrong password, and no more than two are computed at once, so that sign-ins cannot take
the machine from those who compute answers.
"""

import asyncio
import functools

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from openk2.errors import ServerError

SHORTEST = 8
_hasher = PasswordHasher()
_AT_ONCE = 2


def hash_password(password: str) -> str:
    """What is stored. Raises ServerError for a short one."""
    if len(password) < SHORTEST:
        raise ServerError(f"the password has {len(password)} characters; accepted: {SHORTEST} or more")
    return _hasher.hash(password)


@functools.cache
def _of_nobody() -> str:
    return _hasher.hash("a password that nobody has")


def _matches(stored: str | None, password: str) -> bool:
    try:
        _hasher.verify(stored or _of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


class PasswordCheck:
    """Compares passwords, a few at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one; never for None."""
        async with self._turn:
            return await asyncio.to_thread(_matches, stored, password)
