"""``calplan attest``: a person says that manual steps of a run were done."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from calplan.apply.attest import MANUAL, WRITTEN, CannotAttestError, steps_to_attest, unwritten
from calplan.apply.progress import ATTEST, StepState, progress
from calplan.cli import clock
from calplan.cli.attestation import Attestation, Statement, drafts_of, folder_of, is_stated
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import emit
from calplan.cli.place import state_option
from calplan.cli.run_lock import holding
from calplan.cli.runs import find, keep, paths_of
from calplan.cli.source import trusted
from calplan.plan.gates import CLOCK_SKEW
from calplan.policyfile.line_numbers import shown_name
from calplan.policyfile.portal_writer import written_moment
from calplan.policyfile.values import parse_moment
from calplan.render.step_wording import orders_of
from calplan.render.untrusted import for_terminal
from calplan.state.run import Run
from calplan.state.run_lock import HeldLock

if TYPE_CHECKING:
    from calplan.state.store import Store

APPLIED: Final = "applied"
LONGEST: Final = {"--by": 320, "--portal": 500}


@click.command()
@click.argument("run", metavar="RUN")
@click.argument("steps", metavar="[STEP]...", nargs=-1)
@click.option("--by", metavar="WHO", required=True, help="Who did the steps.")
@click.option("--at", metavar="TIME", help="When, such as 2026-11-22T09:00:00Z; now where left out.")
@click.option("--portal", metavar="TEXT", help="Where, in your words, such as: admin portal, account settings.")
@click.option("--all-seen", is_flag=True, help="WHO also looked at every other field of the PortalRecord: each holds.")
@click.option("--path", type=click.Path(path_type=Path), help="The documents; by default those of the run.")
@state_option
def attest(
    run: str,
    steps: tuple[str, ...],
    *,
    by: str,
    at: str | None,
    portal: str | None,
    all_seen: bool,
    path: Path | None,
    state: str | None,
) -> ExitCode:
    """Say that a person did manual steps of RUN: each STEP, or all that are open by now.

    The values are those of the run's plan. They are written into the PortalRecord of the account, and the run keeps who
    said so and when. Nothing is written to the account.
    """
    statement = Statement(
        by=_line("--by", by),
        at=_moment(at),
        portal=_portal(portal),
        all_seen=all_seen,
        paths=() if path is None else (path,),
    )
    with keep(state) as store:
        found = find(store, run)
        with holding(store, found.account, by, "attest") as lock:
            found = find(store, found.id)
            if found.status == APPLIED:
                raise StopError(ExitCode.USAGE, f"error: run {found.id} was applied; nothing of it waits for a person")
            _require_possible(statement, found)
            store.attach(lock, found.id)
            emit(attested(store, lock, found, steps, statement))
    return ExitCode.DONE


def _line(option: str, text: str) -> str:
    """A text of one line, as documents take it.

    Raises:
        StopError: it is empty, too long, or holds something else than letters and signs.
    """
    words = text.strip()
    if words and words.isprintable() and len(words) <= LONGEST[option]:
        return words
    raise StopError(ExitCode.USAGE, f"error: {option} must be one line of 1 to {LONGEST[option]} letters and signs")


def _portal(text: str | None) -> str | None:
    return None if text is None else _line("--portal", text)


def _moment(text: str | None) -> datetime:
    if text is None:
        return clock.now().replace(microsecond=0)
    at = parse_moment(text)
    if at is None:
        raise StopError(ExitCode.USAGE, f"error: --at {text!r} is no date and time, such as 2026-11-22T09:00:00Z")
    if at - clock.now() > CLOCK_SKEW:
        raise StopError(ExitCode.USAGE, f"error: --at {text} is still to come, and only what was done can be attested")
    return at


def _require_possible(statement: Statement, run: Run) -> None:
    """Refuse a time before the run began: whatever was done then is no step of it."""
    if run.started_at - statement.at > CLOCK_SKEW:
        began = written_moment(run.started_at.replace(microsecond=0))
        message = f"error: run {run.id} began at {began}, so none of its steps was done before; correct --at"
        raise StopError(ExitCode.USAGE, message)


def attested(store: "Store", lock: HeldLock, run: Run, asked: Sequence[str], said: Statement) -> Iterator[str]:
    """Keep what was said in the run, then write it into the documents; gives what is to be told of it."""
    document = trusted(run.plan, f"the plan of run {run.id}").document
    records = [(one.kind, one.content) for one in store.records(run.id)]
    states, before = progress(records), unwritten(records)
    folder = folder_of(run.account, said.paths or paths_of(run))
    lost = {one["id"] for one in document["steps"] if one["id"] in asked and not is_stated(document, one, folder)}
    try:
        steps = steps_to_attest(document, states, before.keys() | lost, asked)
        attestation = Attestation(
            document=document,
            run=run.id,
            account=run.account,
            steps=steps,
            sayings=tuple(before.get(one["id"]) or said.of(one["id"]) for one in steps),
            statement=said,
        )
        drafts = drafts_of(attestation, folder)
    except CannotAttestError as error:
        raise StopError(ExitCode.USAGE, f"error: {str(error).replace('RUN', run.id)}; nothing was written") from error
    for draft in drafts:
        draft.check()
    for one in attestation.sayings:
        if one.step not in before:
            store.record(run.id, ATTEST, {"step": one.step, "by": one.by, "at": one.at.isoformat()}, lock)
    for draft in drafts:
        draft.write()
    names = [shown_name(draft.file) for draft in drafts]
    store.record(run.id, WRITTEN, {"steps": [one.step for one in attestation.sayings], "files": names}, lock)
    return _told(attestation, names, {one.step for one in attestation.sayings} | _done(states))


def _done(states: Mapping[str, StepState]) -> set[str]:
    return {name for name, state in states.items() if state is StepState.DONE}


def _told(attestation: Attestation, files: Sequence[str], done: Collection[str]) -> Iterator[str]:
    document = attestation.document
    orders = orders_of(document)
    for one in attestation.sayings:
        yield f"{for_terminal(f'{one.step} attested by {one.by}: {orders[one.step]}')}\n"
    if files:
        yield f"Written to {for_terminal(', '.join(files))}. Commit it with the policy.\n"
    left = next((one for one in document["steps"] if one["id"] not in done), None)
    if left is not None and left["mode"] == MANUAL:
        name = left["id"]
        yield f"{for_terminal(f'Next by hand: {name}: {orders[name]}')}\n"
    yield f"To go on: calplan apply --resume {attestation.run}\n"
