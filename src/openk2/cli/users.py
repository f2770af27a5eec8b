"""`openk2 users`: the people who may use a server, their passwords, limits and budgets."""

from __future__ import annotations

import getpass
import json
import sys
from typing import Annotated, Any

import typer

from openk2.cli.database import AsJson, Database, print_table, say, with_accounts
from openk2.errors import ServerError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="People who may use a server started with --require-keys.",
)

PasswordFromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it.")
]
Limit = Annotated[int | None, typer.Option(min=1, metavar="N")]
Tokens = Annotated[int | None, typer.Option(min=0, metavar="N")]
Money = Annotated[float | None, typer.Option(min=0, metavar="AMOUNT")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Under which they sign in.")],
    admin: Annotated[bool, typer.Option("--admin", help="Sees and changes everybody's keys and usage.")] = False,
    organisation: Annotated[str, typer.Option(help="Made where there is none of that name.")] = "default",
    no_password: Annotated[
        bool, typer.Option("--no-password", help="For programs: has keys, but does not sign in to the page.")
    ] = False,
    password_stdin: PasswordFromInput = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Make a user; the first one is best an administrator.

    Example: openk2 users create ada --admin
    """
    password = None if no_password else _password(password_stdin)

    async def work(accounts: Any) -> Any:
        return await accounts.directory.create_user(name, password=password, admin=admin, organisation=organisation)

    user = with_accounts(database, work)
    if as_json:
        print(json.dumps(_user_json(user, {})))
    else:
        say(f"{user.id} ({user.name}): made; now: openk2 keys create NAME --user {user.name}")


@app.command(name="list")
def list_users(database: Database = None, as_json: AsJson = False) -> None:
    """List users by name."""

    async def work(accounts: Any) -> Any:
        budgets = await accounts.budgets.all()
        return [_user_json(user, budgets) for user in await accounts.directory.users()]

    users = with_accounts(database, work)
    if as_json:
        print(json.dumps({"users": users}))
        return
    columns = ("id", "name", "organisation", "admin", "state", "created")
    print_table(columns, [[user[column] for column in columns] for user in users])


@app.command(name="set")
def change(
    name: Annotated[str, typer.Argument(help="A user, or with --organisation one.")],
    organisation: Annotated[
        bool, typer.Option("--organisation", help="NAME is an organisation: set its budgets.")
    ] = False,
    password: Annotated[bool, typer.Option("--password", help="Ask for a new password; ends all sessions.")] = False,
    password_stdin: PasswordFromInput = False,
    disable: Annotated[
        bool | None, typer.Option("--disable/--enable", help="Take access away, keys included, or give it back.")
    ] = None,
    requests_per_minute: Limit = None,
    tokens_per_minute: Limit = None,
    streams: Limit = None,
    no_limits: Annotated[bool, typer.Option("--no-limits", help="Take the three limits away first.")] = False,
    day_tokens: Tokens = None,
    day_money: Money = None,
    month_tokens: Tokens = None,
    month_money: Money = None,
    no_budgets: Annotated[bool, typer.Option("--no-budgets", help="Take all budgets away first.")] = False,
    database: Database = None,
) -> None:
    """Change a user's password, access, limits or budgets, or an organisation's budgets.

    Limits and budgets hold for all of the user's keys and the page together. A running server follows within a minute.

    Example: openk2 users set ada --month-money 50 --requests-per-minute 120
    """
    from dataclasses import replace

    from openk2.server.accounts.accounts import Accounts
    from openk2.server.accounts.limits import NO_LIMITS

    new_password = _password(password_stdin) if password or password_stdin else None
    limits = {
        "requests_per_minute": requests_per_minute,
        "tokens_per_minute": tokens_per_minute,
        "streams": streams,
    }
    given = {key: value for key, value in limits.items() if value is not None}
    if organisation and (given or no_limits or new_password is not None or disable is not None):
        raise ServerError("set: an organisation has budgets only; accepted: --day-tokens … --month-money, --no-budgets")

    async def work(accounts: Accounts) -> None:
        directory = accounts.directory
        if organisation:
            owner = ("organisation", (await directory.existing_organisation(name)).id)
        else:
            user = await directory.user(name)
            owner = ("user", user.id)
            if new_password is not None:
                await directory.set_password(name, new_password)
            if disable is not None:
                await directory.set_disabled(name, disable)
            if given or no_limits:
                await directory.set_limits(name, replace(NO_LIMITS if no_limits else user.limits, **given))
        if no_budgets:
            await accounts.budgets.clear(owner)
        await accounts.budgets.set_both(owner, day_tokens, day_money, month_tokens, month_money)

    with_accounts(database, work)
    say(f"{name}: set; a running server follows within a minute")


def _password(from_input: bool) -> str:
    """Ask for a password, twice, or read it. Raises ServerError where there is nobody to ask."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise ServerError("there is no terminal to ask for a password; accepted: --password-stdin, --no-password")
    first = getpass.getpass("password: ")
    if getpass.getpass("once more: ") != first:
        raise ServerError("the passwords differ; accepted: the same one twice")
    return first


def _user_json(user: Any, budgets: Any) -> dict[str, Any]:
    from openk2.server.accounts.budgets import PERIODS
    from openk2.server.accounts.clock import iso
    from openk2.server.accounts.key_routes import budget_json

    own = budgets.get(("user", user.id), {})
    return {
        "id": user.id,
        "name": user.name,
        "organisation": user.organisation.name,
        "admin": user.admin,
        "state": "active" if user.disabled is None else "disabled",
        "signs_in": user.can_sign_in,
        "requests_per_minute": user.limits.requests_per_minute,
        "tokens_per_minute": user.limits.tokens_per_minute,
        "streams": user.limits.streams,
        "budgets": {period: budget_json(own.get(period)) for period in PERIODS},
        "created": iso(user.created),
    }
