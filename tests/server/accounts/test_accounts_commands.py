"""`openk2 keys`, `users` and `usage`, and what `openk2 serve` asks for before it listens."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from accounting import accounts_in, rows_of

from openk2.chat.events import Usage
from openk2.cli.main import main
from openk2.server.accounts.ledger import Entry
from openk2.server.store.tables import accounts as tables


class Shell:
    """Runs commands over one database."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.database = folder / "a.db"
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def __call__(self, *arguments: str, typed: str | None = None, status: int = 0) -> str:
        """Standard output; on failure the one line of standard error."""
        if typed is not None:
            self._monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--database", str(self.database)])
        output = self._capsys.readouterr()
        assert ended.value.code == status, output.err
        return output.out if status == 0 else output.err

    def json(self, *arguments: str, typed: str | None = None) -> Any:
        return json.loads(self(*arguments, "--json", typed=typed))


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(tmp_path, capsys, monkeypatch)


def test_the_first_administrator_and_keys_are_made_on_the_command_line(shell: Shell) -> None:
    admin = shell.json("users", "create", "ada", "--admin", "--password-stdin", typed="long enough\n")
    assert (admin["name"], admin["admin"], admin["signs_in"]) == ("ada", True, True)
    key = shell("keys", "create", "notebook", "--user", "ada").strip()
    assert key.startswith("sk-ok2-")
    assert len(key.split()) == 1, "alone on standard output"
    (listed,) = shell.json("keys", "list")["keys"]
    assert (listed["name"], listed["user_name"], listed["state"]) == ("notebook", "ada", "active")
    assert key not in shell("keys", "list")
    assert "notebook" in shell("keys", "list", "--user", "ada")


def test_a_key_has_the_scopes_models_limits_and_budgets_it_was_made_with(shell: Shell) -> None:
    what = ["--scope", "generate", "--scope", "keys", "--model", "k2-nano", "--expires", "2030-01-31"]
    limits = ["--requests-per-minute", "60", "--tokens-per-minute", "9000", "--streams", "4"]
    budgets = ["--day-money", "2", "--month-tokens", "1000000"]
    key = shell.json("keys", "create", "program", *what, *limits, *budgets)
    assert key["scopes"] == ["generate", "keys"]
    assert key["models"] == ["k2-nano"]
    assert key["expires"] == "2030-01-31T00:00:00Z"
    assert (key["requests_per_minute"], key["tokens_per_minute"], key["streams"]) == (60, 9000, 4)
    assert key["budgets"] == {"day": {"tokens": None, "money": 2.0}, "month": {"tokens": 1000000, "money": None}}
    assert key["user_id"] is None


def test_a_key_is_revoked_by_id_prefix_or_name(shell: Shell) -> None:
    keys = [shell.json("keys", "create", name) for name in ("a", "b", "c")]
    for word in (keys[0]["id"], keys[1]["prefix"], "c"):
        assert shell.json("keys", "revoke", word)["state"] == "revoked"
    assert {key["state"] for key in shell.json("keys", "list")["keys"]} == {"revoked"}
    assert "'d' is no key; accepted: one key's id, see: openk2 keys list" in shell("keys", "revoke", "d", status=2)


def test_users_are_changed(shell: Shell) -> None:
    shell("users", "create", "ada", "--no-password")
    shell("users", "set", "ada", "--month-money", "50", "--requests-per-minute", "120")
    shell("users", "set", "ada", "--disable", "--streams", "3")
    (ada,) = shell.json("users", "list")["users"]
    assert (ada["state"], ada["requests_per_minute"], ada["streams"]) == ("disabled", 120, 3)
    assert ada["budgets"]["month"] == {"tokens": None, "money": 50.0}
    shell("users", "set", "ada", "--enable", "--no-limits", "--no-budgets", "--day-tokens", "7")
    (ada,) = shell.json("users", "list")["users"]
    assert (ada["state"], ada["requests_per_minute"], ada["streams"]) == ("active", None, None)
    assert ada["budgets"] == {"day": {"tokens": 7, "money": None}, "month": None}
    shell("users", "set", "default", "--organisation", "--month-money", "500")
    line = shell("users", "set", "default", "--organisation", "--disable", status=2)
    assert "set: an organisation has budgets only; accepted:" in line


