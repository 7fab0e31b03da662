"""Options that many commands have."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import TypeVar

import click

from calplan.cli import completing

Command = TypeVar("Command", bound=Callable[..., object])


def output_option(formats: Sequence[str]) -> Callable[[Command], Command]:
    """The option ``-o``, which may repeat."""
    words = ", ".join(formats)
    return click.option(
        "-o",
        "--output",
        multiple=True,
        metavar="NAME[=FILE]",
        shell_complete=completing.words(formats),
        help=f"One of {words}; may repeat, each with its file.",
    )


as_of_option = click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Judge dated rules as of this day."
)


def day_of(moment: datetime | None) -> date | None:
    """The day that ``--as-of`` names, or ``None`` where it was left out."""
    return None if moment is None else moment.replace(tzinfo=UTC).date()
