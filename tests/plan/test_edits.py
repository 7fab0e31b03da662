"""What the operation log says since settings were attested is a hint: shown, and no part of the plan."""

from dataclasses import replace
from datetime import timedelta

import pytest

from calplan.model.account import Evidence
from calplan.model.diagnostic import Severity
from calplan.plan.edits import Edit, EditLog, LogUnread, said_of_edits
from tests import make
from tests.make import NOW

RECORD = Evidence(source="PortalRecord corp, attested by ann", kind="portal", as_of=NOW, records=1, complete=True)


def edit(hours: int | None, detail: str = "Account Settings") -> Edit:
    time = None if hours is None else NOW + timedelta(hours=hours)
    return Edit(time=time, operator="bob@corp.example", action="Update", detail=detail)


def log(*edits: Edit, read_from: int = 0) -> EditLog:
    return EditLog(edits=edits, read_from=NOW + timedelta(days=read_from))


def said(found: EditLog | LogUnread | None, record: Evidence = RECORD) -> list[tuple[str, str]]:
    notes = list(said_of_edits(found, record))
    assert all(one.severity is Severity.NOTE for one in notes)
    return [(one.code, one.summary) for one in notes]


def test_entries_since_the_record_are_named_the_newest_first() -> None:
    ((code, summary),) = said(log(edit(1, "a"), edit(3, "c"), edit(2, "b"), edit(-1, "before"), edit(4, "d")))
    assert code == "E-EDITED"
    assert summary == (
        "4 entries of the operation log since PortalRecord corp, attested by ann (2026-11-22 12:00Z), the newest "
        "first: 2026-11-22 16:00Z bob@corp.example: Update: d; 2026-11-22 15:00Z bob@corp.example: Update: c; "
        "2026-11-22 14:00Z bob@corp.example: Update: b; ..."
    )


def test_an_entry_without_a_time_may_be_younger_so_it_counts() -> None:
    ((code, summary),) = said(log(edit(None), edit(-1)))
    assert code == "E-EDITED"
    assert "1 entry " in summary
    assert "at a time it does not state bob@corp.example" in summary


def test_what_the_log_says_stays_on_one_line_and_short() -> None:
    ((_, summary),) = said(log(edit(1, "x\n\t" + "y" * 500)))
    assert "\n" not in summary
    assert summary.endswith("y...")
    assert len(summary) < 220


@pytest.mark.parametrize("found", [None, log(), log(edit(-1), edit(0))])
def test_without_a_younger_entry_nothing_is_said(found: EditLog | None) -> None:
    assert said(found) == []


def test_a_log_that_could_not_be_read_or_forgets_says_nothing_about_edits() -> None:
    assert said(LogUnread(reason="a scope is missing")) == [
        (
            "E-UNLOGGED",
            "nobody can tell whether somebody edited the settings since they were attested: a scope is missing",
        )
    ]
    assert [code for code, _ in said(log(edit(100), read_from=3))] == ["E-EDITED", "E-UNLOGGED"]


def test_of_settings_that_nobody_attested_the_log_says_nothing() -> None:
    assert said(log(edit(1)), replace(RECORD, kind="settings")) == []
    assert said(log(edit(1)), replace(RECORD, as_of=None)) == []


def test_the_same_plan_keeps_its_id_whatever_the_log_says() -> None:
    quiet = make.Scene(users={"ann@corp.example": make.facts()})
    noisy = replace(quiet, evidence=RECORD, edits=log(edit(1)))
    assert [one.code for one in noisy.plan().diagnostics if one.code == "E-EDITED"]
    assert quiet.plan_id() == replace(quiet, evidence=RECORD).plan_id() == noisy.plan_id()
