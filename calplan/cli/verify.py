"""``calplan verify``: a run's forecast against what is observed now."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from calplan.apply.verify import Verification, unlike
from calplan.apply.verify import verify as held_against
from calplan.cli.exit_codes import ExitCode
from calplan.cli.output import tell
from calplan.cli.runs import find, keep, paths_of, state_option
from calplan.cli.source import trusted
from calplan.cli.wiring import Chosen, choose, open_account, translated
from calplan.impact.population import populate
from calplan.impact.resolve import Levels
from calplan.plan.document import PlanDocument, PlanUsers
from calplan.plan.levels_document import levels_of
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
        return verified(store, found.id, chosen, saved.document, saved.users)


def verified(store: "Store", run: str, chosen: Chosen, document: PlanDocument, users: PlanUsers) -> ExitCode:
    """Read the account again, hold the plan's users against it, say and keep the result."""
    platform = open_account(chosen.account)
    with translated():
        observed = populate(platform.read_users().batches)
        account, groups = platform.read_settings(), platform.read_groups()
    result = held_against(users.rows(), observed, chosen.account.tolerance, levels_of(document)[0])
    live = Levels(account=account.value, groups=groups.value, model=chosen.account.groups)
    differing = unlike(document, live)
    store.record(run, "verification", _kept(result, differing))
    tell(verification_text(result, differing, run))
    return ExitCode.DONE if result.within and not differing else ExitCode.UNLIKE_FORECAST


def _kept(result: Verification, differing: tuple[str, ...]) -> dict[str, object]:
    counts = {verdict.value: number for verdict, number in result.counts.items()}
    return {"counts": counts, "within": result.within, "settings": list(differing)}
