"""``calplan verify``: a run's forecast against what is observed now."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from calplan.apply.as_planned import Found, changed_grant, changed_pairs, not_as_planned
from calplan.apply.verification_record import Circumstances, Verified, record_of
from calplan.apply.verify import verify as held_against
from calplan.cli import clock
from calplan.cli.approval import login_name
from calplan.cli.exit_codes import ExitCode
from calplan.cli.output import tell
from calplan.cli.runs import find, keep, paths_of, state_option
from calplan.cli.source import trusted
from calplan.cli.wiring import Chosen, choose, open_account, translated
from calplan.impact.population import populate
from calplan.impact.resolve import Levels
from calplan.plan.document import PlanDocument, PlanUsers
from calplan.plan.levels_document import levels_of
from calplan.providers.base import Platform
from calplan.render.verification import verification_text

if TYPE_CHECKING:
    from calplan.state.store import Store


@click.command()
@click.argument("run", metavar="RUN")
@click.option("--path", type=click.Path(path_type=Path), help="The documents; by default those of the run.")
@state_option
def verify(run: str, *, path: Path | None, state: str | None) -> ExitCode:
    """Hold the forecast of RUN against what is observed now, user by user; again days later, if you like."""
    with keep(state) as store:
        found = find(store, run)
        saved = trusted(found.plan, f"the plan of run {found.id}")
        paths = (path,) if path is not None else paths_of(found)
        chosen = choose(paths, found.account)
        seen = verified(store, found.id, chosen, saved.document, saved.users, who=login_name())
        tell(verification_text(seen, show_users="top", name_disconnected=True))
        return code_of(seen)


def verified(
    store: "Store", run: str, chosen: Chosen, document: PlanDocument, users: PlanUsers, *, who: str
) -> Verified:
    """Read the account again, hold the plan's users against it, and keep the result with the run.

    Raises:
        StopError: the account cannot be read.
    """
    platform = open_account(chosen.account)
    with translated():
        observed = populate(platform.read_users().batches)
        found = _found(platform, chosen, document)
    result = held_against(users.rows(), observed, chosen.account.tolerance, levels_of(document))
    seen = Verified(
        run=run,
        account=document["account"],
        plan_id=document["plan_id"],
        result=result,
        circumstances=Circumstances(
            at=clock.now(), who=who, complete=True, later_runs=0, settings=not_as_planned(document, found)
        ),
    )
    store.record(run, "verification", record_of(seen))
    return seen


def _found(platform: Platform, chosen: Chosen, document: PlanDocument) -> Found:
    settings, groups = platform.read_settings(), platform.read_groups()
    tenant = platform.read_tenant() if changed_grant(document) else None
    return Found(
        levels=Levels(account=settings.value, groups=groups.value, model=chosen.account.groups),
        tenant=None if tenant is None else tenant.value,
        assistants=platform.read_assistants().value if changed_pairs(document) else None,
    )


def code_of(seen: Verified) -> ExitCode:
    """The exit code for what a verification found."""
    return ExitCode.DONE if seen.as_forecast else ExitCode.UNLIKE_FORECAST
