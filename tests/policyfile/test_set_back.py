"""A run's policy set back is a policy, and leads from what the run left to what was before it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.model.diagnostic import errors_in
from calplan.model.levels import Group, Groups
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.settings import ANY, AccountSettings, WantedSettings
from calplan.model.unknown import UNMANAGED
from calplan.plan.validity.said import refused_levels
from calplan.policyfile.documents import PolicyDocument
from calplan.policyfile.judge import judge
from calplan.policyfile.loader import loaded
from calplan.policyfile.set_back import SetBack, set_back
from tests import make
from tests.make import Scene

DAY = date(2026, 9, 1)
FLAGS = st.booleans()
SERVICES = st.sampled_from([make.google(), make.graph("read", "read"), make.exchange(), make.MAPI])
DOMAINS = st.sampled_from([ANY, make.domains("corp.example"), make.domains("corp.example", "b.example")])
SETTINGS = st.builds(
    AccountSettings,
    enabled=FLAGS,
    locked=FLAGS,
    service=SERVICES,
    allowed_domains=DOMAINS,
    bidirectional_sync=FLAGS,
    consent_for_account=FLAGS,
    enforce_oauth=FLAGS,
)
LEFT_ALONE = st.just(UNMANAGED)
WANTED = st.builds(
    WantedSettings,
    enabled=FLAGS | LEFT_ALONE,
    locked=FLAGS | LEFT_ALONE,
    service=SERVICES | LEFT_ALONE,
    allowed_domains=DOMAINS | LEFT_ALONE,
    bidirectional_sync=FLAGS | LEFT_ALONE,
    consent_for_account=FLAGS | LEFT_ALONE,
    enforce_oauth=FLAGS | LEFT_ALONE,
)
SALES, STAFF = Group(id="g1", name="Sales"), Group(id="g2", name="Staff")
PAIRS = [AssistantPair(user=f"{name}@corp.example", assistant="pa@corp.example") for name in ("ann", "bob", "cyd")]


def back_of(scene: Scene) -> SetBack:
    parts = scene.parts()
    return set_back(parts.document, parts.policy, name="contoso", as_of=DAY)


def policy_of(back: SetBack) -> CalendarPolicy:
    judged = judge(loaded(Path("rollback.yaml"), back.text), asked_for=True, as_of=DAY)
    assert errors_in(judged.diagnostics) == (), back.text
    (document,) = judged.documents
    assert isinstance(document, PolicyDocument)
    return document.policy


@given(before=SETTINGS, wanted=WANTED)
def test_what_a_run_changed_is_as_before_once_its_policy_set_back_is_applied(
    before: AccountSettings, wanted: WantedSettings
) -> None:
    scene = Scene(before=before, after=wanted)
    policy = policy_of(back_of(scene))
    assert policy.settings.managed <= wanted.managed
    after = wanted.over(before)
    left_out = wanted.managed - policy.settings.managed
    again = policy.settings.over(after)
    assert all(again.value(one) == before.value(one) for one in wanted.managed - left_out)
    # A comment stands in the place of what no policy may state. Where nothing changed, nothing else is left out.
    assert before != after or not left_out or refused_levels(before, None, DAY).settings


def test_privileges_that_were_changed_are_stated_one_by_one_beside_the_default() -> None:
    scene = Scene(
        private_events=PrivateEvents(
            default=PrivateAccess.HIDDEN,
            exceptions=((PAIRS[0], PrivateAccess.MANAGED), (PAIRS[2], PrivateAccess.HIDDEN)),
        ),
        assistants={
            PAIRS[0]: PrivateAccess.HIDDEN,
            PAIRS[1]: PrivateAccess.MANAGED,
            PAIRS[2]: PrivateAccess.HIDDEN,
        },
    )
    events = policy_of(back_of(scene)).private_events
    assert events is not None
    assert events.default is PrivateAccess.HIDDEN
    assert dict(events.exceptions) == scene.assistants


def test_a_privilege_that_nobody_knew_is_not_set_by_the_default_again() -> None:
    scene = Scene(
        private_events=PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=()),
        assistants={PAIRS[0]: PrivateAccess.UNKNOWN, PAIRS[1]: PrivateAccess.MANAGED},
    )
    back = back_of(scene)
    events = policy_of(back).private_events
    assert events == PrivateEvents(default=None, exceptions=((PAIRS[1], PrivateAccess.MANAGED),))
    assert "default: left out, or it would set privileges that nobody knew before that run" in back.text


def test_a_group_that_lost_its_override_has_it_again_and_the_others_keep_theirs() -> None:
    kept = GroupOverride(group="Staff", service=make.graph(), locked=True)
    scene = Scene(
        groups=Groups(
            known=(SALES, STAFF), overrides=(GroupOverride(group="g1", enabled=False), replace(kept, group="g2"))
        ),
        wanted_groups=(kept,),
    )
    groups = policy_of(back_of(scene)).groups
    assert groups is not None
    assert {one.group: one for one in groups} == {
        "Staff": kept,
        "Sales": GroupOverride(group="Sales", enabled=False),
    }


def test_a_policy_that_leaves_everything_alone_stays_one() -> None:
    assert "spec:\n  # office365.tenantGrant" not in back_of(Scene()).text
    assert policy_of(back_of(Scene())).settings == WantedSettings()
