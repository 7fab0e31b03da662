"""Every answer to what would have to be otherwise holds when the whole account is planned again that way."""

from dataclasses import replace
from random import Random
from typing import Any, Final, TypeVar, cast

import pytest

from calplan.impact.outcome import Outcome
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.service import Office365Graph, Service
from calplan.model.settings import Setting
from calplan.model.unknown import UNKNOWN, UNMANAGED, Unknown
from calplan.model.user import RawFacts, text_list
from calplan.plan.as_document import as_document
from calplan.plan.document import PlanDocument, UserDocument
from calplan.plan.service_parts import Part
from calplan.plan.why.counterfactual import counterfactual
from calplan.plan.why.document import situation_of
from calplan.plan.why.suppositions import (
    DomainListed,
    GrantLeft,
    OverrideLeft,
    OverridesLeft,
    PolicyField,
    SettingLeft,
    Situation,
    Supposition,
    supposed,
)
from tests import make
from tests.property.worlds import draw_permissions, draw_service, draw_world, hide, mixed, without

T = TypeVar("T")
FIELD: Final = {
    Setting.ENABLED: "enabled",
    Setting.LOCKED: "locked",
    Setting.SERVICE: "service",
    Setting.ALLOWED_DOMAINS: "allowed_domains",
    Setting.BIDIRECTIONAL_SYNC: "bidirectional_sync",
    Setting.CONSENT_FOR_ACCOUNT: "consent_for_account",
    Setting.ENFORCE_OAUTH: "enforce_oauth",
}
WORLDS: Final = 30
NAMES: Final = ("Executives", "Staff", "Interns")
KNOWN: Final = tuple(Group(id=f"g{number}", name=name) for number, name in enumerate(NAMES))


def draw_scene(random: Random) -> make.Scene:
    """An account with a policy, groups that may state something, and facts and settings of which some are hidden."""
    world = draw_world(random)
    seen = hide(random, world, random.choice((0.0, 0.2)))
    hidden: set[Setting] = {setting for setting in Setting if setting is not Setting.ENABLED and random.random() < 0.1}
    before = without(world.before, hidden)
    after = mixed(world.after, before, {setting for setting in Setting if random.random() < 0.2})
    if random.random() < 0.6:
        # Only who must authorise Graph depends on what the tenant granted.
        after = replace(after, locked=True, service=Office365Graph(permissions=draw_permissions(random)))
    live = draw_overrides(random)
    return make.Scene(
        before=before,
        after=make.wanted(after),
        users={email: in_groups(random, raw) for email, raw in seen.users},
        facts_of_tenant=seen.tenant,
        ensure_tenant_grant=random.random() < 0.5,
        groups=Groups(known=KNOWN, overrides=UNKNOWN if random.random() < 0.1 else live),
        wanted_groups=None if random.random() < 0.4 else draw_overrides(random),
        group_model=GroupModel(kind="legacy")
        if random.random() < 0.5
        else GroupModel(kind="priority", order=tuple(random.sample(NAMES, len(NAMES)))),
    )


def draw_overrides(random: Random) -> tuple[GroupOverride, ...]:
    return tuple(draw_override(random, name) for name in NAMES if random.random() < 0.4)


def draw_override(random: Random, group: str) -> GroupOverride:
    return GroupOverride(
        group=group,
        enabled=random.choice((UNMANAGED, True)),
        locked=random.choice((UNMANAGED, True, False)),
        service=random.choice((UNMANAGED, draw_service(random))),
        bidirectional_sync=random.choice((UNMANAGED, True, False)),
    )


def in_groups(random: Random, raw: RawFacts) -> RawFacts:
    """The facts of a user with groups; of some nobody knows them, of some not the primary one."""
    if random.random() < 0.1:
        return raw._replace(groups=None)
    groups = [name for name in NAMES if random.random() < 0.4]
    primary = random.choice(groups) if groups and random.random() < 0.8 else ""
    return raw._replace(groups=text_list(groups), primary_group=primary)


def left(scene: make.Scene, one: Supposition) -> make.Scene:
    """The scene with a policy that leaves one field as it is live."""
    match one:
        case SettingLeft(setting=setting, part=None):
            return replace(scene, after=with_field(scene.after, setting, UNMANAGED))
        case SettingLeft(part=part):
            service = mended(scene.after.service, scene.before.service, part)
            return replace(scene, after=replace(scene.after, service=service))
        case OverrideLeft(group=group, setting=setting, part=part):
            name, live = NAMES[int(group[1:])], scene.groups.overrides
            assert scene.wanted_groups is not None
            assert not isinstance(live, Unknown)
            new, was = stated_by(scene.wanted_groups, name), stated_by(live, name)
            value = getattr(was, FIELD[setting]) if part is None else mended(new.service, was.service, part)
            others = tuple(other for other in scene.wanted_groups if other.group != name)
            return replace(scene, wanted_groups=(*others, with_field(new, setting, value)))
        case OverridesLeft():
            return replace(scene, wanted_groups=None)
        case GrantLeft():
            return replace(scene, ensure_tenant_grant=False)
        case _:
            raise AssertionError(one)


