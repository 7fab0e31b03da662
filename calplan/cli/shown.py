"""How plans are shown: the options that commands share, and the way from a format's name to its renderer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar, cast

import click

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import Target, emit
from calplan.cli.terminal import color_option, in_colour, terminal_width
from calplan.plan.document import PlanDocument, PlanUsers
from calplan.render.fitting import COMMENT, LEAST, SUMMARY

PLAN_FORMATS: Final = (
    *("text", "json", "ndjson", "markdown", "checklist", "html", "csv"),
    *("github", "gitlab-terraform"),
)

IN_THE_LOG: Final = Target(format="github", file=None)
"""The output that is meant for the log of a step on GitHub."""
BUDGETS: Final = {"comment": COMMENT, "summary": SUMMARY}

ShownUsers = Literal["all", "top", "none"]
Command = TypeVar("Command", bound=Callable[..., object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a plan is to be shown: which of its users (``None``: as the format does), how much detail, what colour.

    ``source`` is what stands for the plan on a command line, ``budget`` how many bytes Markdown may take.
    """

    users: ShownUsers | None
    verbose: bool
    color: str
    source: Path
    budget: int = COMMENT


def _budget(_context: click.Context, _parameter: click.Parameter, word: str) -> int:
    """The bytes that ``--budget`` stands for.

    Raises:
        StopError: it is no budget that every plan could keep.
    """
    if word in BUDGETS:
        return BUDGETS[word]
    if word.isascii() and word.isdigit() and int(word[:12]) >= LEAST:
        return int(word[:12])
    message = f"error: --budget takes comment, summary or a number of bytes from {LEAST}, and {word!r} is none"
    raise StopError(ExitCode.USAGE, message)


budget_option = click.option(
    "--budget",
    default="comment",
    metavar="comment|summary|BYTES",
    callback=_budget,
    help=f"What Markdown has to fit: a comment ({COMMENT} bytes), a step's summary ({SUMMARY}), or so many bytes.",
)


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


def look(users: str | None, *, verbose: bool, color: str, source: Path, budget: int = COMMENT) -> Look:
    """The look that the options ask for."""
    return Look(users=cast("ShownUsers | None", users), verbose=verbose, color=color, source=source, budget=budget)


def show_plan(document: PlanDocument, users: PlanUsers, outputs: Sequence[Target], look: Look) -> None:
    """Write a plan to each of its outputs."""
    for target in outputs:
        emit(_rendered(document, users, target, look), target.file)
        if target == IN_THE_LOG:
            from calplan.cli.github_files import tell_github  # noqa: PLC0415 - as above

            tell_github(document, users, show_users=look.users or "none")


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

            return plan_markdown(document, users, show_users=look.users or "none", budget=look.budget)
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
