"""``calplan sandbox``: simulated accounts to try changes on."""

from pathlib import Path

import click

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import say
from calplan.cli.reading import tell
from calplan.cli.wiring import translated

FILE = click.Path(path_type=Path)


@click.group()
def sandbox() -> None:
    """Simulated accounts."""


@sandbox.command()
@click.argument("account_file", metavar="ACCOUNT.db", type=FILE)
@click.option("--from", "users_file", type=FILE, metavar="FILE", help="The users, as CSV or NDJSON.")
@click.option("--settings", type=FILE, metavar="FILE", help="The live settings: a policy that states every field.")
@click.option("--tenant", type=FILE, metavar="FILE", help="A TenantFacts document.")
@click.option("--groups", type=FILE, metavar="FILE", help="The groups; those named by users where left out.")
@click.option("--assistants", type=FILE, metavar="FILE", help="Scheduling privileges: user,assistant,access.")
@click.option("--users", "count", type=click.IntRange(1, 10_000_000), metavar="N", help="Make up N users instead.")
@click.option("--seed", type=int, default=0, show_default=True, metavar="S", help="With --users: another seed, others.")
def create(
    account_file: Path,
    *,
    users_file: Path | None,
    settings: Path | None,
    tenant: Path | None,
    groups: Path | None,
    assistants: Path | None,
    count: int | None,
    seed: int,
) -> ExitCode:
    """Make a simulated account in one file, from files or plausible by itself."""
    from calplan.policyfile.documents import CreateFiles  # noqa: PLC0415 - only this command needs it
    from calplan.providers.local.creation import create_from_files, create_plausible  # noqa: PLC0415

    files = (users_file, settings, tenant, groups, assistants)
    if (count is None) == (users_file is None) or (count is not None and any(files)):
        raise StopError(ExitCode.USAGE, "error: give either --from FILE with --settings FILE, or --users N")
    if account_file.exists():
        raise StopError(ExitCode.USAGE, f"error: {account_file} exists already; remove it first or name another file")
    with translated():
        if count is not None:
            create_plausible(account_file, users=count, seed=seed)
        elif users_file is None or settings is None:
            raise StopError(ExitCode.USAGE, "error: --from needs --settings FILE beside it")
        else:
            made = CreateFiles(users=users_file, settings=settings, tenant=tenant, groups=groups, assistants=assistants)
            create_from_files(account_file, made, tell)
    say(f"made {account_file}")
    return ExitCode.DONE
