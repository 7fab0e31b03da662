"""``calplan export``: live settings as a policy."""

from pathlib import Path

import click

from calplan.cli import clock, completing
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import emit
from calplan.cli.reading import documents
from calplan.cli.wiring import open_account
from calplan.policyfile.writer import policy_text


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".", shell_complete=completing.documents)
@click.option(
    "--account",
    metavar="NAME",
    shell_complete=completing.account_names,
    help="The account to export, where the folder has several.",
)
def export(path: Path, *, account: str | None) -> ExitCode:
    """Print the live settings of an account as a CalendarPolicy. Planning it shows no change."""
    accounts = {one.name: one for one in documents((path,)).accounts}
    if not accounts:
        raise StopError(ExitCode.INVALID, "error: there is no Account document here, so nothing says what to export")
    if account is None and len(accounts) != 1:
        names = ", ".join(sorted(accounts))
        raise StopError(ExitCode.USAGE, f"error: there are several accounts: {names}. Use --account NAME")
    name = account if account is not None else next(iter(accounts))
    if name not in accounts:
        raise StopError(ExitCode.USAGE, f"error: no account named {name!r}; there are: {', '.join(sorted(accounts))}")
    with open_account(accounts[name]).reading() as platform:
        settings, groups = platform.read_settings(), platform.read_groups()
    text = policy_text(name=name, account=name, settings=settings.value, groups=groups.value, as_of=clock.today())
    emit((text,))
    return ExitCode.DONE
