"""The options of a plan that concern several accounts, and what does not go together with them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

import click

from calplan.cli.exit_codes import ExitCode, StopError

ALL: Final = "all"
"""The word that stands for each account."""
WHY: Final = {
    "--previous": "is the plan of one account; plan that one with it",
    "--base": "tells of the policy of one account; plan that one with it",
    "--snapshot": "holds one account; plan that one with it",
    "--redact": "has nothing to hide: what several accounts come to names no user. A plan of one of them is shown"
    " without names by: calplan show PLAN --redact",
}
"""What an option is that goes with one account only."""
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
    accounts: Sequence[str], *, jobs: int | None, executor: str | None, of_one: Mapping[str, object | None]
) -> bool:
    """Whether several accounts are asked for; ``of_one`` are options that mean nothing for as many, with their values.

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
    for option, value in of_one.items():
        if value is not None:
            raise StopError(ExitCode.USAGE, f"error: {option} {WHY[option]}")
    return True
