"""Graph does not serve mailboxes on premises (R15)."""

from dataclasses import replace

import pytest

from calplan.model.settings import AccountSettings
from calplan.model.user import RawFacts
from tests import make
from tests.impact.cases import ON_GOOGLE, ON_GRAPH, WHO_KNOWS, Case, check

LOCKED = make.account(locked=True, service=make.graph())
UNLOCKED = make.account(service=make.graph())
EXACT = make.tenant(("Calendars.ReadWrite", "Contacts.Read"))


def at(location: str, user: RawFacts) -> RawFacts:
    return user._replace(mailbox_location=location)


CASES = (
    Case(
        says="a lost connection has no way back",
        rules="R15a R10b1 R12b",
        forecast="disconnected_blocked lost prompt blocked:hybrid documented",
        after=LOCKED,
        user=at("on-premises", ON_GOOGLE),
        tenant=EXACT,
    ),
    Case(
        says="lost by OAuth under an old lock",
        rules="R15a R13a2 R12b",
        forecast="disconnected_blocked lost unknown blocked:hybrid documented",
        before=LOCKED,
        after=make.account(locked=True, service=make.graph(), enforce_oauth=True),
        user=at("on-premises", ON_GRAPH)._replace(auth="basic"),
        tenant=EXACT,
    ),
    Case(
        says="nobody without a connection can set up",
        rules="R15b R10c1 R12b",
        forecast="blocked none prompt_possible blocked:hybrid documented",
        after=LOCKED,
        user=at("on-premises", make.facts()),
        tenant=EXACT,
    ),
    Case(
        says="recorded on Graph, which contradicts the mailbox",
        rules="R15c R10a",
        forecast="unaffected kept none blocked:hybrid unknown",
        after=LOCKED,
        user=at("on-premises", ON_GRAPH),
    ),
    Case(
        says="nobody knows whether he is connected",
        rules="R15c R10d",
        forecast="at_risk at_risk unknown blocked:hybrid unknown",
        after=LOCKED,
        user=at("on-premises", WHO_KNOWS),
    ),
    Case(
        says="without the lock nothing forces it",
        rules="R15d R11a",
        forecast="unaffected kept none may_set_up inferred",
        after=make.account(service=make.graph()),
        user=at("on-premises", ON_GOOGLE),
    ),
    Case(
        says="nobody knows where the mailbox lies",
        rules="R15e R10b1 R12b",
        forecast="disconnected_prompted lost prompt authorise documented",
        after=LOCKED,
        user=at("unknown", ON_GOOGLE),
        tenant=EXACT,
    ),
    Case(
        says="nobody knows where the mailbox lies of a user who would have to set up",
        rules="R15e R10c1 R12b",
        forecast="prompted none prompt_possible authorise ambiguous",
        after=LOCKED,
        user=at("unknown", make.facts()),
        tenant=EXACT,
    ),
    Case(
        says="nobody knows where the mailbox lies, and OAuth ends the connection under an old lock",
        rules="R15e R13a2 R12b",
        forecast="disconnected_notice_unknown lost unknown authorise inferred",
        before=LOCKED,
        after=make.account(locked=True, service=make.graph(), enforce_oauth=True),
        user=at("unknown", ON_GRAPH)._replace(auth="basic"),
        tenant=EXACT,
    ),
)

SILENT = (
    (LOCKED, replace(LOCKED, bidirectional_sync=True), at("unknown", ON_GRAPH), ("R16",)),
    (make.account(), make.account(service=make.graph()), at("unknown", ON_GOOGLE), ("R11a",)),
    (UNLOCKED, replace(UNLOCKED, bidirectional_sync=True), at("on-premises", ON_GRAPH), ("R16",)),
    (LOCKED, replace(LOCKED, bidirectional_sync=True), at("on-premises", ON_GRAPH), ("R16",)),
    (make.account(), LOCKED, at("on-premises", make.facts("office365-graph", "write", "unknown")), ("R10d",)),
)
"""Changes that ask nothing of the mailbox, or of which the lock's own row already says everything."""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_mailboxes_on_premises(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("before, after, user, rules", SILENT)
def test_where_nothing_hangs_on_the_mailbox_no_row_speaks_of_it(
    before: AccountSettings, after: AccountSettings, user: RawFacts, rules: tuple[str, ...]
) -> None:
    one = make.forecast(before, after, user, facts_of_tenant=EXACT)
    assert one is not None
    assert one.rules == rules


def test_a_mailbox_of_unknown_place_leaves_open_whether_its_user_can_return() -> None:
    for location, doubtful in (("unknown", True), ("cloud", False)):
        one = make.forecast(make.account(), LOCKED, at(location, ON_GOOGLE), facts_of_tenant=EXACT)
        assert one is not None
        assert one.return_is_doubtful is doubtful
