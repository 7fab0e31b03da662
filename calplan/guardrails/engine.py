"""What evaluates expressions, as the rest of calplan sees it: it compiles a text, and answers or says why it cannot."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias

from calplan.guardrails.tree import Node
from calplan.plan.document import Json

Values: TypeAlias = Mapping[str, Json]
"""Variables by name: plain values as JSON has them."""


class Verdict(Enum):
    """What an expression that could be evaluated says."""

    HOLDS = "holds"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Failed:
    """An expression that gave no answer, and why; whoever asked takes it as a denial."""

    why: str


class BadExpressionError(Exception):
    """The text is no expression that can be asked. ``at`` counts characters from its beginning.

    ``why`` and ``advice`` are empty where nobody knows more than the complaint.
    """

    def __init__(
        self,
        summary: str,
        *,
        at: int = 0,
        length: int = 1,
        code: str = "C-COMPILE",
        why: str = "",
        advice: str = "",
    ) -> None:
        super().__init__(summary)
        self.at = at
        self.length = length
        self.code = code
        self.why = why
        self.advice = advice


class Program(Protocol):
    """An expression that was compiled and gives true or false."""

    @property
    def tree(self) -> Node:
        """The expression as it was understood, to see what it mentions."""
        ...

    def ask(self, values: Values) -> Verdict | Failed:
        """The answer for these variables; everything but a clean true or false has ``Failed``."""
        ...


class PolicyEngine(Protocol):
    """Compiles expressions."""

    def compile(self, expression: str, *, each_user: bool) -> Program:
        """The program of an expression; ``user`` is known to it only with ``each_user``.

        Raises:
            BadExpressionError: it does not compile, or gives something else than true or false.
        """
        ...
