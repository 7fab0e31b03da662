"""A rule about users is asked of classes: what it says of them is what it says of each user by himself."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from calplan.guardrails.crowd import PlannedCrowd, SavedCrowd
from calplan.guardrails.engine import Values, Verdict
from calplan.guardrails.evaluate import mentioned
from calplan.guardrails.results import Status
from calplan.guardrails.rules import Rule
from calplan.guardrails.values import values_of
from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.model.levels import Group, Groups
from calplan.plan.document import Json
from calplan.plan.fingerprint import canonical_policy
from calplan.plan.planfile import unpack
from tests import make
from tests.guardrails.make import NOBODY, document_of, each_user, results
from tests.make import Scene
from tests.property.worlds import World, draw_world

RULES: Final = tuple(
    each_user(expression, name=f"R{number}")
    for number, expression in enumerate(
        (
            "user.connection != 'lost'",
            "user.domain != 'partner.example' || user.outcome == 'unaffected'",
            "!(user.service == 'google' && user.calendar == 'write')",
            "user.rules.all(row, row != 'R17')",
            "user.clients.exists(client, client.startsWith('6.')) && user.mailbox_location == 'cloud'",
            "user.own_grant.size() < 2",
            "'Executives' in user.groups",
            "user.ews_host.startsWith('mail') || user.notice != 'no_prompt'",
            "user.certainty != 'unknown' && user.next_step != 'unknown' && !user.lost_on_the_way",
            "policy.integration.locked == true ? user.outcome != 'prompted' : plan.impact.counts.blocked < 3",
            "size(user) == 20 && user.status == 'active'",
            "plan.impact.population.active < 5",
        )
    )
)


def scene_of(world: World, *, hide: Random | None = None) -> Scene:
    users = dict(world.users)
    if hide is not None:
        users = {
            email: raw._replace(groups=None, own_grant=None) if hide.random() < 0.3 else raw
            for email, raw in users.items()
        }
        users = {email: raw._replace(status="inactive") if hide.random() < 0.1 else raw for email, raw in users.items()}
    host, assistant = world.users[0][0], world.users[1][0]
    return Scene(
        before=world.before,
        after=make.wanted(world.after),
        users=users,
        facts_of_tenant=world.tenant,
        private_events=PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=()),
        assistants={AssistantPair(user=host, assistant=assistant): PrivateAccess.MANAGED},
    )


def said_of_each(scene: Scene, rule: Rule, values: Values) -> dict[str, Verdict | None]:
    """What a rule says of each user alone, by address; ``None`` where it fails."""
    said: dict[str, Verdict | None] = {}
    for row in scene.assessed().rows():
        alone = SavedCrowd([row])
        (one,) = alone.classes
        given: dict[str, Json] = {**mentioned(values, rule.mentions), "user": dict(one.facts)}
        answer = rule.program.ask(given)
        said[row["email"]] = answer if isinstance(answer, Verdict) else None
    return said


def expected(said: Mapping[str, Verdict | None]) -> tuple[Status, int, tuple[str, ...]]:
    against = sorted(email for email, verdict in said.items() if verdict is not Verdict.HOLDS)
    if not against:
        return Status.PASS, 0, ()
    failed = None in said.values()
    return Status.ERROR if failed else Status.VIOLATED, len(against), tuple(against[:3])


@settings(max_examples=(settings.default or settings()).max_examples // 2)
@given(seed=st.integers(min_value=0, max_value=10**6))
def test_what_a_rule_says_of_classes_is_what_it_says_of_each_user_alone(seed: int) -> None:
    random = Random(seed)
    scene = scene_of(draw_world(random), hide=random)
    values = values_of(document_of(scene), canonical_policy(scene.policy), NOBODY)
    for rule, found in zip(RULES, results(scene, RULES), strict=True):
        assert (found.status, found.users, found.emails) == expected(said_of_each(scene, rule, values)), rule.expression


@settings(max_examples=(settings.default or settings()).max_examples // 4)
@given(seed=st.integers(min_value=0, max_value=10**6))
def test_a_saved_plan_is_judged_as_the_fresh_one_was(seed: int) -> None:
    random = Random(seed)
    scene = scene_of(draw_world(random), hide=random)
    saved = unpack(scene.packed())
    fresh = results(scene, RULES)
    again = results(scene, RULES, crowd=SavedCrowd(saved.users.rows(), saved.document.get("group_names", {})))
    assert fresh == again
    assert values_of(saved.document, saved.policy, NOBODY) == values_of(
        document_of(scene), canonical_policy(scene.policy), NOBODY
    )


def test_classes_add_up_to_the_active_users_and_are_fewer() -> None:
    alike = {f"user{number:03}@corp.example": make.facts("google", "write", "read") for number in range(200)}
    scene = Scene(users={**alike, "away@corp.example": make.facts(status="inactive")})
    crowd = PlannedCrowd(scene.plan())
    assert [one.users for one in crowd.classes] == [200]


def test_users_of_one_class_with_other_domains_are_told_apart_by_them() -> None:
    users = {"ann@corp.example": make.facts("google"), "bo@partner.example": make.facts("google")}
    (found,) = results(Scene(users=users), [each_user("user.domain != 'partner.example'")])
    assert (found.users, found.emails) == (1, ("bo@partner.example",))


def test_an_assistant_whose_view_changes_has_the_row_that_says_so() -> None:
    users = dict.fromkeys(("ann@corp.example", "bo@corp.example", "cy@corp.example"), make.facts("google"))
    pair = AssistantPair(user="ann@corp.example", assistant="bo@corp.example")
    scene = Scene(
        users=users,
        private_events=PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=()),
        assistants={pair: PrivateAccess.MANAGED},
    )
    (found,) = results(scene, [each_user("!('R17' in user.rules)")])
    assert (found.users, found.emails) == (1, ("bo@corp.example",))
    gone = replace(scene, users={"ann@corp.example": make.facts("google")})
    assert results(gone, [each_user("!('R17' in user.rules)")])[0].status is Status.PASS


def test_a_group_is_found_by_its_name_and_by_its_id_however_users_state_it() -> None:
    users = {
        "ann@corp.example": make.facts("google", groups=("g1",), primary_group="g1"),
        "bo@corp.example": make.facts("google", groups=("Executives",), primary_group="Executives"),
        "cy@corp.example": make.facts("google", groups=("g2",)),
    }
    scene = Scene(users=users, groups=Groups(known=(Group(id="g1", name="Executives"), Group(id="g2", name="Staff"))))
    rules = [
        each_user("!('Executives' in user.groups)"),
        each_user("user.primary_group != 'Executives'"),
        each_user("!('g1' in user.groups)"),
    ]
    saved = unpack(scene.packed())
    assert saved.document.get("group_names") == {"g1": "Executives", "g2": "Staff"}
    for crowd in (None, SavedCrowd(saved.users.rows(), saved.document.get("group_names", {}))):
        named, primary, by_id = results(scene, rules, crowd=crowd)
        assert named.emails == primary.emails == ("ann@corp.example", "bo@corp.example")
        assert by_id.emails == ("ann@corp.example",)
