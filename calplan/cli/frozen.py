"""A snapshot in the place of an account that is read."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from calplan.cli.chosen import Chosen
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import say
from calplan.cli.source import packed
from calplan.cli.wiring import FrozenAccount
from calplan.plan.archive import BadArchiveError
from calplan.plan.snapshot.frozen import Frozen
from calplan.plan.snapshot.snapshotfile import snapshot_in

OTHERS: Final = stat.S_IROTH | stat.S_IRGRP


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A snapshot, and the file it lies in."""

    frozen: Frozen
    file: Path

    def in_place_of(self, chosen: Chosen) -> FrozenAccount:
        """What it holds of the account that was chosen.

        Raises:
            StopError: it is of another account.
        """
        if self.frozen.account != chosen.account.name:
            message = f"error: {self.file} is a snapshot of {self.frozen.account}, not of {chosen.account.name}"
            raise StopError(ExitCode.INVALID, message)
        from calplan.providers.catalog import capabilities_of  # noqa: PLC0415 - adapters are imported when used

        return FrozenAccount(frozen=self.frozen, capabilities=capabilities_of(chosen.account), name=str(self.file))


def taken_in(file: Path) -> Taken:
    """The snapshot in a file.

    Raises:
        StopError: there is none that can be trusted.
    """
    if not os.path.lexists(file):
        raise StopError(ExitCode.USAGE, f"error: --snapshot: there is no file {file}")
    advice = "Take a new one: calplan snapshot --out FILE"
    data = packed(file)
    if data is None:
        raise StopError(ExitCode.INVALID, f"error: {file} is no snapshot. {advice}")
    try:
        frozen = snapshot_in(data)
    except BadArchiveError as error:
        raise StopError(ExitCode.INVALID, f"error: {file} is no snapshot to trust: {error}. {advice}") from error
    if not frozen.redacted and file.stat().st_mode & OTHERS:
        say(f"note: {file} names users, and not its owner alone can read it; chmod 600 it, or take one with --redact")
    return Taken(frozen=frozen, file=file)
