"""``calplan sandbox``: simulated accounts to try changes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Final

import click

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import emit, say
from calplan.cli.reading import tell
from calplan.cli.wiring import translated
from calplan.sandbox.account.errors import AccountError, MissingAccountError
from calplan.sandbox.servers.errors import ServeError

if TYPE_CHECKING:
    from calplan.sandbox.servers.serve import Ready

FILE = click.Path(path_type=Path)
RATE_PLANS: Final = ("free", "pro", "business", "none")
EXTRA: Final = ("starlette", "uvicorn", "anyio", "h11")


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


@sandbox.command()
@click.argument("account_file", metavar="ACCOUNT.db", type=FILE)
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="The port; a free one by default.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="SPEC",
    help="Misbehave: METHOD PATH:KIND[xN], with commas between several, such as 'GET /users:429x3'. KIND is a status,"
    " or drop, drop-after, half, stall, drip, empty, error-in-200, web-page, expire-token, expire-page-token, invent,"
    " rename, 429-seconds, 429-date, 429-iso, 429-reset, 429-daily.",
)
@click.option(
    "--rate-limit",
    "plan",
    type=click.Choice(RATE_PLANS),
    default="none",
    show_default=True,
    help="Whose limits the API has.",
)
@click.option(
    "--write-env",
    "env",
    type=FILE,
    metavar="FILE",
    help="Write the secret to FILE, and account.yaml and ca.pem beside it, so that calplan finds the servers.",
)
@click.option("--access-log", type=FILE, metavar="FILE", help="Add a line of JSON to FILE for each request.")
def serve(
    account_file: Path,
    *,
    port: int,
    faults: tuple[str, ...],
    plan: str,
    env: Path | None,
    access_log: Path | None,
) -> ExitCode:
    """Serve a simulated account on this machine: the vendor's API, and its portal page to practise on.

    Ctrl-C ends it.
    """
    with _extra(), _unusable():
        from calplan.sandbox.servers import serve as servers  # noqa: PLC0415 - needs the extra
        from calplan.sandbox.servers.faults import parse  # noqa: PLC0415 - as above
        from calplan.sandbox.servers.rates import RatePlan  # noqa: PLC0415 - as above

        order = servers.Order(
            account=account_file,
            port=port,
            faults=tuple(rule for spec in faults for rule in parse(spec)),
            plan=RatePlan(plan),
            env=env,
            access_log=access_log,
        )
        servers.serve(order, _tell_where)
    say("ended")
    return ExitCode.DONE


def _tell_where(ready: "Ready") -> None:
    urls = ready.urls
    emit([f"portal page  {urls.portal}\nAPI          {urls.api}\ntoken        {urls.token}\n"])
    if ready.files is None:
        say("note: nobody can sign in to the API; --write-env FILE writes what calplan needs for that")
    else:
        env = ready.files.env
        say(f"wrote {env}, {ready.files.account} and {ready.files.authority}; in another shell:")
        script = str(env) if env.is_absolute() else f"./{env}"
        say(f"  . {quote(script)} && calplan plan {quote(str(env.parent))}")
    say("Ctrl-C ends it")


@contextmanager
def _extra() -> Iterator[None]:
    """Says how to install what serving needs."""
    try:
        yield
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in EXTRA:
            raise
        raise StopError(
            ExitCode.USAGE,
            f"error: `sandbox serve` needs {missing.name}, which is not installed: pip install 'calplan[sandbox]'",
        ) from missing


@contextmanager
def _unusable() -> Iterator[None]:
    """Turns what keeps an account from being served into one sentence and a code."""
    try:
        yield
    except MissingAccountError as error:
        raise StopError(ExitCode.USAGE, f"error: {error}; `calplan sandbox create` makes one") from error
    except AccountError as error:
        raise StopError(ExitCode.INVALID, f"error: {error}") from error
    except ServeError as error:
        raise StopError(ExitCode.USAGE, f"error: {error}") from error