@pytest.mark.parametrize(
    ("arguments", "typed", "message"),
    [
        (["users", "create", "ada"], "", "there is no terminal to ask for a password; accepted: --password-stdin"),
        (
            ["users", "create", "ada", "--password-stdin"],
            "short\n",
            "the password has 5 characters; accepted: 8 or more",
        ),
        (["users", "set", "nobody", "--disable"], "", "user 'nobody' does not exist; see: openk2 users list"),
        (["keys", "create", "a", "--user", "nobody"], "", "user 'nobody' does not exist"),
        (["keys", "create", "a", "--scope", "root"], "", "scopes holds 'root'; accepted: generate, files"),
        (["keys", "create", "a", "--expires", "soon"], "", "--expires is 'soon'; accepted: 2027-01-31"),
        (["usage", "--by", "planet"], "", "by is 'planet'; accepted: day, key, model, user"),
        (["usage", "--from", "now"], "", "from is 'now'; accepted: a day such as 2027-01-31"),
        (["usage", "--json", "--csv"], "", "--json and --csv are given; accepted: one of them"),
    ],
)
def test_what_cannot_be_done_is_one_line(arguments: list[str], typed: str, message: str, shell: Shell) -> None:
    line = shell(*arguments, typed=typed, status=2)
    assert message in line
    assert len(line.splitlines()) == 1


def test_usage_is_shown_as_table_json_and_csv(shell: Shell) -> None:
    shell("users", "create", "ada", "--no-password")
    key = shell.json("keys", "create", "notebook", "--user", "ada")

    async def use() -> None:
        async with accounts_in(str(shell.database)) as accounts:
            (user,) = await rows_of(accounts, tables.user)
            for number in range(3):
                one = Entry(
                    uuid.uuid4().hex, f"req-{number}", 1_795_996_800_000, "org", user["id"], key["id"], "k2", "own"
                )
                await accounts.ledger.settle(one.settled(Usage(1000, 250, 500), 1_740_000, 5, 900, "stop"))

    asyncio.run(use())
    days = ["--from", "2026-11-30", "--to", "2026-11-30"]
    report = shell.json("usage", *days, "--by", "day,key,user")
    (row,) = report["rows"]
    assert (row["day"], row["key_name"], row["user_name"], row["requests"]) == ("2026-11-30", "notebook", "ada", 3)
    assert report["total"]["cost"] == row["cost"] == pytest.approx(0.00522)
    (line,) = csv.DictReader(io.StringIO(shell("usage", *days, "--by", "model", "--csv")))
    assert (line["model"], line["prompt_tokens"], line["cost"]) == ("k2", "3000", "0.00522")
    table = shell("usage", *days, "--user", "ada").splitlines()
    assert table[0].split() == ["day", "model", "requests", "prompt", "cached", "reasoning", "completion", "cost"]
    assert table[1].split() == ["2026-11-30", "k2", "3", "3,000", "750", "0", "1,500", "0.00522"]
    single = shell.json("usage", *days, "--requests", "--key", "notebook", "--limit", "2")["requests"]
    assert len(single) == 2
    assert shell.json("usage", "--from", "2026-12-01", "--to", "2026-12-02")["rows"] == []


def test_a_server_for_the_network_wants_keys_or_to_be_told_that_it_is_open(shell: Shell) -> None:
    line = shell("serve", "--host", "0.0.0.0", "--port", "0", status=2)
    assert "host is '0.0.0.0' and no keys are asked for; accepted: --require-keys, --open" in line


def test_a_database_or_prices_that_cannot_be_used_are_said_before_a_model_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.db").write_text("no database " * 100)
    (tmp_path / "prices.toml").write_text("price = 1")
    for arguments, message in (
        (["--database", str(tmp_path / "text.db")], "cannot be opened: file is not a database"),
        (["--database", "mysql://host/name"], "a 'mysql' database is not supported; accepted: sqlite:///FILE"),
        (["--database", str(tmp_path / "new.db"), "--prices", str(tmp_path / "prices.toml")], "price is unknown"),
        (["--database", str(tmp_path / "new.db"), "--redis", "ftp://here"], "the Redis URL cannot be read"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["serve", "openai:none@http://127.0.0.1:9/v1", "--port", "0", *arguments])
        line = capsys.readouterr().err
        assert (ended.value.code, len(line.splitlines())) == (2, 1), line
        assert message in line
