"""A plan, saved or made afresh: told by what the file holds, never by its name."""

import os
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import click

from calplan.cli import completing
from calplan.cli.chosen import Chosen, choose
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import say
from calplan.cli.plan_form import fault_in
from calplan.cli.wiring import make_plan, open_account
from calplan.plan.archive import LARGEST_FILE, BadArchiveError
from calplan.plan.document import PlanDocument, PlanUsers
from calplan.plan.planfile import SavedPlan, unpack
from calplan.plan.pseudonyms import Pseudonyms, redacted
from calplan.plan.sealed import OtherKindError
from calplan.plan.signature import PublicKey, fault_in_signature
from calplan.policyfile.packs import path_recorded

ZIP: Final = b"PK"
SNAPSHOT: Final = "snapshot"
OF_A_RUN: Final = "Whether it was changed since is said by: calplan log --verify-chain"
Command = TypeVar("Command", bound=Callable[..., object])


def plan_options(command: Command) -> Command:
    """The argument that names a saved plan, or the documents to make one of, and ``--account`` for the second."""
    account = click.option(
        "--account",
        metavar="NAME",
        shell_complete=completing.account_names,
        help="The account to plan, where the folder has several.",
    )
    plan = click.argument(
        "plan_or_path",
        metavar="[PLAN|PATH]",
        shell_complete=completing.documents,
        type=click.Path(path_type=Path),
        default=".",
    )
    return plan(account(command))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A plan that can be shown, whatever it came from; ``inactive`` are users known but not forecast.

    ``ensures_grant`` says that the policy has the plan make sure of the tenant-wide grant; ``policy`` is its canonical
    form.
    """

    document: PlanDocument
    users: PlanUsers
    inactive: frozenset[str]
    suspects: tuple[str, ...]
    policy: Mapping[str, object]
    ensures_grant: bool


def saved_plan(path: Path, verify_keys: Sequence[PublicKey] = ()) -> SavedPlan | None:
    """The plan that a file holds, or ``None`` where it holds something else or is a folder.

    With ``verify_keys`` one of them must have signed it, and something else is refused.

    Raises:
        StopError: it looks like a plan but cannot be trusted, or cannot be read.
    """
    data = packed(path)
    if data is None:
        if verify_keys:
            raise StopError(ExitCode.INVALID, f"error: {path} is no saved plan, so nothing in it is signed")
        return None
    saved = trusted(data, str(path), "Make a new one: calplan plan --out FILE")
    if verify_keys:
        fault = fault_in_signature(saved.signature, saved.manifest, verify_keys)
        if fault is not None:
            message = f"error: {path} is refused: {fault}. Ask whoever made it for a plan signed with a key you trust"
            raise StopError(ExitCode.INVALID, message)
    elif saved.signature is not None:
        say(f"note: {path} is signed, and nobody checked its signature: --verify-key FILE does")
    return saved


def packed(path: Path) -> bytes | None:
    """The bytes of what begins like a plan or a snapshot, or ``None``.

    Raises:
        StopError: it cannot be read.
    """
    if path.is_dir():
        return None
    try:
        # A pipe to which nobody writes would be waited for.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:
            # A device or a pipe may have no end. Who reads documents knows how to refuse one.
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode) or stream.read(len(ZIP)) != ZIP:
                return None
            stream.seek(0)
            return stream.read(LARGEST_FILE + 1)
    except (FileNotFoundError, ValueError):
        return None
    except OSError as error:
        raise StopError(ExitCode.INVALID, f"error: {path} cannot be read: {error.strerror}") from error


def trusted(data: bytes, name: str, advice: str = OF_A_RUN) -> SavedPlan:
    """The plan in these bytes; ``advice`` is what to do where it is none, by default for one that a run keeps.

    Raises:
        StopError: they are no plan that can be trusted.
    """
    try:
        saved = unpack(data)
    except BadArchiveError as error:
        if isinstance(error, OtherKindError) and error.kind == SNAPSHOT:
            message = f"error: {name} is a snapshot, which is no plan and cannot be applied. "
            raise StopError(ExitCode.INVALID, f"{message}To plan against it: calplan plan --snapshot {name}") from error
        raise _no_plan(name, str(error), advice) from error
    fault = fault_in(saved)
    if fault is not None:
        raise _no_plan(name, fault, advice)
    return saved


def _no_plan(name: str, why: str, advice: str) -> StopError:
    return StopError(ExitCode.INVALID, f"error: {name} is no plan to trust: {why}. {advice}")


def refuse_redacted(saved: SavedPlan, path: Path) -> None:
    """Refuse a plan that knows nobody by name where somebody has to be known.

    Raises:
        StopError: the plan has pseudonyms for addresses.
    """
    if saved.document.get("redacted"):
        raise StopError(
            ExitCode.INVALID,
            f"error: {path} has pseudonyms for addresses (--redact), so it can be shown and nothing else. "
            "Make one without: calplan plan --out FILE",
        )


def refuse_snapshot(saved: SavedPlan, path: Path) -> None:
    """Refuse a plan for which nothing live was read where that is what counts.

    Raises:
        StopError: it was made from a snapshot.
    """
    if saved.document.get("snapshot") is not None:
        raise StopError(
            ExitCode.INVALID,
            f"error: {path} was made from a snapshot (--snapshot), so it can be shown and nothing else. "
            "Make one of the live account: calplan plan --out FILE",
        )


def under_pseudonyms(
    document: PlanDocument,
    users: PlanUsers,
    policy: Mapping[str, object],
    names: Pseudonyms | None,
    others: Iterable[str] = (),
) -> tuple[PlanDocument, PlanUsers]:
    """A plan as it is to be shown: with pseudonyms where they are asked for, and where it has them already."""
    if names is None or document.get("redacted"):
        return document, users
    hidden = redacted(document, users, policy, names, others)
    return hidden.document, hidden.users


def chosen_for(saved: SavedPlan, path: Path | None, beside: Sequence[Path] = ()) -> Chosen:
    """The documents to hold a saved plan against: those of PATH, else those it was made from, and those ``beside``.

    Raises:
        StopError: they are gone, have errors, or know no such account.
    """
    paths = (path,) if path is not None else tuple(map(path_recorded, saved.paths))
    gone = next((one for one in paths if path is None and not os.path.lexists(one)), None)
    if gone is not None:
        message = f"error: the plan was made from {gone}, which is not there. Say where that is: PATH after the plan"
        raise StopError(ExitCode.USAGE, message)
    return choose((*paths, *beside), saved.document["account"])


def plan_of(path: Path, account: str | None = None) -> Shown:
    """The plan that PLAN or PATH stands for: saved, or made from live state.

    Raises:
        StopError: it cannot be had.
    """
    saved = saved_plan(path)
    if saved is not None:
        emails = tuple(row["email"] for row in saved.users.rows())
        return Shown(
            document=saved.document,
            users=saved.users,
            inactive=frozenset(),
            suspects=emails,
            policy=saved.policy,
            ensures_grant=_ensures_grant(saved.policy),
        )
    chosen = choose((path,), account)
    planned = make_plan(chosen, open_account(chosen.account))
    assessment = planned.plan.assessment
    emails = tuple(assessment.population.addresses())
    inactive = frozenset(email for email, outcome in assessment.each() if outcome is None)
    return Shown(
        document=planned.document,
        users=planned.users,
        inactive=inactive,
        suspects=emails,
        policy=planned.policy,
        ensures_grant=_ensures_grant(planned.policy),
    )


def _ensures_grant(policy: Mapping[str, object]) -> bool:
    """Whether a policy in canonical form makes sure of the tenant-wide grant."""
    office365 = policy.get("office365")
    return isinstance(office365, Mapping) and office365.get("ensureGrant") is True
