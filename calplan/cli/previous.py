"""The earlier plan that moves between groups are counted from: one that is named, or that of the last applied run."""

from pathlib import Path

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import say
from calplan.cli.runs import peek
from calplan.cli.source import saved_plan, trusted
from calplan.plan.moves import Previous


def named_plan(file: Path, account: str) -> Previous:
    """The users of a saved plan.

    Raises:
        StopError: the file holds no plan, or one for another account.
    """
    saved = saved_plan(file)
    if saved is None:
        raise StopError(ExitCode.INVALID, f"error: --previous takes a saved plan, and {file} is none")
    if saved.document["account"] != account:
        raise StopError(ExitCode.INVALID, f"error: {file} is a plan for {saved.document['account']}, not for {account}")
    return Previous(since=f"the plan {file} of {saved.created_at:%Y-%m-%d}", rows=saved.users.rows())


def last_run(account: str, state: str | None = None) -> Previous | None:
    """The users of the last applied run, or ``None`` where there is none here or it cannot be read."""
    try:
        with peek(state) as store:
            run = None if store is None else store.last_applied(account)
        if run is None:
            return None
        saved = trusted(run.plan, f"the plan of run {run.id}")
    except StopError as error:
        say(f"note: moves between groups since the last run are not known: {error}")
        return None
    return Previous(since=f"run {run.id} of {run.started_at:%Y-%m-%d}", rows=saved.users.rows())
