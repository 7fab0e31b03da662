"""``calplan check``: the organisation's own rules held against a plan, saved or fresh."""

from datetime import date, datetime
from pathlib import Path
from typing import Final

import click

from calplan.cli import completing
from calplan.cli.chosen import Chosen, choose
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.findings import MACHINE_FORMATS, findings_in
from calplan.cli.guarding import account_facts
from calplan.cli.options import as_of_option, day_of, output_option
from calplan.cli.output import emit, targets
from calplan.cli.packs import pack_option, with_packs
from calplan.cli.place import state_option
from calplan.cli.reading import show
from calplan.cli.source import chosen_for, saved_plan
from calplan.cli.terminal import color_option, in_colour
from calplan.cli.wiring import make_plan, open_account
from calplan.guardrails.crowd import SavedCrowd
from calplan.guardrails.evaluate import evaluate
from calplan.guardrails.results import Result
from calplan.guardrails.values import values_of
from calplan.model.diagnostic import errors_in
from calplan.plan.document import PlanDocument
from calplan.plan.planfile import SavedPlan
from calplan.render.guardrails import check_json, check_text, guardrail_findings

FORMATS: Final = ("text", "json", *MACHINE_FORMATS)


@click.command()
@click.argument(
    "plan_or_path",
    metavar="[PLAN|PATH]",
    shell_complete=completing.documents,
    type=click.Path(path_type=Path),
    default=".",
)
@click.argument(
    "path", metavar="[PATH]", shell_complete=completing.documents, type=click.Path(path_type=Path), required=False
)
@click.option(
    "--account",
    metavar="NAME",
    shell_complete=completing.account_names,
    help="The account to plan, where the folder has several.",
)
@pack_option
@as_of_option
@state_option
@output_option(FORMATS)
@color_option
def check(
    plan_or_path: Path,
    path: Path | None,
    *,
    account: str | None,
    packs: tuple[str, ...],
    as_of: datetime | None,
    state: str | None,
    output: tuple[str, ...],
    color: str,
) -> ExitCode:
    """Hold the guardrails against a plan, and exit 4 where one denies it.

    A PATH is planned first. A saved plan is taken as it is; the rules are those of the second PATH, or of the folder it
    was made from, as they stand there now. With CALPLAN_GATES rules and waivers come from there, and the folder may
    only add rules.

    A rule that cannot be evaluated denies, whatever its severity.
    """
    outputs = targets(output, FORMATS)
    beside = with_packs((), packs)
    saved = saved_plan(plan_or_path)
    if saved is None:
        if path is not None:
            raise StopError(ExitCode.USAGE, f"error: {plan_or_path} is no saved plan, so a second PATH has no place")
        chosen = choose((plan_or_path, *beside), account, day_of(as_of))
        document, results, errored = _planned(chosen, day_of(as_of), state)
    else:
        _stop_at_options(saved, account, as_of)
        document, errored = saved.document, saved.document["errored"]
        results = _checked(saved, chosen_for(saved, path, beside))
    for target in outputs:
        if target.format == "json":
            emit(check_json(document, results), target.file)
        elif target.format in MACHINE_FORMATS:
            found = guardrail_findings(document["account"], results)
            emit(findings_in(target.format, found, command="check"), target.file)
        else:
            emit(check_text(results, colour=in_colour(color, target.file)), target.file)
    if any(one.denies for one in results):
        return ExitCode.REFUSED
    return ExitCode.INVALID if errored else ExitCode.DONE


def _planned(chosen: Chosen, as_of: date | None, state: str | None) -> tuple[PlanDocument, tuple[Result, ...], bool]:
    """A fresh plan's document, the results of its rules, and whether it has errors, which are said."""
    _stop_without_rules(chosen)
    planned = make_plan(chosen, open_account(chosen.account, state), as_of=as_of)
    show(errors_in(planned.plan.diagnostics))
    return planned.document, planned.guardrails, planned.plan.errored


def _checked(saved: SavedPlan, chosen: Chosen) -> tuple[Result, ...]:
    """The results for a saved plan, with its own day."""
    _stop_without_rules(chosen)
    document = saved.document
    values = values_of(document, saved.policy, account_facts(chosen.account))
    day = date.fromisoformat(document["as_of"])
    return evaluate(chosen.guardrails, values, SavedCrowd(saved.users.rows(), document.get("group_names", {})), day)


def _stop_at_options(saved: SavedPlan, account: str | None, as_of: datetime | None) -> None:
    planned_for = saved.document["account"]
    if account not in (None, planned_for):
        raise StopError(ExitCode.USAGE, f"error: this is a plan for {planned_for}, not for {account}")
    if as_of is not None:
        raise StopError(ExitCode.USAGE, "error: a saved plan has a day of its own; --as-of goes with a PATH")


def _stop_without_rules(chosen: Chosen) -> None:
    if not chosen.guardrails.rules:
        places = ", ".join(chosen.paths)
        raise StopError(ExitCode.INVALID, f"error: there are no guardrails in {places}, so nothing was checked")
