"""What was read beside the platform for one plan."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calplan.model.account import Evidence
from calplan.model.diagnostic import Diagnostic

if TYPE_CHECKING:
    from calplan.plan.joining import Joined


@dataclass(frozen=True, slots=True, kw_only=True)
class BesidePlatform:
    """Each source's own evidence, what has to be said of it, and what came of joining it where it was read now."""

    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    joined: "Joined | None" = None
