"""From what was read and what is wanted to the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from calplan.diff import Transition
from calplan.impact.assess import assess
from calplan.impact.otherwise import Basis
from calplan.impact.population import Population
from calplan.impact.private_events import PairChange, pair_changes, pairs_not_found
from calplan.impact.resolve import Levels, wanted_levels
from calplan.impact.summary import summarise
from calplan.model.account import AssistantPair, Evidence, Observed, PrivateAccess, TenantFacts
from calplan.model.diagnostic import Diagnostic, errors_in
from calplan.model.levels import GroupModel, Groups
from calplan.model.limits import Limits, MaxEvidenceAge
from calplan.model.policy import CalendarPolicy
from calplan.model.settings import AccountSettings
from calplan.plan.assumptions import assumptions_of
from calplan.plan.changes import grant_change, group_changes, pair_change, setting_changes
from calplan.plan.findings import data_findings, lost_on_the_way, narrowings, pair_not_found
from calplan.plan.gates import age_gate, limit_gates, live_gate, overridden, stale_sources
from calplan.plan.level_findings import group_sizes, level_findings
from calplan.plan.moves import Previous, moves_since
from calplan.plan.order import choose_order
from calplan.plan.plan import Plan, ResourceChange
from calplan.plan.steps import steps_of
from calplan.plan.tenant import Tenant, lacks, needed_scopes, put_together, with_grant
from calplan.plan.writes import Write, grant_write, pair_write, writes_between


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What was read of an account. ``assistants`` is ``None`` unless the policy manages private events.

    ``previous`` holds the users of an earlier plan, if there is one, to find those who changed groups since.
    """

    settings: Observed[AccountSettings]
    groups: Observed[Groups]
    population: Population
    users: Evidence
    tenant: tuple[Observed[TenantFacts], ...]
    assistants: Observed[Mapping[AssistantPair, PrivateAccess]] | None
    previous: Previous | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which terms to plan: the account's limits, who owns it, which day it is, and who writes what.

    ``at`` is the real time, for ages. ``modes`` maps an address without ``[...]`` to ``api`` or ``manual``. ``allowed``
    names gates that are lifted.
    """

    limits: Limits
    ages: MaxEvidenceAge
    owner: str
    as_of: date
    at: datetime
    modes: Mapping[str, str]
    provider: str
    group_model: GroupModel = field(default_factory=GroupModel)
    allowed: frozenset[str] = frozenset()


def build_plan(policy: CalendarPolicy, live: Live, terms: Terms, diagnostics: tuple[Diagnostic, ...]) -> Plan:
    """The plan that makes the policy true; ``diagnostics`` are the ones found before anything was read."""
    before = Levels(account=live.settings.value, groups=live.groups.value, model=terms.group_model)
    after = wanted_levels(policy, before)
    tenant = put_together(live.tenant)
    scopes = needed_scopes(after) if policy.ensure_tenant_grant else frozenset()
    widened = with_grant(tenant.facts, scopes) if lacks(tenant.facts, scopes) else None
    facts = widened or tenant.facts
    assessment = assess(before, after, live.population, facts)
    basis = Basis(assessment=assessment, tenant=facts)
    impact = summarise(assessment)
    pairs = _pairs(policy, live)
    writes = _writes(before, after, scopes if widened else frozenset(), pairs)
    order = choose_order(writes, before, after, assessment, facts)
    evidence = _evidence(live, tenant)
    stale = stale_sources(evidence, terms.ages, terms.at)
    gates = (
        *limit_gates(impact, terms.limits, None if policy.private_events is None else len(pairs), terms.owner),
        live_gate(before.account, terms.owner),
        age_gate(stale, terms.ages, terms.owner),
    )
    found = (
        *diagnostics,
        *tenant.conflicts,
        *level_findings(before, after, assessment, policy),
        *narrowings(before, after, policy.positions),
        *data_findings(live.population),
        *_missing_pairs(policy, live),
        *lost_on_the_way(order, assessment),
    )
    changes = _changes(policy, before, after, tenant=tenant.facts, widened=widened, modes=terms.modes)
    groups = group_changes(before, after, group_sizes(assessment, after), policy.positions, terms.modes)
    return Plan(
        policy=policy,
        as_of=terms.as_of,
        before=before,
        after=after,
        changes=(*changes, *groups, *(pair_change(pair, policy.positions, terms.modes) for pair in pairs)),
        pairs=pairs,
        tenant=facts,
        moves=moves_since(live.previous, live.population, before),
        assessment=assessment,
        impact=impact,
        without_grant=None if widened is None else summarise(assess(before, after, live.population, tenant.facts)),
        order=order,
        steps=steps_of(order, terms.modes, terms.provider),
        gates=overridden(gates, terms.allowed),
        diagnostics=found,
        evidence=evidence,
        stale=frozenset(one.source for one, _ in stale),
        assumptions=assumptions_of(basis, policy, frozenset(one.kind for one, _ in stale)),
        errored=bool(errors_in(found)),
    )


def _evidence(live: Live, tenant: Tenant) -> tuple[Evidence, ...]:
    """Every source of the plan; groups are one only where they state anything or the policy wants them to."""
    groups = (live.groups.evidence,) if live.groups.value.overrides else ()
    assistants = () if live.assistants is None else (live.assistants.evidence,)
    return (live.settings.evidence, *groups, live.users, *tenant.evidence, *assistants)


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


def _changes(
    policy: CalendarPolicy,
    before: Levels,
    after: Levels,
    *,
    tenant: TenantFacts,
    widened: TenantFacts | None,
    modes: Mapping[str, str],
) -> tuple[ResourceChange, ...]:
    grants = () if widened is None else (grant_change(tenant, widened, policy.positions, modes),)
    move = Transition(before=before.account, after=after.account)
    return (*grants, *setting_changes(move, policy.positions, modes))


def _writes(before: Levels, after: Levels, scopes: frozenset[str], pairs: tuple[PairChange, ...]) -> tuple[Write, ...]:
    grants = (grant_write(scopes),) if scopes else ()
    return (*grants, *writes_between(before, after), *(pair_write(pair) for pair in pairs))
