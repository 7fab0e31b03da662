"""``calplan apply --resume RUN``: goes on with a run that did not come to its end."""

from dataclasses import replace
from typing import TYPE_CHECKING

from calplan.apply.attest import unwritten
from calplan.apply.progress import StepState, halves, progress, rest_of
from calplan.apply.standing import Found
from calplan.cli import clock
from calplan.cli.apply_report import APPLIED, ApplyReport
from calplan.cli.apply_request import ApplyRequest
from calplan.cli.applying import Work, applied
from calplan.cli.approval import refuse_gates
from calplan.cli.chosen import Chosen, choose
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.guarding import stop_at_strangers
from calplan.cli.interrupts import Interrupts
from calplan.cli.ledger import lift
from calplan.cli.output import emit
from calplan.cli.probing import require_working
from calplan.cli.reading import show
from calplan.cli.run_lock import holding
from calplan.cli.runs import Kept, find, keep, paths_of
from calplan.cli.source import trusted
from calplan.cli.wiring import Planned, make_plan, open_account, open_for_writing
from calplan.model.diagnostic import errors_in
from calplan.plan.meanwhile import moved_meanwhile
from calplan.plan.planfile import SavedPlan
from calplan.plan.staleness import Moved
from calplan.render.untrusted import for_terminal
from calplan.state.run import Run

if TYPE_CHECKING:
    from calplan.state.store import Store


def resumed(name: str, request: ApplyRequest, report: ApplyReport, heard: Interrupts) -> ExitCode:
    """Read back what is true, refuse what somebody else changed, and perform the steps that are left."""
    consent, report.resumed = request.consent, True
    with keep(request.state, with_run=name) as store:
        run = find(store, name)
        report.account, report.run, report.status = run.account, run.id, run.status
        if run.status == APPLIED:
            return _nothing_left(run, request)
        saved = trusted(run.plan, f"the plan of run {run.id}")
        report.plan = saved.document
        chosen = _chosen(run, request)
        with holding(store, run.account, consent.who, "resume", request.wait) as lock:
            run = find(store, run.id)  # somebody else may have gone on with it while we waited
            report.status = run.status
            if run.status == APPLIED:
                return _nothing_left(run, request)
            if request.wait:  # the documents may be others by now
                chosen = _chosen(run, request)
            store.attach(lock, run.id)
            kept = Kept(store=store, id=run.id, lock=lock, report=report, resumed=True)
            records = store.records(run.id)
            lifted = frozenset(str(one.content.get("gate")) for one in records if one.kind == "override")
            allowed = consent.allowed | lifted
            kept.begin_again(consent.who)
            planned = make_plan(
                chosen,
                open_account(chosen.account, request.state),
                allowed=allowed,
                by=consent.who,
                notice_for=run.plan_id,
            )
            happened = tuple((one.kind, one.content) for one in records)
            half_done = halves(happened)
            states = _read_back(kept, progress(happened), saved, planned, frozenset(half_done))
            kept = replace(kept, wrote=bool(half_done) or StepState.DONE in states.values())
            rest = rest_of(saved.document, states, planned.plan.steps, half_done)
            report.stale = (
                *_overtaken(store, run),
                *moved_meanwhile(saved, planned.policy, planned.document, planned.users, clock.now()),
                *(Moved(part="settings", how=fault) for fault in rest.faults),
            )
            _refuse(report.stale, run.id, tuple(unwritten(happened)))
            _refuse_plan(planned)
            lift(kept, planned.plan.gates, consent)
            work = Work(
                chosen=chosen,
                planned=planned,
                steps=rest.steps,
                document=saved.document,
                users=saved.users,
                verify=request.verify,
                quiet=request.quiet,
                guided=request.guided,
            )
            require_working(chosen, planned.plan)
            opened = open_for_writing(chosen.account, request.state)
            kept.go_on(run.status)
            return applied(work, opened, kept, report, heard)


def _refuse_plan(planned: Planned) -> None:
    """Refuse where the plan as it would be made now has errors, or a gate refuses it."""
    if planned.plan.errored:
        show(errors_in(planned.plan.diagnostics))
        raise StopError(ExitCode.INVALID, "error: the plan has errors; nothing more was written")
    refuse_gates(planned.plan.gates, "nothing more was written")


def _chosen(run: Run, request: ApplyRequest) -> Chosen:
    chosen = choose(paths_of(run) if request.path is None else (request.path,), run.account)
    stop_at_strangers(request.consent.allowed, chosen.guardrails)
    return chosen


def _nothing_left(run: Run, request: ApplyRequest) -> ExitCode:
    if not request.quiet:
        emit((f"Nothing to resume: run {run.id} was applied.\n",))
    return ExitCode.DONE


def _read_back(
    kept: Kept, states: dict[str, StepState], saved: SavedPlan, planned: Planned, half_done: frozenset[str]
) -> dict[str, StepState]:
    """The states of steps once everything in doubt was held against what was read just now."""
    needed = {change["address"]: change["change"] for change in planned.document["resource_changes"]}
    needed_steps = {step.address for step in planned.plan.steps}
    for step in saved.document["steps"]:
        if step["id"] in half_done and step["address"] not in needed_steps:
            continue  # what the account shows says nothing of it: it is finished
        state = states.get(step["id"])
        if state is StepState.IN_DOUBT:
            unread = step["address"] in needed and needed[step["address"]]["before_unknown"]
            seen = Found.NOT_READ if unread else Found.AS_BEFORE if step["address"] in needed_steps else Found.AS_WANTED
            kept.found(step["id"], seen)
            states[step["id"]] = StepState.DONE if seen is Found.AS_WANTED else StepState.NOT_BEGUN
        if states.get(step["id"]) is StepState.DONE:
            kept.report.results[step["id"]] = ("done", None)
        elif step["address"] not in needed_steps:
            kept.report.results[step["id"]] = ("already", None)
    return states


def _overtaken(store: "Store", run: Run) -> tuple[Moved, ...]:
    """Whether another run wrote to the account since this one last did, whatever the clocks said."""
    later = store.later_writer(run)
    if later is None:
        return ()
    return (Moved(part="settings", how=f"run {later.id}, by {later.who}, wrote since; it is {later.status}"),)


def _refuse(moved: tuple[Moved, ...], run: str, unwritten_steps: tuple[str, ...]) -> None:
    """Refuse where anything moved; steps that were attested and are in no document yet are the first thing to mend."""
    if moved:
        lines = [f"error: run {run} cannot go on; nothing more was written"]
        lines += [for_terminal(f"  {one.part}: {one.how}") for one in moved]
        if unwritten_steps:
            again = f"calplan attest {run} {' '.join(unwritten_steps)} --by WHO"
            lines += [f"  What was attested may not stand in the PortalRecord yet; this writes it: {again}"]
        lines += ["  Plan anew from here: calplan plan --out FILE"]
        raise StopError(ExitCode.STALE, "\n".join(lines))
