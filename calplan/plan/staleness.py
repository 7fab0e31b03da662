"""Whether the world moved under a saved plan: policy, settings, population, or time and rules. No flag overrides it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from calplan.impact.outcome import HARMED, OUTCOMES
from calplan.model.plural import plural
from calplan.plan.document import Json, PlanDocument, PlanUsers
from calplan.plan.fingerprint import RULES_VERSION, canonical_text
from calplan.plan.planfile import SavedPlan

SHOWN: Final = 10
ON_THE_WAY: Final = "lost on the way"
RANK: Final = {outcome.value: number for number, outcome in enumerate(OUTCOMES, start=1)} | {ON_THE_WAY: len(HARMED)}
HARMED_WORDS: Final = frozenset(outcome.value for outcome in HARMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One part that moved: ``part`` is policy, settings, population or time; ``how`` says from what to what."""

    part: str
    how: str


def staleness(
    saved: SavedPlan, policy: dict[str, object], fresh: PlanDocument, users: PlanUsers, now: datetime
) -> tuple[Moved, ...]:
    """Every part of a saved plan that no longer holds against a plan made afresh from the same documents."""
    moved = (
        *_policy(saved, policy),
        *_settings(saved.document, fresh),
        *_population(saved, fresh, users),
        *_time(saved, fresh, now),
    )
    return moved or tuple(_steps(saved.document, fresh))


def _policy(saved: SavedPlan, policy: dict[str, object]) -> Iterator[Moved]:
    for key in sorted(saved.policy.keys() | policy.keys()):
        if saved.policy.get(key) != policy.get(key):
            how = f"{key} was {_shown(saved.policy.get(key))} when planned and is {_shown(policy.get(key))} now"
            yield Moved(part="policy", how=how)


def _settings(saved: PlanDocument, fresh: PlanDocument) -> Iterator[Moved]:
    for address in sorted(saved["prior_state"].keys() | fresh["prior_state"].keys()):
        then, now = saved["prior_state"].get(address), fresh["prior_state"].get(address)
        unknown = (address in saved["unknown"], address in fresh["unknown"])
        if then != now or unknown[0] != unknown[1]:
            before = "unknown" if unknown[0] else _shown(then)
            after = "unknown" if unknown[1] else _shown(now)
            yield Moved(part="settings", how=f"{address} was {before} when planned and is {after} now")
    if saved["levels"]["model"] != fresh["levels"]["model"] or saved["levels"]["order"] != fresh["levels"]["order"]:
        yield Moved(part="settings", how="the group model or the order of groups is another one than when planned")
    then_groups, now_groups = saved["levels"]["prior"], fresh["levels"]["prior"]
    for group in sorted((then_groups or {}).keys() | (now_groups or {}).keys()):
        was, is_now = _stated(then_groups, group), _stated(now_groups, group)
        if was != is_now:
            yield Moved(part="settings", how=f"group {group} stated {was} when planned and states {is_now} now")
    then_beside, now_beside = _beside(saved), _beside(fresh)
    for address in sorted(then_beside.keys() | now_beside.keys()):
        before, after = then_beside.get(address, "as wanted"), now_beside.get(address, "as wanted")
        if before != after:
            yield Moved(part="settings", how=f"{address} was {before} when planned and is {after} now")


def _stated(overrides: dict[str, Json] | None, group: str) -> str:
    """What a group states, in words."""
    if overrides is None:
        return "something nobody read"
    return _shown(overrides[group]) if group in overrides else "nothing"


def _beside(document: PlanDocument) -> dict[str, str]:
    """What stands of the things a plan changes that are no settings of the account: grants and privileges."""
    return {
        change["address"]: "unknown" if change["change"]["before_unknown"] else _shown(change["change"]["before"])
        for change in document["resource_changes"]
        if change["address"] not in document["prior_state"] and "users" not in change
    }


def _steps(saved: PlanDocument, fresh: PlanDocument) -> Iterator[Moved]:
    """What would be done, in whatever order: with equal settings and policy it is the same, or somebody changed it."""
    for name, then, now in (
        ("steps", _done(saved), _done(fresh)),
        ("changes", _changed(saved), _changed(fresh)),
        ("groups", saved["levels"]["planned"] or {}, fresh["levels"]["planned"] or {}),
    ):
        differing = sorted(key for key in then.keys() | now.keys() if then.get(key) != now.get(key))
        if differing:
            how = f"the {name} shown when planned are not those that would be made now: {', '.join(differing[:SHOWN])}"
            yield Moved(part="settings", how=how)


def _done(document: PlanDocument) -> dict[str, Json]:
    return {step["address"]: step["op"] for step in document["steps"]}


def _changed(document: PlanDocument) -> dict[str, Json]:
    return {change["address"]: change["change"]["after"] for change in document["resource_changes"]}


def _population(saved: SavedPlan, fresh: PlanDocument, users: PlanUsers) -> Iterator[Moved]:
    then = dict(_hurt(saved.document, saved.users))
    worse = [
        f"{email} is now {word} (was {then.get(email, 'not harmed')})"
        for email, word in _hurt(fresh, users)
        if RANK[word] < RANK.get(then.get(email, ""), len(RANK) + 1)
    ]
    if worse:
        more = f", and {len(worse) - SHOWN} more" if len(worse) > SHOWN else ""
        number = plural(len(worse), "user")
        yield Moved(part="population", how=f"{number} would be hurt more: {', '.join(worse[:SHOWN])}{more}")


def _hurt(document: PlanDocument, users: PlanUsers) -> Iterator[tuple[str, str]]:
    """Every user who is harmed and how, those included who lose a connection on the way only."""
    for row in users.rows(None if document["order"]["surplus"] else HARMED_WORDS):
        if row["outcome"] in HARMED_WORDS:
            yield row["email"], row["outcome"]
        elif row.get("lost_on_the_way"):
            yield row["email"], ON_THE_WAY


def _time(saved: SavedPlan, fresh: PlanDocument, now: datetime) -> Iterator[Moved]:
    if now > saved.expires_at:
        yield Moved(part="time", how=f"the plan expired at {saved.expires_at.isoformat()}")
    if saved.document["as_of"] != fresh["as_of"]:
        yield Moved(part="time", how=f"the plan was made for {saved.document['as_of']}, today is {fresh['as_of']}")
    if saved.rules_version != RULES_VERSION:
        yield Moved(part="time", how=f"the plan was made under rules {saved.rules_version}, now {RULES_VERSION}")


def _shown(value: object) -> str:
    return "not set" if value is None else canonical_text(value)
