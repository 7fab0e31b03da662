"""``calplan show``: a saved plan, rendered again; and whether it still holds."""

import os
from pathlib import Path

import click

from calplan.cli.approval import login_name, refuse_stale
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.keys import keys_to_check, pseudonyms, redact_options, verify_option
from calplan.cli.ledger import moved_under
from calplan.cli.output import emit, targets
from calplan.cli.place import state_option
from calplan.cli.reading import show as say_diagnostics
from calplan.cli.runs import peek
from calplan.cli.shown import PLAN_FORMATS, in_colour, look, look_options, output_option, show_plan, terminal_width
from calplan.cli.source import chosen_for, refuse_redacted, saved_plan, under_pseudonyms
from calplan.cli.wiring import make_plan, open_account
from calplan.model.diagnostic import errors_in
from calplan.plan.planfile import SavedPlan
from calplan.render.text import standing_text


@click.command()
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@click.argument("path", metavar="[PATH]", type=click.Path(path_type=Path), required=False)
@click.option("--check", is_flag=True, help="Say whether the plan still holds; PATH as for apply.")
@state_option
@output_option(PLAN_FORMATS)
@verify_option
@redact_options
@look_options
def show(
    plan_file: Path,
    path: Path | None,
    *,
    check: bool,
    state: str | None,
    output: tuple[str, ...],
    verify_key: tuple[Path, ...],
    redact: bool,
    redact_key: Path | None,
    users: str | None,
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
    if check and (output or redact):
        raise StopError(ExitCode.USAGE, "error: --check answers in text; show the plan without it for -o or --redact")
    saved = saved_plan(plan_file, keys_to_check(verify_key))
    if saved is None:
        raise StopError(ExitCode.INVALID, f"error: {plan_file} is no saved plan. Make one: calplan plan --out FILE")
    if check:
        refuse_redacted(saved, plan_file)
        return _checked(saved, path, state, verbose=verbose, color=color)
    document, users_shown = under_pseudonyms(saved.document, saved.users, saved.policy, names)
    show_plan(document, users_shown, outputs, look(users, verbose=verbose, color=color, source=plan_file))
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
