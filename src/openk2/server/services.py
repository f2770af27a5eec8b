"""What the routes of every protocol work with, and how one of them answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request

from openk2.server.admission import Admission
from openk2.server.answer import Answer
from openk2.server.backends.response_cache import ResponseCache, look
from openk2.server.bodies import json_body
from openk2.server.files.in_requests import with_file_texts
from openk2.server.files.library import Library
from openk2.server.metering import NOBODY, Caller, Meter
from openk2.server.protocol import Call, Json
from openk2.server.served import Served
from openk2.server.settings import ServerSettings
from openk2.server.watching import Observers

if TYPE_CHECKING:
    from openk2.server.accounts.accounts import Accounts


@dataclass(frozen=True)
class Services:
    """One server's parts; made once, given to each room's `routes(app, services)`."""

    settings: ServerSettings
    served: Served
    admission: Admission
    meter: Meter
    observer: Observers
    library: Library
    accounts: Accounts | None = None
    """None: everybody may use the server, and nobody is asked who they are."""
    responses: ResponseCache | None = None
    """Where whole answers are kept."""

    async def body(self, request: Request) -> Json:
        """The request's JSON object, with the texts of the files it names in their place. Raises ApiError: see
        `json_body` and `with_file_texts`."""
        return await with_file_texts(await json_body(request), caller_of(request), self.library)

    def answer(self, request: Request, call: Call) -> Answer:
        """The response that answers a call, streamed or whole, for whoever sent the request."""
        caller = caller_of(request)
        return Answer(
            call,
            admission=self.admission,
            open_tab=lambda: self.meter.open(caller, call, 0),
            heartbeat_seconds=self.settings.heartbeat_seconds,
            watch=self.observer.arrived(call, caller, request.headers),
            look=lambda asked: look(self.responses, call, asked, caller),
        )


def caller_of(request: Request) -> Caller:
    """Who sent the request: what the key check left in its state, else nobody."""
    caller = getattr(request.state, "caller", NOBODY)
    return caller if isinstance(caller, Caller) else NOBODY
