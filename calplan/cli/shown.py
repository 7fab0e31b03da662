"""How plans are shown: the options that commands share, and the way from a format's name to its renderer."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Literal, TypeVar, cast

import click

from calplan.cli.output import Target, emit
from calplan.plan.document import PlanDocument, PlanUsers

PLAN_FORMATS: Final = (
    *("text", "json", "ndjson", "markdown", "checklist", "html", "csv"),
    *("github", "gitlab-terraform"),
)

ShownUsers = Literal["all", "top", "none"]
Command = TypeVar("Command", bound=Callable[..., object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a plan is to be shown: which of its users (``None``: as the format does), how much detail, what colour.

    ``source`` is what stands for the plan on a command line.
    """

    users: ShownUsers | None
    verbose: bool
    color: str
    source: Path


def output_option(formats: Sequence[str]) -> Callable[[Command], Command]:
    """The option ``-o``, which may repeat."""
    words = ", ".join(formats)
    return click.option(
        "-o", "--output", multiple=True, metavar="NAME[=FILE]", help=f"One of {words}; may repeat, each with its file."
    )


color_option = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour the text."
)


as_of_option = click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Judge dated rules as of this day."
)


def day_of(moment: datetime | None) -> date | None:
    """The day that ``--as-of`` names, or ``None`` where it was left out."""
    return None if moment is None else moment.replace(tzinfo=UTC).date()


def look_options(command: Command) -> Command:
    """The options ``--users``, ``--verbose`` and ``--color``."""
    for option in (
        color_option,
        click.option("--verbose", is_flag=True, help="Also show what the policy leaves alone, and every rule."),
        click.option(
            "--users", type=click.Choice(["all", "top", "none"]), help="Which users to name in text and Markdown."
        ),
    ):
        command = option(command)
    return command


def look(users: str | None, *, verbose: bool, color: str, source: Path) -> Look:
    """The look that the options ask for."""
    return Look(users=cast("ShownUsers | None", users), verbose=verbose, color=color, source=source)


def show_plan(document: PlanDocument, users: PlanUsers, outputs: Sequence[Target], look: Look) -> None:
    """Write a plan to each of its outputs."""
    for target in outputs:
        emit(_rendered(document, users, target, look), target.file)


def _rendered(document: PlanDocument, users: PlanUsers, target: Target, look: Look) -> Iterator[str]:
    # One of many formats is asked for, and only its renderer is imported.
    match target.format:
        case "json":
            from calplan.render.plan_json import plan_json  # noqa: PLC0415 - as above

            return plan_json(document)
        case "ndjson":
            from calplan.render.ndjson import users_ndjson  # noqa: PLC0415 - as above

            return users_ndjson(users)
        case "csv":
            from calplan.render.csv import users_csv  # noqa: PLC0415 - as above

            return users_csv(users)
        case "markdown":
            from calplan.render.markdown import plan_markdown  # noqa: PLC0415 - as above

            return plan_markdown(document, users, show_users=look.users or "none")
        case "checklist":
            from calplan.render.guide import checklist  # noqa: PLC0415 - as above

            return checklist(document)
        case "html":
            from calplan.render.html.report import plan_html  # noqa: PLC0415 - as above

            return plan_html(document, users, plan_name=str(look.source))
        case "github":
            from calplan.cli.findings import source_root  # noqa: PLC0415 - as above
            from calplan.render.github import plan_github  # noqa: PLC0415 - as above

            return plan_github(document, root=source_root())
        case "gitlab-terraform":
            from calplan.render.gitlab import plan_gitlab_terraform  # noqa: PLC0415 - as above

            return plan_gitlab_terraform(document)
        case _:
            from calplan.render.text import plan_text  # noqa: PLC0415 - as above

            return plan_text(
                document,
                users,
                show_users=look.users or "top",
                verbose=look.verbose,
                colour=in_colour(look.color, target.file),
                width=None if target.file is not None else terminal_width(),
                plan_name=str(look.source),
            )


def in_colour(choice: str, file: Path | None = None) -> bool:
    """Whether to colour text: by ``--color``, then NO_COLOR, FORCE_COLOR, and whether a terminal shows it."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return file is None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def terminal_width() -> int | None:
    """The columns of the terminal, or ``None`` where standard output is none: then nothing is wrapped."""
    # A terminal that nobody gave a size has no columns, which is no reason to break after each word.
    return os.get_terminal_size(sys.stdout.fileno()).columns or None if sys.stdout.isatty() else None
