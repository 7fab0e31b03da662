"""``calplan show``: a saved plan, rendered again."""

from pathlib import Path

import click

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.keys import keys_to_check, verify_option
from calplan.cli.output import targets
from calplan.cli.shown import PLAN_FORMATS, look, look_options, output_option, show_plan
from calplan.cli.source import saved_plan


@click.command()
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@output_option(PLAN_FORMATS)
@verify_option
@look_options
def show(
    plan_file: Path,
    *,
    output: tuple[str, ...],
    verify_key: tuple[Path, ...],
    users: str | None,
    verbose: bool,
    color: str,
) -> ExitCode:
    """Show a saved plan again, in any format."""
    outputs = targets(output, PLAN_FORMATS)
    if not plan_file.exists():
        raise StopError(ExitCode.USAGE, f"error: there is no file {plan_file}")
    saved = saved_plan(plan_file, keys_to_check(verify_key))
    if saved is None:
        raise StopError(ExitCode.INVALID, f"error: {plan_file} is no saved plan. Make one: calplan plan --out FILE")
    show_plan(saved.document, saved.users, outputs, look(users, verbose=verbose, color=color, source=plan_file))
    return ExitCode.DONE
