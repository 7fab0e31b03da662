"""What an account was left at, and who was in which group then: by a plan that is named, or by the last applied run."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import click

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import say
from calplan.cli.place import place_of
from calplan.plan.moves import Previous
from calplan.plan.origin import Base

if TYPE_CHECKING:
    from calplan.plan.planfile import SavedPlan

SHORT: Final = 8
"""Letters of a run's id by which people call it."""

previous_option = click.option(
    "--previous",
    type=click.Path(path_type=Path),
    metavar="PLAN",
    help="Tell what changed in the account since this saved plan; the last applied run where left out.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of an account from before: its users then, and what it was left at."""

    users: Previous
    base: Base

    @classmethod
    def of(cls, saved: "SavedPlan", since: str, short: str) -> Self:
        """What a saved plan tells."""
        return cls(
            users=Previous(since=since, rows=saved.users.rows()),
            base=Base(since=short, document=saved.document, policy=saved.policy),
        )


def past_of(account: str, named: Path | None, state: str | None = None) -> Past | None:
    """The past of an account: by the plan that is named, else by the last applied run, if there is one.

    Raises:
        StopError: the file that is named holds no plan, or one for another account.
    """
    return named_plan(named, account) if named is not None else last_run(account, state)


def named_plan(file: Path, account: str) -> Past:
    """What a saved plan tells.

    Raises:
        StopError: the file holds no plan, or one for another account.
    """
    from calplan.cli.source import refuse_redacted, saved_plan  # noqa: PLC0415 - where a plan is named

    if not os.path.lexists(file):
        raise StopError(ExitCode.USAGE, f"error: --previous: there is no file {file}")
    saved = saved_plan(file)
    if saved is None:
        raise StopError(ExitCode.INVALID, f"error: --previous takes a saved plan, and {file} is none")
    refuse_redacted(saved, file)
    if saved.document["account"] != account:
        raise StopError(ExitCode.INVALID, f"error: {file} is a plan for {saved.document['account']}, not for {account}")
    name = f"the plan {file}"
    return Past.of(saved, f"{name} of {saved.created_at:%Y-%m-%d}", name)


def last_run(account: str, state: str | None = None) -> Past | None:
    """What the last applied run tells, or ``None`` where there is none here or it cannot be read."""
    try:
        place = place_of(state)
        if place.file is not None and not os.path.lexists(place.file):
            return None
        from calplan.cli.runs import peek  # noqa: PLC0415 - nothing of it is needed where nothing is kept
        from calplan.cli.source import trusted  # noqa: PLC0415 - as above

        with peek(state) as store:
            run = None if store is None else store.last_applied(account)
        if run is None:
            return None
        saved = trusted(run.plan, f"the plan of run {run.id}")
    except StopError as error:
        say(f"note: what moved since the last run is not known: {str(error).removeprefix('error: ')}")
        return None
    return Past.of(saved, f"run {run.id} of {run.started_at:%Y-%m-%d}", f"run {run.id[:SHORT]}")
