"""``calplan doctor``: whether the accounts of a folder could be read and written, and what to do where not."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from calplan.cli import clock, completing
from calplan.cli.exit_codes import ExitCode, StopError, worst
from calplan.cli.options import output_option
from calplan.cli.output import emit, targets
from calplan.cli.reading import documents
from calplan.cli.trust import in_automation, trust
from calplan.cli.wiring import code_of, translated
from calplan.policyfile.documents import AccountDocument
from calplan.policyfile.reader import Reading
from calplan.render.checkup import CheckupDocument, checkup_text

if TYPE_CHECKING:
    from calplan.providers.checkup import Check

FORMATS: Final = ("text", "json")


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".", shell_complete=completing.documents)
@click.option("--account", metavar="NAME", shell_complete=completing.account_names, help="Only this account.")
@output_option(FORMATS)
def doctor(path: Path, *, account: str | None, output: Sequence[str]) -> ExitCode:
    """Look at the documents, secrets, tokens, scopes, clock and reach of each account, and say what to do and where.

    It writes nothing, and shows no secret. It ends with 0 if nothing stops plan and apply, with 9 where calplan is not
    let in, with 10 where nobody answers, and with 3 where a document or file is not what it should be.
    """
    outputs = targets(output, FORMATS)
    reading = documents((path,))
    found = {one.name: (one, _checks(one, reading)) for one in _asked_for(reading, account)}
    document: CheckupDocument = {
        "format_version": "1.0",
        "accounts": [
            {
                "account": name,
                "file": str(one.file),
                "checks": [
                    {"verdict": check.verdict.value, "subject": check.subject, "found": check.found, "fix": check.fix}
                    for check in checks
                ],
            }
            for name, (one, checks) in found.items()
        ],
    }
    for target in outputs:
        parts = (json.dumps(document, indent=2, sort_keys=True) + "\n",) if target.format == "json" else None
        emit(parts or checkup_text(document), target.file)
    errors = [check.error for _, checks in found.values() for check in checks if check.error is not None]
    return worst(map(code_of, errors))


def _asked_for(reading: Reading, account: str | None) -> tuple[AccountDocument, ...]:
    """The accounts to look at.

    Raises:
        StopError: there is none, or none of this name.
    """
    if not reading.accounts:
        raise StopError(ExitCode.INVALID, "error: there is no Account document here, so there is nothing to look at")
    chosen = tuple(one for one in reading.accounts if account in (None, one.name))
    if not chosen:
        known = ", ".join(sorted(one.name for one in reading.accounts))
        raise StopError(ExitCode.USAGE, f"error: no account named {account!r}; there are: {known}")
    return chosen


def _checks(account: AccountDocument, reading: Reading) -> "tuple[Check, ...]":
    """What is found of one account; that its documents are sound, and its hosts trusted, comes first.

    Raises:
        StopError: it would be sent to a host that nobody vouches for.
    """
    from calplan.providers.catalog import Opening, check_account  # noqa: PLC0415 - adapters are imported when used
    from calplan.providers.checkup import passed  # noqa: PLC0415 - as above

    policy = next((one.policy for one in reading.policies if one.policy.account == account.name), None)
    opening = Opening(clock=clock.stamp, trust=trust(automated=in_automation()))
    with translated():
        checks = tuple(check_account(account, policy, opening))
    about = "an Account document and no policy" if policy is None else f"policy {policy.name} and its Account document"
    return (passed("documents", f"{about} are sound, and every host is trusted"), *checks)
