"""``calplan why``: the chain of proof for one user."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from calplan.cli import clock, completing
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.options import output_option
from calplan.cli.output import Target, emit, targets
from calplan.cli.source import Shown, plan_of, plan_options
from calplan.cli.terminal import color_option, in_colour, terminal_width
from calplan.impact.outcome import Outcome
from calplan.plan.why.document import WhyDocument, why_document
from calplan.render.why import why_json, why_text

FORMATS: Final = ("text", "json")
OUTCOMES: Final = {one.value: one for one in Outcome}


@click.command()
@click.argument("user", metavar="USER")
@plan_options
@click.option(
    "--not",
    "spared",
    shell_complete=completing.outcomes,
    metavar="OUTCOME",
    help="Say what would spare USER this outcome; else the one forecast.",
)
@output_option(FORMATS)
@color_option
def why(
    user: str, plan_or_path: Path, *, account: str | None, spared: str | None, output: tuple[str, ...], color: str
) -> ExitCode:
    """Show what is known of USER (a login address), which rules fire, on whose word, and what follows."""
    outputs = targets(output, FORMATS)
    asked = None if spared is None else _outcome(spared)
    shown = plan_of(plan_or_path, account)
    email = user.strip().lower()
    row = shown.users.find(email)
    if row is None:
        raise StopError(ExitCode.USAGE, _unknown(email, shown))
    found = why_document(shown.document, row, ensures_grant=shown.ensures_grant, asked=asked)
    for target in outputs:
        emit(_rendered(found, target, color), target.file)
    return ExitCode.DONE


def _rendered(found: WhyDocument, target: Target, color: str) -> Iterator[str]:
    if target.format == "json":
        return why_json(found)
    width = None if target.file is not None else terminal_width()
    return why_text(found, now=clock.stamp(), colour=in_colour(color, target.file), width=width)


def _outcome(word: str) -> Outcome:
    """The outcome of this name.

    Raises:
        StopError: there is none.
    """
    name = word.strip().lower()
    if name not in OUTCOMES:
        near = difflib.get_close_matches(name, OUTCOMES, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(OUTCOMES)}."
        raise StopError(ExitCode.USAGE, f"error: {word!r} is no outcome. {hint}")
    return OUTCOMES[name]


def _unknown(email: str, shown: Shown) -> str:
    if email in shown.inactive:
        return f"error: {email} is inactive or pending. Only active users are forecast (calplan explain R00)"
    near = difflib.get_close_matches(email, shown.suspects, n=3)
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    return f"error: the plan has no active user {email}.{hint}"
