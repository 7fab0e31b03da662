"""``plan --inventory``: the same plan without reading the users again, as long as those kept are fresh enough."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode
from tests.cli.make import USERS, calplan, folder, start, user

KEPT = Path(".calplan") / "inventory" / "corp.db"
FORMATS = ("text", "json", "ndjson", "csv", "html", "markdown")
AGES = re.compile(r'\d{4}-\d\d-\d\d[T ][0-9:+Z]+|"plan_id": "[^"]*"')


@pytest.fixture
def corp(tmp_path: Path) -> Path:
    return folder(tmp_path / "corp")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves the clock of this process on."""
    begun = datetime.now(UTC)

    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: begun + by)

    return move


def gone(account: Path, *emails: str) -> None:
    """Take users out of an account behind everybody's back."""
    with closing(sqlite3.connect(account)) as connection, connection:
        for email in emails:
            connection.execute("DELETE FROM users WHERE email = ?", (email,))


@pytest.mark.parametrize("example", ["contoso", "groups", "narrow-permissions", "mapi-lock", "exchange-impersonation"])
def test_the_plan_from_the_inventory_is_the_plan_that_reads_the_account(
    example: str, repository: Path, tmp_path: Path
) -> None:
    source = repository / "examples" / example
    shutil.copytree(source, tmp_path / "example", ignore=shutil.ignore_patterns("*.db"))
    shown: dict[str, set[str]] = {form: set() for form in FORMATS}
    for words in ((), ("--inventory", "refresh"), ("--inventory", "reuse"), ("--inventory", "reuse")):
        for form in FORMATS:
            said = calplan("plan", tmp_path / "example", *words, "-o", form)
            assert said.code is ExitCode.DONE, said.err
            shown[form].add(AGES.sub("", said.out))
    assert {form: len(texts) for form, texts in shown.items()} == dict.fromkeys(FORMATS, 1)


def test_a_saved_plan_has_the_same_id_from_either(corp: Path) -> None:
    first = calplan("plan", corp, "--inventory", "refresh", "-o", "json").out
    for words in ((), ("--inventory", "reuse")):
        assert calplan("plan", corp, *words, "-o", "json", "--out", "one.plan").code is ExitCode.DONE
        assert calplan("show", "one.plan", "-o", "json").out.split('"plan_id"')[1] == first.split('"plan_id"')[1]


def test_without_the_option_nothing_is_kept(corp: Path) -> None:
    assert calplan("plan", corp).code is ExitCode.DONE
    assert not Path(".calplan").exists()


def test_reuse_reads_nobody_while_those_kept_are_fresh_and_says_how_old_they_are(
    corp: Path, later: Callable[[timedelta], None]
) -> None:
    first = calplan("plan", corp, "--inventory", "reuse")
    assert "none of this account are kept yet" in first.err
    gone(corp / "corp.db", "ann@corp.example")
    later(timedelta(hours=5))
    again = calplan("plan", corp, "--inventory", "reuse")
    assert again.last == first.last
    assert again.err == ""
    told = calplan("plan", corp, "--inventory", "reuse", "-o", "json").out
    stamps = {stamp[:13] for stamp in re.findall(r'"as_of": "([^"]*T[^"]*)"', told)}
    assert len(stamps) == 2, "settings are as of now, and users as of when they were read"
    fresh = calplan("plan", corp, "--inventory", "refresh")
    assert fresh.last != first.last


def test_what_is_too_old_is_read_anew(corp: Path, later: Callable[[timedelta], None]) -> None:
    first = calplan("plan", corp, "--inventory", "refresh")
    gone(corp / "corp.db", "ann@corp.example")
    later(timedelta(hours=25))
    said = calplan("plan", corp, "--inventory", "reuse", "--max-age", "2d")
    assert said.err == ""
    assert said.last == first.last.replace("Gates: 0", "Gates: 1"), "the same users, and the gate on their age"
    said = calplan("plan", corp, "--inventory", "reuse")
    assert "those kept are 24h old, at most 1d" in said.err
    assert said.last != first.last


def test_an_age_of_the_account_counts_where_none_is_given(tmp_path: Path, later: Callable[[timedelta], None]) -> None:
    corp = folder(tmp_path / "corp", maxEvidenceAge={"users": "1h"})
    calplan("plan", corp, "--inventory", "refresh")
    later(timedelta(hours=2))
    assert "those kept are 119m old, at most 1h" in calplan("plan", corp, "--inventory", "reuse").err
    calplan("plan", corp, "--inventory", "refresh")
    later(timedelta(hours=5))
    said = calplan("plan", corp, "--inventory", "reuse", "--max-age", "1d")
    assert said.err == ""
    assert "evidence.age" in said.out, "the gate of the account is asked all the same"
    assert "at most 1h" in said.out


def test_what_is_from_the_future_is_read_anew(corp: Path, later: Callable[[timedelta], None]) -> None:
    later(timedelta(days=3))
    calplan("plan", corp, "--inventory", "refresh")
    later(timedelta())
    assert "from the future" in calplan("plan", corp, "--inventory", "reuse").err


def test_another_place_under_the_same_name_is_read_anew(corp: Path, tmp_path: Path) -> None:
    calplan("plan", corp, "--inventory", "refresh")
    other = folder(tmp_path / "other", users=USERS[:2])
    said = calplan("plan", other, "--inventory", "reuse")
    assert "its Account document was changed since" in said.err
    assert "of 2." in said.last


