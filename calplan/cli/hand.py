"""The hand of an apply: performs steps on a platform that can be written, and looks at what came of them."""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Final

from calplan.apply.flow import Done, Failed, Waiting
from calplan.apply.standing import Found, found, read_value, value_before
from calplan.cli.output import say
from calplan.plan.plan import Plan
from calplan.plan.steps import Step
from calplan.providers.base import Receipt, WritablePlatform
from calplan.providers.errors import ProviderError

SETTLES: Final = (0.0, 0.2, 1.0, 3.0)
"""Seconds to wait before each look at what was written: some platforms show a write a little later."""


@dataclass(slots=True, kw_only=True)
class Hand:
    """Performs the steps of ``plan``; remembers which were begun, and what the provider said last.

    ``orders`` are the steps in words, by their ids; ``undo`` keeps what finishes a write that has two parts.
    ``showing`` shows how far a step has come, and is entered for as long as one takes.
    """

    platform: WritablePlatform
    plan: Plan
    orders: Mapping[str, str]
    undo: Callable[[Step, Mapping[str, str]], None]
    showing: AbstractContextManager[object] = field(default_factory=nullcontext)
    sleep: Callable[[float], None] = time.sleep
    begun: list[str] = field(default_factory=list)
    error: ProviderError | None = None

    def look(self, step: Step) -> Found | Failed:
        """How the place of the step stands now."""
        try:
            with self.showing:
                value = read_value(step.action, self.platform)
            return found(step.action, value_before(step.action, self.plan), value)
        except ProviderError as error:
            self.error = error
            return Failed(message=str(error), outcome_unknown=False)

    def perform(self, step: Step) -> Done | Failed | Waiting:
        """Make the step true."""
        say(f"{step.id}: {self.orders[step.id]} ...")
        self.begun.append(step.id)
        try:
            with self.showing:
                receipt = self._written(step)
        except ProviderError as error:
            self.error = error
            return Failed(message=str(error), outcome_unknown=error.outcome_unknown)
        return Done(changed=receipt.changed)

    def _written(self, step: Step) -> Receipt:
        if step.half is not None:
            return self.platform.finish(step.action, step.half)
        return self.platform.perform(step.action, lambda half: self.undo(step, half))

    def confirm(self, step: Step) -> Found | Failed:
        """How the place of the step stands after a write; what still reads as before is looked at again."""
        seen: Found | Failed = Found.NOT_READ
        for wait in SETTLES:
            self.sleep(wait)
            seen = self.look(step)
            if seen in (Found.AS_WANTED, Found.NOT_READ):
                break
        return seen
