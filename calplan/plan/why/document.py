"""The proof chain of one user as data: what holds, who says so, and what would have to be otherwise."""

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from typing import Final, TypedDict

from calplan.diff import canonical
from calplan.impact.decide import ROWS
from calplan.impact.outcome import Outcome
from calplan.impact.resolve import Levels
from calplan.impact.standing import COVERED, Effective, Looked, Standing
from calplan.model.account import TenantFacts
from calplan.model.client_version import SMALLEST_BUILD, parse
from calplan.model.proof import Basis
from calplan.model.settings import Setting
from calplan.model.unknown import UNKNOWN, Tri, Unknown, Unmanaged
from calplan.plan.addresses import GRANT_ADDRESS
from calplan.plan.as_document import as_json
from calplan.plan.document import (
    DiagnosticDocument,
    EvidenceDocument,
    GroupDocument,
    Json,
    PlanDocument,
    UserDocument,
)
from calplan.plan.levels_document import levels_of, tenant_of
from calplan.plan.user_facts import raw_facts
from calplan.plan.why.counterfactual import counterfactual
from calplan.plan.why.supposition_document import SuppositionDocument, supposition_document
from calplan.plan.why.suppositions import Situation
from calplan.plan.writes import KEYS, stated

FORMAT_VERSION: Final = "1.0"
ABOUT_ONE_USER: Final = ("settings", "portal", "groups", "users", "tenant")
CONFLICT: Final = "P-CONFLICT"


class Level(Enum):
    """At which level a setting is stated that holds for a user."""

    ACCOUNT = "account"
    LOCKED_ACCOUNT = "locked_account"
    GROUP = "group"
    INHERITED = "inherited"
    UNDECIDED = "undecided"


class SourceDocument(TypedDict):
    """Where a value comes from; ``group`` is the one that decides, also where it inherits the account's value."""

    level: str
    group: GroupDocument | None


class SettingDocument(TypedDict):
    """One setting as it holds for the user; a value nobody knows is null.

    ``unmanaged``: the policy does not name it, no group states it, and it stays as it is.
    """

    address: str
    before: Json
    after: Json
    before_unknown: bool
    after_unknown: bool
    before_source: SourceDocument
    after_source: SourceDocument
    unmanaged: bool


class LookedDocument(TypedDict):
    """One level that was looked at, null for the account, and what became of it."""

    group: GroupDocument | None
    standing: str


class TraceDocument(TypedDict):
    """The levels in the order they were looked at, and why nobody can tell which holds, if so."""

    looked: list[LookedDocument]
    problem: str | None


class LevelsLookedAt(TypedDict):
    """The levels before and after the change."""

    before: TraceDocument
    after: TraceDocument


class ClientDocument(TypedDict):
    """One client: the words the platform has for it, and what they were read as."""

    text: str
    version: str | None
    build: bool
    platform: str | None
    prompts: str


class RuleDocument(TypedDict):
    """A row that fires, whether it decides the outcome, and the sentences of the article it rests on.

    ``certainty`` is null for a row of a newer calplan.
    """

    rule: str
    decides: bool
    certainty: str | None
    sentences: list[str]


class AnswerDocument(TypedDict):
    """Changes that together give another outcome, and what the user is then told."""

    changes: list[SuppositionDocument]
    outcome: str
    notice: str


class CounterfactualDocument(TypedDict):
    """What would spare the user the asked outcome. ``results`` are all of one size: single changes, or else pairs.

    ``status`` is ``answered``, ``harmless`` (nothing was asked of an unaffected user), ``other_outcome`` (the user does
    not have the asked one) or ``other_rules`` (the plan's forecast does not follow from its facts here).
    """

    asked: str
    status: str
    results: list[AnswerDocument]


class WhyDocument(TypedDict):
    """Everything that speaks for the outcome of one user."""

    format_version: str
    plan_id: str
    account: str
    as_of: str
    user: UserDocument
    clients: list[ClientDocument]
    evidence: list[EvidenceDocument]
    conflicts: list[DiagnosticDocument]
    settings: list[SettingDocument]
    levels: LevelsLookedAt
    rules: list[RuleDocument]
    counterfactual: CounterfactualDocument


def why_document(
    document: PlanDocument, user: UserDocument, *, ensures_grant: bool, asked: Outcome | None = None
) -> WhyDocument:
    """The proof chain of a user of a plan. ``asked`` is the outcome to be spared, else the one the user has.

    ``ensures_grant`` says that the policy has the plan make sure of the tenant-wide grant.
    """
    now = situation_of(document, user, ensures_grant=ensures_grant)
    member = now.before.membership(now.user)
    before, after = now.before.effective(member), now.after.effective(member)
    return {
        "format_version": FORMAT_VERSION,
        "plan_id": document["plan_id"],
        "account": document["account"],
        "as_of": document["as_of"],
        "user": user,
        "clients": [_client(text) for text in user["clients"]],
        "evidence": [one for one in document["evidence"] if one["kind"] in ABOUT_ONE_USER],
        "conflicts": [one for one in document["diagnostics"] if one["code"] == CONFLICT],
        "settings": [*_settings(now, before, after, frozenset(document["unmanaged"]))],
        "levels": {"before": _trace(now.before, before), "after": _trace(now.after, after)},
        "rules": [_rule(rule, user["outcome"]) for rule in user["rules"]],
        "counterfactual": _counterfactual(now, Outcome(user["outcome"]), asked),
    }


