"""``calplan show``: a saved plan, rendered again; and whether it still holds."""

import os
from pathlib import Path

import click

from calplan.cli import completing
from calplan.cli.approval import login_name, refuse_stale
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.keys import keys_to_check, pseudonyms, redact_options, verify_option
from calplan.cli.ledger import moved_under
from calplan.cli.options import output_option
from calplan.cli.output import emit, targets
from calplan.cli.place import state_option
from calplan.cli.previous import named_plan, previous_option
from calplan.cli.reading import show as say_diagnostics
from calplan.cli.runs import peek
from calplan.cli.shown import PLAN_FORMATS, budget_option, look, look_options, show_plan
from calplan.cli.source import chosen_for, refuse_redacted, refuse_snapshot, saved_plan, under_pseudonyms
from calplan.cli.terminal import in_colour, terminal_width
from calplan.cli.wiring import make_plan, open_account
from calplan.model.diagnostic import errors_in
from calplan.plan.compared import compared
from calplan.plan.planfile import SavedPlan
from calplan.render.text import standing_text


@click.command()
@click.argument("plan_file", metavar="PLAN", shell_complete=completing.plans, type=click.Path(path_type=Path))
@click.argument(
    "path", metavar="[PATH]", shell_complete=completing.documents, type=click.Path(path_type=Path), required=False
)
@click.option("--check", is_flag=True, help="Say whether the plan still holds; PATH as for apply.")
@previous_option("Tell what moved since this saved plan.")
@state_option
@output_option(PLAN_FORMATS)
@verify_option
@redact_options
@look_options
@budget_option
def show(
    plan_file: Path,
    path: Path | None,
    *,
    check: bool,
    previous: Path | None,
    state: str | None,
    output: tuple[str, ...],
    verify_key: tuple[Path, ...],
    redact: bool,
    redact_key: Path | None,
    users: str | None,
    budget: int,
    verbose: bool,
    color: str,
) -> ExitCode:
    """Show a saved plan again, in any format, or say with --check whether it could still be applied."""
    outputs = targets(output, PLAN_FORMATS)
    if not os.path.lexists(plan_file):
        raise StopError(ExitCode.USAGE, f"error: there is no file {plan_file}")
    if path is not None and not check:
        raise StopError(ExitCode.USAGE, "error: a plan is shown without its documents; PATH goes with --check")
    names = pseudonyms(redact_key, asked=redact)
    if check and (output or redact or previous):
        words = "error: --check answers in text; show the plan without it for -o, --redact or --previous"
        raise StopError(ExitCode.USAGE, words)
    saved = saved_plan(plan_file, keys_to_check(verify_key))
    if saved is None:
        raise StopError(ExitCode.INVALID, f"error: {plan_file} is no saved plan. Make one: calplan plan --out FILE")
    if check:
        refuse_snapshot(saved, plan_file)
        refuse_redacted(saved, plan_file)
        return _checked(saved, path, state, verbose=verbose, color=color)
    if previous is not None:
        refuse_redacted(saved, plan_file)
        then = named_plan(previous, saved.document["account"]).saved
        saved.document["since_plan"] = compared(then, saved.document, saved.users)
    document, users_shown = under_pseudonyms(saved.document, saved.users, saved.policy, names)
    as_asked = look(users, verbose=verbose, color=color, source=plan_file, budget=budget)
    show_plan(document, users_shown, outputs, as_asked)
    return ExitCode.DONE


def _checked(saved: SavedPlan, path: Path | None, state: str | None, *, verbose: bool, color: str) -> ExitCode:
    """Plan anew as an apply would, and say whether the saved plan still holds and what its gates say now.

    Raises:
        StopError: the plan is stale, or can no longer be made.
    """
    chosen = chosen_for(saved, path)
    planned = make_plan(chosen, open_account(chosen.account, state), by=login_name())
    emit(standing_text(planned.document, verbose=verbose, colour=in_colour(color), width=terminal_width()))
    with peek(state) as store:
        refuse_stale(moved_under(store, saved, planned))
    if planned.plan.errored:
        say_diagnostics(errors_in(planned.plan.diagnostics))
        raise StopError(ExitCode.INVALID, "error: the plan has errors now, so it cannot be applied")
    emit((f"Fresh: nothing that the plan rests on has moved. It is good until {saved.expires_at.isoformat()}.\n",))
    return ExitCode.DONE
