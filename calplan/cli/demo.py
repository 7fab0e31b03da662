"""``calplan demo``: the main job from end to end, on an account of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from calplan.cli import clock
from calplan.cli.apply_report import ApplyReport
from calplan.cli.applying import Work, applied
from calplan.cli.approval import Consent, refuse_gates
from calplan.cli.chosen import Chosen, choose
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.gates_from import GATES
from calplan.cli.interrupts import interrupts
from calplan.cli.ledger import begun
from calplan.cli.output import Target, emit, save
from calplan.cli.run_lock import holding
from calplan.cli.runs import keep
from calplan.cli.shown import look, show_plan
from calplan.cli.wiring import make_plan, open_account, open_for_writing, translated
from calplan.impact.outcome import Outcome
from calplan.model.plural import plural
from calplan.plan.archive import MODE
from calplan.plan.planfile import pack
from calplan.state.place import DEFAULT

USERS: Final = 250
SEED: Final = 7
POLICY: Final = """\
# What the account shall be. Change something here, then run: calplan plan
apiVersion: calplan/v1
kind: CalendarPolicy
metadata: {name: demo, account: demo}
spec:
  integration:
    enabled: true
    locked: true
    service: {type: office365-graph, permissions: {calendar: write, contacts: read}}
  allowedDomains: [contoso.com, emea.contoso.com]
"""
ACCOUNT: Final = """\
# Where the account lives: in one file, with users made up for this demo.
apiVersion: calplan/v1
kind: Account
metadata: {name: demo}
spec:
  platform: {type: local, path: demo.db}
  owner: admin@contoso.com
  limits: {disconnected: "5% or 10", silent: 0, blocked: 0, unknown: "10%"}
"""
LIFTED: Final = ("limit.disconnected", "limit.silent", "limit.blocked")
REASON: Final = "nobody in a demo is real"
OWN_FILES: Final = ("policy.yaml", "account.yaml", "demo.db", "plan.calplan", "report.md", "report.html")


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="calplan-demo",
    show_default=True,
    help="The folder to work in; nothing outside it is touched.",
)
def demo(folder: Path) -> ExitCode:
    """Plan, report, apply and verify a change on an account made up for it. Offline, in seconds."""
    _make_room(folder)
    with _inside(folder):
        code, somebody = _play()
    emit(_what_next(folder, somebody))
    return code


def _play() -> tuple[ExitCode, str]:
    """The exit code, and the address of somebody whom the change hit."""
    from calplan.providers.local.creation import create_plausible  # noqa: PLC0415 - adapters are imported when used

    save(Path("policy.yaml"), POLICY.encode())
    save(Path("account.yaml"), ACCOUNT.encode())
    with translated():
        create_plausible(Path("demo.db"), users=USERS, seed=SEED)
    emit((f"1. An account of {USERS} made-up users on Google, and a policy that locks Office 365. The plan:\n\n",))
    chosen = choose((Path(),))
    planned = make_plan(chosen, open_account(chosen.account))
    reports = [Target(format="markdown", file=Path("report.md")), Target(format="html", file=Path("report.html"))]
    plain = look(None, verbose=False, color="auto", source=Path("plan.calplan"))
    show_plan(planned.document, planned.users, [Target(format="text", file=None), *reports], plain)
    save(Path("plan.calplan"), pack(planned.parts, created_at=clock.stamp()), mode=MODE)
    emit(("\n2. Saved to plan.calplan. For a browser it is in report.html, with every user; for a pull request, in ",))
    allow = " ".join(f"--allow {gate}" for gate in LIFTED)
    emit(("report.md.\n\n3. The limits in account.yaml refuse it. Whoever may decide so lifts them, and says why:\n",))
    emit((f'   calplan apply plan.calplan {allow} --reason "{REASON}"\n',))
    code = _apply(chosen)
    again = make_plan(chosen, open_account(chosen.account))
    left = len(again.plan.changes)
    emit((f"\n4. Planned again: {plural(left, 'change') if left else 'no changes'} left.\n",))
    return code, next(planned.users.rows(frozenset({Outcome.DISCONNECTED_PROMPTED.value})))["email"]


def _apply(chosen: Chosen) -> ExitCode:
    consent = Consent(who="demo", allowed=frozenset(LIFTED), reason=REASON, auto_approve=True)
    planned = make_plan(chosen, open_account(chosen.account), allowed=consent.allowed, by=consent.who)
    refuse_gates(planned.plan.gates)
    report = ApplyReport(who=consent.who)
    work = Work(
        chosen=chosen,
        planned=planned,
        steps=planned.plan.steps,
        document=planned.document,
        users=planned.users,
        verify=True,
    )
    name = chosen.account.name
    with keep(str(DEFAULT)) as store, interrupts() as heard, holding(store, name, consent.who, "demo") as lock:
        with heard.gentle():
            kept = begun(store, lock, work, saved=None, consent=consent, report=report)
        return applied(work, open_for_writing(chosen.account), kept, report, heard)


def _make_room(folder: Path) -> None:
    """An empty folder, or that of an earlier demo in which nothing was changed; its files are then made anew.

    Raises:
        StopError: the folder holds anything else. Nothing in it was touched.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {one.name for one in folder.iterdir()}
        if not names:
            return
        if names - {*OWN_FILES, ".calplan"} or not _unchanged(folder):
            message = f"error: {folder} holds something else than an untouched demo; remove it, or give another --dir"
            raise StopError(ExitCode.USAGE, message)
        for name in OWN_FILES:
            (folder / name).unlink(missing_ok=True)
        (folder / DEFAULT).unlink(missing_ok=True)  # where a demo was killed, its run lock is still held
    except OSError as error:
        raise StopError(ExitCode.USAGE, f"error: {folder} cannot be used: {error.strerror}") from error


def _unchanged(folder: Path) -> bool:
    written = {"policy.yaml": POLICY, "account.yaml": ACCOUNT}
    return all((folder / name).read_bytes() == text.encode() for name, text in written.items())


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    # The demo's account is nobody's, so no terms from outside are about it.
    gates = os.environ.pop(GATES, None)
    try:
        yield
    finally:
        os.chdir(before)
        if gates is not None:
            os.environ[GATES] = gates


def _what_next(folder: Path, somebody: str) -> Iterator[str]:
    yield f"\nNext, in {folder}:\n"
    yield "  calplan plan                  after a change to policy.yaml\n"
    yield f"  calplan why {somebody} plan.calplan    why this user was hit\n"
    yield "  calplan explain R10b1         any code, in plain words\n"
