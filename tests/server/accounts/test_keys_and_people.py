"""Keys, users and sessions: what is kept of them, and when they stop working."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from accounting import Clock, rows_of, with_accounts
from databases import KINDS

from openk2.errors import RequestError, ServerError
from openk2.server.accounts.accounts import Accounts
from openk2.server.accounts.clock import milliseconds
from openk2.server.accounts.keys import REMEMBERED_SECONDS, NewKey
from openk2.server.accounts.limits import Limits
from openk2.server.accounts.sessions import LASTING_SECONDS, MOST_FAILURES
from openk2.server.errors import ApiError
from openk2.server.metering import Caller
from openk2.server.store.tables import accounts as tables


async def a_key(accounts: Accounts, name: str = "a key", **more: object) -> tuple[str, str]:
    """Its id and text."""
    organisation = await accounts.directory.organisation()
    key, text = await accounts.keys.create(NewKey(name, organisation.id, **more))  # type: ignore[arg-type]
    return key.id, text


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_found_by_its_text_and_kept_as_its_hash(kind: str, tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        limits = Limits(10, 1000, 2)
        id, text = await a_key(accounts, scopes=frozenset({"files"}), models=frozenset({"k2"}), limits=limits)
        assert text.startswith("sk-ok2-")
        assert len(text) == len("sk-ok2-") + 43, "32 random bytes"
        caller = await accounts.caller_of_key(text)
        organisation = await accounts.directory.organisation()
        assert caller == Caller(id, None, organisation.id, frozenset({"files"}), frozenset({"k2"}), ((id, limits),))
        (row,) = await rows_of(accounts, tables.api_key)
        assert row["hash"] == hashlib.sha256(text.encode()).hexdigest()
        assert row["prefix"] == text[:11]
        assert not any(text[11:] in str(value) for value in row.values())

    with_accounts(kind, tmp_path, work)


@pytest.mark.parametrize("text", ["sk-ok2-unknown", "", "x" * 100_000, "\x00", "日本"])
def test_an_unknown_key_is_401(text: str, tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        with pytest.raises(ApiError, match="the API key is unknown") as refused:
            await accounts.caller_of_key(text)
        assert (refused.value.status, refused.value.code) == (401, "invalid_api_key")

    with_accounts("sqlite", tmp_path, work)


def test_a_key_ends_when_it_was_made_to(tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        _, text = await a_key(accounts, expires=milliseconds(clock() + 10))
        await accounts.caller_of_key(text)
        clock.now += 10
        with pytest.raises(ApiError, match="the API key is expired"):
            await accounts.caller_of_key(text)

    with_accounts("sqlite", tmp_path, work)


def test_a_revoked_key_stops_at_once_here_and_within_a_minute_elsewhere(tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        id, text = await a_key(accounts)
        await accounts.caller_of_key(text)
        elsewhere = Accounts(accounts.database, accounts.prices, clock=clock)
        await elsewhere.keys.revoke(id)
        await accounts.caller_of_key(text)  # remembered
        assert REMEMBERED_SECONDS <= 60
        await accounts.keys.revoke(id)
        with pytest.raises(ApiError, match="the API key is revoked"):
            await accounts.caller_of_key(text)

    with_accounts("sqlite", tmp_path, work)


def test_the_keys_of_a_disabled_user_do_not_work(tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        user = await accounts.directory.create_user("ada", password="long enough")
        _, text = await a_key(accounts, user_id=user.id)
        _, token = await accounts.sessions.sign_in("ada", "long enough", "here")
        await accounts.directory.set_disabled("ada", True)
        with pytest.raises(ApiError, match="the API key is revoked"):
            await accounts.caller_of_key(text)
        assert await accounts.caller_of_session(token) is None
        with pytest.raises(ApiError, match="name or password is wrong"):
            await accounts.sessions.sign_in("ada", "long enough", "here")
        await accounts.directory.set_disabled("ada", False)
        accounts.keys.forget()
        assert (await accounts.caller_of_key(text)).user_id == user.id

    with_accounts("sqlite", tmp_path, work)


@pytest.mark.parametrize("kind", KINDS)
def test_somebody_signs_in_for_thirty_days_and_out_at_once(kind: str, tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        await accounts.directory.create_user("ada", password="long enough", admin=True)
        user, token = await accounts.sessions.sign_in("ada", "long enough", "here")
        caller = await accounts.caller_of_session(token)
        assert caller is not None
        assert caller.user_id == user.id
        assert caller.scopes == {"generate", "files", "usage", "keys", "admin"}
        (row,) = await rows_of(accounts, tables.session)
        assert token not in row.values()
        _, other = await accounts.sessions.sign_in("ada", "long enough", "there")
        await accounts.sessions.sign_out(token)
        assert await accounts.caller_of_session(token) is None
        clock.now += LASTING_SECONDS + 1
        assert await accounts.caller_of_session(other) is None

    with_accounts(kind, tmp_path, work)


def test_a_changed_password_ends_sessions(tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        await accounts.directory.create_user("ada", password="long enough")
        _, token = await accounts.sessions.sign_in("ada", "long enough", "here")
        await accounts.directory.set_password("ada", "another one")
        assert await accounts.caller_of_session(token) is None
        await accounts.sessions.sign_in("ada", "another one", "here")

    with_accounts("sqlite", tmp_path, work)


def test_passwords_are_kept_as_argon2id_and_short_ones_refused(tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        await accounts.directory.create_user("ada", password="long enough")
        await accounts.directory.create_user("robot")
        stored = {row["name"]: row["password_hash"] for row in await rows_of(accounts, tables.user)}
        assert stored["ada"].startswith("$argon2id$")
        assert stored["robot"] is None
        for name in ("robot", "nobody"):
            with pytest.raises(ApiError, match="name or password is wrong"):
                await accounts.sessions.sign_in(name, "", "here")
        with pytest.raises(ServerError, match="the password has 5 characters; accepted: 8 or more"):
            await accounts.directory.create_user("bob", password="short")

    with_accounts("sqlite", tmp_path, work)


def test_after_ten_wrong_passwords_one_more_may_be_tried_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def quickly(self: object, stored: str | None, password: str) -> bool:
        return password == "right"

    monkeypatch.setattr("openk2.server.accounts.passwords.PasswordCheck.matches", quickly)

    async def work(accounts: Accounts, clock: Clock) -> None:
        await accounts.directory.create_user("ada", password="long enough")

        async def status(password: str, address: str = "here") -> int:
            try:
                await accounts.sessions.sign_in("ada", password, address)
            except ApiError as error:
                return error.status
            return 200

        assert [await status("wrong") for _ in range(MOST_FAILURES + 1)] == [401] * MOST_FAILURES + [429]
        assert await status("right") == 429
        assert await status("right", "elsewhere") == 200
        clock.now += 61
        assert await status("wrong") == 401
        assert await status("right") == 429
        clock.now += 61
        assert await status("right") == 200

    with_accounts("sqlite", tmp_path, work)


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_unique_and_printable(kind: str, tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        await accounts.directory.create_user("阿达")
        with pytest.raises(ServerError, match="user '阿达' exists already; accepted: another name"):
            await accounts.directory.create_user("阿达")
        for name in ("", " ada", "a\nb", "x" * 201):
            with pytest.raises(ServerError, match=r"user name is .*; accepted: up to 200 printable"):
                await accounts.directory.create_user(name)
        first, again = await accounts.directory.organisation("lab"), await accounts.directory.organisation("lab")
        assert first == again

    with_accounts(kind, tmp_path, work)


def test_a_scope_that_does_not_exist_is_named(tmp_path: Path) -> None:
    async def work(accounts: Accounts, clock: Clock) -> None:
        with pytest.raises(RequestError, match="scopes holds 'root'; accepted: generate, files, usage, keys, admin"):
            await a_key(accounts, scopes=frozenset({"root"}))

    with_accounts("sqlite", tmp_path, work)
