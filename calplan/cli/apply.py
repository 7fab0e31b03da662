"""``calplan apply``: makes a plan true."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calplan.apply.drive import drive
from calplan.apply.flow import Done, Failed, Report, Waiting, apply_flow
from calplan.cli import clock
from calplan.cli.approval import Consent, agree, login_name, refuse_gates, refuse_stale
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import Target, emit, say, tell
from calplan.cli.reading import show
from calplan.cli.runs import Kept, keep
from calplan.cli.shown import look, look_options, show_plan
from calplan.cli.source import saved_plan
from calplan.cli.verify import verified
from calplan.cli.wiring import Chosen, Planned, choose, code_of, make_plan, open_account, open_for_writing
from calplan.model.diagnostic import errors_in
from calplan.model.plural import plural
from calplan.plan.planfile import SavedPlan, pack
from calplan.plan.steps import Step
from calplan.providers.base import ProviderError, WritablePlatform
from calplan.render.step_wording import orders_of

if TYPE_CHECKING:
    from calplan.state.store import Store


@click.command()
@click.argument("plan_or_path", metavar="[PLAN|PATH]", type=click.Path(path_type=Path), default=".")
@click.argument("path", metavar="[PATH]", type=click.Path(path_type=Path), required=False)
@click.option("--account", metavar="NAME", help="The account to apply to, where the folder has several.")
@click.option("--auto-approve", is_flag=True, help="Do not ask; gates still refuse.")
@click.option("--allow", "gates", metavar="GATE", multiple=True, help="Lift a gate that refuses; may repeat.")
@click.option("--reason", metavar="TEXT", help="Why gates are lifted; kept with the run.")
@click.option("--by", metavar="WHO", help="Who applies; the login name where left out.")
@click.option("--no-verify", is_flag=True, help="Do not hold the outcome against the forecast afterwards.")
@look_options
def apply(
    plan_or_path: Path,
    path: Path | None,
    *,
    account: str | None,
    auto_approve: bool,
    gates: tuple[str, ...],
    reason: str | None,
    by: str | None,
    no_verify: bool,
    users: str | None,
    verbose: bool,
    color: str,
) -> ExitCode:
    """Make a plan true, one step at a time, and verify it.

    A saved plan is applied without a question, and refused if anything it rests on has moved. A PATH is planned first,
    and asks for the number of users who lose their connection.
    """
    consent = Consent.of(gates, reason, by or login_name(), auto_approve=auto_approve)
    saved = saved_plan(plan_or_path)
    chosen = _chosen(plan_or_path, path, account, saved)
    planned = make_plan(
        chosen,
        open_account(chosen.account),
        allowed=consent.allowed,
        by=consent.who,
        notice_for=None if saved is None else saved.document["plan_id"],
    )
    if saved is not None:
        refuse_stale(saved, planned)
    else:
        text = (Target(format="text", file=None),)
        show_plan(planned.document, planned.users, text, look(users, verbose=verbose, color=color, source=plan_or_path))
    if planned.plan.errored:
        show(errors_in(planned.plan.diagnostics) if saved is not None else ())
        raise StopError(ExitCode.INVALID, "error: the plan has errors; nothing was written")
    if not planned.plan.steps:
        emit(("Nothing to apply: the account is as the policy wants it.\n",))
        return ExitCode.DONE
    refuse_gates(planned.plan.gates)
    if saved is None:
        agree(planned, consent)
    return applied(chosen, planned, consent, verify=not no_verify)


def _chosen(plan_or_path: Path, path: Path | None, account: str | None, saved: SavedPlan | None) -> Chosen:
    if saved is None:
        if path is not None:
            raise StopError(ExitCode.USAGE, f"error: {plan_or_path} is no saved plan, so a second PATH has no place")
        return choose((plan_or_path,), account)
    planned_for = saved.document["account"]
    if account not in (None, planned_for):
        raise StopError(ExitCode.USAGE, f"error: {plan_or_path} is a plan for {planned_for}, not for {account}")
    paths = (path,) if path is not None else tuple(map(Path, saved.paths))
    return choose(paths, planned_for)


def applied(chosen: Chosen, planned: Planned, consent: Consent, *, verify: bool) -> ExitCode:
    """Perform the steps of a plan that was agreed to, keep the run, and verify it."""
    from calplan.state.store import StateError  # noqa: PLC0415 - SQLAlchemy is imported when it is used

    hand = Hand(platform=open_for_writing(chosen.account), orders=orders_of(planned.document))
    data = pack(planned.parts, created_at=clock.stamp())
    with keep() as store:
        kept = Kept.begin(store, planned, consent, data)
        try:
            code = _performed(hand, kept, planned)
        except KeyboardInterrupt:
            if not hand.begun:
                raise
            say(f"interrupted; run {kept.id} is partly applied")
            with suppress(StateError):
                kept.finish("interrupted")
            return ExitCode.PARTLY_APPLIED
        except StateError as error:
            if not hand.begun:
                raise
            say(f"error: {error}\nrun {kept.id} came to {hand.begun[-1]}, and not all of it is recorded")
            return ExitCode.PARTLY_APPLIED
        if code is not ExitCode.DONE or not verify:
            return code
        return _looked_at(store, kept.id, chosen, planned)


def _performed(hand: "Hand", kept: Kept, planned: Planned) -> ExitCode:
    report = drive(apply_flow(planned.plan.steps), hand.perform, kept)
    if not report.complete:
        kept.finish("waiting" if report.waiting else "partly applied")
        return _unfinished(kept.id, report, planned, hand)
    kept.finish("applied")
    tell((f"Applied {plural(len(report.done), 'step')} in run {kept.id}.\n",))
    return ExitCode.DONE


def _looked_at(store: "Store", run: str, chosen: Chosen, planned: Planned) -> ExitCode:
    """Verify what was applied; whatever keeps us from it, the account was written, and no code may say otherwise."""
    from calplan.state.store import StateError  # noqa: PLC0415 - SQLAlchemy is imported when it is used

    try:
        return verified(store, run, chosen, planned.document, planned.users)
    except KeyboardInterrupt:
        reason = "interrupted"
    except (StopError, StateError) as error:
        reason = str(error)
    say(f"{reason}\napplied, but not verified. Look again: calplan verify {run}")
    return ExitCode.UNLIKE_FORECAST


@dataclass(slots=True, kw_only=True)
class Hand:
    """Performs steps, and remembers which were begun and what the provider said last.

    ``orders`` are the steps in words, by their ids.
    """

    platform: WritablePlatform
    orders: Mapping[str, str]
    begun: list[str] = field(default_factory=list)
    error: ProviderError | None = None

    def perform(self, step: Step) -> Done | Failed | Waiting:
        """Make one step true; what the provider raises becomes a result."""
        if step.mode == "manual":
            return Waiting()
        say(f"{step.id}: {self.orders[step.id]} ...")
        self.begun.append(step.id)
        try:
            receipt = self.platform.perform(step.action)
        except ProviderError as error:
            self.error = error
            return Failed(message=str(error), outcome_unknown=error.outcome_unknown)
        return Done(changed=receipt.changed)


def _unfinished(run: str, report: Report, planned: Planned, hand: Hand) -> ExitCode:
    step = next(one for one in planned.plan.steps if one.id == report.stopped)
    left = ", ".join(report.not_started) or "none"
    order = f"{step.id} ({hand.orders[step.id]})"
    if report.waiting:
        say(f"run {run} waits for a person to do {order}. Not started: {left}")
        return ExitCode.WAITING
    unknown = report.failure is not None and report.failure.outcome_unknown
    doubt = "; nobody knows whether it was written" if unknown else ""
    say(f"error: {order} failed: {hand.error}{doubt}")
    say(f"done: {', '.join(report.done) or 'none'}; not started: {left}")
    if report.done or unknown or hand.error is None:
        return ExitCode.PARTLY_APPLIED
    return code_of(hand.error)
