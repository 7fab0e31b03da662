"""Whether the world moved under a saved plan: policy, settings, population, or time and rules. No flag overrides it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from calplan.impact.outcome import HARMED, OUTCOMES
from calplan.model.plural import plural
from calplan.plan.document import Json, PlanDocument, PlanUsers
from calplan.plan.fingerprint import RULES_VERSION
from calplan.plan.moved_values import NONE, SHOWN, UNKNOWN_WORD, in_words, listed, moved
from calplan.plan.planfile import SavedPlan

CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""By how much two clocks may differ; a plan from further ahead was made by a clock that nobody can go by."""
AS_WANTED: Final = "as wanted"
NEW: Final = "not among its users"
ENSURE: Final = "ensureGrant"
"""What the canonical form has for ``tenantGrant: ensure``."""
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
    found = (
        *moved_in_policy(saved, policy),
        *_settings(saved.document, fresh),
        *moved_in_population(saved, fresh, users),
        *moved_in_time(saved, fresh, now),
    )
    return found or tuple(_steps(saved.document, fresh))


def moved_in_policy(saved: SavedPlan, policy: dict[str, object]) -> Iterator[Moved]:
    """What the policy says differently, field by field, by its canonical form."""
    then, now = policy_parts(saved.policy), policy_parts(policy)
    differing = [key for key in sorted(then.keys() | now.keys()) if then.get(key) != now.get(key)]
    yield from (Moved(part="policy", how=moved(key, then.get(key), now.get(key))) for key in differing)
    if not differing and saved.policy != policy:
        yield Moved(part="policy", how="the policy says something else than when planned")


def policy_parts(policy: Mapping[str, object]) -> dict[str, object]:
    """A policy in canonical form, taken apart into the fields that people write."""
    parts: dict[str, object] = {}
    for key, value in policy.items():
        match key, value:
            case (("office365" | "google"), Mapping()):
                parts |= {f"{key}.{name}": one or None for name, one in value.items() if name != ENSURE}
                parts |= {f"{key}.tenantGrant": "ensure"} if value.get(ENSURE) else {}
            case "groups", list():
                parts[key] = "stated"
                parts |= {f"groups[{_group_of(one)}]": _without_name(one) for one in value}
            case "privateEvents", Mapping():
                parts |= {key: "stated", f"{key}.default": value.get("default")}
                parts[f"{key}.except"] = _pairs(value.get("except"))
            case _:
                parts[key] = value
    return parts


def _group_of(stated: object) -> str:
    return str(stated.get("group")) if isinstance(stated, Mapping) else str(stated)


def _without_name(stated: object) -> object:
    return {key: one for key, one in stated.items() if key != "group"} if isinstance(stated, Mapping) else stated


def _pairs(exceptions: object) -> object:
    """One text for each privilege, so that a list of them reads as one."""
    if not isinstance(exceptions, list):
        return exceptions
    return [" ".join(map(str, one)) if isinstance(one, list) else one for one in exceptions]


def _settings(saved: PlanDocument, fresh: PlanDocument) -> Iterator[Moved]:
    """What stands in the account otherwise than when planned, and what can be done about it by whom.

    Every setting counts, not only those that a step writes: a rule of the forecast may have read any of them.
    """
    hows = (
        *_of_account(saved, fresh),
        *_of_groups(saved, fresh),
        *_of_things_beside(saved, fresh),
        *_hands(saved, fresh),
    )
    yield from (Moved(part="settings", how=how) for how in hows)


def _of_account(saved: PlanDocument, fresh: PlanDocument) -> Iterator[str]:
    for address in sorted(saved["prior_state"].keys() | fresh["prior_state"].keys()):
        then, now = _live(saved, address), _live(fresh, address)
        if then != now:
            yield moved(address, then, now)


def _live(document: PlanDocument, address: str) -> Json:
    return UNKNOWN_WORD if address in document["unknown"] else document["prior_state"].get(address)


def _of_groups(saved: PlanDocument, fresh: PlanDocument) -> Iterator[str]:
    then, now = saved["levels"], fresh["levels"]
    names = {one["id"]: one["name"] for one in (*then["groups"], *now["groups"])}
    if then["model"] != now["model"]:
        yield moved("groups.model", then["model"], now["model"])
    if then["order"] != now["order"]:
        was, is_now = (listed(names.get(group, group) for group in one["order"]) or NONE for one in (then, now))
        yield moved("groups.order", was, is_now)
    for group in sorted((then["prior"] or {}).keys() | (now["prior"] or {}).keys()):
        before, after = _stated(then["prior"], group), _stated(now["prior"], group)
        if before != after:
            yield f"group {names.get(group, group)} stated {before} when planned and states {after} now"
    if then["prior"] != now["prior"] and None in (then["prior"], now["prior"]):
        yield moved("groups", *("read" if one["prior"] is not None else "not read" for one in (then, now)))


