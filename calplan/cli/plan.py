"""``calplan plan``: what changes, for whom, in which order, and what refuses it."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calplan.cli import clock, completing
from calplan.cli.chosen import Chosen, choose
from calplan.cli.exit_codes import ExitCode
from calplan.cli.fleet.asked import fleet_options, several
from calplan.cli.inventory import from_inventory, inventory_options
from calplan.cli.keys import key_to_sign, pseudonyms, redact_options, sign_option
from calplan.cli.options import as_of_option, day_of, output_option
from calplan.cli.output import save, say, targets
from calplan.cli.packs import pack_option, with_packs
from calplan.cli.place import state_option
from calplan.cli.plan_options import base_option, snapshot_option
from calplan.cli.planned import Before, plan_chosen
from calplan.cli.previous import past_of, previous_option
from calplan.cli.shown import PLAN_FORMATS, budget_option, look, look_options, show_plan
from calplan.cli.trust import unguarded
from calplan.cli.wiring import Planned
from calplan.plan.archive import MODE
from calplan.plan.planfile import LIFETIME, pack

if TYPE_CHECKING:
    from calplan.cli.frozen import Taken
    from calplan.plan.meant import Meant


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".", shell_complete=completing.documents)
@click.option(
    "--account",
    "accounts",
    metavar="NAME",
    multiple=True,
    shell_complete=completing.account_names,
    help="The account to plan, where the folder has several; may repeat, and `all` stands for each of them.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Save the plan for `calplan apply FILE`. Of several accounts: the folder for NAME.calplan of each.",
)
@fleet_options
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when the plan has changes.")
@pack_option
@as_of_option
@previous_option("Tell what moved since this saved plan; left out, in the account since the last applied run.")
@base_option
@snapshot_option
@state_option
@inventory_options
@sign_option
@output_option(PLAN_FORMATS)
@redact_options
@look_options
@budget_option
def plan(
    path: Path,
    accounts: tuple[str, ...],
    out: Path | None,
    *,
    jobs: int | None,
    executor: str | None,
    detailed_exitcode: bool,
    packs: tuple[str, ...],
    as_of: datetime | None,
    previous: Path | None,
    base: str | None,
    snapshot: Path | None,
    state: str | None,
    inventory: str | None,
    max_age: str | None,
    sign_key: Path | None,
    output: tuple[str, ...],
    redact: bool,
    redact_key: Path | None,
    users: str | None,
    budget: int,
    verbose: bool,
    color: str,
) -> ExitCode:
    """Read the account, show what changes, for whom, in which order, and what refuses it. Nothing is written there.

    Several accounts are shown in a line each, the worst first; `-o NAME=DIR/` writes a file for each of them as well.
    """
    key, names = key_to_sign(sign_key, saved_to=out), pseudonyms(redact_key, asked=redact)
    kept = from_inventory(inventory, max_age, snapshot=snapshot)
    looked = look(users, verbose=verbose, color=color, source=path, budget=budget)
    of_one = {"--previous": previous, "--base": base, "--snapshot": snapshot, "--redact": names}
    paths, day = with_packs((path,), packs), day_of(as_of)
    if several(accounts, jobs=jobs, executor=executor, of_one=of_one):
        from calplan.cli.fleet.outputs import fleet_outputs  # noqa: PLC0415 - what only several accounts need
        from calplan.cli.fleet.planning import Request, Where, plan_fleet  # noqa: PLC0415 - as above

        where, outputs = Where(jobs=jobs, executor=executor, state=state), fleet_outputs(output, out)
        asked = Request(paths=paths, names=accounts, outputs=outputs, look=looked, where=where, as_of=day, kept=kept)
        return plan_fleet(replace(asked, key=key, detailed=detailed_exitcode))
    shown_in = targets(output, PLAN_FORMATS, saved_to=out)
    if (warning := unguarded()) is not None:
        say(warning)
    taken = _taken(snapshot)
    chosen = choose(paths, next(iter(accounts), None if taken is None else taken.frozen.account), day)
    before = Before(
        past=past_of(chosen.account.name, previous, state, offline=taken is not None),
        named=previous is not None,
        meant=_meant(base, path, chosen),
    )
    frozen = None if taken is None else taken.in_place_of(chosen)
    planned = plan_chosen(chosen, before, frozen=frozen, as_of=day, state=state, kept=kept)
    shown = planned if names is None else planned.without_names(names)
    if out is not None and not planned.plan.errored:
        save(out, pack(shown.parts, created_at=clock.stamp(), key=key), mode=MODE)
    show_plan(shown.document, shown.users, shown_in, looked)
    if out is not None:
        say(_saved(planned, out, redacted=names is not None, frozen=taken is not None))
    return code_of_plan(planned, detailed=detailed_exitcode)


def code_of_plan(planned: Planned, *, detailed: bool) -> ExitCode:
    """The exit code of showing a plan."""
    if planned.plan.errored:
        return ExitCode.INVALID
    return ExitCode.CHANGES if detailed and planned.plan.changes else ExitCode.DONE


def _taken(snapshot: Path | None) -> "Taken | None":
    """The snapshot to plan against, if one is named."""
    if snapshot is None:
        return None
    from calplan.cli.frozen import taken_in  # noqa: PLC0415 - what only a snapshot needs

    return taken_in(snapshot)


def _meant(base: str | None, path: Path, chosen: Chosen) -> "Meant | None":
    """What the policy meant at another commit, if one is named and it is known."""
    if base is None:
        return None
    from calplan.cli.git import meant_at  # noqa: PLC0415 - what only another commit needs

    return meant_at(base, path, chosen)


def _saved(planned: Planned, out: Path, *, redacted: bool, frozen: bool) -> str:
    if planned.plan.errored:
        return f"{out} was not written: the plan has errors"
    if frozen:
        return f"Saved to {out}, made from a snapshot, to be shown and not applied"
    if redacted:
        return f"Saved to {out} with pseudonyms for addresses, to be shown and not applied"
    until = clock.stamp() + LIFETIME
    if until < clock.now():
        return f"Saved to {out}, to be shown and not applied: by SOURCE_DATE_EPOCH it expired at {until.isoformat()}"
    return f"Saved to {out}, good for 24 hours. To apply exactly this: calplan apply {out}"
