"""Rules over a plan and waivers of single ones, as a Guardrails document states them."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Final

from calplan.model.diagnostic import Position

if TYPE_CHECKING:
    from calplan.guardrails.engine import Program
    from calplan.guardrails.mentions import Mentions


DENIED: Final = "C-DENY"
"""The code of a denial where there are no gates to show."""


class RuleSeverity(Enum):
    """What happens where a rule does not hold; one that cannot be evaluated denies, whatever stands here."""

    DENY = "deny"
    WARN = "warn"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Baseline:
    """A line of a published benchmark; ids move between editions, so the version belongs to it."""

    framework: str
    version: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: its expression is true when all is well. ``each_user``: it is asked of each class of users.

    ``program`` is the expression compiled, ``mentions`` what of the variables it can read.
    """

    id: str
    severity: RuleSeverity
    expression: str
    message: str
    program: "Program" = field(compare=False)
    mentions: "Mentions" = field(compare=False)
    each_user: bool = False
    baselines: tuple[Baseline, ...] = ()
    position: Position = field(compare=False)

    @property
    def offline(self) -> bool:
        """Whether it can be asked without reading an account."""
        return not self.each_user and self.mentions.variables <= OFFLINE


OFFLINE = frozenset({"policy", "account", "today"})
"""The variables that documents alone decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One rule set aside up to and including a day, with who answers for it."""

    rule: str
    reason: str
    owner: str
    expires: date
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrails:
    """The rules and waivers that hold for a plan; each rule id stands once."""

    rules: tuple[Rule, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    def waiver_of(self, rule: str, day: date) -> Waiver | None:
        """The waiver under which a rule is set aside on a day; of several the one that holds longest."""
        holding = (one for one in self.waivers if one.rule == rule and day <= one.expires)
        return max(holding, key=lambda one: one.expires, default=None)


NO_GUARDRAILS = Guardrails()
