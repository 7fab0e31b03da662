"""``calplan why``: the chain of proof for one user."""

import difflib
from pathlib import Path

import click

from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import emit
from calplan.cli.shown import color_option, in_colour, terminal_width
from calplan.cli.source import Shown, plan_of
from calplan.render.why import why_text


@click.command()
@click.argument("user", metavar="USER")
@click.argument("plan_or_path", metavar="[PLAN|PATH]", type=click.Path(path_type=Path), default=".")
@click.option("--account", metavar="NAME", help="The account to plan, where the folder has several.")
@color_option
def why(user: str, plan_or_path: Path, *, account: str | None, color: str) -> ExitCode:
    """Show what is known of USER (a login address), which rules fire, on whose word, and what follows."""
    shown = plan_of(plan_or_path, account)
    email = user.strip().lower()
    row = shown.users.find(email)
    if row is None:
        raise StopError(ExitCode.USAGE, _unknown(email, shown))
    emit(why_text(shown.document, row, now=clock.stamp(), colour=in_colour(color), width=terminal_width()))
    return ExitCode.DONE


def _unknown(email: str, shown: Shown) -> str:
    if email in shown.inactive:
        return f"error: {email} is inactive or pending. Only active users are forecast (calplan explain R00)"
    near = difflib.get_close_matches(email, shown.suspects, n=3)
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    return f"error: the plan has no active user {email}.{hint}"
