"""``calplan impact``: the users of a plan by what happens to them."""

from pathlib import Path

import click

from calplan.cli import completing
from calplan.cli.exit_codes import ExitCode
from calplan.cli.keys import pseudonyms, redact_options
from calplan.cli.output import emit, targets
from calplan.cli.shown import output_option
from calplan.cli.source import plan_of, under_pseudonyms
from calplan.cli.terminal import color_option, in_colour, terminal_width
from calplan.impact.outcome import OUTCOMES
from calplan.render.impact import impact_lines

FORMATS = ("text", "csv", "ndjson")


@click.command()
@click.argument(
    "plan_or_path",
    metavar="[PLAN|PATH]",
    shell_complete=completing.documents,
    type=click.Path(path_type=Path),
    default=".",
)
@click.option(
    "--account",
    metavar="NAME",
    shell_complete=completing.account_names,
    help="The account to plan, where the folder has several.",
)
@click.option(
    "--outcome",
    "outcomes",
    type=click.Choice([one.value for one in OUTCOMES]),
    multiple=True,
    help="Only users with this outcome; may repeat. All but the unaffected where left out.",
)
@click.option("--by", type=click.Choice(["group", "domain", "service", "client"]), help="Count them by this instead.")
@output_option(FORMATS)
@redact_options
@color_option
def impact(
    plan_or_path: Path,
    *,
    account: str | None,
    outcomes: tuple[str, ...],
    by: str | None,
    output: tuple[str, ...],
    redact: bool,
    redact_key: Path | None,
    color: str,
) -> ExitCode:
    """List the users whom a plan concerns, one line each."""
    outputs = targets(output, FORMATS)
    names = pseudonyms(redact_key, asked=redact)
    shown = plan_of(plan_or_path, account)
    document, users = under_pseudonyms(shown.document, shown.users, shown.policy, names, shown.suspects)
    wanted = frozenset(outcomes) or frozenset(one.value for one in OUTCOMES[:-1])
    for target in outputs:
        lines = impact_lines(
            document,
            users,
            outcomes=wanted,
            by=by,
            form=target.format,
            colour=in_colour(color, target.file),
            width=None if target.file is not None else terminal_width(),
        )
        emit(lines, target.file)
    return ExitCode.DONE
