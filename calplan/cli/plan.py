"""``calplan plan``: what changes, for whom, in which order, and what refuses it."""

from datetime import datetime
from pathlib import Path

import click

from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.inventory import from_inventory, inventory_options, people_of, reading_of
from calplan.cli.keys import key_to_sign, pseudonyms, redact_options, sign_option
from calplan.cli.output import save, say, targets
from calplan.cli.packs import pack_option, with_packs
from calplan.cli.place import state_option
from calplan.cli.previous import past_of, previous_option
from calplan.cli.shown import PLAN_FORMATS, as_of_option, day_of, look, look_options, output_option, show_plan
from calplan.cli.trust import unguarded
from calplan.cli.wiring import Planned, choose, make_plan, open_account
from calplan.plan.archive import MODE
from calplan.plan.build import Live
from calplan.plan.moves import Previous
from calplan.plan.planfile import LIFETIME, pack


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--account", metavar="NAME", help="The account to plan, where the folder has several.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Save the plan for `calplan apply FILE`.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when the plan has changes.")
@pack_option
@as_of_option
@previous_option
@state_option
@inventory_options
@sign_option
@output_option(PLAN_FORMATS)
@redact_options
@look_options
def plan(
    path: Path,
    account: str | None,
    out: Path | None,
    *,
    detailed_exitcode: bool,
    packs: tuple[str, ...],
    as_of: datetime | None,
    previous: Path | None,
    state: str | None,
    inventory: str | None,
    max_age: str | None,
    sign_key: Path | None,
    output: tuple[str, ...],
    redact: bool,
    redact_key: Path | None,
    users: str | None,
    verbose: bool,
    color: str,
) -> ExitCode:
    """Read the account, show what changes, for whom, in which order, and what refuses it. Nothing is written there."""
    outputs = targets(output, PLAN_FORMATS, saved_to=out)
    if sign_key is not None and out is None:
        raise StopError(ExitCode.USAGE, "error: --sign-key signs a saved plan, so it needs --out FILE")
    kept = from_inventory(inventory, max_age)
    key = None if sign_key is None else key_to_sign(sign_key)
    names = pseudonyms(redact_key, asked=redact)
    if (warning := unguarded()) is not None:
        say(warning)
    chosen = choose(with_packs((path,), packs), account, day_of(as_of))
    past = past_of(chosen.account.name, previous, state)

    def earlier(live: Live) -> Previous | None:
        return past.users if past is not None and (previous is not None or live.groups.value.overrides) else None

    base = None if past is None else past.base
    platform = open_account(chosen.account, state, reading_of(chosen.account, kept, state))
    planned = make_plan(
        chosen,
        platform,
        as_of=day_of(as_of),
        earlier=earlier,
        base=base,
        people=people_of(chosen, kept, state),
    )
    shown = planned if names is None else planned.without_names(names)
    if out is not None and not planned.plan.errored:
        save(out, pack(shown.parts, created_at=clock.stamp(), key=key), mode=MODE)
    show_plan(shown.document, shown.users, outputs, look(users, verbose=verbose, color=color, source=path))
    if out is not None:
        say(_saved(planned, out, redacted=names is not None))
    return code_of_plan(planned, detailed=detailed_exitcode)


def code_of_plan(planned: Planned, *, detailed: bool) -> ExitCode:
    """The exit code of showing a plan."""
    if planned.plan.errored:
        return ExitCode.INVALID
    return ExitCode.CHANGES if detailed and planned.plan.changes else ExitCode.DONE


def _saved(planned: Planned, out: Path, *, redacted: bool) -> str:
    if planned.plan.errored:
        return f"{out} was not written: the plan has errors"
    if redacted:
        return f"Saved to {out} with pseudonyms for addresses, to be shown and not applied"
    until = clock.stamp() + LIFETIME
    if until < clock.now():
        return f"Saved to {out}, to be shown and not applied: by SOURCE_DATE_EPOCH it expired at {until.isoformat()}"
    return f"Saved to {out}, good for 24 hours. To apply exactly this: calplan apply {out}"
