"""Which plans were applied: a saved plan is applied once, and every apply is begun in the books."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from calplan.apply.document import OverrideDocument
from calplan.cli import clock
from calplan.cli.apply_report import ApplyReport
from calplan.cli.applying import Work
from calplan.cli.approval import Consent
from calplan.cli.runs import Kept, same_state
from calplan.cli.wiring import Planned
from calplan.plan.gates import Gate, GateStatus
from calplan.plan.planfile import SavedPlan, pack
from calplan.plan.staleness import Moved, staleness
from calplan.state.run import NewRun
from calplan.state.run_lock import HeldLock

if TYPE_CHECKING:
    from calplan.state.store import Store

NOTHING_WRITTEN = "failed"


def moved_under(store: "Store | None", saved: SavedPlan, planned: Planned) -> tuple[Moved, ...]:
    """Every part of a saved plan that no longer holds, an earlier apply of it included."""
    return (
        *_applied_before(store, saved),
        *staleness(saved, planned.policy, planned.document, planned.users, clock.now()),
    )


def _applied_before(store: "Store | None", saved: SavedPlan) -> Iterator[Moved]:
    """The runs that this plan was used up by; one made again since is another plan, even if it says the same."""
    runs = () if store is None else store.runs_of_plan(saved.document["account"], saved.document["plan_id"])
    where = "" if store is None else same_state(store)
    for run in runs:
        # A clock that was behind says that a run began before its plan was made, but not that it was another plan.
        earlier = run.started_at < saved.created_at and run.plan_created_at != saved.created_at
        if run.status == NOTHING_WRITTEN or earlier:
            continue
        when = f"in run {run.id} at {run.started_at:%Y-%m-%d %H:%M:%S} UTC"
        if run.status == "applied":
            yield Moved(part="time", how=f"the plan was applied {when}, and a plan is applied once")
        else:
            how = f"the plan was begun {when}, which is {run.status}; to go on: calplan apply --resume {run.id}{where}"
            yield Moved(part="time", how=how)


def begun(
    store: "Store", lock: HeldLock, work: Work, *, saved: SavedPlan | None, consent: Consent, report: ApplyReport
) -> Kept:
    """A run that begins, with the plan that was approved and the gates that were lifted for it."""
    planned = work.planned
    approved = planned.document if saved is None else saved.document
    run = NewRun(
        account=planned.document["account"],
        plan_id=approved["plan_id"],
        who=consent.who,
        path=json.dumps([str(Path(path).absolute()) for path in planned.paths]),
        plan=pack(planned.parts, created_at=clock.stamp()),
        plan_created_at=None if saved is None else saved.created_at,
    )
    kept = Kept(store=store, id=store.begin(run, lock), lock=lock, report=report)
    report.run, report.status = kept.id, "running"
    lift(kept, planned.plan.gates, consent)
    return kept


def lift(kept: Kept, gates: tuple[Gate, ...], consent: Consent) -> None:
    """Keep which gates were lifted, by whom and why."""
    lifted = [one for one in gates if one.status is GateStatus.OVERRIDDEN and one.id in consent.allowed]
    for gate in lifted:
        override: OverrideDocument = {
            "gate": gate.id,
            "limit": gate.limit,
            "actual": gate.actual,
            "reason": consent.reason,
            "who": consent.who,
        }
        kept.report.overrides = (*kept.report.overrides, override)
        kept.override(override)
