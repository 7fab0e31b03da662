"""``calplan history``: the runs of a state, and how often each rule was right."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from calplan.apply.history import Intended, PastRun, intended_by, past_run, verified_run
from calplan.apply.precision import precision
from calplan.cli import completing
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.options import output_option
from calplan.cli.output import emit, targets
from calplan.cli.place import state_option
from calplan.cli.reading import documents
from calplan.cli.runs import peek
from calplan.plan.planfile import unpack
from calplan.render.history import history_json, history_text, rules_text, short_ids
from calplan.state.run import Run

if TYPE_CHECKING:
    from calplan.state.store import Store

FORMATS: Final = ("text", "json")
MOST_SHOWN: Final = 20


@click.command()
@click.argument("path", type=click.Path(path_type=Path), required=False, shell_complete=completing.documents)
@click.option(
    "--account",
    metavar="NAME",
    shell_complete=completing.account_names,
    help="Only the runs of this account; of all where PATH is left out as well.",
)
@click.option("--rules", is_flag=True, help="Show how often each rule was right instead.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=MOST_SHOWN,
    show_default=True,
    metavar="N",
    help="How many runs to show; 0 for all.",
)
@state_option
@output_option(FORMATS)
def history(
    path: Path | None, *, account: str | None, rules: bool, limit: int, state: str | None, output: tuple[str, ...]
) -> ExitCode:
    """List the runs, newest first: who applied what when, what it came to, and how the forecast came out."""
    outputs = targets(output, FORMATS)
    accounts = _accounts(path, account)
    with peek(state) as store:
        everything = () if store is None else store.runs()
        runs = [one for one in everything if accounts is None or one.account in accounts]
        shown = runs[:limit] if limit else runs
        past = [] if store is None else [_past(store, one, with_plan=one in shown) for one in runs]
    measured = precision(map(verified_run, past))
    past = past[: len(shown)]
    names = short_ids([one.id for one in everything])
    whose = "" if accounts is None else f" of {' or '.join(sorted(accounts))}"
    for target in outputs:
        if target.format == "json":
            emit(history_json(past, measured), target.file)
        elif rules:
            emit(rules_text(measured), target.file)
        else:
            emit(history_text(past, names, more=len(runs) - len(shown), whose=whose), target.file)
    return ExitCode.DONE


def _accounts(path: Path | None, account: str | None) -> frozenset[str] | None:
    """The accounts that are asked for; ``None`` for all.

    Raises:
        StopError: both ways of asking were used, or the folder has no account.
    """
    if path is None:
        return None if account is None else frozenset({account})
    if account is not None:
        raise StopError(ExitCode.USAGE, "error: PATH stands for the accounts in it; give either that or --account")
    names = frozenset(one.name for one in documents((path,)).accounts)
    if not names:
        raise StopError(ExitCode.INVALID, f"error: there is no Account document in {path}")
    return names


def _past(store: "Store", run: Run, *, with_plan: bool) -> PastRun:
    """What became of a run; plans are large, so only those that are shown are read."""
    whole = store.find(run.id) if with_plan else None
    return past_run(run, store.records(run.id), None if whole is None else _intended(whole.plan))


def _intended(plan: bytes) -> Intended | None:
    """The numbers of a kept plan; a history with a plan that cannot be read is still a history."""
    try:
        return intended_by(unpack(plan).document)
    except (ValueError, KeyError, TypeError):
        return None
