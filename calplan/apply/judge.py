"""Whether what is observed of a user lies in the set that the forecast allows (semantics (l))."""

from dataclasses import dataclass
from enum import Enum
from typing import Final, assert_never

from calplan.impact.outcome import DISCONNECTED, NextStep, Outcome
from calplan.model.connection import Authentication, Connection, Held
from calplan.model.service import same_key
from calplan.model.unknown import Tri, Unknown

BARRED_BY_A_SETTING: Final = frozenset({NextStep.BLOCKED_DISABLED, NextStep.BLOCKED_DOMAIN})
"""Bars that stand as long as the settings do; consent, a mailbox's place and a new client can come at any time."""


class Verdict(Enum):
    """How one user's forecast came out."""

    HIT = "hit"
    SURPRISE = "surprise"
    FALSE_ALARM = "false_alarm"
    NOT_OBSERVABLE = "not_observable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The forecast of users who are alike, and the connection they had; ``None`` also where the integration was off.

    ``on_the_way``: the connection may be lost between two steps. ``impersonation_comes`` says that impersonation is
    switched on for them, ``perhaps_for_them`` that a fact which decides whether it serves them was not known.
    """

    outcome: Outcome
    next_step: NextStep
    rules: tuple[str, ...]
    had: Held
    on_the_way: bool
    impersonation_comes: bool
    perhaps_for_them: bool

    @property
    def loses(self) -> bool:
        """Whether a loss was forecast for certain."""
        return self.outcome in DISCONNECTED

    @property
    def undecided(self) -> bool:
        """Whether no observation could contradict the forecast; then its coming true proves nothing."""
        if self.outcome is Outcome.AT_RISK or self.on_the_way:
            return True
        leaves_alone = self.outcome in (Outcome.PROMPTED, Outcome.UNAFFECTED) and self.had is None
        return leaves_alone and (self.perhaps_for_them or not self.impersonation_comes)


def judge(expected: Expected, now: Held) -> Verdict:
    """The verdict on one user; that somebody without a connection has made one since is no surprise."""
    if isinstance(now, Unknown):
        return Verdict.NOT_OBSERVABLE
    if expected.on_the_way:
        return Verdict.HIT
    match expected.outcome:
        case Outcome.AT_RISK:
            return Verdict.HIT
        case Outcome.BLOCKED:
            return Verdict.HIT if now is None else _in_spite_of_the_bar(expected)
        case Outcome.AUTOMATIC:
            return _gained(expected, now)
        case Outcome.PROMPTED | Outcome.UNAFFECTED:
            return _left_alone(expected, now)
        case (
            Outcome.DISCONNECTED_BLOCKED
            | Outcome.DISCONNECTED_SILENT
            | Outcome.DISCONNECTED_NOTICE_UNKNOWN
            | Outcome.DISCONNECTED_PROMPTED
        ):
            return _lost(expected, now)
        case _:
            assert_never(expected.outcome)


def as_before(had: Held, now: Held) -> Tri:
    """Whether a connection is the one there was before, as far as both are known."""
    if isinstance(had, Unknown) or isinstance(now, Unknown):
        return Tri.UNKNOWN
    if had == now:
        return Tri.YES
    if had is None or now is None:
        return Tri.NO
    key = same_key(had.key, now.key)
    unread = Authentication.UNKNOWN in (had.auth, now.auth)
    if key is Tri.NO or (had.auth is not now.auth and not unread):
        return Tri.NO
    return key if had.auth is now.auth else Tri.UNKNOWN


def came_back(expected: Expected, now: Held) -> bool:
    """Whether somebody is connected who is known to have lost what he had."""
    return isinstance(now, Connection) and as_before(expected.had, now) is Tri.NO


def _lost(expected: Expected, now: Connection | None) -> Verdict:
    if now is None:
        return Verdict.HIT
    same = as_before(expected.had, now)
    if same is not Tri.NO:
        return Verdict.FALSE_ALARM if same is Tri.YES else Verdict.NOT_OBSERVABLE
    return _in_spite_of_the_bar(expected) if expected.outcome is Outcome.DISCONNECTED_BLOCKED else Verdict.HIT


def _in_spite_of_the_bar(expected: Expected) -> Verdict:
    """Somebody who was said to be barred is connected: either the bar never stood, or it is gone since."""
    barred = expected.next_step in BARRED_BY_A_SETTING
    return Verdict.SURPRISE if barred else Verdict.NOT_OBSERVABLE


def _gained(expected: Expected, now: Connection | None) -> Verdict:
    if now is None:
        return Verdict.SURPRISE
    if now.auth is Authentication.IMPERSONATION:
        return Verdict.HIT
    same = as_before(expected.had, now)
    if same is Tri.UNKNOWN:
        return Verdict.NOT_OBSERVABLE
    return Verdict.HIT if same is Tri.NO else Verdict.SURPRISE


def _left_alone(expected: Expected, now: Connection | None) -> Verdict:
    same = as_before(expected.had, now)
    if same is Tri.YES:
        return Verdict.HIT
    if now is not None and now.auth is Authentication.IMPERSONATION and expected.impersonation_comes:
        # Nobody makes such a connection himself. It may come to whom nobody could say whether it would.
        return Verdict.HIT if expected.perhaps_for_them else Verdict.SURPRISE
    if same is Tri.UNKNOWN:
        return Verdict.NOT_OBSERVABLE
    return Verdict.HIT if expected.had is None else Verdict.SURPRISE
