"""How what a connections-file states is weighed against traces and silence."""

from datetime import datetime, timedelta

import pytest

from calplan.impact.stated import Stated, StatedRow
from calplan.model.proof import Basis, Known, Witness
from tests.make import facts
from tests.plan.witnesses import (
    ANN,
    BOB,
    NO_TRACE,
    NOW,
    ON_GOOGLE,
    ON_GRAPH,
    UNTOLD,
    google,
    joined,
    microsoft,
    person,
    stated,
)


@pytest.mark.parametrize("hours, service", [(-0.05, "office365-graph"), (0, "google"), (1, "google"), (None, "google")])
def test_a_file_outranks_a_trace_only_if_it_is_newer(hours: float | None, service: str) -> None:
    as_of = None if hours is None else NOW - timedelta(hours=hours)
    rows, report = joined(
        google(person(ANN, Known(traces=(ON_GOOGLE,)))), files=(stated("office365-graph", as_of=as_of),)
    )
    assert rows[ANN][0].service == service
    assert report.outranked == ([] if service == "office365-graph" else [ANN])


def test_a_newer_file_settles_a_conflict_and_is_used_as_evidence_with_its_age() -> None:
    later = NOW + timedelta(minutes=1)
    rows, report = joined(
        google(person(ANN, Known(traces=(ON_GOOGLE,)))),
        microsoft(person(ANN, Known(traces=(ON_GRAPH,)))),
        files=(stated("google", as_of=later),),
    )
    assert rows[ANN][1] is Basis.CONNECTIONS_FILE
    assert not report.conflicts
    assert report.ages == {"connections file c.csv": later}
    assert report.used == {"connections file c.csv": 1}


def test_a_file_fills_silence_whatever_its_age_and_a_missing_age_stays_missing() -> None:
    old = NOW - timedelta(days=90)
    for as_of in (old, None):
        rows, report = joined(google(person(BOB, NO_TRACE)), files=(stated("google", as_of=as_of),))
        assert rows[ANN][1] is Basis.CONNECTIONS_FILE
        assert report.ages == {"connections file c.csv": as_of}


def test_a_file_that_does_not_state_the_service_leaves_it_to_the_traces_and_still_gives_the_groups() -> None:
    row = StatedRow(facts=facts(None, groups=["Staff"], primary_group="Staff"), mailbox=None, evidence=None, as_of=NOW)
    file = Stated(rows={ANN: row}, notes=(), source="c")
    rows, _ = joined(
        google(person(ANN, Known(traces=(ON_GOOGLE,)))),
        users={ANN: UNTOLD._replace(groups=None, primary_group=None)},
        files=(file,),
    )
    assert rows[ANN][1] is Basis.GOOGLE_TOKENS
    assert (rows[ANN][0].groups, rows[ANN][0].primary_group) == ('["Staff"]', "Staff")


@pytest.mark.parametrize(
    "service, witnesses, told_now",
    [
        ("google", (google(person(ANN, NO_TRACE)),), ""),
        ("office365-graph", (google(person(ANN, NO_TRACE)), microsoft(person(ANN, NO_TRACE))), ""),
        ("office365-graph", (google(person(ANN, NO_TRACE)),), "office365-graph"),
        ("office365-graph", (google(person(ANN, NO_TRACE)), microsoft(person(ANN, NO_TRACE), hides=True)), None),
        ("exchange-mapi", (google(person(ANN, NO_TRACE)), microsoft(person(ANN, NO_TRACE))), "exchange-mapi"),
        ("google", (google(person(ANN, Known(traces=None))),), "google"),
        ("google", (google(person(BOB, NO_TRACE)),), "google"),
    ],
)
@pytest.mark.parametrize("as_of", [NOW - timedelta(hours=1), None])
def test_a_file_falls_to_newer_evidence_that_would_show_what_it_says_and_does_not(
    service: str, witnesses: tuple[Witness, ...], told_now: str | None, as_of: datetime | None
) -> None:
    rows, report = joined(*witnesses, files=(stated(service, as_of=as_of),))
    expected = service if told_now is None else told_now
    assert rows[ANN][0].service == expected
    assert report.outranked == ([] if expected == service else [ANN])


def test_a_file_that_is_newer_than_silence_stands() -> None:
    rows, report = joined(google(person(ANN, NO_TRACE)), files=(stated("google", as_of=NOW + timedelta(minutes=1)),))
    assert rows[ANN][0].service == "google"
    assert not report.outranked


def test_a_row_from_the_future_has_an_age_that_nobody_knows() -> None:
    for as_of, outranks in ((NOW + timedelta(minutes=4), True), (NOW + timedelta(minutes=6), False)):
        rows, report = joined(
            google(person(ANN, Known(traces=(ON_GOOGLE,)))), files=(stated("office365-graph", as_of=as_of),)
        )
        assert rows[ANN][0].service == ("office365-graph" if outranks else "google")
    _, report = joined(files=(stated("google", as_of=NOW + timedelta(days=900)),))
    assert report.ages == {"connections file c.csv": None}, "it is marked, and refuses by its age"
    assert report.established == {}, "nor is it remembered for years"
