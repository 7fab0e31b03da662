"""The options of a plan that concern several accounts, and what does not go together with them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.fleet.choosing import ALL

Command = TypeVar("Command", bound=Callable[..., object])


def fleet_options(command: Command) -> Command:
    """The options ``--jobs`` and ``--executor``."""
    for option in (
        click.option(
            "--executor",
            metavar="URL",
            help="Plan several accounts on the workers of the Dask cluster at tls://HOST:PORT.",
        ),
        click.option(
            "--jobs",
            type=click.IntRange(min=1, max=256),
            metavar="N",
            help="Processes that plan several accounts; one per processor if left out.",
        ),
    ):
        command = option(command)
    return command


def several(
    accounts: Sequence[str],
    *,
    jobs: int | None,
    executor: str | None,
    previous: Path | None,
    redact: bool,
) -> bool:
    """Whether several accounts are asked for.

    Raises:
        StopError: an option has no meaning for as many.
    """
    if len(set(accounts)) < 2 and ALL not in accounts:  # noqa: PLR2004 - several are two at least
        if jobs is not None or executor is not None:
            message = (
                "error: --jobs and --executor are for several accounts: --account all, or --account more than once"
            )
            raise StopError(ExitCode.USAGE, message)
        return False
    if jobs is not None and executor is not None:
        raise StopError(ExitCode.USAGE, "error: --jobs counts processes here, and --executor plans elsewhere: name one")
    if previous is not None:
        raise StopError(ExitCode.USAGE, "error: --previous is the plan of one account; plan that one with it")
    if redact:
        message = (
            "error: what several accounts come to names no user, so there is nothing to redact; a plan of one of them"
            " is shown without names by: calplan show PLAN --redact"
        )
        raise StopError(ExitCode.USAGE, message)
    return True
