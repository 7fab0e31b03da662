"""Whether the people whom a plan concerns were told of it in time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from calplan.impact.outcome import OUTCOMES, Outcome
from calplan.model.plural import plural
from calplan.model.times import NoReceipt, Notice, NoticeReceipt
from calplan.plan.build import Terms
from calplan.plan.gates import CLOCK_SKEW, Gate, overridden, status_of
from calplan.plan.plan import Plan

TO_TELL: Final = frozenset(OUTCOMES[: OUTCOMES.index(Outcome.PROMPTED) + 1])
"""Outcomes that a user notices: all but those that happen by themselves, or leave everything as it is."""


def with_notice(plan: Plan, terms: Terms, plan_id: str) -> Plan:
    """The plan with the gate on notice, if there is one. ``plan_id`` is that of the plan people were to be told of."""
    if terms.notice is None:
        return plan
    concerned = plan.impact.total(TO_TELL) + plan.order.surplus
    gate = notice_gate(terms.notice, terms.receipts, plan_id, concerned=concerned, now=terms.at, owner=terms.owner)
    return replace(plan, gates=(*plan.gates, *overridden((gate,), terms.allowed)))


def notice_gate(
    notice: Notice,
    receipts: tuple[NoticeReceipt, ...] | NoReceipt,
    plan_id: str,
    *,
    concerned: int,
    now: datetime,
    owner: str,
) -> Gate:
    """Refuses unless everybody concerned was told of this very plan long enough ago; the newest receipt counts."""
    passes, actual = (True, "nobody has to be told") if not concerned else _judged(notice, receipts, plan_id, now)
    before = plural(notice.hours, "hour")
    return Gate(
        id="notice", status=status_of(passes), limit=f"told {before} before the apply", actual=actual, owner=owner
    )


def _judged(
    notice: Notice, receipts: tuple[NoticeReceipt, ...] | NoReceipt, plan_id: str, now: datetime
) -> tuple[bool, str]:
    """Whether the receipts are proof enough, and why or why not."""
    if isinstance(receipts, NoReceipt):
        return False, f"{notice.receipt} {receipts.why}, so nobody was told of plan {plan_id}"
    times = [one.time for one in receipts if one.plan_id == plan_id]
    if not times:
        others = max(receipts, key=lambda one: one.time).plan_id if receipts else "no plan"
        return False, f"{notice.receipt} is about {others}, and this is plan {plan_id}"
    told = max(times)
    if told - now > CLOCK_SKEW:
        return False, f"{notice.receipt} says that people were told at {_shown(told)}, which is yet to come"
    enough = told + timedelta(hours=notice.hours)
    if now < enough and notice.hours:
        return False, f"told at {_shown(told)}; passes from {_shown(enough)}"
    return True, f"told at {_shown(told)}"


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
