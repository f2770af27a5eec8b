"""`openk2 keys`: make, list and revoke API keys."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from openk2.cli.database import AsJson, Database, print_table, say, with_accounts

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="API keys of a server started with --require-keys.",
)

Tokens = Annotated[int | None, typer.Option(min=0, metavar="N")]
Money = Annotated[float | None, typer.Option(min=0, metavar="AMOUNT")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="For people: where the key is used.")],
    user: Annotated[str | None, typer.Option(help="Whose key it is; without it the organisation's own.")] = None,
    organisation: Annotated[str | None, typer.Option(help="Of a key without user; without it: default.")] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may do: generate, files, usage (these three without it), keys, admin; repeatable."),
    ] = None,
    model: Annotated[list[str] | None, typer.Option(help="A model it may use, repeatable; without it all.")] = None,
    expires: Annotated[str | None, typer.Option(help="When it ends, as 2027-01-31 or 2027-01-31T12:00:00Z.")] = None,
    requests_per_minute: Annotated[int | None, typer.Option(min=1, metavar="N")] = None,
    tokens_per_minute: Annotated[int | None, typer.Option(min=1, metavar="N")] = None,
    streams: Annotated[int | None, typer.Option(min=1, metavar="N", help="Answers in progress at one time.")] = None,
    day_tokens: Tokens = None,
    day_money: Money = None,
    month_tokens: Tokens = None,
    month_money: Money = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is shown this once, alone on standard output.

    The budgets (--day-tokens … --month-money) begin anew at midnight UTC and on the first of the month; money is in the
    currency of the server's prices.

    Example: openk2 keys create notebook --user ada --day-money 2
    """
    from openk2.server.accounts import scopes as scopes_of
    from openk2.server.accounts.accounts import Accounts
    from openk2.server.accounts.clock import read_time
    from openk2.server.accounts.key_routes import key_json
    from openk2.server.accounts.keys import NewKey
    from openk2.server.accounts.limits import Limits

    scopes = scopes_of.check_scopes(frozenset(scope)) if scope else scopes_of.DEFAULT
    ends = None if expires is None else read_time(expires, "--expires")

    async def work(accounts: Accounts) -> tuple[dict[str, object], str]:
        owner = None if user is None else await accounts.directory.user(user)
        within = owner.organisation if owner else await accounts.directory.organisation(organisation or "default")
        limits = Limits(requests_per_minute, tokens_per_minute, streams)
        models = frozenset(model) if model else None
        key, text = await accounts.keys.create(
            NewKey(name, within.id, owner.id if owner else None, scopes, models, limits, ends)
        )
        await accounts.budgets.set_both(("key", key.id), day_tokens, day_money, month_tokens, month_money)
        return key_json(key, await accounts.budgets.of(("key", key.id)), accounts.now()), text

    shown, text = with_accounts(database, work)
    if as_json:
        print(json.dumps({**shown, "key": text}))
    else:
        say(f"{shown['id']}: this is shown once and cannot be found again")
        print(text)


@app.command(name="list")
def list_keys(
    user: Annotated[str | None, typer.Option(help="Only this user's.")] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """List keys, newest first."""
    from openk2.server.accounts.accounts import Accounts
    from openk2.server.accounts.key_routes import key_json

    async def work(accounts: Accounts) -> list[dict[str, object]]:
        if user is None:
            keys = await accounts.keys.all()
        else:
            keys = await accounts.keys.of_user((await accounts.directory.user(user)).id)
        budgets = await accounts.budgets.all()
        return [key_json(key, budgets.get(("key", key.id), {}), accounts.now()) for key in keys]

    keys = with_accounts(database, work)
    if as_json:
        print(json.dumps({"keys": keys}))
        return
    columns = ("id", "prefix", "name", "user_name", "state", "created", "expires")
    print_table([column.removesuffix("_name") for column in columns], [[key[name] for name in columns] for key in keys])


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="A key's id, prefix or name.")],
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """End a key for good. A running server refuses it within a minute."""
    from openk2.server.accounts.accounts import Accounts
    from openk2.server.accounts.key_routes import key_json

    async def work(accounts: Accounts) -> dict[str, object]:
        found = await accounts.keys.named(key)
        revoked = await accounts.keys.revoke(found.id)
        assert revoked is not None
        return key_json(revoked, await accounts.budgets.of(("key", found.id)), accounts.now())

    shown = with_accounts(database, work)
    if as_json:
        print(json.dumps(shown))
    else:
        say(f"{shown['id']} ({shown['name']}): revoked; a running server refuses it within a minute")
