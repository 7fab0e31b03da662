"""``calplan log``: what happened in a run, record by record, and whether anybody changed the records since."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

import click

from calplan.apply.history import in_doubt
from calplan.cli import completing
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.options import output_option
from calplan.cli.output import Target, emit, targets
from calplan.cli.place import state_option
from calplan.cli.runs import find, peek
from calplan.render.log import chain_text, log_json, log_ndjson, log_text
from calplan.state.chain import ChainReport
from calplan.state.run import Record, Run

if TYPE_CHECKING:
    from calplan.state.store import Store

FORMATS: Final = ("text", "json", "ndjson")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was read of the state: a run with its records, if one was asked for, and the chains that were checked."""

    run: Run | None
    records: tuple[Record, ...]
    chains: tuple[ChainReport, ...]


@click.command()
@click.argument("run", metavar="[RUN]", shell_complete=completing.runs, required=False)
@click.option("--verify-chain", is_flag=True, help="Check that no record was changed: of RUN's account, or of all.")
@state_option
@output_option(FORMATS)
def log(run: str | None, *, verify_chain: bool, state: str | None, output: tuple[str, ...]) -> ExitCode:
    """Show the records of RUN in order: overrides, steps before and after they were written, verifications."""
    outputs = targets(output, FORMATS)
    if run is None and not verify_chain:
        raise StopError(ExitCode.USAGE, "error: name a RUN; calplan history lists them. Or check all: --verify-chain")
    with peek(state) as store:
        if store is None:
            if run is not None:
                raise StopError(ExitCode.USAGE, f"error: there is no run {run!r} here; no run is kept here yet")
            read = _Read(run=None, records=(), chains=())
        else:
            read = _read(store, run, verify_chain=verify_chain)
    for target in outputs:
        emit(_rendered(read, target), target.file)
    return ExitCode.INVALID if any(one.faults for one in read.chains) else ExitCode.DONE


def _read(store: "Store", name: str | None, *, verify_chain: bool) -> _Read:
    run = None if name is None else find(store, name)
    accounts: Sequence[str] = () if not verify_chain else store.accounts() if run is None else (run.account,)
    return _Read(
        run=run,
        records=() if run is None else store.records(run.id),
        chains=tuple(map(store.check_chain, accounts)),
    )


def _rendered(read: _Read, target: Target) -> Iterator[str]:
    doubtful = in_doubt(read.records)
    match target.format:
        case "json":
            return iter((log_json(read.run, read.records, doubtful, read.chains),))
        case "ndjson":
            return log_ndjson(read.records, doubtful, read.chains)
        case _:
            lines = () if read.run is None else log_text(read.run, read.records, doubtful)
            nothing = () if read.run or read.chains else ("No run is kept here yet, so there is no chain.\n",)
            return chain(lines, *map(chain_text, read.chains), nothing)
