"""The terms of an account from outside the folder that is reviewed: ``CALPLAN_GATES``."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.reading import documents
from calplan.guardrails.rules import Guardrails
from calplan.model.diagnostic import Diagnostic
from calplan.policyfile.documents import AccountDocument, LocalPlatform, Platform, ZoomPlatform
from calplan.policyfile.guardrails_tightened import under_guardrails
from calplan.policyfile.guardrails_together import joined
from calplan.policyfile.tightened import ignored, tightened

GATES: Final = "CALPLAN_GATES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Under:
    """An account and the rules that hold for it, and warnings about what of its folder's own is ignored."""

    account: AccountDocument
    guardrails: Guardrails
    ignored: tuple[Diagnostic, ...] = ()


def under_gates(account: AccountDocument, guardrails: Guardrails, paths: Sequence[Path]) -> Under:
    """The account and its rules under the terms that ``CALPLAN_GATES`` has for it.

    Both as they are where the variable is not set. ``paths`` are those under review.

    Raises:
        StopError: the variable leads to no valid terms of this account, or into what is under review.
    """
    named = os.environ.get(GATES)
    if named is None:
        return Under(account=account, guardrails=guardrails)
    if not named.strip():
        message = f"error: {GATES} is set and empty, so nobody knows which gates hold; unset it, or name a PATH"
        raise StopError(ExitCode.USAGE, message)
    place = Path(named)
    if any(_overlap(place, path) for path in paths):
        message = f"error: {GATES} leads into what it has to guard; name a PATH outside of {', '.join(map(str, paths))}"
        raise StopError(ExitCode.USAGE, message)
    outside, rules = _outside(place, account.name)
    _stop_if_another(account, outside)
    holding, passed_over = under_guardrails(guardrails, rules)
    return Under(
        account=tightened(account, outside),
        guardrails=holding,
        ignored=(*ignored(account, outside), *passed_over),
    )


def _overlap(place: Path, path: Path) -> bool:
    """Whether one is the other or lies in it, by whatever names and links."""
    first, second = Path(os.path.realpath(place)), Path(os.path.realpath(path))
    return first == second or first in second.parents or second in first.parents


def _outside(place: Path, name: str) -> tuple[AccountDocument, Guardrails]:
    try:
        reading = documents((place,))
    except StopError as stop:
        raise StopError(stop.code, f"{stop}\n{GATES} leads to {place}; without it no gate of {name} is known") from stop
    found = next((one for one in reading.accounts if one.name == name), None)
    if found is None:
        message = f"error: {GATES} leads to {place}, and there is no Account document named {name!r}"
        raise StopError(ExitCode.INVALID, message)
    return found, joined(reading.guardrails)


def _stop_if_another(account: AccountDocument, outside: AccountDocument) -> None:
    """Stop where one name stands for two accounts: whoever takes the name of another takes its gates.

    Raises:
        StopError: the platforms are another, or another account of one.
    """
    if _identity(account.platform) != _identity(outside.platform):
        message = f"error: {account.name!r} is another account in {outside.file}, where {GATES} leads, than here"
        raise StopError(ExitCode.INVALID, f"{message}; correct `platform` in one of the two")


def _identity(platform: Platform) -> object:
    """What tells accounts of the vendor apart; an embedded one is a file, which another checkout has elsewhere."""
    match platform:
        case LocalPlatform():
            return None
        case ZoomPlatform():
            return platform.stated.get("accountId")
