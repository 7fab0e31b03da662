"""Where what is kept lives: as ``--state`` says, then the environment, then in the working directory."""

import os

import click

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.state.errors import StateError
from calplan.state.place import Place

state_option = click.option(
    "--state",
    metavar="PLACE",
    help="Where runs are kept: a file, or postgresql://...; CALPLAN_STATE or .calplan/state.db where left out.",
)


def place_of(state: str | None) -> Place:
    """Where the state lives: as ``--state`` says, then ``CALPLAN_STATE``, then in the working directory.

    Raises:
        StopError: what they say is no place.
    """
    try:
        return Place.of(state or os.environ.get("CALPLAN_STATE"))
    except StateError as error:
        raise StopError(ExitCode.USAGE, f"error: {error}") from error
