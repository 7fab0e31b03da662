"""Plans made by the planner itself, in every format."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from calplan.impact.outcome import OUTCOMES
from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.model.unknown import UNKNOWN
from calplan.plan.as_document import as_document
from calplan.plan.document import PlanDocument
from calplan.plan.users import AssessedUsers
from calplan.plan.why.document import why_document
from calplan.render.csv import users_csv
from calplan.render.markdown import plan_markdown
from calplan.render.ndjson import users_ndjson
from calplan.render.plan_json import plan_json
from calplan.render.text import plan_text
from calplan.render.why import why_text
from tests import make
from tests.render.make import lines_of

USERS = {
    "anna@corp.example": make.facts("google", "write", "read"),
    "bob@corp.example": make.facts("google", "write", "read", clients=(make.OLD_WINDOWS,)),
    "cy@partner.example": make.facts("google", "write", "read", clients=()),
    "dan@corp.example": make.facts(None),
    "eve@corp.example": make.facts("exchange-ews", auth="impersonation"),
    "fay@corp.example": make.facts(),
}
PAIR = AssistantPair(user="anna@corp.example", assistant="bob@corp.example")
TO_GRAPH = make.wanted(
    make.account(service=make.graph(), locked=True, allowed_domains=make.domains("corp.example"), enforce_oauth=True)
)
SCENES = {
    "to graph, locked": make.Scene(users=USERS, after=TO_GRAPH),
    "nothing to do": make.Scene(users=USERS),
    "nothing read": make.Scene(
        users=USERS,
        before=make.account(enabled=UNKNOWN, locked=UNKNOWN, service=UNKNOWN, allowed_domains=UNKNOWN),
        after=TO_GRAPH,
        facts_of_tenant=None,
        read_at=None,
    ),
    "with the grant": make.Scene(
        users=USERS, after=TO_GRAPH, facts_of_tenant=make.tenant(grant=()), ensure_tenant_grant=True
    ),
    "impersonation off": make.Scene(
        users=USERS,
        before=make.account(service=make.exchange(impersonation=UNKNOWN)),
        after=make.wanted(make.account(service=make.MAPI, locked=True)),
    ),
    "impersonation on": make.Scene(
        users=USERS, after=make.wanted(make.account(service=make.exchange(impersonation=make.impersonation())))
    ),
    "private events": make.Scene(
        users=USERS,
        private_events=PrivateEvents(default=PrivateAccess.MANAGED, exceptions=()),
        assistants={PAIR: PrivateAccess.UNKNOWN},
    ),
}


def rendered(scene: make.Scene) -> tuple[PlanDocument, AssessedUsers]:
    plan = scene.plan()
    document = as_document(plan, version="0.1.0", users_hash="u", policy_hash="p")
    return document, AssessedUsers(plan.assessment)


@pytest.fixture(params=list(SCENES))
def planned(request: pytest.FixtureRequest) -> tuple[PlanDocument, AssessedUsers]:
    return rendered(SCENES[request.param])


def test_the_document_fits_its_schema(planned: tuple[PlanDocument, AssessedUsers], repository: Path) -> None:
    schema = json.loads((repository / "schemas" / "plan.schema.json").read_text("utf-8"))
    document = json.loads("".join(plan_json(planned[0])))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(document)] == []


def test_every_format_speaks_of_the_same_users(planned: tuple[PlanDocument, AssessedUsers]) -> None:
    document, users = planned
    affected = {user["email"] for user in users.rows(frozenset(outcome.value for outcome in OUTCOMES[:-1]))}
    assert {json.loads(line)["email"] for line in lines_of(users_ndjson(users))} == affected
    assert {line.partition(",")[0] for line in lines_of(users_csv(users))} == {"email"} | affected
    for form in (plan_text(document, users, show_users="all"), plan_markdown(document, users, show_users="all")):
        text = "".join(form)
        if document["resource_changes"]:
            assert all(email in text for email in affected)


def test_every_address_of_every_user_has_a_proof(planned: tuple[PlanDocument, AssessedUsers]) -> None:
    document, users = planned
    for user in users.rows():
        why = why_document(document, user, ensures_grant=False)
        text = "".join(why_text(why))
        assert text.startswith(f"{user['email']}: ")
        assert all(f"  {rule} " in text for rule in user["rules"])


def test_the_same_inputs_give_the_same_bytes_in_every_format() -> None:
    first, second = ([*_all_formats(scene)] for scene in (SCENES["with the grant"], SCENES["with the grant"]))
    assert first == second


def _all_formats(scene: make.Scene) -> list[str]:
    document, users = rendered(scene)
    return [
        *plan_text(document, users, verbose=True),
        *plan_json(document),
        *users_ndjson(users),
        *users_csv(users),
        *plan_markdown(document, users),
    ]


def test_what_nobody_read_is_shown_as_unknown() -> None:
    document, users = rendered(SCENES["nothing read"])
    text = "".join(plan_text(document, users))
    assert "integration.locked (the lock): (unknown) -> true" in text
    assert "type: (unknown) -> office365-graph" in text
    assert "(unknown) -> corp.example" in text
    assert "refused  live.unknown" in text
    assert "stale?" in text


def test_both_forecasts_are_in_the_plan_that_widens_the_grant() -> None:
    document, users = rendered(SCENES["with the grant"])
    text = "".join(plan_text(document, users))
    assert "Without the step that widens the tenant-wide grant:" in text
    assert "make sure the tenant-wide Microsoft grant holds" in text
