"""What rules find in the variables: everything a document can state, and null where nobody stated or read it."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.guardrails.engine import Failed, Verdict
from calplan.guardrails.results import Status
from calplan.guardrails.shapes import paths_of
from calplan.guardrails.values import AccountFacts, account_value, live_value, plan_value, policy_value
from calplan.guardrails.variables import ACCOUNT, AFTER, FOR_EACH_USER, PLAN, POLICY, USER
from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.limits import Limit, Limits
from calplan.model.permissions import Permission, Permissions
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.service import Impersonation, Office365Graph, SecretReference
from calplan.model.settings import ANY, WantedSettings
from calplan.model.unknown import UNKNOWN
from calplan.plan.document import PlanDocument, UserDocument
from calplan.plan.fingerprint import canonical_policy
from calplan.policyfile.schema import schema_of
from tests import make
from tests.guardrails.make import document_of, each_user, result, results, rule
from tests.make import Scene

WORDS = (
    *("integration.service", "allowedDomains", "privateEvents", "except", "default", "groups", "group", "service"),
    *("impersonation", "passwordFrom", "env", "office365", "google", "revokeStale", "type", "passwordVersion"),
)
ANN, BO = "ann@corp.example", "bo@partner.example"


def stated(schema: dict[str, Any], part: Any, head: str) -> Iterator[str]:  # noqa: ANN401 - any part of a schema
    """The paths that a schema lets a document state; of several forms all of them."""
    if "$ref" in part:
        part = schema["$defs"][part["$ref"].rpartition("/")[2]]
    forms = [*part.get("oneOf", ()), *part.get("allOf", ())]
    if forms:
        for form in forms:
            yield from stated(schema, form, head)
    elif "properties" in part:
        for name, inner in part["properties"].items():
            yield from stated(schema, inner, f"{head}.{name}")
    elif "items" in part:
        inner = set(stated(schema, part["items"], f"{head}[]"))
        yield from {head} if inner == {f"{head}[]"} else {head, *inner}
    else:
        yield head


def test_policy_and_live_have_every_field_of_a_policy_and_no_other() -> None:
    schema = schema_of("calendar-policy")
    assert set(paths_of(POLICY, "policy")) == set(stated(schema, schema["properties"]["spec"], "policy"))


def test_of_a_user_rules_read_the_row_of_the_plan_but_for_the_addresses() -> None:
    rows = UserDocument.__required_keys__ | UserDocument.__optional_keys__
    assert set(USER.fields) == (rows - {"email", "mailbox"}) | {"domain"}


def test_of_the_plan_rules_read_what_its_document_has() -> None:
    keys = PlanDocument.__required_keys__ | PlanDocument.__optional_keys__
    assert set(PLAN.fields) - {"after", "changes"} <= keys
    schema = schema_of("plan")
    changes = set(stated(schema, schema["$defs"]["resourceChange"], "c"))
    mine = {path.replace("changes[]", "c") for path in paths_of(PLAN, "plan") if "changes[]" in path}
    # Where a change was asked for is a span or null there; here it is a span of nulls.
    places = {f"c.source.{name}" for name in ("file", "line", "column")}
    assert {path.removeprefix("plan.") for path in mine} - places == changes - {"c.source"}
    evidence = set(stated(schema, schema["$defs"]["evidence"], "e"))
    assert {path.replace("plan.evidence[]", "e") for path in paths_of(PLAN, "plan") if "evidence[]" in path} == evidence


def test_a_policy_that_states_nothing_is_null_everywhere_and_complete() -> None:
    policy = CalendarPolicy(name="a", account="a", settings=WantedSettings())
    value = policy_value(canonical_policy(policy))
    assert leaves(value) == {path for path in paths_of(POLICY, "") if "[]" not in path}
    told = {path: one for path, one in flat(value) if one is not None}
    assert told == {".office365.revokeStale": False, ".google.revokeStale": False}


def flat(value: object, head: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from flat(one, f"{head}.{name}")
    else:
        yield head, value


def leaves(value: object) -> set[str]:
    return {path for path, _ in flat(value)}


def test_a_policy_that_states_everything_stands_there_as_in_its_document() -> None:
    login = Impersonation(
        account="svc@corp.example",
        exchange_version="2019",
        password_version=3,
        password_from=SecretReference(kind="env", parts=(("env", "CALPLAN_SECRET_EWS"),)),
    )
    policy = CalendarPolicy(
        name="a",
        account="a",
        settings=WantedSettings(
            enabled=True,
            locked=False,
            service=make.exchange(impersonation=login),
            allowed_domains=make.domains("corp.example", "a.example"),
            bidirectional_sync=True,
            consent_for_account=False,
            enforce_oauth=True,
        ),
        ensure_tenant_grant=True,
        office365_revoke_stale=True,
        private_events=PrivateEvents(
            default=PrivateAccess.HIDDEN,
            exceptions=((AssistantPair(user=ANN, assistant=BO), PrivateAccess.MANAGED),),
        ),
        groups=(
            GroupOverride(group="Sales", locked=True, service=make.google()),
            GroupOverride(group="IT", inherit=True),
        ),
    )
    value = cast("dict[str, Any]", policy_value(canonical_policy(policy)))
    service = value["integration"]["service"]
    assert (value["integration"]["enabled"], value["integration"]["locked"]) == (True, False)
    assert (service["type"], service["ewsUrl"], service["ewsAllowListed"]) == ("exchange-ews", make.OWN_SERVER, False)
    assert service["permissions"] == {"calendar": None, "contacts": None}
    assert service["impersonation"]["passwordFrom"]["env"] == "CALPLAN_SECRET_EWS"
    assert service["impersonation"]["passwordFrom"]["vault"] == {"path": None, "key": None}
    assert (service["impersonation"]["account"], service["impersonation"]["passwordVersion"]) == ("svc@corp.example", 3)
    assert value["allowedDomains"] == ["a.example", "corp.example"]
    assert value["office365"] == {
        "consentForAccount": False,
        "enforceOAuth": True,
        "tenantGrant": "ensure",
        "revokeStale": True,
    }
    assert value["privateEvents"] == {
        "default": "hidden",
        "except": [{"user": ANN, "assistant": BO, "access": "managed"}],
    }
    by_name = {one["group"]: one for one in value["groups"]}
    assert (by_name["Sales"]["locked"], by_name["Sales"]["inherit"]) == (True, False)
    assert by_name["Sales"]["service"]["permissions"] == {"calendar": "write", "contacts": "read"}
    assert (by_name["IT"]["inherit"], by_name["IT"]["service"]["type"], by_name["IT"]["enabled"]) == (True, None, None)


@pytest.mark.parametrize(
    "reference, path, place",
    [
        (SecretReference(kind="file", parts=(("file", "ews.txt"),)), "file", "ews.txt"),
        (
            SecretReference(kind="vault", parts=(("path", "a"), ("key", "b"))),
            "vault",
            {"path": "a", "key": "b"},
        ),
    ],
)
def test_of_a_password_rules_read_where_it_lives(reference: SecretReference, path: str, place: object) -> None:
    login = Impersonation(account="svc@corp.example", exchange_version="2016", password_from=reference)
    policy = CalendarPolicy(name="a", account="a", settings=WantedSettings(service=make.exchange(impersonation=login)))
    value = cast("dict[str, Any]", policy_value(canonical_policy(policy)))
    impersonation = value["integration"]["service"]["impersonation"]
    assert impersonation["passwordFrom"][path] == place
    assert impersonation["passwordVersion"] is None


def test_live_settings_have_the_structure_of_a_policy_and_null_for_what_nobody_read() -> None:
    scene = Scene(
        before=make.account(locked=UNKNOWN, service=make.exchange(impersonation=UNKNOWN), allowed_domains=ANY),
        groups=Groups(known=(Group(id="g1", name="Sales"),), overrides=(GroupOverride(group="g1", locked=True),)),
        group_model=GroupModel(kind="legacy"),
    )
    value = cast("dict[str, Any]", live_value(document_of(scene)))
    assert leaves(value) == leaves(policy_value(canonical_policy(scene.policy)))
    assert (value["integration"]["enabled"], value["integration"]["locked"]) == (True, None)
    assert value["integration"]["service"]["type"] == "exchange-ews"
    assert value["integration"]["service"]["impersonation"]["account"] is None
    assert value["allowedDomains"] == "any"
    (group,) = value["groups"]
    assert (group["group"], group["locked"]) == ("Sales", True)
    unread = live_value(document_of(Scene(before=make.account(service=UNKNOWN), groups=Groups(overrides=UNKNOWN))))
    assert cast("dict[str, Any]", unread)["integration"]["service"]["type"] is None
    assert cast("dict[str, Any]", unread)["groups"] is None


def test_what_will_stand_is_what_the_policy_states_else_what_is_live() -> None:
    scene = Scene(
        before=make.account(locked=UNKNOWN, enforce_oauth=UNKNOWN, allowed_domains=ANY),
        after=WantedSettings(locked=True),
        groups=Groups(known=(Group(id="g1", name="Sales"),), overrides=(GroupOverride(group="g1", enabled=False),)),
        group_model=GroupModel(kind="legacy"),
    )
    after = cast("dict[str, Any]", plan_value(document_of(scene)))["after"]
    assert (after["integration"]["enabled"], after["integration"]["locked"]) == (True, True)
    assert after["integration"]["service"]["type"] == "google"
    assert (after["allowedDomains"], after["office365"]["enforceOAuth"]) == ("any", None)
    (group,) = after["groups"]
    assert (group["group"], group["enabled"], group["locked"]) == ("Sales", False, None)
    assert leaves(after) == {path for path in paths_of(AFTER, "") if "[]" not in path}


def test_that_an_app_is_allowed_is_read_in_the_policy_alone() -> None:
    stated = {path for path in paths_of(POLICY, "") if path.endswith(".ewsAllowListed")}
    assert len(stated) == 2
    assert set(paths_of(AFTER, "")) == {
        path
        for path in set(paths_of(POLICY, "")) - stated
        if not path.startswith((".google", ".privateEvents", ".office365.tenantGrant", ".office365.revokeStale"))
    }


def test_a_permission_that_nobody_could_read_is_null() -> None:
    half = Office365Graph(permissions=Permissions(calendar=Permission.UNKNOWN, contacts=Permission.READ))
    plan = cast("dict[str, Any]", plan_value(document_of(Scene(before=make.account(service=half)))))
    assert plan["after"]["integration"]["service"]["permissions"] == {"calendar": None, "contacts": "read"}


def test_the_plan_is_complete_and_its_shares_name_every_outcome() -> None:
    scene = Scene(after=WantedSettings(locked=True), users={ANN: make.facts("office365-graph", groups=("Sales",))})
    value = cast("dict[str, Any]", plan_value(document_of(scene)))
    assert value["impact"]["counts"] == document_of(scene)["impact"]["counts"]
    (share,) = value["impact"]["by_group"]
    assert (share["name"], len(share["counts"]), sum(share["counts"].values())) == ("Sales", 9, 1)
    (change,) = value["changes"]
    assert (change["address"], change["change"]["after"], change["users"]) == ("integration.locked", True, None)
    assert change["source"] == {"file": None, "line": None, "column": None}


def test_an_account_is_what_holds_for_it() -> None:
    facts = AccountFacts(name="contoso", platform="zoom", limits=Limits(silent=Limit(count=3)), notice_hours=72)
    value = cast("dict[str, Any]", account_value(facts))
    assert leaves(value) == {path for path in paths_of(ACCOUNT, "") if "[]" not in path}
    assert (value["limits"]["silent"], value["limits"]["disconnected"]) == ("3", "5% or 5")
    assert (value["maxEvidenceAge"]["users"], value["notice"]["hours"], value["owner"]) == (24, 72, None)


def test_what_is_unknown_of_a_user_is_null_and_no_connection_is_an_empty_word() -> None:
    scene = Scene(
        users={
            ANN: make.facts("", groups=("Sales",)),
            BO: make.facts("google", "unknown", "read", groups=None, mailbox_location="unknown", own_grant=None),
        }
    )
    held = each_user("user.service == '' ? user.groups == ['Sales'] && user.domain == 'corp.example' : true")
    unknown = each_user(
        "user.service != 'google' || (user.calendar == null && user.groups == null"
        " && user.mailbox_location == null && user.own_grant == null && user.domain == 'partner.example')"
    )
    assert [one.status for one in results(scene, [held, unknown])] == [Status.PASS, Status.PASS]


def test_an_address_without_a_domain_has_none() -> None:
    scene = Scene(users={"nobody": make.facts("google")})
    assert result(scene, each_user("user.domain == null")).status is Status.PASS


def test_a_rule_reads_the_day_of_the_plan() -> None:
    assert result(Scene(), rule("today == '2026-11-22'")).status is Status.PASS


def test_every_variable_has_a_shape() -> None:
    assert list(FOR_EACH_USER) == ["policy", "live", "plan", "account", "today", "user"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(form=st.dictionaries(st.sampled_from(WORDS), JSON))
def test_a_policy_that_somebody_forged_into_a_saved_plan_is_no_fault(form: dict[str, object]) -> None:
    value = policy_value(form)
    assert set(cast("dict[str, Any]", value)) == set(POLICY.fields)
    program = rule("policy.groups == null || policy.groups.all(g, g.locked != true)").program
    assert isinstance(program.ask({"policy": value}), Verdict | Failed)
