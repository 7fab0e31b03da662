"""The steps by hand as people see them: on a terminal, as a checklist, and below the steps of a plan."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, cast

import pytest
from pytest_snapshot.plugin import Snapshot

from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.model.policy import GroupOverride
from calplan.model.service import SecretReference
from calplan.model.unknown import UNMANAGED
from calplan.plan.document import PlanDocument
from calplan.plan.users import users_of
from calplan.providers.zoom.portal_labels import LABELS
from calplan.render.colour import finished
from calplan.render.guide import NOTHING, checklist, guide_text
from calplan.render.markdown import plan_markdown
from calplan.render.step_wording import orders_of
from calplan.render.text import plan_text
from tests import make
from tests.render.make import CHAOS

PLACE: Final = SecretReference(kind="env", parts=(("env", "CALPLAN_SECRET_EXCHANGE"),))
LOGIN: Final = replace(make.impersonation(), password_from=PLACE)
PAIR: Final = AssistantPair(user="ann@corp.example", assistant="bo@corp.example")
SCENE: Final = make.Scene(
    before=make.account(enabled=False),
    after=make.wanted(
        make.account(
            enabled=True,
            locked=True,
            service=make.exchange(impersonation=LOGIN),
            allowed_domains=make.domains("emea.corp.example", "corp.example"),
            bidirectional_sync=True,
        )
    ),
    users={"ann@corp.example": make.facts("google", "write", "read", groups=("Sales",))},
    private_events=PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=()),
    assistants={PAIR: PrivateAccess.MANAGED},
    modes={"integration.enabled": "manual", "allowedDomains": "api", "privateEvents": "api"},
    labels=LABELS,
)
BY_HAND: Final = replace(SCENE, modes={})


def document(scene: make.Scene) -> PlanDocument:
    return scene.parts().document


def guided(scene: make.Scene) -> Iterator[str]:
    """All manual steps of a plan as a terminal shows them."""
    plan = document(scene)
    orders = orders_of(plan)
    for step in plan["steps"]:
        if step["mode"] == "manual":
            yield from finished(guide_text(step, orders[step["id"]]), colour=False, width=None)


def listed(scene: make.Scene) -> str:
    return "".join(checklist(document(scene)))


def in_markdown(scene: make.Scene) -> str:
    return "".join(plan_markdown(document(scene), users_of(scene.plan())))


def test_the_steps_by_hand_on_a_terminal(snapshot: Snapshot) -> None:
    snapshot.assert_match("".join(guided(SCENE)), "guide.txt")


def test_the_steps_by_hand_as_a_checklist(snapshot: Snapshot) -> None:
    snapshot.assert_match(listed(SCENE), "checklist.md")


def test_a_group_and_a_privilege_as_a_checklist(snapshot: Snapshot) -> None:
    override = GroupOverride(group="Sales", locked=True, service=make.graph(), bidirectional_sync=UNMANAGED)
    scene = replace(BY_HAND, before=make.account(), after=make.wanted(make.account()), wanted_groups=(override,))
    snapshot.assert_match(listed(scene), "checklist.md")


def test_below_the_steps_of_a_plan_stands_the_path_to_each_that_is_done_by_hand(snapshot: Snapshot) -> None:
    text = "".join(plan_text(document(SCENE), users_of(SCENE.plan())))
    start = text.index("Steps, in this order")
    snapshot.assert_match(text[start : text.index("\n\n", start)] + "\n", "steps.txt")


def test_a_pull_request_gets_the_checklist_with_the_plan(snapshot: Snapshot) -> None:
    text = in_markdown(SCENE)
    start = text.index("### Steps\n")
    snapshot.assert_match(text[start : text.index("### ", text.index("### Steps by hand") + 4)], "steps.md")


def test_of_a_password_only_the_place_is_told_where_it_is_kept() -> None:
    assert "type the password that {env: CALPLAN_SECRET_EXCHANGE} holds" in "".join(guided(SCENE))
    assert "type the password that {env: CALPLAN\\_SECRET\\_EXCHANGE} holds" in listed(SCENE)


def test_a_checklist_names_whom_it_must_and_a_pull_request_nobody() -> None:
    assert "bo@corp.example" not in listed(SCENE), "calplan does that step"
    assert LOGIN.account in listed(SCENE)
    assert "bo@" in listed(BY_HAND).replace("&#8203;", "")
    for scene in (SCENE, BY_HAND):
        assert "@" not in in_markdown(scene)
        assert "Where this says (address), `calplan plan -o checklist` says whose." in in_markdown(scene)
    assert "- [ ] 1 scheduling privilege, named by `calplan plan -o checklist`" in in_markdown(BY_HAND)


def test_a_step_of_calplan_is_named_where_one_by_hand_comes_after_it() -> None:
    text = listed(SCENE)
    api = [step["id"] for step in document(SCENE)["steps"] if step["mode"] == "api"]
    assert [f"- {name} calplan does itself" in text for name in api] == [True, False]


def test_without_steps_by_hand_a_checklist_says_so() -> None:
    every = replace(SCENE, modes=dict.fromkeys(make.EVERY_ADDRESS, "api"))
    assert NOTHING in listed(every)
    assert "Steps by hand" not in in_markdown(every)


def test_without_labels_a_step_by_hand_is_told_in_words_alone() -> None:
    bare = replace(SCENE, labels=())
    assert "calplan does not know how the portal names this." in listed(bare)
    assert "calplan does not know how the portal names this." in "".join(guided(bare))


@pytest.mark.parametrize("where", ["field", "set_to", "note", "confirm", "control"])
def test_whatever_a_saved_plan_says_in_its_guide_does_nothing(where: str) -> None:
    plan = document(SCENE)
    for step in plan["steps"]:
        for way in step.get("guide", ()):
            way["path"] = [CHAOS, *way["path"]]
            way["title"] = CHAOS
            for act in way["acts"]:
                cast("dict[str, str]", act)[where] = CHAOS
    shown = "".join(checklist(plan)) + "".join(plan_markdown(plan, users_of(SCENE.plan())))
    for sign in ("\x1b", "\r", "\u202e", "\u200b", "<b>"):
        assert sign not in shown
    assert "\n::error::" not in shown
