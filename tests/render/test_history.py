"""Runs and records in words, whatever they hold."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import pytest

from calplan.render.history import moment, short_ids
from calplan.render.log import log_text
from calplan.render.table import columns
from tests import make
from tests.apply.test_history import Run


@dataclass(frozen=True)
class Kept:
    """One record as the state keeps it."""

    kind: str
    content: dict[str, object] = field(default_factory=dict)
    number: int = 1
    at: datetime = make.NOW
    digest: str = ""


def said(kind: str, **content: object) -> str:
    """The line of the log for one record."""
    (_, line) = log_text(Run(), [Kept(kind=kind, content=content)], frozenset())
    return line.partition("Z  ")[2].removesuffix("\n")


def test_ids_are_shortened_as_far_as_they_stay_apart() -> None:
    assert short_ids(["aaaaaaaa1", "bbbbbbbb1"]) == {"aaaaaaaa1": "aaaaaaaa", "bbbbbbbb1": "bbbbbbbb"}
    assert short_ids(["aaaaaaaab1", "aaaaaaaac1"]) == {"aaaaaaaab1": "aaaaaaaab", "aaaaaaaac1": "aaaaaaaac"}
    assert short_ids([]) == {}


def test_columns_hold_what_does_harm_as_text() -> None:
    assert [*columns([("a", "7"), ("b\x1b", "10")], right=frozenset({1}))] == ["a       7", "b\\x1b  10"]


def test_times_are_told_in_utc() -> None:
    assert moment(make.NOW.astimezone(timezone(timedelta(hours=5)))) == "2026-11-22 12:00:00Z"


@pytest.mark.parametrize(
    "kind, content, line",
    [
        ("outcome", {"step": "s1", "result": "done", "changed": False}, "s1: done, and it was so before"),
        ("outcome", {"step": "s1", "result": "failed", "message": "no answer"}, "s1: failed: no answer"),
        ("outcome", {"step": "s1", "result": "unknown"}, "s1: nobody knows whether it was written"),
        ("outcome", {"step": "s1", "result": "waiting"}, "s1: waits for a person"),
        ("outcome", {}, "(no step): None"),
        ("readback", {"step": "s1", "found": "as before"}, "s1: read back, and is as before"),
        ("resume", {"who": "the \x1b[2Jadmin"}, "resumed by the \\x1b[2Jadmin"),
        ("status", {"status": "interrupted"}, "interrupted"),
        ("override", {"gate": "freeze"}, "freeze ((no actual), limit (no limit)) lifted by (no who): (no reason)"),
        ("verification", {"format": 99}, "verified, in a form that this version does not read"),
        ("note", {"what": "x\ny"}, 'note: {"what":"x\\ny"}'),
    ],
)
def test_each_record_is_told_in_words(kind: str, content: dict[str, object], line: str) -> None:
    assert said(kind, **content) == line
