"""``calplan state``: what is kept, where, who holds a run lock, and how a person releases it."""

import json
from pathlib import Path
from typing import Any

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.state.place import Place
from calplan.state.run_lock import HeldLock, Owner
from tests.cli.make import calplan, folder
from tests.state.make import OWNER, applied, new_run, opened


@pytest.fixture
def held(place: Place, state_address: str, monkeypatch: pytest.MonkeyPatch) -> HeldLock:
    """A run lock that somebody holds; commands find the state through their environment."""
    monkeypatch.setenv("CALPLAN_STATE", state_address)
    with opened(place) as store:
        applied(store, "lab")
        return store.take("corp", OWNER, "apply")


def as_document(*words: str) -> Any:  # noqa: ANN401 - JSON
    said = calplan("state", "show", "-o", "json", *words)
    assert said.code is ExitCode.DONE, said.err
    return json.loads(said.out)


def test_where_nothing_was_applied_show_says_so_and_makes_nothing() -> None:
    said = calplan("state", "show")
    assert (said.code, said.err) == (ExitCode.DONE, "")
    assert said.out == "There is no state at .calplan/state.db: nothing was applied with it yet.\n"
    assert as_document()["revision"] is None
    assert calplan("state", "unlock", "x").code is ExitCode.USAGE
    assert list(Path().iterdir()) == []


def test_show_lists_accounts_with_their_runs_and_run_locks(held: HeldLock, place: Place) -> None:
    with opened(place) as store:
        run, lab = store.begin(new_run(), held), store.runs("lab")[0].id
    kind = "PostgreSQL" if place.file is None else "SQLite"
    moment = "2026-11-22 12:00:05 UTC"
    since = f"since {moment}, last heard of at {moment}"
    assert calplan("state", "show").out.splitlines() == [
        f"State: {place.name} ({kind}, revision 0002)",
        "corp: 1 run (1 running), 1 record",
        f"  last run: {run}, running, by ann, 2026-11-22T12:00:00Z",
        f"  run lock: held by ann on laptop, process 4711, {since}, for apply, run {run}",
        f"  If that run has ended for certain: calplan state unlock {held.id}",
        "lab: 1 run (1 applied), 4 records",
        f"  last run: {lab}, applied, by ann, 2026-11-22T12:00:01Z",
        "  run lock: free",
    ]
    assert [one["account"] for one in as_document()["accounts"]] == ["corp", "lab"]


def test_show_gives_the_same_as_a_document_for_programs(held: HeldLock, place: Place) -> None:
    document = as_document("--account", "corp")
    (corp,) = document.pop("accounts")
    assert document == {
        "format_version": "1.0",
        "place": place.name,
        "database": "PostgreSQL" if place.file is None else "SQLite",
        "revision": "0002",
    }
    assert corp["run_lock"] == {
        "id": held.id,
        "operation": "apply",
        "who": "ann",
        "host": "laptop",
        "pid": 4711,
        "link": None,
        "run": None,
        "fence": 1,
        "taken_at": "2026-11-22T12:00:05Z",
        "heard_at": "2026-11-22T12:00:05Z",
        "told": held.told(),
    }
    assert (corp["runs"], corp["records"], corp["last_run"]) == ({}, 0, None)


def test_an_account_of_which_nothing_is_kept_is_64(held: HeldLock) -> None:
    said = calplan("state", "show", "--account", "shop")
    assert said.code is ExitCode.USAGE
    assert "nothing is kept of an account 'shop'" in said.err


def test_unlock_releases_the_run_lock_says_who_held_it_and_records_who_released_it(
    held: HeldLock, place: Place
) -> None:
    with opened(place) as store:
        run = store.begin(new_run(), held)
    said = calplan("state", "unlock", held.id, "--by", "bob")
    assert said.code is ExitCode.DONE
    assert said.out.startswith("Released the run lock of corp, held by ann on laptop, process 4711, since 2026-11-22 ")
    assert said.err == f"Run {run} did not come to its end. To go on with it: calplan apply --resume {run}\n"
    with opened(place) as store:
        assert store.locks() == ()
        assert store.records(run)[-1].content["by"] == "bob"
    assert as_document("--account", "corp")["accounts"][0]["run_lock"] is None
    assert calplan("state", "unlock", held.id).code is ExitCode.USAGE


def test_unlock_without_a_name_records_who_is_logged_in(held: HeldLock, place: Place) -> None:
    said = calplan("state", "unlock", held.id)
    assert (said.code, said.err) == (ExitCode.DONE, "")
    with opened(place) as store:
        assert store.check_chain("corp").records == 1


@pytest.mark.parametrize("length", [0, 8, 35])
def test_unlock_with_less_than_the_whole_id_is_64_and_releases_nothing(length: int, held: HeldLock) -> None:
    said = calplan("state", "unlock", held.id[:length])
    assert said.code is ExitCode.USAGE
    assert "calplan state show" in said.err
    assert as_document("--account", "corp")["accounts"][0]["run_lock"]["id"] == held.id


def test_an_apply_under_anothers_run_lock_is_6_and_goes_once_it_was_released(held: HeldLock, tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    refused = calplan("apply", corp, "--auto-approve")
    assert refused.code is ExitCode.LOCKED
    assert "another run holds the run lock of corp: ann on laptop, process 4711" in refused.err
    assert f"calplan state unlock {held.id}" in refused.err
    assert calplan("state", "unlock", held.id).code is ExitCode.DONE
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.DONE


def test_the_option_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CALPLAN_STATE", "postgresql://ann@/calplan?host=/nowhere")
    corp = folder(tmp_path / "corp")
    assert calplan("apply", corp, "--auto-approve", "--state", "kept/state.db").code is ExitCode.DONE
    assert Path("kept/state.db").is_file()
    assert not Path(".calplan").exists()
    assert as_document("--state", "kept/state.db")["accounts"][0]["runs"] == {"applied": 1}
    assert calplan("state", "show").code is ExitCode.UNREACHABLE


@pytest.mark.parametrize("command", [("apply",), ("verify", "1"), ("state", "show"), ("state", "unlock", "x")])
@pytest.mark.parametrize(
    "state, code",
    [
        ("postgresql://ann:hunter2@/calplan?host=/nowhere", ExitCode.UNREACHABLE),
        ("postgresql://ann:hunter2:x@h/x@y", ExitCode.USAGE),
        ("mysql://ann:hunter2@h/x", ExitCode.USAGE),
    ],
)
def test_no_command_shows_the_password_of_a_state_that_cannot_be_used(
    command: tuple[str, ...], state: str, code: ExitCode, tmp_path: Path
) -> None:
    corp = folder(tmp_path / "corp")
    words = (*command, str(corp), "--auto-approve") if command == ("apply",) else command
    said = calplan(*words, "--state", state)
    assert said.code is code
    assert "hunter2" not in said.out + said.err


def test_names_in_the_state_do_nothing_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    wicked = Owner(who="ann\x1b[2J\nerror: all is lost", host="h", pid=1, link="https://x\u202e")
    with opened(Place.of(None)) as store:
        lock = store.take("corp", wicked, "apply")
    shown = calplan("state", "show").out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown.splitlines()) == 4
    released = calplan("state", "unlock", lock.id).out
    assert "\x1b" not in released
    assert "\nerror" not in released
