"""The kinds of steps, their canonical order, and what speaks for it (semantics (i))."""

from collections.abc import Iterator
from enum import Enum
from typing import Final


class StepKind(Enum):
    """The kinds of steps, in canonical order."""

    GRANT = "ensure_grant"
    DISABLE = "disable"
    UNLOCK = "unlock"
    DOMAINS = "set_domains"
    KEY = "set_service"
    CONSENT = "set_consent"
    LOCK = "lock"
    OAUTH = "set_oauth"
    ENABLE = "enable"
    SYNC = "set_sync"
    REVOKE = "revoke_stale"
    PRIVATE_EVENTS = "set_private_access"


Order = tuple[StepKind, ...]

PERMUTED: Final = (
    StepKind.UNLOCK,
    StepKind.DOMAINS,
    StepKind.KEY,
    StepKind.LOCK,
    StepKind.OAUTH,
    StepKind.ENABLE,
)
"""The kinds whose order decides who is disconnected. The grant and turning off come first, flags harm nobody."""
AS_LISTED: Final = (
    StepKind.ENABLE,
    StepKind.UNLOCK,
    StepKind.LOCK,
    StepKind.KEY,
    StepKind.DOMAINS,
    StepKind.OAUTH,
)
"""The order in which the settings stand in the portal: what somebody who goes down the page would do."""


WHY: Final = {
    StepKind.GRANT: "consent comes first, so that whoever must authorise can",
    StepKind.DISABLE: "turning off comes before anything else, so that nothing else strikes those it concerns",
    StepKind.UNLOCK: "unlocking first lets the later steps pass users by whom they need not hit",
    StepKind.DOMAINS: "domains come before the lock, so that nobody authorises only to be barred",
    StepKind.KEY: "service, URL, permissions and impersonation go in one save, so that nobody loses twice",
    StepKind.CONSENT: "the switch harms nobody and belongs with the service",
    StepKind.LOCK: "the lock is the point of no return, so it comes when what it enforces is in place",
    StepKind.OAUTH: "after the lock, whose prompt is documented while that of OAuth is not",
    StepKind.ENABLE: "turning on comes when everything behind it is ready",
    StepKind.SYNC: "a switch that harms nobody",
    StepKind.REVOKE: "what is left over goes last, when nothing uses it any more",
    StepKind.PRIVATE_EVENTS: "a flag of one scheduling privilege that harms nobody",
}
WHY_OAUTH_FIRST: Final = "before the service, or users would authorise by password and lose the connection again"
WHY_ALONE: Final = "no other step depends on it"
WHY_CHEAPEST: Final = "of all orders that were walked, those with this step here cost least"
"""Said where the usual reason does not hold for the order that was chosen."""

WORDS: Final = {
    StepKind.UNLOCK: "the unlocking",
    StepKind.DOMAINS: "the domains",
    StepKind.KEY: "the service",
    StepKind.LOCK: "the lock",
    StepKind.OAUTH: "OAuth",
    StepKind.ENABLE: "turning on",
}
"""The permuted kinds as a sentence names them."""


def canonical(kinds: frozenset[StepKind], *, to_office365_ews: bool) -> Order:
    """These kinds in canonical order; OAuth stands before the service where that becomes Office 365 through EWS."""
    order = list(PERMUTED)
    if to_office365_ews:
        order.remove(StepKind.OAUTH)
        order.insert(order.index(StepKind.KEY), StepKind.OAUTH)
    return tuple(kind for kind in order if kind in kinds)


def admissible_next(left: frozenset[StepKind]) -> tuple[StepKind, ...]:
    """The kinds that may come next while these are left: a lock is never put on before one is taken off."""
    return tuple(kind for kind in PERMUTED if kind in left and not (kind is StepKind.LOCK and StepKind.UNLOCK in left))


def admissible_orders(kinds: frozenset[StepKind]) -> Iterator[Order]:
    """Every admissible order of these kinds."""
    if not kinds:
        yield ()
    for kind in admissible_next(kinds):
        for rest in admissible_orders(kinds - {kind}):
            yield (kind, *rest)


def as_listed(kinds: Order) -> Order:
    """The naive order: down the page."""
    return tuple(kind for kind in AS_LISTED if kind in kinds)


def whole(order: Order, kinds: frozenset[StepKind]) -> Order:
    """An order of the kinds that matter, with those in their places that harm nobody."""
    first = tuple(kind for kind in (StepKind.GRANT, StepKind.DISABLE) if kind in kinds)
    consent = (StepKind.CONSENT,) if StepKind.CONSENT in kinds else ()
    cut = order.index(StepKind.KEY) + 1 if StepKind.KEY in order else 0
    last = tuple(kind for kind in (StepKind.SYNC, StepKind.REVOKE, StepKind.PRIVATE_EVENTS) if kind in kinds)
    return (*first, *order[:cut], *consent, *order[cut:], *last)


def inversions(order: Order, usual: Order) -> int:
    """How many pairs of kinds stand the other way round than usual."""
    ranks = [usual.index(kind) for kind in order]
    return sum(one > other for place, one in enumerate(ranks) for other in ranks[place + 1 :])


def why_here(kind: StepKind, order: Order, *, to_office365_ews: bool) -> str:
    """What speaks for the place of a kind in the order of the permuted ones."""
    if kind not in order:
        return WHY[kind]
    before, after = order[: order.index(kind)], order[order.index(kind) + 1 :]
    holds = {
        StepKind.UNLOCK: not before,
        StepKind.DOMAINS: StepKind.LOCK in after,
        StepKind.KEY: True,
        StepKind.LOCK: not {StepKind.KEY, StepKind.DOMAINS} & set(after),
        StepKind.OAUTH: StepKind.LOCK in before,
        StepKind.ENABLE: not after,
    }
    if kind is StepKind.OAUTH and to_office365_ews and StepKind.KEY in after:
        return WHY_OAUTH_FIRST
    if holds[kind]:
        return WHY[kind]
    return WHY_CHEAPEST if len(order) > 1 else WHY_ALONE
