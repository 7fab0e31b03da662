"""The terms of an account from outside the folder that is reviewed: ``CALPLAN_GATES``."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.reading import documents
from calplan.guardrails.rules import Guardrails
from calplan.model.diagnostic import Diagnostic
from calplan.policyfile.documents import AccountDocument, LocalPlatform, Platform, ZoomPlatform
from calplan.policyfile.guardrails_tightened import under_guardrails
from calplan.policyfile.guardrails_together import joined
from calplan.policyfile.reader import Reading
from calplan.policyfile.tightened import ignored, tightened

GATES: Final = "CALPLAN_GATES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Under:
    """An account and the rules that hold for it, and warnings about what of its folder's own is ignored."""

    account: AccountDocument
    guardrails: Guardrails
    ignored: tuple[Diagnostic, ...] = ()


class Gates:
    """The terms that ``CALPLAN_GATES`` has for the accounts of PATHs, read once and only where the variable is set."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    @cached_property
    def place(self) -> Path | None:
        """Where the variable leads, or ``None`` where it is not set.

        Raises:
            StopError: it leads nowhere, or into what is under review.
        """
        named = os.environ.get(GATES)
        if named is None:
            return None
        if not named.strip():
            message = f"error: {GATES} is set and empty, so nobody knows which gates hold; unset it, or name a PATH"
            raise StopError(ExitCode.USAGE, message)
        if any(_overlap(Path(named), path) for path in self._paths):
            under_review = ", ".join(map(str, self._paths))
            message = f"error: {GATES} leads into what it has to guard; name a PATH outside of {under_review}"
            raise StopError(ExitCode.USAGE, message)
        return Path(named)

    @cached_property
    def reading(self) -> Reading | None:
        """The documents there, or ``None`` where the variable is not set.

        Raises:
            StopError: they have errors, or the variable is not to be used.
        """
        return None if self.place is None else documents((self.place,))

    def require(self) -> None:
        """Read them now.

        Raises:
            StopError: the variable leads to no valid documents.
        """
        _ = self.reading

    def over(self, account: AccountDocument, guardrails: Guardrails) -> Under:
        """The account and its rules under its terms; both as they are where the variable is not set.

        Raises:
            StopError: there are no valid terms of this account.
        """
        if self.place is None:
            return Under(account=account, guardrails=guardrails)
        outside, rules = self._of(account.name, self.place)
        _stop_if_another(account, outside)
        holding, passed_over = under_guardrails(guardrails, rules)
        return Under(
            account=tightened(account, outside),
            guardrails=holding,
            ignored=(*ignored(account, outside), *passed_over),
        )

    def _of(self, name: str, place: Path) -> tuple[AccountDocument, Guardrails]:
        try:
            reading = self.reading
        except StopError as stop:
            raise StopError(
                stop.code, f"{stop}\n{GATES} leads to {place}; without it no gate of {name} is known"
            ) from stop
        found = None if reading is None else next((one for one in reading.accounts if one.name == name), None)
        if reading is None or found is None:
            message = f"error: {GATES} leads to {place}, and there is no Account document named {name!r}"
            raise StopError(ExitCode.INVALID, message)
        return found, joined(reading.guardrails)


def _overlap(place: Path, path: Path) -> bool:
    """Whether one is the other or lies in it, by whatever names and links."""
    first, second = Path(os.path.realpath(place)), Path(os.path.realpath(path))
    return first == second or first in second.parents or second in first.parents


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
