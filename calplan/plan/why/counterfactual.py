"""What would have to be otherwise for a user to have another outcome (semantics (k))."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from calplan.impact.outcome import Outcome, UserOutcome
from calplan.plan.why.suppositions import (
    OverrideLeft,
    SettingLeft,
    Situation,
    Supposition,
    facts,
    policy_fields,
    supposed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Changes that together give another outcome, and the forecast they give."""

    changes: tuple[Supposition, ...]
    forecast: UserOutcome


def counterfactual(now: Situation, asked: Outcome) -> tuple[Answer, ...]:
    """Every single change that spares the user the asked outcome; if there is none, every pair of policy fields.

    Single changes are policy fields first, then facts. Nothing at all where neither one nor two changes suffice.
    """
    fields = tuple(policy_fields(now))
    single = tuple(_answers(now, asked, ((one,) for one in (*fields, *facts(now)))))
    return single or tuple(_answers(now, asked, (pair for pair in combinations(fields, 2) if not _within(*pair))))


def _answers(now: Situation, asked: Outcome, tries: Iterator[tuple[Supposition, ...]]) -> Iterator[Answer]:
    for changes in tries:
        other = _all_supposed(now, changes)
        forecast = None if other is None else other.outcome
        if forecast is not None and forecast.outcome is not asked:
            yield Answer(changes=changes, forecast=forecast)


def _all_supposed(now: Situation, changes: tuple[Supposition, ...]) -> Situation | None:
    """The situation with all changes, one after the other; ``None`` where one of them cannot be."""
    other: Situation | None = now
    for one in changes:
        other = None if other is None else supposed(other, one)
    return other


def _within(one: Supposition, other: Supposition) -> bool:
    """Whether one of two leaves a whole service of which the other leaves a part."""
    match one, other:
        case SettingLeft(), SettingLeft():
            return one.setting is other.setting and None in (one.part, other.part)
        case OverrideLeft(), OverrideLeft():
            same = (one.group, one.setting) == (other.group, other.setting)
            return same and None in (one.part, other.part)
        case _:
            return False
