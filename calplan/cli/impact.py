"""``calplan impact``: the users of a plan by what happens to them."""

from pathlib import Path

import click

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.keys import pseudonyms, redact_options
from calplan.cli.options import output_option
from calplan.cli.output import emit, targets, write
from calplan.cli.source import plan_of, plan_options, under_pseudonyms
from calplan.cli.terminal import color_option, in_colour, terminal_width
from calplan.impact.outcome import OUTCOMES
from calplan.plan.document import PlanDocument, PlanUsers
from calplan.render.impact import impact_lines

FORMATS = ("text", "csv", "ndjson", "parquet")


@click.command()
@plan_options
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
    if any(one.format == "parquet" and (one.file is None or by is not None) for one in outputs):
        raise StopError(ExitCode.USAGE, "error: Parquet is a list of users in a file: -o parquet=FILE, without --by")
    names = pseudonyms(redact_key, asked=redact)
    shown = plan_of(plan_or_path, account)
    document, users = under_pseudonyms(shown.document, shown.users, shown.policy, names, shown.suspects)
    wanted = frozenset(outcomes) or frozenset(one.value for one in OUTCOMES[:-1])
    for target in outputs:
        if target.format == "parquet":
            _write_parquet(document, users, wanted, target.file)
            continue
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


def _write_parquet(document: PlanDocument, users: PlanUsers, outcomes: frozenset[str], file: Path | None) -> None:
    assert file is not None, "refused before"
    from calplan.render.parquet import users_parquet  # noqa: PLC0415 - what one format needs

    try:
        write(file, users_parquet(document["account"], users, outcomes))
    except ImportError as error:
        message = "error: -o parquet needs `pyarrow`, which is not installed: pip install 'calplan[parquet]'"
        raise StopError(ExitCode.USAGE, message) from error