def situation_of(document: PlanDocument, user: UserDocument, *, ensures_grant: bool) -> Situation:
    """What the forecast of one user of a plan is made from."""
    before, after = levels_of(document)
    return Situation(
        before=before,
        after=after,
        tenant=_tenant_found(document),
        ensures_grant=ensures_grant,
        email=user["email"],
        raw=raw_facts(user),
        basis=Basis(user.get("evidence", Basis.PLATFORM.value)),
    )


def _tenant_found(document: PlanDocument) -> TenantFacts:
    """The tenant before the plan widens its grant, where it does."""
    later = tenant_of(document)
    widened = next((one for one in document["resource_changes"] if one["address"] == GRANT_ADDRESS), None)
    if widened is None:
        return later
    grant = widened["change"]["before"]
    return replace(later, grant=frozenset(map(str, grant)) if isinstance(grant, list) else UNKNOWN)


def _client(text: str) -> ClientDocument:
    client = parse(text)
    if client is None:
        return {"text": text, "version": None, "build": False, "platform": None, "prompts": Tri.UNKNOWN.value}
    numbers = [client.major, client.minor, *([] if client.third is None else [client.third])]
    return {
        "text": text,
        "version": ".".join(map(str, numbers)),
        "build": client.third is not None and client.third >= SMALLEST_BUILD,
        "platform": client.platform,
        "prompts": client.prompts.value,
    }


def _settings(
    now: Situation, before: Effective, after: Effective, unmanaged: frozenset[str]
) -> Iterator[SettingDocument]:
    was, new = canonical(before.settings), canonical(after.settings)
    for setting in Setting:
        address = setting.value
        sources = _source(now.before, before, setting), _source(now.after, after, setting)
        by_group = any(one["level"] == Level.GROUP.value for one in sources)
        yield {
            "address": address,
            "before": as_json(address, was[address]),
            "after": as_json(address, new[address]),
            "before_unknown": isinstance(was[address], Unknown),
            "after_unknown": isinstance(new[address], Unknown),
            "before_source": sources[0],
            "after_source": sources[1],
            "unmanaged": address in unmanaged and not by_group and was[address] == new[address],
        }


def _source(levels: Levels, found: Effective, setting: Setting) -> SourceDocument:
    if setting not in KEYS:
        return {"level": Level.ACCOUNT.value, "group": None}
    covered = setting in COVERED
    if _is_undecided(levels, found, covered=covered):
        return {"level": Level.UNDECIDED.value, "group": None}
    group, overrides = found.resolved(setting).source, levels.overrides
    if group is None or isinstance(overrides, Unknown):
        exceptions = any(one.standing is Standing.LOCKED_ABOVE for one in found.trace)
        return {"level": (Level.LOCKED_ACCOUNT if covered and exceptions else Level.ACCOUNT).value, "group": None}
    own = stated(overrides[group], setting)
    level = Level.INHERITED if isinstance(own, Unmanaged) else Level.GROUP
    return {"level": level.value, "group": _group(levels, group)}


def _is_undecided(levels: Levels, found: Effective, *, covered: bool) -> bool:
    """Whether more than one level may hold."""
    if not covered:
        unread = isinstance(levels.account.bidirectional_sync, Unknown)
        return found.problem is not None and isinstance(found.settings.bidirectional_sync, Unknown) and not unread
    holding = {one.group for one in found.trace if one.standing is Standing.HOLDS}
    return len(holding) > 1 or any(one.standing is Standing.UNDECIDED for one in found.trace)


def _trace(levels: Levels, found: Effective) -> TraceDocument:
    return {
        "looked": [_looked(levels, one) for one in found.trace],
        "problem": None if found.problem is None else found.problem.name.lower(),
    }


def _looked(levels: Levels, one: Looked) -> LookedDocument:
    group = None if one.group is None else _group(levels, one.group)
    return {"group": group, "standing": one.standing.name.lower()}


def _group(levels: Levels, group: str) -> GroupDocument:
    name = next((one.name for one in levels.groups.known if one.id == group), group)
    return {"id": group, "name": name}


def _rule(rule: str, outcome: str) -> RuleDocument:
    row = ROWS.get(rule)
    if row is None:
        return {"rule": rule, "decides": False, "certainty": None, "sentences": []}
    decides = row.outcome is not None and row.outcome.value == outcome
    return {"rule": rule, "decides": decides, "certainty": row.certainty.value, "sentences": [*row.sentences]}


def _counterfactual(now: Situation, had: Outcome, asked: Outcome | None) -> CounterfactualDocument:
    name = (asked or had).value
    if asked is not None and asked is not had:
        return {"asked": name, "status": "other_outcome", "results": []}
    if asked is None and had is Outcome.UNAFFECTED:
        return {"asked": name, "status": "harmless", "results": []}
    if now.outcome is None or now.outcome.outcome is not had:
        return {"asked": name, "status": "other_rules", "results": []}
    results: list[AnswerDocument] = [
        {
            "changes": [supposition_document(one, now) for one in answer.changes],
            "outcome": answer.forecast.outcome.value,
            "notice": answer.forecast.notice.value,
        }
        for answer in counterfactual(now, had)
    ]
    return {"asked": name, "status": "answered", "results": results}
