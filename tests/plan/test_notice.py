"""Notice: whoever is concerned was told of this very plan, long enough ago."""

from dataclasses import replace
from datetime import timedelta

import pytest

from calplan.impact.outcome import OUTCOMES, Outcome
from calplan.model.times import NoReceipt, Notice, NoticeReceipt
from calplan.plan.gates import CLOCK_SKEW, Gate, GateStatus
from calplan.plan.notice import TO_TELL, notice_gate, with_notice
from tests import make

PASS, REFUSE, OVERRIDDEN = GateStatus.PASS, GateStatus.REFUSE, GateStatus.OVERRIDDEN
THIS, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
NOTICE = Notice(hours=72, receipt="notice.json")
SECOND = timedelta(seconds=1)


def told(hours: float, plan_id: str = THIS) -> NoticeReceipt:
    return NoticeReceipt(plan_id=plan_id, time=make.NOW - timedelta(hours=hours))


def gate(*receipts: NoticeReceipt, hours: int = 72, concerned: int = 1) -> Gate:
    notice = replace(NOTICE, hours=hours)
    return notice_gate(notice, receipts, THIS, concerned=concerned, now=make.NOW, owner="owner")


def test_told_long_enough_ago_passes_and_a_second_too_late_does_not() -> None:
    assert gate(told(72)).status is PASS
    late = NoticeReceipt(plan_id=THIS, time=make.NOW - timedelta(hours=72) + SECOND)
    assert gate(late).status is REFUSE


def test_told_too_late_says_when_it_will_pass() -> None:
    assert gate(told(70)).actual == "told at 2026-11-19 14:00:00 UTC; passes from 2026-11-22 14:00:00 UTC"
    assert gate(told(70)).limit == "told 72 hours before the apply"


def test_the_newest_receipt_of_this_plan_counts() -> None:
    assert gate(told(80), told(100), told(1, OTHER)).status is PASS
    assert gate(told(80), told(1)).status is REFUSE


def test_a_receipt_of_another_plan_names_both() -> None:
    refused = gate(told(100, OTHER))
    assert refused.status is REFUSE
    assert refused.actual == f"notice.json is about {OTHER}, and this is plan {THIS}"
    assert gate().actual == f"notice.json is about no plan, and this is plan {THIS}"


def test_a_receipt_from_the_future_is_no_proof() -> None:
    for hours in (72, 0):
        ahead = NoticeReceipt(plan_id=THIS, time=make.NOW + CLOCK_SKEW + SECOND)
        assert gate(ahead, hours=hours).status is REFUSE
        assert gate(ahead, hours=hours).actual.endswith("which is yet to come")


def test_without_hours_to_wait_a_receipt_is_needed_all_the_same() -> None:
    assert gate(hours=0).status is REFUSE
    assert gate(told(0), hours=0).status is PASS
    assert gate(NoticeReceipt(plan_id=THIS, time=make.NOW + CLOCK_SKEW), hours=0).status is PASS


def test_a_file_that_proves_nothing_refuses_with_the_reason() -> None:
    nothing = NoReceipt(why="is not there")
    refused = notice_gate(NOTICE, nothing, THIS, concerned=1, now=make.NOW, owner="owner")
    assert (refused.status, refused.owner) == (REFUSE, "owner")
    assert refused.actual == f"notice.json is not there, so nobody was told of plan {THIS}"


def test_where_nobody_is_concerned_nobody_has_to_be_told() -> None:
    passed = notice_gate(NOTICE, NoReceipt(why="is not there"), THIS, concerned=0, now=make.NOW, owner="owner")
    assert (passed.status, passed.actual) == (PASS, "nobody has to be told")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_everybody_is_to_be_told_but_those_who_notice_nothing(outcome: Outcome) -> None:
    assert (outcome in TO_TELL) is (outcome not in {Outcome.AUTOMATIC, Outcome.UNAFFECTED})


HARMFUL = make.Scene(
    before=make.account(service=make.google()),
    after=make.wanted(make.account(service=make.graph(), locked=True)),
    users={"ann@corp.example": make.facts("google")},
)


def test_the_gate_is_about_the_plan_that_was_to_be_told_of() -> None:
    plan_id = HARMFUL.plan_id()
    for named in (plan_id, OTHER):
        terms = replace(HARMFUL.terms, notice=NOTICE, receipts=(told(100, named),))
        assert with_notice(HARMFUL.plan(), terms, named).gates[-1].status is PASS
    assert with_notice(HARMFUL.plan(), terms, plan_id).gates[-1].status is REFUSE


def test_the_gate_is_lifted_like_any_other() -> None:
    terms = replace(HARMFUL.terms, notice=NOTICE, allowed=frozenset({"notice"}))
    assert with_notice(HARMFUL.plan(), terms, THIS).gates[-1].status is OVERRIDDEN


def test_a_plan_that_changes_nothing_concerns_nobody() -> None:
    terms = replace(make.Scene().terms, notice=NOTICE)
    assert with_notice(make.Scene().plan(), terms, THIS).gates[-1].status is PASS
