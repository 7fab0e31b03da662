"""From what was read and what is wanted to the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from calplan.diff import Transition
from calplan.impact.assess import Assessment, assess
from calplan.impact.otherwise import Basis
from calplan.impact.population import Population
from calplan.impact.private_events import PairChange, pair_changes, pairs_not_found
from calplan.impact.resolve import Levels, wanted_levels
from calplan.impact.summary import Impact, summarise
from calplan.model.account import AssistantPair, Evidence, Observed, PrivateAccess, TenantFacts
from calplan.model.diagnostic import Diagnostic, errors_in
from calplan.model.levels import GroupModel, Groups
from calplan.model.limits import Limits, MaxEvidenceAge
from calplan.model.policy import CalendarPolicy
from calplan.model.settings import AccountSettings
from calplan.model.times import Freeze, NoReceipt, Notice, NoticeReceipt, Windows
from calplan.plan.assumptions import assumptions_of
from calplan.plan.beside import BesidePlatform
from calplan.plan.changes import grant_change, group_changes, leftover_change, pair_change, setting_changes
from calplan.plan.edits import EditLog, LogUnread, said_of_edits
from calplan.plan.findings import data_findings, lost_on_the_way, narrowings, pair_not_found, revoked_uncounted
from calplan.plan.freezes import freeze_gate
from calplan.plan.gates import Gate, age_gate, limit_gates, live_gate, overridden, stale_sources
from calplan.plan.guide import manual_steps
from calplan.plan.labels import Labels
from calplan.plan.leftovers import Holders, Leftover, leftovers
from calplan.plan.level_findings import group_sizes, level_findings
from calplan.plan.moves import Previous, moves_since
from calplan.plan.order import OrderChoice, choose_order
from calplan.plan.plan import Plan, ResourceChange
from calplan.plan.steps import steps_of
from calplan.plan.tenant import Tenant, lacks, needed_scopes, put_together, with_grant
from calplan.plan.validity.live import Known
from calplan.plan.validity.rule_gates import lock_out_gate, reconnect_gate
from calplan.plan.validity.said import worst_first
from calplan.plan.validity.said_live import said_of_plan
from calplan.plan.validity.subject import subjects_of
from calplan.plan.windows import window_gate
from calplan.plan.writes import Write, grant_write, pair_write, writes_between


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What was read of an account. ``assistants`` is ``None`` unless the policy manages private events.

    ``previous`` holds the users of an earlier plan, if there is one, to find those who changed groups since. ``edits``
    is what the platform's operation log says since settings were attested, where it has one. ``sources`` are those
    beside the platform, ``holders`` the users with a consent of their own, where the policy revokes what is left over.
    """

    settings: Observed[AccountSettings]
    groups: Observed[Groups]
    population: Population
    users: Evidence
    tenant: tuple[Observed[TenantFacts], ...]
    assistants: Observed[Mapping[AssistantPair, PrivateAccess]] | None
    sources: BesidePlatform = field(default_factory=BesidePlatform)
    holders: Holders = field(default_factory=dict)
    previous: Previous | None = None
    edits: EditLog | LogUnread | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which terms to plan: the account's limits, who owns it, which day it is, and who writes what.

    ``at`` is the real time, for ages, windows and freezes. ``modes`` maps an address without ``[...]`` to ``api`` or
    ``manual``, ``others`` to a provider that is not the platform, ``labels`` are those of the platform's portal.
    ``allowed`` names gates that are lifted, ``by`` who applies, where somebody does. Each list of ``windows`` has to
    let the change through. ``receipts`` is what the receipt file of ``notice`` proves.
    """

    limits: Limits
    ages: MaxEvidenceAge
    owner: str
    as_of: date
    at: datetime
    modes: Mapping[str, str]
    provider: str
    others: Mapping[str, str] = field(default_factory=dict)
    group_model: GroupModel = field(default_factory=GroupModel)
    allowed: frozenset[str] = frozenset()
    by: str | None = None
    labels: Labels = ()
    windows: tuple[Windows, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    notice: Notice | None = None
    receipts: tuple[NoticeReceipt, ...] | NoReceipt = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outlook:
    """The account before and after, the tenant as it is and as users will meet it, and what is forecast of users.

    ``widened`` is the tenant once the plan made sure of its grant, ``None`` where it need not.
    """

    policy: CalendarPolicy
    before: Levels
    after: Levels
    tenant: Tenant
    widened: TenantFacts | None
    assessment: Assessment
    impact: Impact
    pairs: tuple[PairChange, ...]
    leftovers: tuple[Leftover, ...]

    @property
    def met(self) -> TenantFacts:
        """The tenant as it is when users have to authorise."""
        return self.widened or self.tenant.facts


def build_plan(policy: CalendarPolicy, live: Live, terms: Terms, diagnostics: tuple[Diagnostic, ...]) -> Plan:
    """The plan that makes the policy true; ``diagnostics`` are the ones found before anything was read."""
    outlook = _outlook(policy, live, terms)
    before, after, assessment = outlook.before, outlook.after, outlook.assessment
    order = choose_order(_writes(outlook), before, after, assessment, outlook.met)
    evidence = _evidence(live, outlook.tenant)
    stale = stale_sources(evidence, terms.ages, terms.at)
    subjects = subjects_of(policy, before, terms.as_of)
    known = Known(
        before=before,
        after=after,
        assessment=assessment,
        impact=outlook.impact,
        tenant=outlook.met,
        limits=terms.limits,
        settings=live.settings.evidence,
    )
    timed = (window_gate(terms.windows, terms.at, terms.owner), freeze_gate(terms.freezes, terms.at, terms.owner))
    gates = (
        *_limits(outlook, terms, order.surplus),
        reconnect_gate(subjects, known, terms.owner),
        lock_out_gate(subjects, terms.owner, terms.by),
        live_gate(before.account, terms.owner),
        age_gate(stale, terms.ages, terms.owner),
        *(gate for gate in timed if gate is not None),
    )
    steps = steps_of(order, terms.modes, terms.provider, terms.others)
    said = (*said_of_plan(subjects, known, diagnostics), *_findings(outlook, live, order))
    return Plan(
        policy=policy,
        as_of=terms.as_of,
        before=before,
        after=after,
        changes=_changes(outlook, terms.modes),
        pairs=outlook.pairs,
        tenant=outlook.tenant.facts,
        moves=moves_since(live.previous, live.population, before),
        assessment=assessment,
        impact=outlook.impact,
        without_grant=_without_grant(outlook),
        order=order,
        steps=steps,
        guides=manual_steps(steps, terms.labels),
        gates=overridden(gates, terms.allowed),
        diagnostics=worst_first(said),
        evidence=evidence,
        stale=frozenset(one.source for one, _ in stale),
        assumptions=assumptions_of(
            Basis(assessment=assessment, tenant=outlook.met), policy, frozenset(one.kind for one, _ in stale)
        ),
        errored=bool(errors_in(said)),
    )


def _outlook(policy: CalendarPolicy, live: Live, terms: Terms) -> _Outlook:
    before = Levels(account=live.settings.value, groups=live.groups.value, model=terms.group_model)
    after = wanted_levels(policy, before)
    tenant = put_together(live.tenant)
    scopes = needed_scopes(after) if policy.ensure_tenant_grant else frozenset()
    widened = with_grant(tenant.facts, scopes) if lacks(tenant.facts, scopes) else None
    assessment = assess(before, after, live.population, widened or tenant.facts)
    return _Outlook(
        policy=policy,
        before=before,
        after=after,
        tenant=tenant,
        widened=widened,
        assessment=assessment,
        impact=summarise(assessment),
        pairs=_pairs(policy, live),
        leftovers=leftovers(policy, before, after, assessment, live.holders),
    )


def _without_grant(outlook: _Outlook) -> Impact | None:
    if outlook.widened is None:
        return None
    population = outlook.assessment.population
    return summarise(assess(outlook.before, outlook.after, population, outlook.tenant.facts))


def _limits(outlook: _Outlook, terms: Terms, on_the_way: int) -> tuple[Gate, ...]:
    pairs = None if outlook.policy.private_events is None else len(outlook.pairs)
    return limit_gates(outlook.impact, terms.limits, pairs, terms.owner, on_the_way)


def _findings(outlook: _Outlook, live: Live, order: OrderChoice) -> tuple[Diagnostic, ...]:
    """What levels, data and the order have to say, apart from the rules."""
    policy, before, after = outlook.policy, outlook.before, outlook.after
    return (
        *outlook.tenant.conflicts,
        *level_findings(before, after, outlook.assessment, policy),
        *narrowings(before, after, policy.positions),
        *data_findings(live.population),
        *live.sources.findings,
        *_missing_pairs(policy, live),
        *lost_on_the_way(order, outlook.assessment),
        *revoked_uncounted(outlook.leftovers, outlook.assessment),
        *said_of_edits(live.edits, live.settings.evidence),
    )


def _evidence(live: Live, tenant: Tenant) -> tuple[Evidence, ...]:
    """Every source of the plan, each once; groups are one only where they state anything or the policy wants it."""
    groups = (live.groups.evidence,) if live.groups.value.overrides else ()
    assistants = () if live.assistants is None else (live.assistants.evidence,)
    sources = (live.settings.evidence, *groups, live.users, *live.sources.evidence, *tenant.evidence, *assistants)
    return tuple(dict.fromkeys(sources))


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


def _changes(outlook: _Outlook, modes: Mapping[str, str]) -> tuple[ResourceChange, ...]:
    policy, before, after = outlook.policy, outlook.before, outlook.after
    positions, tenant, widened = policy.positions, outlook.tenant.facts, outlook.widened
    move = Transition(before=before.account, after=after.account)
    return (
        *(() if widened is None else (grant_change(tenant, widened, positions, modes),)),
        *setting_changes(move, positions, modes),
        *group_changes(before, after, group_sizes(outlook.assessment, after), positions, modes),
        *(leftover_change(one, positions, modes) for one in outlook.leftovers),
        *(pair_change(pair, positions, modes) for pair in outlook.pairs),
    )


def _writes(outlook: _Outlook) -> tuple[Write, ...]:
    grants = () if outlook.widened is None else (grant_write(needed_scopes(outlook.after)),)
    left = (one.write for one in outlook.leftovers)
    return (*grants, *writes_between(outlook.before, outlook.after), *left, *map(pair_write, outlook.pairs))
