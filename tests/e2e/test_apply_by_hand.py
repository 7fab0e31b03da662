"""An apply where the settings are a person's: calplan does what it can, and waits; a guide leads through the rest."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.model.levels import GroupModel
from calplan.model.settings import Setting
from calplan.plan.actions import Action, SetLock, SetService
from calplan.providers.base import Ability, Capability
from calplan.providers.local.writing import WritableLocalPlatform
from calplan.state.place import Place
from calplan.state.store import Store
from tests.cli.make import LOCKED, Said, calplan, saved
from tests.loopback.adapter import BY_HAND, adapter_of
from tests.loopback.server import Reply
from tests.loopback.stage import Stage, stage
from tests.make import graph

pytestmark = pytest.mark.loopback

POLICY: Final = {**LOCKED, "privateEvents": {"default": "managed", "except": []}}
FLAG: Final = "/settings/privateEvents"
SERVICE, LOCK = SetService(service=graph()), SetLock(on=True)


@contextmanager
def by_hand(patch: pytest.MonkeyPatch, *ours: Setting) -> Iterator[Stage]:
    """An account in which the service (s1) and the lock (s2) are a person's, and a privilege (s3) is calplan's.

    ``ours`` are settings that calplan writes as well.
    """
    pairs = [("ann@corp.example", "bob@corp.example")]
    able = Capability(ability=Ability.WRITE, source="a better API")
    table = {**BY_HAND.table, **{setting.value: able for setting in ours}}
    with stage(patch, policy=POLICY, adapter=adapter_of(replace(BY_HAND, table=table)), pairs=pairs) as staged:
        yield staged


def do(staged: Stage, *actions: Action) -> None:
    """Change the account as a person does in the portal."""
    with WritableLocalPlatform(staged.database, lambda: datetime.now(UTC), GroupModel()) as portal:
        for action in actions:
            portal.perform(action)


def run_in(said: Said) -> str:
    return said.err.rpartition("calplan apply --resume ")[2].split()[0]


def applied(*words: str | Path) -> tuple[str, ExitCode, str, list[str]]:
    """How an apply ends: the id of its run, its exit code, its status, and what became of each step."""
    said = calplan("apply", *words, "-o", "json")
    report = json.loads(said.out)
    return report["run"], said.code, report["status"], [step["result"] for step in report["steps"]]


class Terminal:
    """A terminal at which somebody does something before each answer."""

    def __init__(self, *moves: tuple[Callable[[], None], str]) -> None:
        self._moves = [*moves]

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        if not self._moves:
            return ""
        deed, answer = self._moves.pop(0)
        deed()
        return f"{answer}\n"


def nothing() -> None:
    """What somebody does who does nothing."""


def attested_in(run: str) -> Sequence[object]:
    store = Store.look(Place.of(None))
    assert store is not None
    try:
        return [one.content["step"] for one in store.records(run) if one.kind == "attest"]
    finally:
        store.close()


def test_calplan_does_what_may_come_first_and_then_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    with by_hand(monkeypatch) as staged:
        said = calplan("apply", "corp", "--auto-approve")
        assert said.code is ExitCode.WAITING, said.err
        assert staged.writes() == [f"PUT {FLAG}"]
        run = run_in(said)
        assert said.err.splitlines()[-5:] == [
            f"run {run} waits for a person. To be done by hand, in this order:",
            "  s1: set the default service to Office 365 through Microsoft Graph (calendar write, contacts read)",
            "  s2: lock the settings for every user",
            f"act by act: calplan apply --resume {run} --guide",
            f"when they are done: calplan attest {run} --by WHO, then calplan apply --resume {run}",
        ]


def test_a_run_goes_on_once_the_steps_by_hand_are_done_and_waits_for_those_that_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with by_hand(monkeypatch) as staged:
        run, *how = applied(saved(Path("corp")))
        assert how == [ExitCode.WAITING, "waiting", ["waiting", "not_started", "done"]]
        do(staged, SERVICE)
        assert applied("--resume", run) == (run, ExitCode.WAITING, "waiting", ["already", "waiting", "done"])
        do(staged, LOCK)
        assert applied("--resume", run) == (run, ExitCode.DONE, "applied", ["already", "already", "done"])
        assert staged.writes() == [f"PUT {FLAG}"]


def test_a_lock_that_calplan_writes_never_lands_before_the_service_that_a_person_sets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with by_hand(monkeypatch, Setting.LOCKED) as staged:
        run, *how = applied(saved(Path("corp")))
        assert how == [ExitCode.WAITING, "waiting", ["waiting", "not_started", "done"]]
        assert staged.live.locked is False
        do(staged, SERVICE)
        assert applied("--resume", run) == (run, ExitCode.DONE, "applied", ["already", "done", "done"])
        assert staged.live.locked is True


def test_a_step_by_hand_behind_one_of_calplan_is_told_of_once_that_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    with by_hand(monkeypatch, Setting.SERVICE) as staged:
        staged.server.plan(Reply(status=403), method="PUT", path="/settings/integration.service")
        assert "by hand" not in calplan("apply", "corp", "--auto-approve").err
        said = calplan("apply", "corp", "--auto-approve")
        assert said.code is ExitCode.WAITING
        assert "  s2: lock the settings for every user" in said.err
        assert staged.writes()[-2:] == ["PUT /settings/integration.service", f"PUT {FLAG}"]


def test_a_step_of_calplan_that_fails_stops_all_and_the_open_steps_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with by_hand(monkeypatch) as staged:
        staged.server.plan(Reply(status=403), method="PUT", path=FLAG)
        said = calplan("apply", "corp", "--auto-approve")
        assert said.code is ExitCode.NOT_AUTHORISED
        assert "waits for a person" in said.err
        assert "s3 (see to it that bob@corp.example may manage private events of ann@corp.example) failed" in said.err


def test_without_a_terminal_nobody_is_guided_and_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    with by_hand(monkeypatch) as staged:
        said = calplan("apply", "corp", "--guide", "--auto-approve")
        assert said.code is ExitCode.USAGE
        assert said.err.splitlines()[0].startswith("error: --guide asks after each step")
        assert "calplan plan -o checklist" in said.err
        assert staged.writes() == []


def test_a_guide_leads_from_act_to_act_and_keeps_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    with by_hand(monkeypatch) as staged:
        person = Terminal((nothing, "what?"), (lambda: do(staged, SERVICE), "D"), (lambda: do(staged, LOCK), "done"))
        monkeypatch.setattr("sys.stdin", person)
        said = calplan("apply", "corp", "--guide", "--auto-approve")
        assert said.code is ExitCode.DONE, said.err
        assert "s1 by hand: set the default service to Office 365" in said.err
        assert 'Choose default calendar and contact services for users: choose "Office 365"' in said.err
        assert said.err.count("Done (d), skip it for now (s), or stop here (q)") == 3
        run = said.out.partition("Applied 3 steps in run ")[2].partition(".")[0]
        assert attested_in(run) == ["s1", "s2"]


def test_who_skips_a_step_leaves_it_open_with_all_that_depends_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with by_hand(monkeypatch) as staged:
        monkeypatch.setattr("sys.stdin", Terminal((nothing, "s")))
        said = calplan("apply", "corp", "--guide", "--auto-approve")
        assert said.code is ExitCode.WAITING
        assert "s2 by hand" not in said.err
        assert staged.writes() == [f"PUT {FLAG}"]
        monkeypatch.setattr("sys.stdin", Terminal((lambda: do(staged, SERVICE), "d"), (nothing, "q")))
        resumed = calplan("apply", "--resume", run_in(said), "--guide")
        assert resumed.code is ExitCode.WAITING
        assert attested_in(run_in(said)) == ["s1"]


@pytest.mark.parametrize("moves", [[(nothing, "q")], [(nothing, "stop")], []], ids=["q", "stop", "end of input"])
def test_who_stops_begins_nothing_more(
    monkeypatch: pytest.MonkeyPatch, moves: list[tuple[Callable[[], None], str]]
) -> None:
    with by_hand(monkeypatch) as staged:
        monkeypatch.setattr("sys.stdin", Terminal(*moves))
        said = calplan("apply", "corp", "--guide", "--auto-approve")
        assert said.code is ExitCode.WAITING
        assert staged.writes() == []
        assert "  s1: " in said.err
        assert "  s2: " in said.err
