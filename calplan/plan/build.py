"""From what was read and what is wanted to the plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from calplan.diff import Transition
from calplan.impact.assess import Assessment, assess
from calplan.impact.population import Population
from calplan.impact.private_events import PairChange, pair_changes, pairs_not_found
from calplan.impact.summary import Impact, summarise
from calplan.model.account import AssistantPair, Evidence, Observed, PrivateAccess, TenantFacts
from calplan.model.diagnostic import Diagnostic, errors_in
from calplan.model.limits import Limits, MaxEvidenceAge
from calplan.model.policy import CalendarPolicy
from calplan.model.settings import AccountSettings
from calplan.plan.changes import grant_change, pair_change, setting_changes
from calplan.plan.findings import data_findings, narrowing, pair_not_found
from calplan.plan.gates import age_gate, limit_gates, live_gate, overridden, stale_sources
from calplan.plan.order import losses_by_state
from calplan.plan.plan import Plan, ResourceChange
from calplan.plan.steps import Step, Write, grant_write, pair_write, settings_after, why_here, writes_between
from calplan.plan.tenant import Tenant, lacks, needed_scopes, put_together, with_grant
from calplan.plan.validity.live import Known
from calplan.plan.validity.rule_gates import lock_out_gate, reconnect_gate
from calplan.plan.validity.said import said_of_plan, worst_first
from calplan.plan.validity.subject import subjects_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What was read of an account. ``assistants`` is ``None`` unless the policy manages private events."""

    settings: Observed[AccountSettings]
    population: Population
    users: Evidence
    tenant: tuple[Observed[TenantFacts], ...]
    assistants: Observed[Mapping[AssistantPair, PrivateAccess]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which terms to plan: the account's limits, who owns it, which day it is, and who writes what.

    ``at`` is the real time, for ages. ``modes`` maps an address without ``[...]`` to ``api`` or ``manual``. ``allowed``
    names gates that are lifted, ``by`` who applies, where somebody does.
    """

    limits: Limits
    ages: MaxEvidenceAge
    owner: str
    as_of: date
    at: datetime
    modes: Mapping[str, str]
    provider: str
    allowed: frozenset[str] = frozenset()
    by: str | None = None


def build_plan(policy: CalendarPolicy, live: Live, terms: Terms, diagnostics: tuple[Diagnostic, ...]) -> Plan:
    """The plan that makes the policy true; ``diagnostics`` are the ones found before anything was read."""
    before = live.settings.value
    after = policy.settings.over(before)
    tenant = put_together(live.tenant)
    scopes = needed_scopes(after) if policy.ensure_tenant_grant else frozenset()
    widened = with_grant(tenant.facts, scopes) if lacks(tenant.facts, scopes) else None
    assessment = assess(Transition(before=before, after=after), live.population, widened or tenant.facts)
    impact = summarise(assessment)
    pairs = _pairs(policy, live)
    writes = _writes(before, after, scopes if widened else frozenset(), pairs)
    evidence = (live.settings.evidence, live.users, *tenant.evidence, *_assistants_evidence(live))
    stale = stale_sources(evidence, terms.ages, terms.at)
    subjects = subjects_of(policy, before, terms.as_of)
    known = Known(
        assessment=assessment,
        impact=impact,
        tenant=widened or tenant.facts,
        limits=terms.limits,
        settings=live.settings.evidence,
    )
    gates = (
        *limit_gates(impact, terms.limits, None if policy.private_events is None else len(pairs), terms.owner),
        reconnect_gate(subjects, known, terms.owner),
        lock_out_gate(subjects, terms.owner, terms.by),
        live_gate(before, terms.owner),
        age_gate(stale, terms.ages, terms.owner),
    )
    found = worst_first(
        (
            *said_of_plan(subjects, known, diagnostics),
            *tenant.conflicts,
            *narrowing(before, after, policy.positions),
            *data_findings(live.population),
            *_missing_pairs(policy, live),
        )
    )
    return Plan(
        policy=policy,
        as_of=terms.as_of,
        before=before,
        after=after,
        changes=_changes(policy, before, after, tenant=tenant.facts, widened=widened, pairs=pairs, modes=terms.modes),
        pairs=pairs,
        assessment=assessment,
        impact=impact,
        without_grant=_without_grant(before, after, live.population, tenant, widened),
        steps=_steps(writes, before, assessment, widened or tenant.facts, terms),
        gates=overridden(gates, terms.allowed),
        diagnostics=found,
        evidence=evidence,
        stale=frozenset(one.source for one, _ in stale),
        errored=bool(errors_in(found)),
    )


def _without_grant(
    before: AccountSettings, after: AccountSettings, population: Population, tenant: Tenant, widened: TenantFacts | None
) -> Impact | None:
    if widened is None:
        return None
    return summarise(assess(Transition(before=before, after=after), population, tenant.facts))


def _pairs(policy: CalendarPolicy, live: Live) -> tuple[PairChange, ...]:
    if policy.private_events is None or live.assistants is None:
        return ()
    return pair_changes(policy.private_events, live.assistants.value)


def _missing_pairs(policy: CalendarPolicy, live: Live) -> tuple[Diagnostic, ...]:
    if policy.private_events is None or live.assistants is None:
        return ()
    return tuple(
        pair_not_found(pair, policy.positions.get("privateEvents"))
        for pair in pairs_not_found(policy.private_events, live.assistants.value)
    )


def _assistants_evidence(live: Live) -> tuple[Evidence, ...]:
    return () if live.assistants is None else (live.assistants.evidence,)


def _changes(
    policy: CalendarPolicy,
    before: AccountSettings,
    after: AccountSettings,
    *,
    tenant: TenantFacts,
    widened: TenantFacts | None,
    pairs: tuple[PairChange, ...],
    modes: Mapping[str, str],
) -> tuple[ResourceChange, ...]:
    grants = () if widened is None else (grant_change(tenant, widened, policy.positions, modes),)
    settings = setting_changes(Transition(before=before, after=after), policy.positions, modes)
    return (*grants, *settings, *(pair_change(pair, policy.positions, modes) for pair in pairs))


def _writes(
    before: AccountSettings, after: AccountSettings, scopes: frozenset[str], pairs: tuple[PairChange, ...]
) -> tuple[Write, ...]:
    grants = (grant_write(scopes),) if scopes else ()
    return (*grants, *writes_between(before, after), *(pair_write(pair) for pair in pairs))


def _steps(
    writes: tuple[Write, ...], before: AccountSettings, assessment: Assessment, tenant: TenantFacts, terms: Terms
) -> tuple[Step, ...]:
    states = [before]
    for write in writes:
        states.append(settings_after(write.action, states[-1]))
    lost = losses_by_state(
        tuple(states), assessment.cohorts, tenant, last_client_only=assessment.population.last_client_only
    )
    return tuple(
        Step(
            id=f"s{number}",
            kind=write.kind,
            mode=terms.modes.get(write.address.partition("[")[0], "manual"),
            provider=terms.provider,
            address=write.address,
            action=write.action,
            depends_on=() if number == 1 else (f"s{number - 1}",),
            expected_lost=lost[number - 1],
            why=why_here(write.kind, states[-1]),
        )
        for number, write in enumerate(writes, start=1)
    )
