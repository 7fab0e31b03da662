"""Consent for Microsoft Graph (R12)."""

import pytest

from calplan.impact.consent import covers, users_may_consent
from calplan.model.unknown import UNKNOWN, Tri, Unknown
from tests import make
from tests.impact.cases import NOBODY, ON_GOOGLE, ON_GRAPH, Case, check
from tests.impact.worlds import CONSENTS

TO_GRAPH = make.account(locked=True, service=make.graph())
WITH_SWITCH = make.account(locked=True, service=make.graph(), consent_for_account=True)
NEEDED = ("Calendars.ReadWrite", "Contacts.Read")
EXACT = make.tenant(NEEDED)
NOTHING = make.tenant((), CONSENTS["no"])
SELF = make.tenant((), CONSENTS["yes"])

CASES = (
    Case(
        says="granted, with the platform's switch on",
        rules="R12a R10b1 R12g",
        forecast="disconnected_prompted lost prompt authorise documented",
        after=WITH_SWITCH,
        user=ON_GOOGLE,
        tenant=EXACT,
    ),
    Case(
        says="granted, with the platform's switch off",
        rules="R12b R10c1",
        forecast="prompted none prompt_possible authorise ambiguous",
        after=TO_GRAPH,
        user=NOBODY,
        tenant=EXACT,
    ),
    Case(
        says="not granted: a lost connection cannot be had again without an administrator",
        rules="R12c1 R10b1 R12d",
        forecast="disconnected_blocked lost prompt tenant_admin_consent facts",
        after=TO_GRAPH,
        user=ON_GOOGLE,
        tenant=NOTHING,
    ),
    Case(
        says="not granted: the switch alone does not help",
        rules="R12c1 R10b1 R12d R12g",
        forecast="disconnected_blocked lost prompt tenant_admin_consent facts",
        after=WITH_SWITCH,
        user=ON_GOOGLE,
        tenant=NOTHING,
    ),
    Case(
        says="not granted: nobody can set up without an administrator",
        rules="R12c2 R10c1 R12d",
        forecast="blocked none prompt_possible tenant_admin_consent facts",
        after=TO_GRAPH,
        user=NOBODY,
        tenant=NOTHING,
    ),
    Case(
        says="a grant wider than the policy is worth a word",
        rules="R12d R10b1 R12b",
        forecast="disconnected_prompted lost prompt authorise documented",
        after=TO_GRAPH,
        user=ON_GOOGLE,
        tenant=make.tenant(),
    ),
    Case(
        says="nobody read the tenant-wide grant",
        rules="R12e R10b1",
        forecast="disconnected_prompted lost prompt consent_unknown documented",
        after=TO_GRAPH,
        user=ON_GOOGLE,
        tenant=make.tenant(UNKNOWN, UNKNOWN),
    ),
    Case(
        says="users may consent for themselves",
        rules="R12f R10b1 R12d",
        forecast="disconnected_prompted lost prompt consent_by_user documented",
        after=TO_GRAPH,
        user=ON_GOOGLE,
        tenant=SELF,
    ),
    Case(
        says="the switch by itself harms nobody",
        rules="R12g",
        forecast="unaffected kept none none inferred",
        after=make.account(consent_for_account=True),
        user=ON_GOOGLE,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_consent(case: Case) -> None:
    check(case)


def test_whoever_keeps_his_connection_needs_no_consent() -> None:
    one = make.forecast(make.account(), TO_GRAPH, ON_GRAPH, facts_of_tenant=NOTHING)
    assert one is not None
    assert one.rules == ("R10a",)


def test_the_users_own_grant_counts_too() -> None:
    for own, rule in ((NEEDED, "R12b"), (("Contacts.Read",), "R12c1"), (None, "R12e")):
        user = make.facts("google", "write", "read", own_grant=own)
        one = make.forecast(make.account(), TO_GRAPH, user, facts_of_tenant=NOTHING)
        assert one is not None
        assert rule in one.rules


def test_enforced_oauth_asks_for_consent_as_well() -> None:
    before, after = make.account(service=make.graph()), make.account(service=make.graph(), enforce_oauth=True)
    user = make.facts("office365-graph", "write", "read", auth="basic")
    one = make.forecast(before, after, user, facts_of_tenant=NOTHING)
    assert one is not None
    assert {"R12c1", "R13a2"} <= set(one.rules)


NONE: frozenset[str] = frozenset()
READ, WRITE = frozenset({"Calendars.Read"}), frozenset({"Calendars.ReadWrite"})


@pytest.mark.parametrize(
    "grant, own, needed, answer",
    [
        (READ, NONE, READ, Tri.YES),
        (NONE, READ, READ, Tri.YES),
        (WRITE, NONE, READ, Tri.NO),
        (NONE, NONE, READ, Tri.NO),
        (UNKNOWN, READ, READ, Tri.YES),
        (READ, UNKNOWN, READ, Tri.YES),
        (UNKNOWN, NONE, READ, Tri.UNKNOWN),
        (NONE, UNKNOWN, READ, Tri.UNKNOWN),
        (READ, WRITE, READ | WRITE, Tri.YES),
        (NONE, NONE, NONE, Tri.YES),
    ],
)
def test_a_grant_covers_by_exact_names(
    grant: frozenset[str] | Unknown, own: frozenset[str] | Unknown, needed: frozenset[str], answer: Tri
) -> None:
    assert covers(grant, own, needed) is answer


CONTACTS = frozenset({"Contacts.Read"})
PREFIX = "ManagePermissionGrantsForSelf."


@pytest.mark.parametrize(
    "policies, needed, answer",
    [
        (NONE, CONTACTS, Tri.NO),
        ({"ManagePermissionGrantsForOwnedResource.x"}, CONTACTS, Tri.NO),
        ({PREFIX + "microsoft-user-default-legacy"}, WRITE, Tri.YES),
        ({(PREFIX + "microsoft-user-default-legacy").lower()}, WRITE, Tri.YES),
        ({PREFIX + "microsoft-user-default-recommended"}, WRITE, Tri.NO),
        ({PREFIX + "microsoft-user-default-recommended"}, READ, Tri.NO),
        ({PREFIX + "microsoft-user-default-recommended"}, frozenset({"Contacts.ReadWrite"}), Tri.NO),
        ({PREFIX + "microsoft-user-default-recommended"}, CONTACTS, Tri.UNKNOWN),
        ({PREFIX + "microsoft-user-default-low"}, READ, Tri.UNKNOWN),
        ({PREFIX + "contoso"}, CONTACTS, Tri.UNKNOWN),
        ({PREFIX + "contoso", PREFIX + "microsoft-user-default-recommended"}, READ, Tri.UNKNOWN),
        ({PREFIX + "contoso", PREFIX + "microsoft-user-default-legacy"}, READ, Tri.YES),
        (UNKNOWN, CONTACTS, Tri.UNKNOWN),
    ],
)
def test_whether_users_may_consent_follows_from_the_tenants_policies(
    policies: set[str] | Unknown, needed: frozenset[str], answer: Tri
) -> None:
    held = policies if isinstance(policies, Unknown) else frozenset(policies)
    assert users_may_consent(held, needed) is answer
