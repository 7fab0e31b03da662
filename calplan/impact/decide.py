"""One class of users under one change: every row that fires, and the one outcome they add up to."""

from collections.abc import Callable
from typing import Final

from calplan.impact import (
    allowed_domains,
    consent,
    full_mailbox,
    hybrid,
    impersonation,
    lock,
    mapi,
    oauth,
    private_events,
    switch_off,
    sync,
    untouched,
)
from calplan.impact.effect import Finding, Row, certainty_of, found, loss_rests_on
from calplan.impact.facts import Case
from calplan.impact.outcome import BARRED, NEXT_STEPS, NOTICES, OUTCOMES, Link, NextStep, Notice, Outcome, UserOutcome
from calplan.model.citation import Certainty, weakest

Rule = Callable[[Case, tuple[Finding, ...]], tuple[Finding, ...]]

RULES: Final[tuple[Rule, ...]] = (
    switch_off.assess_on,
    allowed_domains.assess,
    impersonation.assess_gain,
    lock.assess,
    impersonation.assess_loss,
    lock.assess_default,
    oauth.assess,
    mapi.assess,
    hybrid.assess,
    lock.assess_levels,
    lock.assess_unread,
    consent.assess,
    allowed_domains.assess_standing_bar,
    consent.assess_switch,
    full_mailbox.assess,
    sync.assess,
)
"""In an order in which each rule finds the rows it builds on already fired."""

ROWS: Final[dict[str, Row]] = {
    row.id: row
    for module in (
        untouched,
        switch_off,
        allowed_domains,
        mapi,
        impersonation,
        lock,
        consent,
        oauth,
        full_mailbox,
        hybrid,
        sync,
        private_events,
    )
    for row in module.ROWS
}
"""The whole decision table by row id."""

AT_RISK: Final = Outcome.AT_RISK
LINKS: Final = (Link.LOST, Link.AT_RISK, Link.GAINED)


def decide(case: Case, *, last_client_only: bool) -> UserOutcome:
    """What the change means for one class of users.

    ``last_client_only`` says that the source of client versions knows no more than the last one used (A18).
    """
    return outcome_of(case, findings(case), last_client_only=last_client_only)


def findings(case: Case) -> tuple[Finding, ...]:
    """Every row that fires for the case; ``R01`` alone when none does or nothing changes."""
    if case.terms.identical:
        return (found(untouched.R01),)
    ended = switch_off.assess_off(case)
    if ended:
        return ended
    fired: tuple[Finding, ...] = ()
    for rule in RULES:
        fired += rule(case, fired)
    return fired or (found(untouched.R01),)


def outcome_of(case: Case, fired: tuple[Finding, ...], *, last_client_only: bool) -> UserOutcome:
    """The worst outcome among the fired rows, with its facets (semantics (d)).

    A risk that rests on an unread setting makes nobody sure of a milder outcome either: it might be a worse one.
    """
    outcome = min((one.row.outcome for one in fired if one.row.outcome is not None), key=OUTCOMES.index)
    deciding = [one for one in fired if one.row.outcome is outcome]
    if outcome in BARRED:
        # One bar that stands whatever is unread is enough.
        deciding = [one for one in deciding if not one.rests_on] or deciding
    doubts = () if outcome in BARRED else tuple(one for one in fired if one.rests_on and one.row.outcome is AT_RISK)
    link = _link(case, fired)
    unread = frozenset() if case.terms.identical else case.terms.unread
    certainty = weakest(
        tuple(
            certainty_of(
                one,
                last_client_only=last_client_only,
                domain_unreadable=case.reach.unreadable,
                inferred=case.inferred,
            )
            for one in deciding
        )
    )
    return UserOutcome(
        outcome=outcome,
        connection=link,
        notice=_notice(link, fired),
        next_step=_next_step(outcome, fired),
        certainty=Certainty.UNKNOWN if unread or doubts else certainty,
        rules=tuple(sorted({one.row.id for one in fired})),
        rests_on=unread.union(*(one.rests_on for one in (*deciding, *doubts))),
        loss_is_certain=not unread and loss_rests_on(fired) == frozenset(),
        return_is_doubtful=bool(doubts) or any(one.row.doubts_return for one in fired),
    )


def _link(case: Case, fired: tuple[Finding, ...]) -> Link:
    said = {one.row.connection for one in fired}
    if case.unconnected:
        # Whatever is doubtful about him, there is no connection that could be lost.
        return Link.GAINED if Link.GAINED in said else Link.NONE
    for link in LINKS:
        if link in said:
            return link
    return Link.KEPT if case.connected else Link.UNKNOWN


def _notice(link: Link, fired: tuple[Finding, ...]) -> Notice:
    carriers = [one for one in fired if one.row.connection is link] if link in LINKS[:2] else list(fired)
    return min((one.notice for one in carriers), key=NOTICES.index)


def _next_step(outcome: Outcome, fired: tuple[Finding, ...]) -> NextStep:
    if outcome is Outcome.AUTOMATIC:
        return NextStep.NONE
    return min((one.row.next_step for one in fired), key=NEXT_STEPS.index)
