"""Enforcing OAuth 2.0 for Office 365 (R13)."""

import pytest

from calplan.model.user import text_list
from tests import make
from tests.impact.cases import NOBODY, ON_GOOGLE, WHO_KNOWS, Case, check

EWS = make.account(service=make.office365_ews())
ENFORCED = make.account(service=make.office365_ews(), enforce_oauth=True)
BASIC = make.facts("office365-ews", ews_host="outlook.office365.com", auth="basic")

CASES = (
    Case(
        says="a password no longer works, and the old client does not say so",
        rules="R13a1",
        forecast="disconnected_silent lost no_prompt authorise inferred",
        before=EWS,
        after=ENFORCED,
        user=BASIC._replace(clients=text_list([make.OLD_MAC])),
    ),
    Case(
        says="a password no longer works, and no prompt is documented",
        rules="R13a2",
        forecast="disconnected_notice_unknown lost unknown authorise inferred",
        before=EWS,
        after=ENFORCED,
        user=BASIC,
    ),
    Case(
        says="OAuth already",
        rules="R13b",
        forecast="unaffected kept none none inferred",
        before=EWS,
        after=ENFORCED,
        user=BASIC._replace(auth="oauth"),
    ),
    Case(
        says="another service",
        rules="R13b",
        forecast="unaffected kept none none inferred",
        before=EWS,
        after=ENFORCED,
        user=ON_GOOGLE,
    ),
    Case(
        says="another service, by a password",
        rules="R13b",
        forecast="unaffected kept none none inferred",
        before=EWS,
        after=ENFORCED,
        user=make.facts("exchange-ews", ews_host="mail.corp.example", auth="basic"),
    ),
    Case(
        says="another service, and nobody knows how he signs in",
        rules="R13b",
        forecast="unaffected kept none none inferred",
        before=EWS,
        after=ENFORCED,
        user=ON_GOOGLE._replace(auth=None),
    ),
    Case(
        says="no connection",
        rules="R13b",
        forecast="unaffected none none none inferred",
        before=EWS,
        after=ENFORCED,
        user=NOBODY,
    ),
    Case(
        says="nobody knows how he signs in",
        rules="R13c",
        forecast="at_risk at_risk unknown unknown unknown",
        before=EWS,
        after=ENFORCED,
        user=BASIC._replace(auth=None),
    ),
    Case(
        says="nobody knows whether he is connected",
        rules="R13c",
        forecast="at_risk at_risk unknown unknown unknown",
        before=EWS,
        after=ENFORCED,
        user=WHO_KNOWS,
    ),
    Case(
        says="no longer enforced",
        rules="R13d",
        forecast="unaffected kept none none inferred",
        before=ENFORCED,
        after=EWS,
        user=BASIC,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_enforced_oauth(case: Case) -> None:
    check(case)


def test_a_loss_that_lock_or_list_bring_already_is_not_reported_again() -> None:
    locked = make.account(service=make.google(), locked=True, enforce_oauth=True)
    listed = make.account(
        service=make.office365_ews(), enforce_oauth=True, allowed_domains=make.domains("other.example")
    )
    for after, rules in ((locked, ("R10b1",)), (listed, ("R05b",))):
        one = make.forecast(EWS, after, BASIC)
        assert one is not None
        assert one.rules == rules
