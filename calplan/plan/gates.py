"""What refuses a plan: limits on harm, evidence that is too old, and settings nobody could read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final

from calplan.impact.outcome import BARRED, DISCONNECTED, NOT_TOLD, Outcome
from calplan.model.account import Evidence
from calplan.model.limits import Limit, Limits, MaxEvidenceAge
from calplan.model.settings import AccountSettings
from calplan.model.unknown import Unknown

if TYPE_CHECKING:
    from calplan.impact.summary import Impact


class GateStatus(Enum):
    """Whether a gate lets the plan through."""

    PASS = "pass"  # noqa: S105 - a word of the plan, no secret
    REFUSE = "refuse"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One gate, with its limit and the actual figure in words. ``owner`` is whom to ask."""

    id: str
    status: GateStatus
    limit: str
    actual: str
    owner: str


GATE_IDS: Final = (
    "limit.disconnected",
    "limit.silent",
    "limit.blocked",
    "limit.unknown",
    "limit.pairs",
    "rule.V17",
    "rule.V25",
    "live.unknown",
    "evidence.age",
    "window",
    "freeze",
    "notice",
)
"""Every gate there is; ``--allow`` takes no other word."""

CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far the clock of whoever states a time may be ahead of ours."""

UNKNOWN: Final = frozenset({Outcome.AT_RISK})


def limit_gates(
    impact: "Impact", limits: Limits, pairs: int | None, owner: str, on_the_way: int = 0
) -> tuple[Gate, ...]:
    """The gates on how many users are harmed, and on changed pairs unless ``pairs`` is ``None``.

    Users who lose a connection ``on_the_way`` only have another outcome, but they lose it, and nobody tells them why.
    """
    connected, active = (impact.connected, "connected users"), (impact.active, "active users")
    checks = [
        ("limit.disconnected", limits.disconnected, impact.total(DISCONNECTED) + on_the_way, connected),
        ("limit.silent", limits.silent, impact.total(NOT_TOLD) + on_the_way, connected),
        ("limit.blocked", limits.blocked, impact.total(BARRED), active),
        ("limit.unknown", limits.unknown, impact.total(UNKNOWN), active),
    ]
    if pairs is not None:
        checks.append(("limit.pairs", limits.pairs, pairs, (pairs, "changed pairs")))
    return tuple(
        Gate(
            id=name,
            status=status_of(actual <= limit.largest(base)),
            limit=_in_words(limit.holding(base), base, of),
            actual=str(actual),
            owner=owner,
        )
        for name, limit, actual, (base, of) in checks
    )


def _in_words(limit: Limit, base: int, of: str) -> str:
    return str(limit) if limit.percent is None else f"{limit} of {base} {of} = {limit.largest(base)}"


def live_gate(before: AccountSettings, owner: str) -> Gate:
    """Refuses while nobody knows whether the integration is on at all."""
    unread = isinstance(before.enabled, Unknown)
    actual = "integration.enabled is unknown" if unread else "read"
    return Gate(
        id="live.unknown", status=status_of(not unread), limit="the toggle is known", actual=actual, owner=owner
    )


def stale_sources(
    evidence: tuple[Evidence, ...], ages: MaxEvidenceAge, now: datetime
) -> tuple[tuple[Evidence, str], ...]:
    """The evidence that is too old or of unknown age, with a sentence each."""
    allowed = {"users": ages.users, "settings": ages.portal, "portal": ages.portal, "tenant": ages.tenant}
    stale = []
    for one in evidence:
        limit = allowed.get(one.kind)
        if limit is None or (one.live and not one.frozen):
            continue
        if one.as_of is None:
            stale.append((one, f"{one.source}: nobody says how old it is"))
        elif one.as_of - now > CLOCK_SKEW:
            stale.append((one, f"{one.source}: says it is from the future, so nobody knows how old it is"))
        elif now - one.as_of > limit:
            stale.append((one, f"{one.source}: {in_words(now - one.as_of)} old, at most {in_words(limit)}"))
    return tuple(stale)


def age_gate(stale: tuple[tuple[Evidence, str], ...], ages: MaxEvidenceAge, owner: str) -> Gate:
    """Refuses when evidence is too old, or of an age nobody knows."""
    limit = f"users {in_words(ages.users)}, portal {in_words(ages.portal)}, tenant {in_words(ages.tenant)}"
    actual = "; ".join(sentence for _, sentence in stale) or "fresh"
    return Gate(id="evidence.age", status=status_of(not stale), limit=limit, actual=actual, owner=owner)


def overridden(gates: tuple[Gate, ...], allowed: frozenset[str]) -> tuple[Gate, ...]:
    """The gates with those lifted that refuse and were allowed by name."""
    return tuple(
        Gate(id=gate.id, status=GateStatus.OVERRIDDEN, limit=gate.limit, actual=gate.actual, owner=gate.owner)
        if gate.status is GateStatus.REFUSE and gate.id in allowed
        else gate
        for gate in gates
    )


def in_words(age: timedelta) -> str:
    """A time span in its largest whole unit, such as ``36h``."""
    seconds = int(age.total_seconds())
    for letter, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size or (seconds and seconds % size == 0):
            return f"{seconds // size}{letter}"
    return f"{seconds}s"


def status_of(passes: bool) -> GateStatus:
    """The status of a gate that nobody has lifted."""
    return GateStatus.PASS if passes else GateStatus.REFUSE
