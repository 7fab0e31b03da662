"""What a snapshot holds: everything a plan needs of an account, whatever its policy will ask for."""

from dataclasses import dataclass, replace
from datetime import datetime

from calplan.model.account import Evidence, Observed, T
from calplan.model.policy import CalendarPolicy
from calplan.plan.beside import BesidePlatform
from calplan.plan.build import Live
from calplan.plan.leftovers import wanted


class NotHeldError(Exception):
    """The policy asks for something that this snapshot does not hold. The message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """An account as it was at ``taken_at``.

    ``live`` has the tenant as the platform told of it, the holders of every consent, and the scheduling privileges of
    ``hosts``: of everybody where that is ``None``. ``redacted``: pseudonyms stand for its addresses.
    """

    account: str
    taken_at: datetime
    live: Live
    hosts: frozenset[str] | None
    redacted: bool = False

    def for_policy(self, policy: CalendarPolicy) -> Live:
        """What a plan of this policy is made of, as if it had been read then.

        Raises:
            NotHeldError: the policy manages scheduling privileges that were not read.
        """
        asked = policy.private_events
        if asked is not None and self.hosts is not None and (asked.hosts is None or asked.hosts - self.hosts):
            missing = "everybody" if asked.hosts is None else ", ".join(sorted(asked.hosts - self.hosts))
            raise NotHeldError(f"the policy manages private events, and it holds no scheduling privileges of {missing}")
        return replace(
            self.live,
            assistants=None if asked is None else self.live.assistants,
            holders={one: self.live.holders[one] for one in wanted(policy) if one in self.live.holders},
        )


def frozen(live: Live, taken_at: datetime) -> Live:
    """What was read, with evidence that stays as old as it is at this moment."""

    def aged(one: Evidence) -> Evidence:
        return replace(one, frozen=True, as_of=one.as_of or (taken_at if one.live else None))

    def observed(one: Observed[T]) -> Observed[T]:
        return replace(one, evidence=aged(one.evidence))

    return replace(
        live,
        settings=observed(live.settings),
        groups=observed(live.groups),
        users=aged(live.users),
        tenant=tuple(map(observed, live.tenant)),
        assistants=None if live.assistants is None else observed(live.assistants),
        sources=BesidePlatform(
            evidence=tuple(map(aged, live.sources.evidence)),
            findings=live.sources.findings,
        ),
        previous=None,
    )
