"""What moved between two plans: changes, whom they harm, and the gates."""

from dataclasses import replace
from typing import Any

from calplan.model.limits import Limit
from calplan.model.settings import WantedSettings
from calplan.plan.compared import NAMED, compared
from calplan.plan.document import ComparedDocument
from calplan.plan.fingerprint import plan_id_of
from calplan.plan.planfile import unpack
from tests import make

GOOGLE = make.facts("google", "write", "read")
OLD = make.facts("google", "write", "read", clients=(make.OLD_WINDOWS,))
USERS = {"ann@corp.example": GOOGLE, "bob@corp.example": OLD, "cyd@corp.example": make.facts()}
LOCK = WantedSettings(locked=True, service=make.graph())
SCENE = make.Scene(after=LOCK, users=USERS)


def since(then: make.Scene, now: make.Scene) -> ComparedDocument:
    return compared(unpack(then.packed()), now.parts().document, now.assessed())


def moves(then: make.Scene, now: make.Scene) -> dict[tuple[str | None, str | None], tuple[int, list[str]]]:
    return {(one["from"], one["to"]): (one["users"], one["emails"]) for one in since(then, now)["users"]}


def test_between_two_plans_alike_nothing_moved() -> None:
    found = since(SCENE, SCENE)
    assert (found["changes"], found["users"], found["gates"]) == ([], [], [])
    assert found["plan_id"] == SCENE.plan_id()
    assert found["counts"]["disconnected_silent"] == 1


def test_a_change_comes_goes_or_differs_at_either_end() -> None:
    domains = replace(LOCK, allowed_domains=make.domains("corp.example"))
    then = replace(SCENE, after=replace(LOCK, service=make.google("read", "none")))
    now = replace(SCENE, before=make.account(locked=True, allowed_domains=make.domains("x.example")), after=domains)
    found = {one["address"]: (one["then"], one["now"]) for one in since(then, now)["changes"]}
    locked, service, allowed = (found[name] for name in ("integration.locked", "integration.service", "allowedDomains"))
    assert [one is None for one in (*locked, *allowed)] == [False, True, True, False]
    assert None not in service
    assert service[0] != service[1]


def test_who_came_to_harm_and_who_is_spared_is_told_with_the_outcome_before() -> None:
    now = {**USERS, "ann@corp.example": OLD, "bob@corp.example": make.facts(), "new@corp.example": GOOGLE}
    assert moves(SCENE, replace(SCENE, users=now)) == {
        ("disconnected_prompted", "disconnected_silent"): (1, ["ann@corp.example"]),
        ("disconnected_silent", "prompted"): (1, ["bob@corp.example"]),
        (None, "disconnected_prompted"): (1, ["new@corp.example"]),
    }


def test_who_is_no_active_user_any_more_is_counted_and_not_named() -> None:
    fewer = {"cyd@corp.example": make.facts(), "bob@corp.example": OLD._replace(status="inactive")}
    assert moves(SCENE, replace(SCENE, users=fewer)) == {
        ("disconnected_prompted", None): (1, []),
        ("disconnected_silent", None): (1, []),
    }


def test_who_is_harmed_neither_then_nor_now_is_not_told() -> None:
    assert moves(SCENE, replace(SCENE, users={**USERS, "dan@corp.example": make.facts()})) == {}


def test_of_many_the_first_are_named_and_all_are_counted() -> None:
    many = {f"user{number:03}@corp.example": GOOGLE for number in range(NAMED + 5)}
    (found,) = moves(SCENE, replace(SCENE, users={**USERS, **many})).values()
    assert found == (NAMED + 5, sorted(many)[:NAMED])


def test_a_gate_that_turned_is_told_with_its_status_then_and_now() -> None:
    strict = replace(SCENE.limits, silent=Limit.parse("0"))
    assert since(SCENE, replace(SCENE, limits=strict))["gates"] == [
        {"id": "limit.silent", "then": "pass", "now": "refuse"}
    ]


def test_a_plan_is_the_same_whatever_it_is_compared_with() -> None:
    parts = SCENE.parts()
    document: Any = {**parts.document, "since_plan": since(SCENE, SCENE)}
    ids = {plan_id_of(one, users_hash="u", policy_hash="p") for one in (parts.document, document)}
    assert len(ids) == 1