def test_who_was_asked_beside_the_platform_counts_as_part_of_what_is_kept(tmp_path: Path) -> None:
    corp = folder(
        tmp_path / "corp",
        users=[{**user("ann@corp.example"), "service": "unknown"}, user("bob@corp.example")],
        providers=[{"type": "connections-file", "path": "held.csv"}],
    )
    held = corp / "held.csv"
    held.write_text("email,service,calendar,contacts\nann@corp.example,google,write,read\n", encoding="utf-8")
    direct = calplan("plan", corp)
    assert direct.code is ExitCode.DONE, direct.err
    kept = calplan("plan", corp, "--inventory", "refresh")
    again = calplan("plan", corp, "--inventory", "reuse")
    assert AGES.sub("", again.out) == AGES.sub("", kept.out) == AGES.sub("", direct.out)
    assert again.err == kept.err, "what is said of the files is about the files"
    held.write_text("email,service,calendar,contacts\nann@corp.example,office365-graph,write,read\n", encoding="utf-8")
    changed = calplan("plan", corp, "--inventory", "reuse")
    assert "users are read now" in changed.err
    assert changed.last != direct.last


def test_a_damaged_inventory_stops_reuse_and_is_made_anew_by_refresh_alone(corp: Path) -> None:
    first = calplan("plan", corp, "--inventory", "refresh")
    with closing(sqlite3.connect(KEPT)) as connection, connection:
        connection.execute("DELETE FROM about WHERE name = 'roll'")
    said = calplan("plan", corp, "--inventory", "reuse")
    assert said.code is ExitCode.UNREACHABLE
    assert "is damaged" in said.err
    assert "--inventory refresh" in said.err
    assert said.out == ""
    again = calplan("plan", corp, "--inventory", "refresh")
    assert (again.code, again.last) == (ExitCode.DONE, first.last)
    assert calplan("plan", corp, "--inventory", "reuse").err == ""


@pytest.mark.parametrize("form", ["text", "ndjson", "csv", "html", "json"])
def test_users_who_are_not_as_they_were_kept_are_never_shown_as_if_they_were(corp: Path, form: str) -> None:
    calplan("plan", corp, "--inventory", "refresh")
    with closing(sqlite3.connect(KEPT)) as connection, connection:
        connection.execute("UPDATE pages SET emails = CAST(replace(CAST(emails AS TEXT), 'ann', 'bob') AS BLOB)")
    said = calplan("plan", corp, "--inventory", "reuse", "--users", "all", "-o", f"{form}=shown", "--out", "saved")
    assert said.code is ExitCode.UNREACHABLE
    assert "is damaged: users in it are not as they were kept" in said.err
    assert "--inventory refresh" in said.err
    assert not Path("shown").exists()
    assert not Path("saved").exists()


def test_another_file_in_its_place_is_left_alone(corp: Path) -> None:
    KEPT.parent.mkdir(parents=True)
    KEPT.write_text("somebody else's", encoding="utf-8")
    for words in ("reuse", "refresh"):
        said = calplan("plan", corp, "--inventory", words)
        assert said.code is ExitCode.UNREACHABLE
        assert "Traceback" not in said.err
    assert KEPT.read_text(encoding="utf-8") == "somebody else's"


def test_it_lies_beside_the_state(corp: Path) -> None:
    calplan("plan", corp, "--inventory", "refresh", "--state", "there/state.db")
    assert (Path("there") / "inventory" / "corp.db").exists()
    assert not Path(".calplan").exists()


@pytest.mark.parametrize(
    "words, reason",
    [
        (("--max-age", "1h"), "so it needs --inventory reuse"),
        (("--inventory", "refresh", "--max-age", "1h"), "so it needs --inventory reuse"),
        (("--inventory", "reuse", "--max-age", "soon"), "an age is a whole number with s, m, h or d"),
        (("--inventory", "maybe"), "maybe"),
    ],
)
def test_options_that_say_nothing_are_refused(corp: Path, words: tuple[str, ...], reason: str) -> None:
    said = calplan("plan", corp, *words)
    assert said.code is ExitCode.USAGE
    assert reason in said.err


def test_apply_and_verify_know_no_inventory_and_read_the_account(corp: Path) -> None:
    calplan("plan", corp, "--inventory", "refresh", "--out", "corp.plan")
    assert calplan("apply", corp, "--inventory", "reuse").code is ExitCode.USAGE
    gone(corp / "corp.db", "dan@corp.example", "ann@corp.example")
    assert calplan("plan", corp, "--inventory", "reuse").last.endswith("Gates: 0 refused.")
    said = calplan("apply", corp, "--auto-approve")
    assert said.code is ExitCode.DONE, said.err
    assert "of 2" in said.out or "2 as forecast" in said.out


def test_a_policy_that_revokes_consents_has_them_asked_for_now(tmp_path: Path) -> None:
    corp = folder(
        tmp_path / "corp",
        policy={"integration": {"locked": True, "service": {"type": "exchange-mapi"}}, "google": {"revokeStale": True}},
        providers=[{"type": "connections-file", "path": "held.csv"}],
    )
    (corp / "held.csv").write_text("email,service\n", encoding="utf-8")
    calplan("plan", corp, "--inventory", "refresh")
    assert "the policy revokes consents" in calplan("plan", corp, "--inventory", "reuse").err


def test_no_secret_and_no_word_of_a_credential_is_kept(corp: Path) -> None:
    calplan("plan", corp, "--inventory", "refresh")
    with closing(sqlite3.connect(KEPT)) as connection:
        about = dict(connection.execute("SELECT name, value FROM about"))
    assert about.keys() == {"identity", "roll", "evidence", "beside", "last_client_only", "at", "seal"}
    assert re.fullmatch("[0-9a-f]{64}", about["identity"])


def test_help_says_what_is_kept() -> None:
    said = start("plan", "--help")
    assert "--inventory [reuse|refresh]" in said.stdout
    assert "--max-age AGE" in said.stdout
