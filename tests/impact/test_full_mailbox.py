"""EWS gives the vendor the full mailbox (R14)."""

import pytest

from calplan.model.service import Service
from tests import make
from tests.impact.cases import NOBODY, ON_GOOGLE, Case, check
from tests.impact.worlds import OTHER_PATH, OTHER_SERVER

CASES = (
    Case(
        says="to Exchange through EWS",
        rules="R14 R11a",
        forecast="unaffected kept none none inferred",
        after=make.account(service=make.exchange()),
        user=ON_GOOGLE,
    ),
    Case(
        says="to Office 365 through EWS",
        rules="R14 R11b",
        forecast="unaffected none none may_set_up documented",
        after=make.account(service=make.office365_ews()),
        user=NOBODY,
    ),
    Case(
        says="to another server",
        rules="R14 R11b",
        forecast="unaffected none none may_set_up documented",
        before=make.account(service=make.exchange()),
        after=make.account(service=make.exchange(OTHER_SERVER)),
        user=NOBODY,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_full_mailbox(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("after", [make.exchange(OTHER_PATH), make.graph(), make.MAPI])
def test_nothing_is_said_where_the_key_stays_or_no_mailbox_is_given(after: Service) -> None:
    one = make.forecast(make.account(service=make.exchange()), make.account(service=after), NOBODY)
    assert one is not None
    assert "R14" not in one.rules
