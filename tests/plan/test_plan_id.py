"""The id of a plan: the same for the same plan, whoever makes it and when, and another for any other plan."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from calplan.diff import canonical
from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.model.diagnostic import Diagnostic, Position, Severity
from calplan.model.limits import Limits
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.service import SecretReference
from calplan.model.settings import ANY, WantedSettings
from calplan.model.unknown import UNKNOWN
from calplan.model.user import RawFacts
from calplan.plan.as_document import as_document
from calplan.plan.build import build_plan
from calplan.plan.document import PlanDocument
from calplan.plan.fingerprint import canonical_policy, canonical_text, digest, plan_id_of, without_places
from tests import make
from tests.make import Scene

ANN, BO = "ann@corp.example", "bo@partner.example"
PAIR = AssistantPair(user=ANN, assistant=BO)
LOGIN = make.impersonation()
WANTED = WantedSettings(
    locked=True,
    service=make.exchange(impersonation=LOGIN),
    allowed_domains=make.domains("corp.example", "emea.corp.example"),
)
SCENE = Scene(
    before=make.account(),
    after=WANTED,
    users={
        ANN: make.facts("google", "write", "read", groups=("Sales", "Staff"), primary_group="Sales"),
        BO: make.facts(clients=(make.OLD_MAC, make.NEW_WINDOWS)),
    },
    mailboxes={BO: "bo@mail.example"},
    private_events=PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=()),
    assistants={PAIR: PrivateAccess.MANAGED},
)
ID = SCENE.plan_id()


def with_user(raw: RawFacts, email: str = ANN) -> Scene:
    return replace(SCENE, users={**SCENE.users, email: raw})


HELD = SCENE.users[ANN]

SAME = {
    "made on another day": replace(SCENE, as_of=SCENE.as_of + timedelta(days=3)),
    "made at another time": replace(SCENE, now=SCENE.now + timedelta(days=300)),
    "evidence of another time": replace(SCENE, read_at=make.NOW - timedelta(days=100)),
    "evidence of unknown time": replace(SCENE, read_at=None),
    "other limits": replace(SCENE, limits=Limits()),
    "gates lifted": replace(SCENE, allowed=frozenset({"limit.disconnected"})),
    "users in another order": replace(SCENE, users=dict([*SCENE.users.items()][::-1])),
    "domains in another order and case": replace(
        SCENE, after=replace(WANTED, allowed_domains=make.domains("EMEA.Corp.Example.", "CORP.example", "corp.example"))
    ),
    "clients and groups in another order": with_user(
        make.facts("google", "write", "read", groups=("Staff", "Sales", "Staff"), primary_group="Sales")
    ),
}
OTHER = {
    "a user more": with_user(make.facts(), "cy@corp.example"),
    "a user less": replace(SCENE, users={ANN: HELD}),
    "an inactive user more, who counts among the excluded": with_user(make.facts(status="inactive"), "cy@corp.example"),
    "another address": replace(SCENE, users={"anna@corp.example": HELD, BO: SCENE.users[BO]}),
    "another client that changes nothing": with_user(HELD._replace(clients='["6.5.4(win)"]')),
    "another service": with_user(HELD._replace(service="office365-graph")),
    "another level": with_user(HELD._replace(calendar="read")),
    "another sign-in": with_user(HELD._replace(auth="basic")),
    "another host": with_user(HELD._replace(ews_host="x.example")),
    "another mailbox location": with_user(HELD._replace(mailbox_location="unknown")),
    "another own grant": with_user(HELD._replace(own_grant=None)),
    "another group": with_user(HELD._replace(groups='["Sales"]')),
    "groups not stated": with_user(HELD._replace(groups=None)),
    "another primary group": with_user(HELD._replace(primary_group="Staff")),
    "another mailbox": replace(SCENE, mailboxes={}),
    "live: locked": replace(SCENE, before=make.account(locked=True)),
    "live: another level": replace(SCENE, before=make.account(service=make.google("read", "read"))),
    "live: domains": replace(SCENE, before=make.account(allowed_domains=make.domains("corp.example"))),
    "live: unread lock": replace(SCENE, before=make.account(locked=UNKNOWN)),
    "live: an unmanaged switch": replace(SCENE, before=make.account(bidirectional_sync=True)),
    "live: an unmanaged switch nobody read": replace(SCENE, before=make.account(bidirectional_sync=UNKNOWN)),
    "live: off": replace(SCENE, before=make.account(enabled=False)),
    "wanted: no lock": replace(SCENE, after=replace(WANTED, locked=False)),
    "wanted: a lock left alone": replace(SCENE, after=WantedSettings(service=WANTED.service)),
    "wanted: what is so already": replace(SCENE, after=replace(WANTED, enabled=True)),
    "wanted: another domain": replace(SCENE, after=replace(WANTED, allowed_domains=make.domains("corp.example"))),
    "wanted: any domain": replace(SCENE, after=replace(WANTED, allowed_domains=ANY)),
    "wanted: another path": replace(
        SCENE, after=replace(WANTED, service=make.exchange("https://mail.corp.example/x", LOGIN))
    ),
    "wanted: another password": replace(
        SCENE, after=replace(WANTED, service=make.exchange(impersonation=make.impersonation(password_version=2)))
    ),
    "the tenant's grant ensured": replace(
        SCENE, after=replace(WANTED, service=make.graph()), ensure_tenant_grant=True, facts_of_tenant=make.tenant(())
    ),
    "private events not managed": replace(SCENE, private_events=None),
    "private events: another default": replace(SCENE, private_events=PrivateEvents(default=None, exceptions=())),
    "private events: an exception": replace(
        SCENE, private_events=PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=((PAIR, PrivateAccess.MANAGED),))
    ),
    "private events: unread": replace(SCENE, assistants={PAIR: PrivateAccess.UNKNOWN}),
    "a step done by hand": replace(SCENE, modes={}),
}


@pytest.mark.parametrize("says", SAME)
def test_what_is_no_part_of_a_plan_does_not_change_its_id(says: str) -> None:
    assert SAME[says].plan_id() == ID


def test_the_version_of_calplan_does_not_change_the_id() -> None:
    assert SCENE.parts(version="9.9").document["plan_id"] == ID


def test_every_other_difference_gives_an_id_of_its_own() -> None:
    ids = {says: scene.plan_id() for says, scene in OTHER.items()}
    assert ID not in ids.values()
    assert sorted(set(ids.values())) == sorted(ids.values())


def test_tenant_facts_that_change_nobodys_forecast_do_not_change_the_id() -> None:
    assert replace(SCENE, facts_of_tenant=None).plan_id() == ID


def test_the_id_is_a_sha256() -> None:
    assert ID.startswith("sha256:")
    assert len(ID) == 71
    assert set(ID[7:]) <= set("0123456789abcdef")


PLACE = Position(file="contoso.yaml", line=3, column=5)
NOTE = Diagnostic(code="V09", severity=Severity.WARNING, summary="x", why="y", position=PLACE)


def id_with(policy: CalendarPolicy, *diagnostics: Diagnostic) -> str:
    plan = build_plan(policy, SCENE.live, SCENE.terms, diagnostics)
    document = as_document(
        plan, version="1", users_hash="u", policy_hash=digest(canonical_text(canonical_policy(policy)))
    )
    return document["plan_id"]


def test_where_in_a_file_something_stands_does_not_change_the_id() -> None:
    elsewhere = replace(
        SCENE.policy, positions={"integration.locked": PLACE, "integration.service": PLACE}, name="other"
    )
    assert id_with(elsewhere) == id_with(SCENE.policy)
    moved = replace(NOTE, position=replace(PLACE, file="else.yaml", line=9))
    assert (
        id_with(SCENE.policy, NOTE)
        == id_with(SCENE.policy, moved)
        == id_with(SCENE.policy, replace(NOTE, position=None))
    )
    assert id_with(SCENE.policy, NOTE) != id_with(SCENE.policy)
    assert id_with(SCENE.policy, NOTE) != id_with(SCENE.policy, replace(NOTE, summary="z"))


def test_only_places_are_left_out_of_the_id() -> None:
    value = {
        "source": {"file": "a"},
        "range": None,
        "kept": [{"source": "S23", "range": {"start": 1}}],
        "x": {"range": 5},
    }
    assert without_places(value) == {"kept": [{"source": "S23"}], "x": {"range": 5}}


def hashed(document: PlanDocument, users: str = "u", policy: str = "p") -> str:
    return plan_id_of(document, users_hash=users, policy_hash=policy)


def test_every_part_of_the_document_but_eight_is_in_the_id() -> None:
    document: PlanDocument = {**SCENE.parts().document, "origin_since": "run 1be8f0ab"}
    outside = {"plan_id", "as_of", "calplan_version", "evidence", "gates", "tenant", "already_happened", "origin_since"}
    for key in document:
        other = {**document, key: "something else"}
        assert (hashed(cast("PlanDocument", other)) == hashed(document)) is (key in outside), key
    assert len({hashed(document), hashed(document, users="v"), hashed(document, policy="q")}) == 3


GROUPS = (
    GroupOverride(group="Sales", locked=True),
    GroupOverride(group="Executives", service=make.google(), enabled=False, bidirectional_sync=True),
)
POLICY = replace(SCENE.policy, groups=GROUPS)
OTHER_POLICIES = {
    "another account": replace(POLICY, account="fabrikam"),
    "no groups": replace(POLICY, groups=None),
    "an empty list of groups": replace(POLICY, groups=()),
    "a group less": replace(POLICY, groups=GROUPS[:1]),
    "another group": replace(POLICY, groups=(replace(GROUPS[0], group="Staff"), GROUPS[1])),
    "another lock": replace(POLICY, groups=(replace(GROUPS[0], locked=False), GROUPS[1])),
    "another service": replace(POLICY, groups=(GROUPS[0], replace(GROUPS[1], service=make.graph()))),
    "EWS allowed for a group": replace(POLICY, groups=(GROUPS[0], replace(GROUPS[1], ews_allow_listed=True))),
    "the grant ensured": replace(POLICY, ensure_tenant_grant=True),
    "stale grants revoked": replace(POLICY, office365_revoke_stale=True),
    "stale tokens revoked": replace(POLICY, google_revoke_stale=True),
    "EWS allow-listed": replace(POLICY, ews_allow_listed=True),
    "no private events": replace(POLICY, private_events=None),
    "nothing stated": replace(POLICY, settings=WantedSettings()),
    "a password kept elsewhere": replace(
        POLICY,
        settings=replace(
            WANTED,
            service=make.exchange(
                impersonation=replace(
                    LOGIN, password_from=SecretReference(kind="env", parts=(("env", "CALPLAN_SECRET_OTHER"),))
                )
            ),
        ),
    ),
}


@pytest.mark.parametrize("says", OTHER_POLICIES)
def test_whatever_a_policy_means_is_in_its_canonical_form(says: str) -> None:
    assert canonical_policy(OTHER_POLICIES[says]) != canonical_policy(POLICY)


def test_the_order_of_groups_and_exceptions_and_the_name_mean_nothing() -> None:
    other = AssistantPair(user=BO, assistant=ANN)
    one = PrivateEvents(default=None, exceptions=((PAIR, PrivateAccess.HIDDEN), (other, PrivateAccess.MANAGED)))
    two = PrivateEvents(default=None, exceptions=one.exceptions[::-1])
    left = replace(POLICY, private_events=one)
    right = replace(POLICY, private_events=two, groups=GROUPS[::-1], name="another", positions={"groups": PLACE})
    assert canonical_policy(left) == canonical_policy(right)


def test_a_canonical_form_is_plain_json() -> None:
    for policy in (POLICY, *OTHER_POLICIES.values()):
        assert canonical_text(canonical_policy(policy))
    unknown = make.exchange(impersonation=make.impersonation(password_version=UNKNOWN))
    assert canonical_text(canonical_policy(replace(POLICY, settings=replace(WANTED, service=unknown))))


def test_the_document_shows_what_nobody_read_as_null_and_names_it() -> None:
    scene = replace(SCENE, before=make.account(locked=UNKNOWN, bidirectional_sync=UNKNOWN))
    document = scene.parts().document
    assert document["unknown"] == ["integration.locked", "bidirectionalSync"]
    assert document["prior_state"]["integration.locked"] is None
    assert set(document["prior_state"]) == set(canonical(make.account()))
    assert document["unmanaged"] == [
        "integration.enabled",
        "bidirectionalSync",
        "office365.consentForAccount",
        "office365.enforceOAuth",
    ]
    changes = {change["address"]: change["change"]["before_unknown"] for change in document["resource_changes"]}
    assert changes["integration.locked"] is True
    assert changes["integration.service"] is False
    assert "bidirectionalSync" not in changes
