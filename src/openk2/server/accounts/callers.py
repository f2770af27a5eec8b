"""What the routes of accounts ask of whoever sent the request."""

from openk2.server.accounts.scopes import ADMIN
from openk2.server.errors import ApiError
from openk2.server.metering import NOBODY, Caller


def known(caller: Caller) -> Caller:
    """The caller; raises ApiError (401) for nobody."""
    if caller == NOBODY:
        raise ApiError(401, "this needs an API key or somebody signed in", code="no_api_key")
    return caller


def asks_for_all(whose: str, caller: Caller) -> bool:
    """Whether `whose=all` is asked for. Raises ApiError: 403 where that is not for the caller, 400 for another word."""
    if whose not in ("mine", "all"):
        raise ApiError(400, f"whose is {whose!r}; accepted: mine, all", param="whose")
    if whose == "all" and ADMIN not in caller.scopes:
        raise ApiError(403, "whose is 'all', which is for administrators; accepted: mine", param="whose")
    return whose == "all"
