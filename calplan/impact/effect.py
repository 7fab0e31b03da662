"""A row of the decision table, and the finding that it fired for somebody."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.model.citation import Certainty, weakest
from calplan.model.settings import Setting
from calplan.model.unknown import Tri


class ByClient(Enum):
    """The type with the one member ``BY_CLIENT``: the user's clients decide what he is told."""

    BY_CLIENT = "by_client"


BY_CLIENT: Final = ByClient.BY_CLIENT

NOTICE_OF_CLIENT: Final = {Tri.YES: Notice.PROMPT, Tri.NO: Notice.NO_PROMPT, Tri.UNKNOWN: Notice.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the decision table with the sentences of the article it rests on.

    ``outcome`` is ``None`` for users who get none (R00). ``tests_client`` marks rows that read the client version: one
    last-used version is weak evidence for those (A18). ``doubts_return`` marks rows that fire because a fact is missing
    which decides whether the user can come back.
    """

    id: str
    says: str
    connection: Link
    notice: Notice | ByClient
    next_step: NextStep
    certainty: Certainty
    sentences: tuple[str, ...]
    outcome: Outcome | None
    tests_client: bool = False
    doubts_return: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """That a row fired for a class of users.

    ``rests_on`` names unread live settings without which it might not have fired.
    """

    row: Row
    notice: Notice
    rests_on: frozenset[Setting] = frozenset()


def found(row: Row, prompts: Tri = Tri.UNKNOWN, rests_on: frozenset[Setting] = frozenset()) -> Finding:
    """The finding that ``row`` fired for users whose clients answer ``prompts``."""
    notice = NOTICE_OF_CLIENT[prompts] if isinstance(row.notice, ByClient) else row.notice
    return Finding(row=row, notice=notice, rests_on=rests_on)


def certainty_of(
    finding: Finding, *, last_client_only: bool, domain_unreadable: bool, inferred: bool = False
) -> Certainty:
    """How sure a finding is: its row's certainty, unless it rests on something nobody could read.

    One last-used version caps rows that test a client (A18); a domain that cannot be normalised makes nobody sure. A
    connection that was ``inferred`` from consent caps rows that say what becomes of it.
    """
    row = finding.row
    if finding.rests_on or (domain_unreadable and row.id.startswith("R05")):
        return Certainty.UNKNOWN
    capped = (row.tests_client and last_client_only) or (row.connection is not Link.SAME and inferred)
    return weakest((row.certainty, Certainty.INFERRED)) if capped else row.certainty


def loss_rests_on(fired: tuple[Finding, ...]) -> frozenset[Setting] | None:
    """The unread settings on which the loss of the connection rests; ``None`` when no row loses it."""
    losses = [one.rests_on for one in fired if one.row.connection is Link.LOST]
    return min(losses, key=len, default=None)


def taken(fired: tuple[Finding, ...]) -> bool:
    """Whether the list of domains or the lock already ends the connection; the same loss is not reported again.

    A loss that rests on a setting nobody read takes nothing: if it does not come, the other one does.
    """
    return any(one.row.id.startswith(("R05b", "R10b")) and not one.rests_on for one in fired)
