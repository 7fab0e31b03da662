"""``calplan validate``: documents alone, without any account."""

from datetime import datetime
from pathlib import Path

import click

from calplan.cli import clock, completing
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.findings import MACHINE_FORMATS, findings_in
from calplan.cli.guarding import offline_findings
from calplan.cli.output import emit, targets
from calplan.cli.packs import pack_option, with_packs
from calplan.cli.shown import as_of_option, day_of, output_option
from calplan.cli.terminal import color_option, in_colour
from calplan.cli.trust import trust
from calplan.cli.wiring import in_automation
from calplan.guardrails.gates import DENIED
from calplan.model.diagnostic import errors_in
from calplan.policyfile.folder import MissingPathError
from calplan.policyfile.reader import read
from calplan.policyfile.tried_policy import tried_policies
from calplan.providers.trust import untrusted
from calplan.render.findings import findings_of
from calplan.render.validation import validation_json, validation_text

FORMATS = ("text", "json", *MACHINE_FORMATS)


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
    _, errors = tried_policies(reading.scenarios, today)
    trusted = trust(automated=in_automation())
    hosts = (said for account in reading.accounts for said in untrusted(account, trusted))
    found = (*reading.diagnostics, *errors, *hosts, *offline_findings(reading, paths, today))
    for target in outputs:
        if target.format == "json":
            emit(validation_json(found), target.file)
        elif target.format in MACHINE_FORMATS:
            emit(findings_in(target.format, findings_of(found), command="validate"), target.file)
        else:
            emit(validation_text(found, colour=in_colour(color, target.file)), target.file)
    if any(one.code == DENIED for one in found):
        return ExitCode.REFUSED
    return ExitCode.INVALID if errors_in(found) else ExitCode.DONE
