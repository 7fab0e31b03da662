"""``calplan verify``: a run's forecast against what is observed now."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from calplan.apply.as_planned import Found, changed_consents, changed_grant, changed_pairs, not_as_planned
from calplan.apply.progress import ATTEST, last_change
from calplan.apply.verification_record import Circumstances, Verified, record_of
from calplan.apply.verify import verify as held_against
from calplan.cli import clock, completing
from calplan.cli.approval import login_name
from calplan.cli.chosen import Chosen, choose
from calplan.cli.exit_codes import ExitCode, StopError, worst
from calplan.cli.options import output_option
from calplan.cli.output import Target, emit, targets
from calplan.cli.place import state_option
from calplan.cli.probing import code_of_probe, probed, say_checks
from calplan.cli.runs import find, keep, paths_of
from calplan.cli.source import trusted
from calplan.cli.wiring import open_account
from calplan.impact.population import Population, populate
from calplan.impact.resolve import Levels
from calplan.plan.document import PlanDocument, PlanUsers
from calplan.plan.leftovers import still_left_over, wanted
from calplan.plan.levels_document import levels_of
from calplan.providers.base import Platform, Users
from calplan.render.verification import (
    ShowUsers,
    disconnected_csv,
    disconnected_ndjson,
    verification_json,
    verification_text,
)
from calplan.state.run import Run
from calplan.state.run_lock import HeldLock

if TYPE_CHECKING:
    from calplan.state.store import Store

FORMATS: Final = ("text", "json", "csv", "ndjson")
APPLIED: Final = "applied"
FAILED: Final = "failed"
WAITING: Final = "waiting"


@click.command()
@click.argument("run", metavar="RUN", shell_complete=completing.runs)
@click.option(
    "--path",
    shell_complete=completing.documents,
    type=click.Path(path_type=Path),
    help="The documents; by default those of the run.",
)
@click.option(
    "--users",
    type=click.Choice(["all", "top", "none"]),
    default="top",
    help="Which users to name in text; CSV and NDJSON list everybody who is still disconnected.",
)
@state_option
@output_option(FORMATS)
def verify(run: str, *, path: Path | None, users: ShowUsers, state: str | None, output: tuple[str, ...]) -> ExitCode:
    """Hold the forecast of RUN against what is observed now, user by user; again days later, if you like."""
    outputs = targets(output, FORMATS)
    with keep(state, with_run=run) as store:
        found = find(store, run)
        _refuse_untouched(store, found)
        saved = trusted(found.plan, f"the plan of run {found.id}")
        chosen = choose((path,) if path is not None else paths_of(found), found.account)
        complete = found.status == APPLIED
        seen = verified(store, found.id, chosen, saved.document, saved.users, who=login_name(), complete=complete)
    for target in outputs:
        emit(_rendered(seen, target, users), target.file)
    checks = probed(chosen, levels_of(saved.document)[1].account.service)
    say_checks(checks)
    unfinished = ExitCode.WAITING if found.status == WAITING else ExitCode.PARTLY_APPLIED
    return worst((code_of(seen), *code_of_probe(checks), *(() if complete else (unfinished,))))


def _refuse_untouched(store: "Store", run: Run) -> None:
    """Refuse to verify a run that never touched the account.

    Raises:
        StopError: no step of it was begun.
    """
    if run.status == FAILED or not any(one.kind in ("intent", ATTEST) for one in store.records(run.id)):
        raise StopError(ExitCode.USAGE, f"error: run {run.id} wrote nothing, so there is nothing to verify")


def _rendered(seen: Verified, target: Target, users: ShowUsers) -> Iterator[str]:
    match target.format:
        case "json":
            return verification_json(seen)
        case "csv":
            return disconnected_csv(seen)
        case "ndjson":
            return disconnected_ndjson(seen)
        case _:
            return verification_text(seen, show_users=users, name_disconnected=True)


def verified(
    store: "Store",
    run: str,
    chosen: Chosen,
    document: PlanDocument,
    users: PlanUsers,
    *,
    who: str,
    complete: bool = True,
    lock: HeldLock | None = None,
) -> Verified:
    """Read the account again, hold the plan's users against it, and keep the result with the run.

    ``complete``: every step of the plan was done.

    Raises:
        StopError: the account cannot be read.
    """
    with open_account(chosen.account, store).reading() as platform:
        users_now = platform.read_users()
        observed = populate(users_now.batches, last_client_only=users_now.last_client_only)
        found = _found(platform, chosen, document, observed)
    outdated = _outdated(users_now, last_change((one.kind, one.at, one.content) for one in store.records(run)))
    seen = Verified(
        run=run,
        account=document["account"],
        plan_id=document["plan_id"],
        result=held_against(users.rows(), observed, chosen.account.tolerance, levels_of(document), outdated),
        circumstances=Circumstances(
            at=clock.now(),
            who=who,
            complete=complete,
            later_runs=_later_runs(store, document["account"], run),
            settings=not_as_planned(document, found),
        ),
    )
    store.record(run, "verification", record_of(seen), lock)
    return seen


def _outdated(users: Users, changed: datetime | None) -> frozenset[str]:
    """Of whom a file tells no more than what was so before the run's last change."""
    joined = None if users.beside is None else users.beside().joined
    if joined is None or changed is None:
        return frozenset()
    return frozenset(email for email, as_of in joined.stated.items() if as_of is None or as_of <= changed)


def code_of(seen: Verified) -> ExitCode:
    """The exit code for what a verification found."""
    return ExitCode.DONE if seen.as_forecast else ExitCode.UNLIKE_FORECAST


def _found(platform: Platform, chosen: Chosen, document: PlanDocument, observed: Population) -> Found:
    settings, groups = platform.read_settings(), platform.read_groups()
    tenant = platform.read_tenant() if changed_grant(document) else None
    hosts = changed_pairs(document)
    levels = Levels(account=settings.value, groups=groups.value, model=chosen.account.groups)
    left_over = None
    if changed_consents(document):
        holders = {one: platform.read_consents(one, None) for one in wanted(chosen.policy)}
        left_over = still_left_over(chosen.policy, levels, observed, holders)
    return Found(
        levels=levels,
        left_over=left_over,
        tenant=None if tenant is None else tenant.value,
        assistants=platform.read_assistants(hosts).value if hosts else None,
    )


def _later_runs(store: "Store", account: str, run: str) -> int:
    """How many runs of an account were begun after this one and may have written something."""
    later = 0
    for one in store.runs(account):
        if one.id == run:
            break
        later += one.status != FAILED
    return later
