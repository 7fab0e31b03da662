"""``calplan drift``: live settings against the policy."""

from pathlib import Path
from typing import Final

import click

from calplan.cli import completing
from calplan.cli.chosen import choose
from calplan.cli.exit_codes import ExitCode
from calplan.cli.options import output_option
from calplan.cli.output import emit, targets
from calplan.cli.place import state_option
from calplan.cli.plan import code_of_plan
from calplan.cli.previous import past_of, previous_option
from calplan.cli.terminal import color_option, in_colour, terminal_width
from calplan.cli.wiring import make_plan, open_account
from calplan.plan.drift import drift_document
from calplan.render.drift import drift_json, drift_text

FORMATS: Final = ("text", "json")


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".", shell_complete=completing.documents)
@click.option(
    "--account",
    metavar="NAME",
    shell_complete=completing.account_names,
    help="The account to look at, where the folder has several.",
)
@previous_option("Tell what changed in the account since this saved plan; the last applied run where left out.")
@state_option
@output_option(FORMATS)
@click.option("--verbose", is_flag=True, help="Also show what is as wanted or left alone, and on what evidence.")
@color_option
def drift(
    path: Path,
    account: str | None,
    *,
    previous: Path | None,
    state: str | None,
    output: tuple[str, ...],
    verbose: bool,
    color: str,
) -> ExitCode:
    """Say where the account is otherwise than its policy wants it, and since when. Exits 2 if it is. Never writes."""
    outputs = targets(output, FORMATS)
    chosen = choose((path,), account)
    past = past_of(chosen.account.name, previous, state)
    base = None if past is None else past.base
    users = None if past is None else past.users
    planned = make_plan(chosen, open_account(chosen.account, state), earlier=lambda _live: users, base=base)
    found = drift_document(planned.document, planned.policy, base)
    for target in outputs:
        if target.format == "json":
            emit(drift_json(found), target.file)
        else:
            width = None if target.file is not None else terminal_width()
            plan = planned.document if verbose else None
            emit(drift_text(found, colour=in_colour(color, target.file), width=width, plan=plan), target.file)
    return code_of_plan(planned, detailed=True)
