"""``calplan validate``: documents alone, without any account."""

import os
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import click

from calplan.cli import clock, completing
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.gates_from import GATES
from calplan.cli.options import as_of_option, day_of, output_option
from calplan.cli.output import emit, targets
from calplan.cli.packs import pack_option, with_packs
from calplan.cli.terminal import color_option, in_colour
from calplan.cli.trust import in_automation, trust
from calplan.guardrails.rules import DENIED
from calplan.model.diagnostic import Diagnostic, errors_in
from calplan.policyfile.folder import MissingPathError
from calplan.policyfile.reader import Reading, read
from calplan.providers.trust import untrusted
from calplan.render.validation import validation_json, validation_text

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab")


@click.command()
@click.argument(
    "paths", metavar="[PATH]...", shell_complete=completing.documents, type=click.Path(path_type=Path), nargs=-1
)
@pack_option
@as_of_option
@color_option
@output_option(FORMATS)
def validate(
    paths: tuple[Path, ...],
    *,
    packs: tuple[str, ...],
    as_of: datetime | None,
    output: tuple[str, ...],
    color: str,
) -> ExitCode:
    """Check the documents of files and folders, offline: form, meaning, and rules that need no live data.

    Guardrails that mention nothing but `policy`, `account` and `today` are evaluated too; exit 4 where one denies.
    """
    outputs = targets(output, FORMATS)
    today = day_of(as_of) or clock.today()
    paths = with_packs(paths or (Path(),), packs)
    try:
        reading = read(paths, today)
    except MissingPathError as error:
        raise StopError(ExitCode.USAGE, f"error: {error}") from error
    trusted = trust(automated=in_automation())
    hosts = (said for account in reading.accounts for said in untrusted(account, trusted))
    found = (*reading.diagnostics, *_of_scenarios(reading, today), *hosts, *_of_guardrails(reading, paths, today))
    for target in outputs:
        emit(_written(found, target.format, colour=in_colour(color, target.file)), target.file)
    if any(one.code == DENIED for one in found):
        return ExitCode.REFUSED
    return ExitCode.INVALID if errors_in(found) else ExitCode.DONE


def _written(found: Sequence[Diagnostic], form: str, *, colour: bool) -> Iterable[str]:
    match form:
        case "json":
            return validation_json(found)
        case "text":
            return validation_text(found, colour=colour)
        case _:
            from calplan.cli.findings import findings_in  # noqa: PLC0415 - for other machines than this one
            from calplan.render.findings import findings_of  # noqa: PLC0415 - as above

            return findings_in(form, findings_of(found), command="validate")


def _of_scenarios(reading: Reading, today: date) -> Iterable[Diagnostic]:
    """What is wrong with the policies that Scenarios try."""
    if not reading.scenarios:
        return ()
    from calplan.policyfile.tried_policy import tried_policies  # noqa: PLC0415 - few folders have one

    return tried_policies(reading.scenarios, today)[1]


def _of_guardrails(reading: Reading, paths: Sequence[Path], today: date) -> Iterable[Diagnostic]:
    """What rules say that need no live data, those from outside among them."""
    if not reading.guardrails and GATES not in os.environ:
        return ()
    from calplan.cli.guarding import offline_findings  # noqa: PLC0415 - rules take long to import, few folders have any

    return offline_findings(reading, paths, today)
