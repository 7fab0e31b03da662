"""The list of domains that may integrate (R05, R06, R07)."""

from dataclasses import replace

import pytest

from tests import make
from tests.impact.cases import BOTH, CORP, NOBODY, ON_GOOGLE, OUTSIDE, WHO_KNOWS, Case, check, old, unsure

LISTED = make.account(allowed_domains=CORP)
LISTED_AND_LOCKED = make.account(allowed_domains=CORP, locked=True, service=make.google("read", "none"))

CASES = (
    Case(
        says="outside before and after, and lost by the lock: there is no way back",
        rules="R05a1 R10b1",
        forecast="disconnected_blocked lost prompt blocked:domain design",
        before=LISTED,
        after=LISTED_AND_LOCKED,
        user=ON_GOOGLE,
        email=OUTSIDE,
    ),
    Case(
        says="outside before and after, and the lock asks for a set-up that the list forbids",
        rules="R05a2 R10c1",
        forecast="blocked none prompt_possible blocked:domain design",
        before=LISTED,
        after=LISTED_AND_LOCKED,
        user=NOBODY,
        email=OUTSIDE,
    ),
    Case(
        says="outside before and after, and nothing happens to him",
        rules="R05a3",
        forecast="unaffected kept none blocked:domain design",
        before=LISTED,
        after=make.account(allowed_domains=make.domains("third.example")),
        user=ON_GOOGLE,
        email=OUTSIDE,
    ),
    Case(
        says="newly outside and told by a new client",
        rules="R05b",
        forecast="disconnected_blocked lost prompt blocked:domain assumed",
        after=LISTED,
        user=ON_GOOGLE,
        email=OUTSIDE,
    ),
    Case(
        says="newly outside and not told by an old client",
        rules="R05b",
        forecast="disconnected_blocked lost no_prompt blocked:domain assumed",
        after=LISTED,
        user=old(),
        email=OUTSIDE,
    ),
    Case(
        says="newly outside, and nobody knows the client",
        rules="R05b",
        forecast="disconnected_blocked lost unknown blocked:domain assumed",
        after=LISTED,
        user=unsure(),
        email=OUTSIDE,
    ),
    Case(
        says="newly outside and not connected",
        rules="R05c",
        forecast="blocked none none blocked:domain documented",
        after=LISTED,
        user=NOBODY,
        email=OUTSIDE,
    ),
    Case(
        says="newly outside, and nobody knows whether he is connected",
        rules="R05d",
        forecast="at_risk at_risk unknown blocked:domain unknown",
        after=LISTED,
        user=WHO_KNOWS,
        email=OUTSIDE,
    ),
    Case(
        says="allowed before and after",
        rules="R06",
        forecast="unaffected kept none none documented",
        after=LISTED,
        user=ON_GOOGLE,
    ),
    Case(
        says="the list that let him in is removed",
        rules="R06",
        forecast="unaffected none none none documented",
        before=LISTED,
        after=make.account(),
        user=NOBODY,
    ),
    Case(
        says="allowed from now on",
        rules="R07",
        forecast="unaffected none none may_set_up documented",
        before=LISTED,
        after=make.account(allowed_domains=BOTH),
        user=NOBODY,
        email=OUTSIDE,
    ),
    Case(
        says="the list that kept him out is removed",
        rules="R07",
        forecast="unaffected kept none may_set_up documented",
        before=LISTED,
        after=make.account(),
        user=ON_GOOGLE,
        email=OUTSIDE,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_list_of_domains(case: Case) -> None:
    check(case)


def test_an_address_without_a_readable_domain_is_outside_every_list_and_nobody_is_sure() -> None:
    for email in ("ann@not a domain", "ann", "ann@"):
        one = make.forecast(make.account(), LISTED, ON_GOOGLE, email=email)
        assert one is not None
        assert (one.rules, one.certainty.value) == (("R05b",), "unknown")


def test_an_address_without_a_readable_domain_is_allowed_where_any_is() -> None:
    one = make.forecast(LISTED, make.account(), ON_GOOGLE, email="ann@not a domain")
    assert one is not None
    assert one.rules == ("R07",)


@pytest.mark.parametrize("email", ["ann@mail.corp.example", "ann@ncorp.example", "ann@corp.example.evil.example"])
def test_only_the_very_name_on_the_list_is_allowed(email: str) -> None:
    one = make.forecast(make.account(), LISTED, ON_GOOGLE, email=email)
    assert one is not None
    assert one.rules == ("R05b",)


def test_a_user_outside_is_not_kept_by_impersonation() -> None:
    after = make.account(allowed_domains=CORP, service=make.exchange(impersonation=make.impersonation()), locked=True)
    user = make.facts(mailbox_location="on-premises")
    inside = make.forecast(make.account(), after, user)
    outside = make.forecast(make.account(), after, user, email=OUTSIDE)
    assert inside is not None
    assert outside is not None
    assert (inside.outcome.value, outside.outcome.value) == ("automatic", "blocked")


def test_the_list_is_read_for_an_account_that_was_off_too() -> None:
    before = replace(LISTED, enabled=False)
    one = make.forecast(before, LISTED, ON_GOOGLE, email=OUTSIDE)
    assert one is not None
    assert one.rules == ("R04", "R05a3")
