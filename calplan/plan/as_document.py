"""The plan written as the document that is shown, saved and compared."""

from collections.abc import Mapping
from typing import Final

from calplan.diff import Plain, canonical
from calplan.impact.assess import Assessment
from calplan.impact.decide import ROWS
from calplan.impact.outcome import OUTCOMES, Outcome
from calplan.impact.resolve import Levels
from calplan.impact.summary import Impact, Share
from calplan.model.account import Evidence
from calplan.model.diagnostic import Diagnostic
from calplan.model.settings import Setting
from calplan.model.unknown import Unknown
from calplan.plan.addresses import GRANT_ADDRESS
from calplan.plan.document import (
    FORMAT_VERSION,
    DiagnosticDocument,
    EvidenceDocument,
    GateDocument,
    ImpactDocument,
    Json,
    PlanDocument,
    RuleUse,
    Shares,
    SnapshotDocument,
)
from calplan.plan.document import ResourceChange as ChangeDocument
from calplan.plan.fingerprint import plan_id_of
from calplan.plan.gates import Gate
from calplan.plan.guide import Act, Way
from calplan.plan.levels_document import json_of, levels_document, order_document, tenant_document
from calplan.plan.moves import moves_document
from calplan.plan.origin import Base, Origin, origin_of
from calplan.plan.plan import Plan, ResourceChange
from calplan.plan.steps_document import ActDocument, StepDocument, WayDocument

SETS: Final = frozenset({Setting.ALLOWED_DOMAINS.value, GRANT_ADDRESS})
"""Addresses whose values are sets."""


def as_document(
    plan: Plan,
    *,
    version: str,
    users_hash: str,
    policy_hash: str,
    base: Base | None = None,
    snapshot: SnapshotDocument | None = None,
    redacted: bool = False,
) -> PlanDocument:
    """The document of a plan; its id depends on neither time nor author (interface section 5).

    ``base`` is what the account was left at, to tell where each change comes from. ``snapshot`` is what it was made
    from, ``redacted`` whether that has pseudonyms for addresses.
    """
    prior, planned = canonical(plan.before.account), canonical(plan.after.account)
    document: PlanDocument = {
        "format_version": FORMAT_VERSION,
        "calplan_version": version,
        "plan_id": "",
        "account": plan.policy.account,
        "as_of": plan.as_of.isoformat(),
        "resource_changes": [_change(change, base, plan.before) for change in plan.changes],
        "prior_state": {address: as_json(address, value) for address, value in prior.items()},
        "planned_values": {address: as_json(address, value) for address, value in planned.items()},
        "unknown": [address for address, value in prior.items() if isinstance(value, Unknown)],
        "unmanaged": [one.value for one in Setting if one not in plan.policy.settings.managed],
        "levels": levels_document(plan.before, plan.after),
        "tenant": tenant_document(plan.tenant),
        "already_happened": moves_document(plan.moves),
        "impact": _impact(plan.impact, plan.without_grant),
        "order": order_document(plan.order),
        "steps": [_step(plan, number) for number in range(len(plan.steps))],
        "gates": gates_document(plan.gates),
        "diagnostics": diagnostics_document(plan.diagnostics),
        "evidence": [evidence_document(one, stale=one.source in plan.stale) for one in plan.evidence],
        "assumptions": [
            {"id": one.reading.value, "text": one.text, "if_wrong": one.if_wrong} for one in plan.assumptions
        ],
        "errored": plan.errored,
    }
    if base is not None:
        document["origin_since"] = base.since
    if snapshot is not None:
        document["snapshot"] = snapshot
    if redacted:
        document["redacted"] = True
    if names := group_names(plan.assessment):
        document["group_names"] = names
    document["plan_id"] = plan_id_of(document, users_hash=users_hash, policy_hash=policy_hash)
    return document


def group_names(assessment: Assessment) -> dict[str, str]:
    """The names of the groups that users state by another word, by that word."""
    known, classes = assessment.groups, assessment.population.classes
    words = {word for one in classes if not isinstance(one.groups, Unknown) for word in one.groups}
    words |= {one.primary_group for one in classes if not isinstance(one.primary_group, Unknown)}
    return {word: name for word in sorted(words) if (name := known.name_of(word)) != word}


def as_json(address: str, value: Plain) -> Json:
    """A canonical value for JSON: an unknown whole is null, and a set written as a mapping to true is a sorted list."""
    if isinstance(value, Unknown):
        return None
    return [*sorted(value)] if address in SETS and isinstance(value, Mapping) else json_of(value)


