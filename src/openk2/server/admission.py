"""How many answers may be in progress and waiting at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from openk2.server.errors import ApiError


class Admission:
    """Counts the answers in progress; the backend orders and batches them, this only bounds their number."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.running = 0

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Hold one place; raises ApiError (429) when all are taken."""
        if self.running >= self._limit:
            raise ApiError(
                429, f"{self.running} requests are running or waiting, which is this server's limit; try again soon"
            )
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1