def _stated(overrides: dict[str, Json] | None, group: str) -> str:
    """What a group states, in words."""
    if overrides is None:
        return "something nobody read"
    return in_words(overrides[group]) if group in overrides else "nothing"


def _of_things_beside(saved: PlanDocument, fresh: PlanDocument) -> Iterator[str]:
    """What stands of the things a plan changes that are no settings of the account: grants and privileges."""
    then, now = values_beside(saved), values_beside(fresh)
    for address in sorted(then.keys() | now.keys()):
        before, after = then.get(address, AS_WANTED), now.get(address, AS_WANTED)
        if before != after:
            yield moved(address, before, after)


def values_beside(document: PlanDocument) -> dict[str, Json]:
    """What stands of the grants and privileges that a plan changes, by address."""
    return {
        change["address"]: UNKNOWN_WORD if change["change"]["before_unknown"] else change["change"]["before"]
        for change in document["resource_changes"]
        if change["address"] not in document["prior_state"] and "users" not in change
    }


def _hands(saved: PlanDocument, fresh: PlanDocument) -> Iterator[str]:
    """What somebody else would have to do than when planned: calplan, a person, or another provider."""
    then, now = _by_whom(saved), _by_whom(fresh)
    for address in sorted(then.keys() & now.keys()):
        if then[address] != now[address]:
            yield f"{address} was to be done {then[address]} when planned and is to be done {now[address]} now"


def _by_whom(document: PlanDocument) -> dict[str, str]:
    return {
        step["address"]: "by hand" if step["mode"] == "manual" else f"by calplan through {step['provider']}"
        for step in document["steps"]
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
            how = f"the {name} shown when planned are not those that would be made now: {listed(differing)}"
            yield Moved(part="settings", how=how)


def _done(document: PlanDocument) -> dict[str, Json]:
    return {step["address"]: step["op"] for step in document["steps"]}


def _changed(document: PlanDocument) -> dict[str, Json]:
    return {change["address"]: change["change"]["after"] for change in document["resource_changes"]}


def moved_in_population(saved: SavedPlan, fresh: PlanDocument, users: PlanUsers) -> Iterator[Moved]:
    then = dict(_hurt(saved.document, saved.users))
    worse = [
        (email, word)
        for email, word in _hurt(fresh, users)
        if RANK[word] < RANK.get(then.get(email, ""), len(RANK) + 1)
    ]
    if not worse:
        return
    strangers = {email for email, _ in worse} - {row["email"] for row in saved.users.rows()}
    were = {email: NEW if email in strangers else then.get(email, "not harmed") for email, _ in worse[:SHOWN]}
    named = listed(f"{email} is now {word} (was {were.get(email)})" for email, word in worse)
    yield Moved(part="population", how=f"{plural(len(worse), 'user')} would be hurt more: {named}")


def _hurt(document: PlanDocument, users: PlanUsers) -> Iterator[tuple[str, str]]:
    """Every user who is harmed and how, those included who lose a connection on the way only."""
    for row in users.rows(None if document["order"]["surplus"] else HARMED_WORDS):
        if row["outcome"] in HARMED_WORDS:
            yield row["email"], row["outcome"]
        elif row.get("lost_on_the_way"):
            yield row["email"], ON_THE_WAY


def moved_in_time(saved: SavedPlan, fresh: PlanDocument, now: datetime) -> Iterator[Moved]:
    for how in _hours(saved, fresh, now):
        yield Moved(part="time", how=how)


def _hours(saved: SavedPlan, fresh: PlanDocument, now: datetime) -> Iterator[str]:
    if now > saved.expires_at:
        yield f"the plan expired at {saved.expires_at.isoformat()}"
    if saved.created_at > now + CLOCKS_DIFFER:
        here = now.isoformat(timespec="seconds")
        yield f"the plan was made at {saved.created_at.isoformat()}, which is still to come: it is {here} here"
    if saved.document["as_of"] != fresh["as_of"]:
        yield f"the plan was made for {saved.document['as_of']}, today is {fresh['as_of']}"
    if saved.rules_version != RULES_VERSION:
        yield f"the plan was made under rules {saved.rules_version}, now {RULES_VERSION}"
