"""How the rules stand for one plan: what holds, what does not and for whom, and what is set aside."""

from dataclasses import dataclass
from enum import Enum

from calplan.guardrails.rules import Rule, RuleSeverity, Waiver


class Status(Enum):
    """How one rule stands. ``ERROR``: nobody can tell, which denies whatever the rule's severity or waiver."""

    PASS = "pass"  # noqa: S105 - a word of the plan, no secret
    VIOLATED = "violated"
    WAIVED = "waived"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One rule held against one plan.

    ``users`` is how many users it does not hold for, ``None`` for a rule about the plan as a whole; ``emails`` are the
    first of them. ``why`` says of an error what went wrong. ``waiver`` is the one that sets the rule aside.
    """

    rule: Rule
    status: Status
    users: int | None = None
    emails: tuple[str, ...] = ()
    why: str = ""
    waiver: Waiver | None = None

    @property
    def fires(self) -> bool:
        """Whether the rule does not hold, waived or not."""
        return self.status is not Status.PASS

    @property
    def denies(self) -> bool:
        """Whether this refuses the plan."""
        return self.status is Status.ERROR or (
            self.status is Status.VIOLATED and self.rule.severity is RuleSeverity.DENY
        )
