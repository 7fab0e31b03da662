"""What an apply was asked to do."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from calplan.cli.approval import Consent
from calplan.cli.output import Target
from calplan.cli.shown import Look
from calplan.plan.signature import PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRequest:
    """The words of one apply.

    ``source`` is PLAN or PATH, ``path`` the PATH beside a PLAN or a run that is resumed. ``wait`` is how long to wait
    for another run, ``look`` how a plan is shown. ``guided``: a person at the terminal does the steps by hand.
    """

    source: Path
    path: Path | None
    account: str | None
    consent: Consent
    outputs: tuple[Target, ...]
    state: str | None
    wait: timedelta
    verify_keys: tuple[PublicKey, ...]
    verify: bool
    look: Look
    guided: bool = False

    @property
    def quiet(self) -> bool:
        """Whether standard output is kept for a report as data."""
        return not any(one.format == "text" and one.file is None for one in self.outputs)
