"""Graph's replicas: for some reads after a write, everything looks as it did before."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from calplan.sandbox.servers.microsoft.held import Grant


@dataclass(slots=True)
class Lag:
    """``reads`` is how many reads of grants do not see a write."""

    reads: int = 0
    _before: dict[str, tuple[Grant | None, int]] = field(default_factory=dict)
    """What a grant's id meant before it was written, and for how many reads it goes on to mean that."""

    def wrote(self, grant: str, before: Grant | None) -> None:
        """A grant with this id was written, or taken away."""
        if self.reads:
            seen, _ = self._before.get(grant, (before, 0))
            self._before[grant] = (seen, self.reads)

    def seen(self, grants: Iterable[Grant]) -> list[Grant]:
        """The grants as one read shows them, which counts as a read."""
        if not self._before:
            return list(grants)
        hidden = {grant: seen for grant, (seen, _) in self._before.items()}
        shown = [one for one in grants if one.id not in hidden]
        self._before = {grant: (seen, left - 1) for grant, (seen, left) in self._before.items() if left > 1}
        return [*shown, *(one for one in hidden.values() if one is not None)]
