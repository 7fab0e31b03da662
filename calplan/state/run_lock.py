"""The run lock of an account: who may write to it now. It is never stolen, only released by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who takes a run lock, on which machine, in which process; ``link`` leads to the run of a CI system."""

    who: str
    host: str
    pid: int
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLock:
    """A run lock as it was taken.

    ``fence`` grows with every taking, so that of two holders the later one is known. ``heard_at`` is when its owner
    last gave a sign of life.
    """

    id: str
    account: str
    operation: str
    owner: Owner
    run: str | None
    fence: int
    taken_at: datetime
    heard_at: datetime

    def told(self) -> str:
        """Everything known about it in one sentence, without its account."""
        run = f", run {self.run}" if self.run else ""
        link = f", {self.owner.link}" if self.owner.link else ""
        where = f"{self.owner.who} on {self.owner.host}, process {self.owner.pid}"
        since = f"since {_moment(self.taken_at)}, last heard of at {_moment(self.heard_at)}"
        return f"{where}, {since}, for {self.operation}{run}{link}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
