"""What was read beside the platform for one plan."""

from dataclasses import dataclass

from calplan.model.account import Evidence
from calplan.model.proof import Witness
from calplan.plan.joining import Joined


@dataclass(frozen=True, slots=True, kw_only=True)
class BesidePlatform:
    """Each source's own evidence, what the sources that know people say, and what came of joining them."""

    evidence: tuple[Evidence, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    joined: Joined | None = None
