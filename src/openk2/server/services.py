"""What the routes of every protocol work with, and how one of them answers."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from openk2.server.admission import Admission
from openk2.server.answer import Answer
from openk2.server.metering import NOBODY, Caller, Meter
from openk2.server.protocol import Call
from openk2.server.served import Served
from openk2.server.settings import ServerSettings


@dataclass(frozen=True)
class Services:
    """One server's parts; made once, given to each room's `routes(app, services)`."""

    settings: ServerSettings
    served: Served
    admission: Admission
    meter: Meter

    def answer(self, request: Request, call: Call) -> Answer:
        """The response that answers a call, streamed or whole, for whoever sent the request."""
        return Answer(
            call,
            admission=self.admission,
            open_tab=lambda: self.meter.open(caller_of(request), call, 0),
            heartbeat_seconds=self.settings.heartbeat_seconds,
        )


def caller_of(request: Request) -> Caller:
    """Who sent the request: what the key check left in its state, else nobody."""
    caller = getattr(request.state, "caller", NOBODY)
    return caller if isinstance(caller, Caller) else NOBODY
