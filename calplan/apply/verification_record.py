"""A verification as it is kept with its run: numbers only, and no address of anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypedDict, cast

from calplan.apply.as_planned import PAIRS
from calplan.apply.judge import Verdict
from calplan.apply.verify import RuleCount, Verification

FORMAT: Final = 1
"""Goes up when a key changes its meaning; a newer record is left unread rather than misread."""


class VerificationRecord(TypedDict):
    """The content of a record of the kind ``verification``; ``counts`` by verdict, ``by_rule`` by rule and verdict.

    ``complete``: the run had come to its end. ``later_runs`` counts runs of the account that were begun since.
    ``settings`` lists what is not as planned, where privileges of assistants are one entry.
    """

    format: int
    at: str
    who: str
    complete: bool
    later_runs: int
    counts: dict[str, int]
    by_rule: dict[str, dict[str, int]]
    within: bool
    settings: list[str]
    still_disconnected: int
    returned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """When and by whom a run was verified, and what stands in the way of blaming or praising the forecast."""

    at: datetime
    who: str
    complete: bool
    later_runs: int
    settings: tuple[str, ...]

    @property
    def as_forecast(self) -> bool:
        """Whether the account is as the forecast supposes."""
        return self.complete and not self.later_runs and not self.settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A run held against what is observed now: what came of it, and in which circumstances."""

    run: str
    account: str
    plan_id: str
    result: Verification
    circumstances: Circumstances

    @property
    def as_forecast(self) -> bool:
        """Whether the run is done, what it changed is as planned, and its users fare as forecast, within tolerance."""
        return self.circumstances.complete and not self.circumstances.settings and self.result.within


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A verification as it was kept."""

    circumstances: Circumstances
    counts: Mapping[str, int]
    by_rule: Mapping[str, RuleCount]
    within: bool
    still_disconnected: int
    returned: int


def record_of(verified: Verified) -> VerificationRecord:
    """What is kept of a verification."""
    result, circumstances = verified.result, verified.circumstances
    settings = {"privateEvents" if one.startswith(PAIRS) else one: None for one in circumstances.settings}
    return {
        "format": FORMAT,
        "at": circumstances.at.isoformat(timespec="seconds"),
        "who": circumstances.who,
        "complete": circumstances.complete,
        "later_runs": circumstances.later_runs,
        "counts": {verdict.value: result.counts[verdict] for verdict in Verdict},
        "by_rule": {rule: _numbers(count) for rule, count in result.by_rule.items()},
        "within": result.within,
        "settings": [*settings],
        "still_disconnected": len(result.still_disconnected),
        "returned": result.returned,
    }


def recorded(content: Mapping[str, object]) -> Recorded | None:
    """The verification in a record; ``None`` where it was written in a form that this version does not know."""
    if content.get("format") != FORMAT:
        return None
    record = cast("VerificationRecord", content)
    try:
        return Recorded(
            circumstances=Circumstances(
                at=datetime.fromisoformat(record["at"]),
                who=record["who"],
                complete=record["complete"],
                later_runs=record["later_runs"],
                settings=tuple(record["settings"]),
            ),
            counts=record["counts"],
            by_rule={rule: _count(numbers) for rule, numbers in record["by_rule"].items()},
            within=record["within"],
            still_disconnected=record["still_disconnected"],
            returned=record["returned"],
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _numbers(count: RuleCount) -> dict[str, int]:
    return {
        Verdict.HIT.value: count.hits,
        Verdict.SURPRISE.value: count.surprises,
        Verdict.FALSE_ALARM.value: count.false_alarms,
        Verdict.NOT_OBSERVABLE.value: count.not_observable,
        "undecided": count.undecided,
    }


def _count(numbers: Mapping[str, int]) -> RuleCount:
    return RuleCount(
        hits=numbers[Verdict.HIT.value],
        surprises=numbers[Verdict.SURPRISE.value],
        false_alarms=numbers[Verdict.FALSE_ALARM.value],
        not_observable=numbers[Verdict.NOT_OBSERVABLE.value],
        undecided=numbers["undecided"],
    )
