"""``calplan apply``: makes a plan true."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import click

from calplan.cli import clock, completing
from calplan.cli.apply_report import ApplyReport, reported
from calplan.cli.apply_request import ApplyRequest
from calplan.cli.applying import Work, applied
from calplan.cli.approval import Consent, agree, login_name, refuse_gates, refuse_moved, refuse_stale
from calplan.cli.chosen import Chosen, choose
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.guarding import stop_at_strangers
from calplan.cli.guiding import require_terminal
from calplan.cli.interrupts import Interrupts, interrupts
from calplan.cli.keys import keys_to_check, verify_option
from calplan.cli.ledger import begun, moved_under
from calplan.cli.options import output_option
from calplan.cli.output import Target, emit, targets
from calplan.cli.place import state_option
from calplan.cli.previous import past_of
from calplan.cli.probing import require_working
from calplan.cli.reading import show
from calplan.cli.resuming import resumed
from calplan.cli.run_lock import Wait, holding
from calplan.cli.runs import keep
from calplan.cli.shown import look, look_options, show_plan
from calplan.cli.source import chosen_for, refuse_redacted, refuse_snapshot, saved_plan
from calplan.cli.wiring import Planned, make_plan, open_account, open_for_writing
from calplan.model.diagnostic import errors_in
from calplan.plan.planfile import SavedPlan, pack, unpack
from calplan.plan.staleness import staleness

FORMATS: Final = ("text", "json")


@click.command()
@click.argument(
    "plan_or_path",
    metavar="[PLAN|PATH]",
    shell_complete=completing.documents,
    type=click.Path(path_type=Path),
    required=False,
)
@click.argument(
    "path", metavar="[PATH]", shell_complete=completing.documents, type=click.Path(path_type=Path), required=False
)
@click.option(
    "--account",
    metavar="NAME",
    shell_complete=completing.account_names,
    help="The account to apply to, where the folder has several.",
)
@click.option(
    "--resume",
    metavar="RUN",
    shell_complete=completing.runs_to_go_on_with,
    help="Go on with a run that did not come to its end.",
)
@click.option(
    "--path",
    "documents",
    shell_complete=completing.documents,
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="The documents of --resume.",
)
@click.option("--guide", "guided", is_flag=True, help="Show each step by hand, act by act, and wait until it is done.")
@click.option("--auto-approve", is_flag=True, help="Do not ask; gates still refuse.")
@click.option(
    "--allow",
    "gates",
    shell_complete=completing.gates,
    metavar="GATE",
    multiple=True,
    help="Lift a gate that refuses; may repeat.",
)
@click.option("--reason", metavar="TEXT", help="Why gates are lifted; kept with the run.")
@click.option("--by", metavar="WHO", help="Who applies; the login name where left out.")
@click.option("--lock-timeout", "wait", metavar="TIME", type=Wait(), default="0s", help="Wait for another run: 5m.")
@click.option("--no-verify", is_flag=True, help="Do not hold the outcome against the forecast afterwards.")
@verify_option
@state_option
@output_option(FORMATS)
@look_options
def apply(
    plan_or_path: Path | None,
    path: Path | None,
    *,
    account: str | None,
    resume: str | None,
    documents: Path | None,
    guided: bool,
    auto_approve: bool,
    gates: tuple[str, ...],
    reason: str | None,
    by: str | None,
    wait: timedelta,
    no_verify: bool,
    verify_key: tuple[Path, ...],
    state: str | None,
    output: tuple[str, ...],
    users: str | None,
    verbose: bool,
    color: str,
) -> ExitCode:
    """Make a plan true, one step at a time, and verify it.

    A saved plan is applied without a question, and refused if anything it rests on has moved. A PATH is planned first,
    and asks for the number of users who lose their connection.
    """
    if resume is not None and (plan_or_path is not None or account is not None):
        raise StopError(ExitCode.USAGE, "error: --resume RUN takes the plan and the account of that run; no others")
    if resume is not None and verify_key:
        raise StopError(ExitCode.USAGE, "error: --verify-key checks a saved plan; a run goes on with the one it keeps")
    if resume is None and documents is not None:
        raise StopError(ExitCode.USAGE, "error: --path goes with --resume; otherwise give PATH as an argument")
    if guided:
        require_terminal(resume)
    source = plan_or_path or Path()
    request = ApplyRequest(
        source=source,
        path=path or documents,
        account=account,
        consent=Consent.of(gates, reason, (by or "").strip() or login_name(), auto_approve=auto_approve),
        outputs=targets(output, FORMATS),
        state=state,
        wait=wait,
        verify_keys=keys_to_check(verify_key),
        verify=not no_verify,
        look=look(users, verbose=verbose, color=color, source=source),
        guided=guided,
    )
    report = ApplyReport(who=request.consent.who)
    with reported(report, request.outputs) as codes, interrupts() as heard:
        codes.append(_fresh(request, report, heard) if resume is None else resumed(resume, request, report, heard))
    return codes[0]


def _fresh(request: ApplyRequest, report: ApplyReport, heard: Interrupts) -> ExitCode:
    """Apply a saved plan, or a PATH planned first. Everything that counts is read under the run lock."""
    saved = saved_plan(request.source, request.verify_keys)
    if saved is not None:
        refuse_snapshot(saved, request.source)
        refuse_redacted(saved, request.source)
    chosen = _chosen(request, saved)
    consent = request.consent
    report.account = chosen.account.name
    with keep(request.state) as store, holding(store, report.account, consent.who, "apply", request.wait) as lock:
        if request.wait:  # the documents may be others by now
            chosen = _chosen(replace(request, account=report.account), saved)
        past = None if saved is not None or request.quiet else past_of(report.account, None, request.state)
        planned = make_plan(
            chosen,
            open_account(chosen.account, request.state),
            allowed=consent.allowed,
            by=consent.who,
            base=None if past is None else past.base,
            notice_for=None if saved is None else saved.document["plan_id"],
        )
        report.plan = planned.document
        if saved is not None:
            report.stale = moved_under(store, saved, planned)
            refuse_stale(report.stale)
        elif not request.quiet:
            show_plan(planned.document, planned.users, (Target(format="text", file=None),), request.look)
        if planned.plan.errored:
            show(errors_in(planned.plan.diagnostics) if saved is not None else ())
            raise StopError(ExitCode.INVALID, "error: the plan has errors; nothing was written")
        if not planned.plan.steps:
            return _nothing_to_do(request, report)
        refuse_gates(planned.plan.gates)
        if saved is None and agree(planned, consent):
            planned = _as_agreed(planned, chosen, consent, report, request.state)
        work = Work(
            chosen=chosen,
            planned=planned,
            steps=planned.plan.steps,
            document=planned.document,
            users=planned.users,
            verify=request.verify,
            quiet=request.quiet,
            guided=request.guided,
        )
        require_working(chosen, planned.plan)
        opened = open_for_writing(chosen.account, request.state)
        with heard.gentle():
            kept = begun(store, lock, work, saved=saved, consent=consent, report=report)
        return applied(work, opened, kept, report, heard)


def _as_agreed(agreed: Planned, chosen: Chosen, consent: Consent, report: ApplyReport, state: str | None) -> Planned:
    """What somebody agreed to, read once more: nothing may be worse by now, however long he thought it over.

    Raises:
        StopError: something moved meanwhile, or a gate refuses by now.
    """
    again = make_plan(
        chosen,
        open_account(chosen.account, state),
        allowed=consent.allowed,
        by=consent.who,
        notice_for=agreed.document["plan_id"],
    )
    report.plan = again.document
    seen = unpack(pack(agreed.parts, created_at=clock.now()))
    report.stale = staleness(seen, again.policy, again.document, again.users, clock.now())
    refuse_moved(report.stale)
    if again.plan.errored:
        show(errors_in(again.plan.diagnostics))
        raise StopError(ExitCode.INVALID, "error: the plan has errors by now; nothing was written")
    refuse_gates(again.plan.gates)
    return again


def _nothing_to_do(request: ApplyRequest, report: ApplyReport) -> ExitCode:
    report.status = "nothing to do"
    if not request.quiet:
        emit(("Nothing to apply: the account is as the policy wants it.\n",))
    return ExitCode.DONE


def _chosen(request: ApplyRequest, saved: SavedPlan | None) -> Chosen:
    chosen = _chosen_for(request, saved)
    stop_at_strangers(request.consent.allowed, chosen.guardrails)
    return chosen


def _chosen_for(request: ApplyRequest, saved: SavedPlan | None) -> Chosen:
    source, path, account = request.source, request.path, request.account
    if saved is None:
        if path is not None:
            raise StopError(ExitCode.USAGE, f"error: {source} is no saved plan, so a second PATH has no place")
        return choose((source,), account)
    planned_for = saved.document["account"]
    if account not in (None, planned_for):
        raise StopError(ExitCode.USAGE, f"error: {source} is a plan for {planned_for}, not for {account}")
    return chosen_for(saved, path)
