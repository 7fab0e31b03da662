"""The plan: one reviewed value, from which everything shown, saved or applied is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from calplan.diff import Plain
from calplan.impact.assess import Assessment
from calplan.impact.private_events import PairChange
from calplan.impact.resolve import Levels
from calplan.impact.summary import Impact
from calplan.model.account import Evidence, TenantFacts
from calplan.model.diagnostic import Diagnostic, Position
from calplan.model.policy import CalendarPolicy
from calplan.plan.assumptions import Assumption
from calplan.plan.gates import Gate
from calplan.plan.guide import Way
from calplan.plan.moves import Moves
from calplan.plan.order import OrderChoice
from calplan.plan.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChange:
    """One thing that changes: a setting, what a group states, the tenant-wide grant, or the flag of a privilege.

    ``users`` is how many active users a group has, ``None`` where no group changes.
    """

    address: str
    mode: str
    actions: tuple[str, ...]
    before: Plain
    after: Plain
    reversibility: str
    position: Position | None
    users: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What changes, for whom, in which order, and what refuses it.

    ``tenant`` is the Microsoft tenant as it was read, ``moves`` are moves between groups that happened before.
    ``order`` is the order of the steps, and what it spares against the naive one. ``without_grant`` is the forecast
    without the step that widens the tenant-wide grant, where the plan has that step. ``stale`` names the sources whose
    evidence is too old. ``guides`` say what a person does, by the ids of manual steps. Addresses in ``position`` are
    the policy's.
    """

    policy: CalendarPolicy
    as_of: date
    before: Levels
    after: Levels
    changes: tuple[ResourceChange, ...]
    pairs: tuple[PairChange, ...]
    tenant: TenantFacts
    moves: Moves
    assessment: Assessment
    impact: Impact
    without_grant: Impact | None
    order: OrderChoice
    steps: tuple[Step, ...]
    guides: Mapping[str, tuple[Way, ...]]
    gates: tuple[Gate, ...]
    diagnostics: tuple[Diagnostic, ...]
    evidence: tuple[Evidence, ...]
    stale: frozenset[str]
    assumptions: tuple[Assumption, ...]
    errored: bool
