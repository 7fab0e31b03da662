"""What is known of the terminal that a stream may be, and whether to colour what is shown there."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TextIO

import click

color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour the text; auto looks at the terminal, NO_COLOR, FORCE_COLOR and CLICOLOR.",
)
OFF: Final = "0"


def in_colour(choice: str, file: Path | None = None) -> bool:
    """Whether to colour text: by ``--color``, then by the environment, and whether a terminal shows it."""
    if choice != "auto":
        return choice == "always"
    asked = asked_for(os.environ)
    return asked if asked is not None else file is None and sys.stdout.isatty()


def asked_for(environment: Mapping[str, str]) -> bool | None:
    """Whether an environment asks for colour or against it; ``None`` where that is left to what shows it.

    NO_COLOR (no-color.org) comes first, then FORCE_COLOR (force-color.org) and CLICOLOR_FORCE, then CLICOLOR
    (bixense.com/clicolors) and a terminal that says it has none. An empty variable counts as not set.
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR") or environment.get("CLICOLOR_FORCE", OFF) not in ("", OFF):
        return True
    if environment.get("CLICOLOR") == OFF or environment.get("TERM") == "dumb":
        return False
    return None


def terminal_width() -> int | None:
    """The columns of the terminal, or ``None`` where standard output is none: then nothing is wrapped."""
    return columns_of(sys.stdout) if sys.stdout.isatty() else None


def columns_of(stream: TextIO) -> int | None:
    """The columns of a terminal, or ``None`` where nobody gave it a size."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):
        return None
