"""What a plan says of the steps that only a person can take."""

from dataclasses import replace
from datetime import date
from typing import Final

from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.model.policy import GroupOverride
from calplan.plan.labels import Control, Edition, Label, Part
from tests import make
from tests.make import Scene

PAIR: Final = AssistantPair(user="ann@corp.example", assistant="bo@corp.example")
FEW: Final = Edition(
    name="only",
    title="the only portal",
    as_of=date(2026, 1, 1),
    labels={
        Part.LOCKED: Label(
            name="Integration",
            control=Control.LOCK_ICON,
            path=("Settings",),
            group_path=("Groups", "GROUP"),
            words={"on": "locked"},
            confirm={"on": "Lock"},
            source="article 1",
        )
    },
)
SCENE: Final = Scene(
    after=make.wanted(make.account(locked=True, service=make.graph())),
    private_events=PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=()),
    assistants={PAIR: PrivateAccess.MANAGED},
    modes={"privateEvents": "api"},
    labels=(FEW,),
)


def test_a_manual_step_carries_its_guide_and_no_other_does() -> None:
    service, lock, pair = SCENE.parts().document["steps"]
    assert "guide" not in service, "there are no labels for it"
    assert "guide" not in pair
    assert lock["guide"] == [
        {
            "edition": "only",
            "title": "the only portal",
            "as_of": "2026-01-01",
            "sources": ["article 1"],
            "path": ["Settings"],
            "acts": [{"field": "Integration", "control": "lock icon", "set_to": "locked", "confirm": "Lock"}],
            "save": False,
        }
    ]


def test_the_path_of_a_group_has_its_name() -> None:
    group = GroupOverride(group="Sales", locked=True)
    scene = Scene(wanted_groups=(group,), users={"a@corp.example": make.facts(groups=("Sales",))})
    (step,) = replace(scene, modes={}, labels=(FEW,)).parts().document["steps"]
    assert step["guide"][0]["path"] == ["Groups", "Sales"]


def test_labels_are_no_part_of_the_identity_of_a_plan() -> None:
    assert SCENE.parts().document != replace(SCENE, labels=()).parts().document
    assert SCENE.plan_id() == replace(SCENE, labels=()).plan_id()