def stated_by(overrides: tuple[GroupOverride, ...], name: str) -> GroupOverride:
    return next((one for one in overrides if one.group == name), GroupOverride(group=name))


def with_field(stated: T, setting: Setting, value: object) -> T:
    """A policy's settings, or an override, that states something else for one setting."""
    return replace(stated, **{FIELD[setting]: value})  # type: ignore[type-var]  # each of the two is a dataclass


def mended(new: object, old: object, part: Part | None) -> Service:
    """The new service with a part of the old one."""
    whole, live = cast("Any", new), cast("Any", old)
    if part in (Part.EWS_URL, Part.IMPERSONATION):
        name = "ews_url" if part is Part.EWS_URL else "impersonation"
        return cast("Service", replace(whole, **{name: getattr(live, name)}))
    assert part is not None
    name = part.value.partition(".")[2]
    permissions = replace(whole.permissions, **{name: getattr(live.permissions, name)})
    return cast("Service", replace(whole, permissions=permissions))


def otherwise(scene: make.Scene, now: Situation, changes: tuple[Supposition, ...]) -> make.Scene:
    """The scene in which the changes are true."""
    if isinstance(changes[0], PolicyField):
        for one in changes:
            scene = left(scene, one)
        return scene
    other = supposed(now, changes[0])
    assert other is not None
    if isinstance(changes[0], DomainListed):
        lists = (other.before.account.allowed_domains, other.after.account.allowed_domains)
        wanted = with_field(scene.after, Setting.ALLOWED_DOMAINS, UNMANAGED if lists[0] == lists[1] else lists[1])
        return replace(scene, before=replace(scene.before, allowed_domains=lists[0]), after=wanted)
    users = {**scene.users, now.email: other.raw}
    return replace(scene, users=users, facts_of_tenant=other.tenant)


def rows_of(scene: make.Scene) -> dict[str, UserDocument]:
    return {row["email"]: row for row in scene.assessed().rows()}


@pytest.mark.parametrize("seed", range(WORLDS))
def test_planned_again_with_the_change_the_user_has_the_outcome_that_was_told(seed: int) -> None:
    scene = draw_scene(Random(seed))
    document = as_document(scene.plan(), version="0", users_hash="", policy_hash="")
    again: dict[tuple[Supposition, ...], dict[str, UserDocument]] = {}
    for email, row in rows_of(scene).items():
        now = situation_of(document, row, ensures_grant=scene.ensure_tenant_grant)
        assert now.outcome is not None
        assert now.outcome.outcome.value == row["outcome"]
        for answer in counterfactual(now, now.outcome.outcome):
            about_all = isinstance(answer.changes[0], PolicyField)
            if not about_all or answer.changes not in again:
                again[answer.changes] = rows_of(otherwise(scene, now, answer.changes))
            told = again[answer.changes][email]
            assert told["outcome"] == answer.forecast.outcome.value != row["outcome"], answer.changes
            assert told["notice"] == answer.forecast.notice.value


@pytest.mark.parametrize("seed", range(WORLDS))
def test_no_setting_of_the_account_that_would_spare_him_is_left_out(seed: int) -> None:
    scene = draw_scene(Random(seed))
    document = as_document(scene.plan(), version="0", users_hash="", policy_hash="")
    told = {
        email: (row["outcome"], settings_that_spare(document, row, ensures_grant=scene.ensure_tenant_grant))
        for email, row in rows_of(scene).items()
    }
    for setting in scene.after.managed:
        again = rows_of(left(scene, SettingLeft(setting=setting)))
        for email, (outcome, sparing) in told.items():
            assert again[email]["outcome"] == outcome or setting in sparing, (email, setting)


def settings_that_spare(document: PlanDocument, row: UserDocument, *, ensures_grant: bool) -> set[Setting]:
    """The account's settings of which each alone, as a whole or in a part, is told to spare the user."""
    answers = counterfactual(situation_of(document, row, ensures_grant=ensures_grant), Outcome(row["outcome"]))
    alone = [answer.changes[0] for answer in answers if len(answer.changes) == 1]
    return {one.setting for one in alone if isinstance(one, SettingLeft)}
