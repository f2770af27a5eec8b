"""`/api/session`, `/api/keys` and `/api/usage`: accounts as the page and programs see them.

Times are ISO 8601 in UTC (`2026-11-29T20:15:00Z`), money is a number in the currency of the prices. Without accounts
(no `--database`), `GET /api/session` still answers and everything else here is 404.

**`GET /api/session`**: who the caller is. Always 200.

    {"accounts": true, "keys_required": true, "currency": "USD",
     "user": {"id": "user-…", "name": "ada", "admin": false, "organisation": {"id": "org-…", "name": "default"}},
     "scopes": ["files", "generate", "keys", "usage"]}

`user` is null for who has not signed in and for a key that belongs to no user; `scopes` is then what the key may do.
`accounts: false`: there is nothing to sign in to, conversations stay in the browser.

**`POST /api/session`** `{"name": "ada", "password": "…"}`: sign in. 200 with the same object as `GET`, and a cookie
(`HttpOnly`, `SameSite=Strict`) that lasts 30 days; 401 for a wrong name or password, 429 after ten failures in a row.
**`DELETE /api/session`**: sign out. 204.

**`GET /api/keys`** (scope `keys`): the caller's own keys, newest first; `?whose=all` (administrators): everybody's.

    {"keys": [{"id": "key-…", "prefix": "sk-ok2-Ab3d", "name": "notebook", "state": "active",
               "user_id": "user-…", "user_name": "ada", "organisation_id": "org-…",
               "scopes": ["files", "generate", "usage"], "models": null,
               "requests_per_minute": null, "tokens_per_minute": 20000, "streams": 4,
               "budgets": {"day": {"tokens": 1000000, "money": null}, "month": null},
               "created": "2026-11-29T20:15:00Z", "expires": null, "revoked": null}]}

`state` is `active`, `expired` or `revoked`. **`POST /api/keys`** (see `NewKeyBody`): 201 with the same object and, this
once, `"key": "sk-ok2-…"` in full; for people who signed in, and for administrators' keys.
**`DELETE /api/keys/{id}`**: revoke; 200 with the object.

**`GET /api/usage`** (scope `usage`): sums over `from` … `to` (days, both included; the last 30 days where not given),
by `by` (any of `day`, `key`, `model`, `user`, separated by commas; `day` where not given). `whose=mine` (the default)
is the caller's: a key sees its own requests, somebody signed in those of all their keys and of the page; `whose=all`
(administrators): everybody's. `format=csv` gives the rows as a CSV file.

    {"currency": "USD", "from": "2026-10-31", "to": "2026-11-29", "by": ["day", "model"],
     "rows": [{"day": "2026-11-29", "model": "k2-nano", "requests": 3, "prompt_tokens": 120, "cached_tokens": 64,
               "reasoning_tokens": 0, "completion_tokens": 48, "cost": 0.000168}],
     "total": {"requests": 3, "prompt_tokens": 120, …, "cost": 0.000168},
     "budgets": [{"owner": "key", "id": "key-…", "name": "notebook", "period": "day", "tokens": 1000000, "money": null,
                  "used_tokens": 168, "used_money": 0.000168, "resets": "2026-11-30T00:00:00Z"}]}

Rows have the keys asked for by `by`: `day`; `key_id` and `key_name`; `model`; `user_id` and `user_name`. Where there is
none (a request from the page has no key), the id is "" and the name null. Days without requests have no row.
`prompt_tokens` includes the cached ones, `completion_tokens` the reasoning.

**`GET /api/usage/requests`** (scope `usage`): single requests, newest first; `from`, `to`, `whose`, `format` as above,
`limit` (100 where not given, at most 10,000) and `before` (the `next` of the answer before).

    {"currency": "USD", "requests": [{"request_id": "req-…", "time": "2026-11-29T20:15:00.123Z", "user_id": "user-…",
      "user_name": "ada", "key_id": "key-…", "key_name": "notebook", "model": "k2-nano", "backend": "k2-nano",
      "prompt_tokens": 40, "cached_tokens": 32, "reasoning_tokens": 0, "completion_tokens": 16, "cost": 0.000056,
      "first_ms": 41, "total_ms": 390, "status": "stop"}], "next": "…"}

`status` is the finish reason, `client left`, `lost` (the server ended before the answer did) or the line of an error;
`next` is null on the last page.
"""

from fastapi import FastAPI

from openk2.server.accounts.session_routes import session_routes
from openk2.server.services import Services


def routes(app: FastAPI, services: Services) -> None:
    """Add them."""
    session_routes(app, services)
    if services.accounts is not None:
        # These need a database, and so the extra `server`.
        from openk2.server.accounts.key_routes import key_routes
        from openk2.server.accounts.usage_routes import usage_routes

        key_routes(app, services.accounts)
        usage_routes(app, services.accounts)