def _change(change: ResourceChange, base: Base | None, levels: Levels) -> ChangeDocument:
    document: ChangeDocument = {
        "address": change.address,
        "mode": change.mode,
        "origin": Origin.UNKNOWN.value,
        "change": {
            "actions": list(change.actions),
            "before": as_json(change.address, change.before),
            "after": as_json(change.address, change.after),
            "before_unknown": isinstance(change.before, Unknown),
            "before_sensitive": False,
            "after_sensitive": False,
        },
        "source": None
        if change.position is None
        else {"file": change.position.file, "line": change.position.line, "column": change.position.column},
        "reversibility": change.reversibility,
    }
    if change.users is not None:
        document["users"] = change.users
    document["origin"] = origin_of(document, base, levels).value
    return document


def _impact(impact: Impact, without_grant: Impact | None) -> ImpactDocument:
    document: ImpactDocument = {
        "population": {
            "users": impact.users,
            "active": impact.active,
            "excluded": impact.excluded,
            "connected": impact.connected,
            "connection_unknown": impact.connection_unknown,
        },
        "counts": _counts(impact.counts),
        "ranges": {
            "lose": [impact.lose.certain, impact.lose.possible],
            "not_told": [impact.not_told.certain, impact.not_told.possible],
            "cannot_return": [impact.cannot_return.certain, impact.cannot_return.possible],
        },
        "told": impact.told,
        "unknown_certainty": impact.unknown_certainty,
        "by_group": [_share(share) for share in impact.by_group],
        "by_domain": [_share(share) for share in impact.by_domain],
        "by_rule": [_rule(use.rule, use.users) for use in impact.by_rule],
    }
    if without_grant is not None:
        document["without_grant_step"] = {"counts": _counts(without_grant.counts)}
    return document


def _counts(counts: Mapping[Outcome, int]) -> dict[str, int]:
    return {outcome.value: counts[outcome] for outcome in OUTCOMES}


def _share(share: Share) -> Shares:
    return {"name": share.name, "counts": {one.value: share.counts[one] for one in OUTCOMES if share.counts[one]}}


def _rule(rule: str, users: int) -> RuleUse:
    row = ROWS[rule]
    return {"rule": rule, "users": users, "certainty": row.certainty.value, "source": " ".join(row.sentences)}


def _step(plan: Plan, number: int) -> StepDocument:
    step = plan.steps[number]
    document: StepDocument = {
        "id": step.id,
        "mode": step.mode,
        "provider": step.provider,
        "op": step.kind.value,
        "address": step.address,
        "depends_on": list(step.depends_on),
        "expected": {"disconnected": step.expected_lost, "at_risk": step.expected_at_risk},
        "why": step.why,
    }
    if ways := plan.guides.get(step.id):
        document["guide"] = [_way(way) for way in ways]
    return document


def _way(way: Way) -> WayDocument:
    return {
        "edition": way.edition,
        "title": way.title,
        "as_of": way.as_of,
        "sources": [*way.sources],
        "path": [*way.path],
        "acts": [_act(act) for act in way.acts],
        "save": way.save,
    }


def _act(act: Act) -> ActDocument:
    document: ActDocument = {"field": act.field, "control": act.control.value, "set_to": act.set_to}
    if act.confirm:
        document["confirm"] = act.confirm
    if act.note:
        document["note"] = act.note
    return document


def gates_document(gates: tuple[Gate, ...]) -> list[GateDocument]:
    """Gates as the document has them."""
    return [
        {"id": one.id, "status": one.status.value, "limit": one.limit, "actual": one.actual, "owner": one.owner}
        for one in gates
    ]


def diagnostics_document(diagnostics: tuple[Diagnostic, ...]) -> list[DiagnosticDocument]:
    """Diagnostics as the document has them."""
    return [_diagnostic(one) for one in diagnostics]


def _diagnostic(one: Diagnostic) -> DiagnosticDocument:
    return {
        "code": one.code,
        "severity": one.severity.value,
        "summary": one.summary,
        "detail": one.detail,
        "range": None
        if one.position is None
        else {
            "filename": one.position.file,
            "start": {"line": one.position.line, "column": one.position.column},
            "end": {"line": one.position.line, "column": one.position.column + one.position.length},
        },
    }


def evidence_document(one: Evidence, *, stale: bool = False) -> EvidenceDocument:
    """Evidence as the document has it."""
    return {
        "source": one.source,
        "kind": one.kind,
        "as_of": None if one.as_of is None else one.as_of.isoformat(timespec="seconds"),
        "records": one.records,
        "complete": one.complete,
        "stale": stale,
    }
