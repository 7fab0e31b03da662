"""The runs of a state, newest first, and how often each rule was right."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from calplan.apply.history import Begun, Lifted, PastRun
from calplan.apply.precision import Precision
from calplan.apply.verification_record import Recorded
from calplan.model.plural import plural
from calplan.render.plan_json import canonical_json
from calplan.render.table import columns
from calplan.render.untrusted import for_terminal

FORMAT_VERSION: Final = "1.0"
HEAD: Final = ("RUN", "BEGUN", "ACCOUNT", "BY", "PLAN", "STATUS", "STEPS", "LOSE", "VERIFIED")
STEPS, LOSE = 6, 7
RULES_HEAD: Final = (
    "RULE",
    "RUNS",
    "OBSERVED",
    "RIGHT",
    "SURPRISES",
    "FALSE ALARMS",
    "NOT OBSERVABLE",
    "UNDECIDED",
    "PRECISION",
)
SHORTEST: Final = 8
PLAN_ID_SHOWN: Final = 12
SET_IN: Final = "    "
EXPLAINED: Final = (
    "Precision: of the users observed, the share for whom the forecast was right, by the least flattering verification "
    "within a day of each run. Undecided: no observation could have contradicted the forecast."
)


def short_ids(ids: Sequence[str]) -> dict[str, str]:
    """The beginning of each id that no other has, of one length for all."""
    length = SHORTEST
    while len({one[:length] for one in ids}) < len(set(ids)):
        length += 1
    return {one: one[:length] for one in ids}


def history_text(past: Sequence[PastRun], names: dict[str, str], *, more: int, whose: str) -> Iterator[str]:
    """A line for each run, with the gates that were lifted for it below; ``more`` runs are older than these."""
    if not past:
        yield f"{for_terminal(f'No run{whose} is kept here yet.')}\n"
        return
    lines = columns([HEAD, *(_row(one, names[one.run.id]) for one in past)], right=frozenset({STEPS, LOSE}))
    yield f"{next(lines)}\n"
    for one, line in zip(past, lines, strict=True):
        yield f"{line}\n"
        yield from (f"{for_terminal(SET_IN + _override(lifted))}\n" for lifted in one.overrides)
        if one.in_doubt:
            yield f"{SET_IN}{plural(one.in_doubt, 'step')} in doubt: calplan log {names[one.run.id]}\n"
    if more:
        yield f"... and {plural(more, 'older run')}; --limit 0 shows all\n"


def _row(past: PastRun, name: str) -> tuple[str, ...]:
    run = past.run
    intended = past.intended
    return (
        name,
        moment(run.started_at),
        run.account,
        run.who,
        run.plan_id.removeprefix("sha256:")[:PLAN_ID_SHOWN],
        run.status,
        f"{past.done}/{'?' if intended is None else intended.steps}",
        "?" if intended is None else str(intended.loses),
        verified_in_words(past.verifications[-1]) if past.verifications else "never",
    )


def _override(lifted: Lifted) -> str:
    return f"{lifted.gate} ({lifted.actual}, limit {lifted.limit}) lifted by {lifted.who}: {lifted.reason}"


def verified_in_words(found: Recorded) -> str:
    """What a verification came to, in a few words."""
    wrong = (
        plural(found.counts.get("surprise", 0), "surprise"),
        plural(found.counts.get("false_alarm", 0), "false alarm"),
    )
    parts = [f"{found.counts.get('hit', 0)} as forecast", *wrong, f"{found.still_disconnected} disconnected"]
    unlike = found.circumstances.settings
    parts += [f"not as planned: {' '.join(unlike)}"] if unlike else []
    sound = found.within and found.circumstances.complete and not unlike
    return f"{'within' if sound else 'beyond'} tolerance: {', '.join(parts)}"


def moment(at: datetime) -> str:
    """A time to the second, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"


def rules_text(rules: Sequence[Precision]) -> Iterator[str]:
    """A line for each rule that fired in a verified run, and what the numbers mean."""
    if not rules:
        yield "No rule has been measured yet: that takes a run that was applied and verified.\n"
        return
    right = frozenset(range(1, len(RULES_HEAD)))
    yield from (f"{line}\n" for line in columns([RULES_HEAD, *map(_rule_row, rules)], right=right))
    yield f"{EXPLAINED}\n"


def _rule_row(one: Precision) -> tuple[str, ...]:
    count = one.count
    numbers = (count.hits, count.surprises, count.false_alarms, count.not_observable, count.undecided)
    return (one.rule, str(one.runs), str(count.observed), *map(str, numbers), one.percent or "-")


def history_json(past: Sequence[PastRun], rules: Sequence[Precision]) -> Iterator[str]:
    """Everything about these runs, and the measured precision of rules over all of them."""
    document = {
        "format_version": FORMAT_VERSION,
        "runs": [_run_document(one) for one in past],
        "rules": [_rule_document(one) for one in rules],
    }
    yield f"{canonical_json(document)}\n"


def run_document(run: Begun) -> dict[str, object]:
    """A run as data, without what happened in it."""
    return {
        "id": run.id,
        "account": run.account,
        "plan_id": run.plan_id,
        "who": run.who,
        "status": run.status,
        "started_at": run.started_at.isoformat(),
        "finished_at": None if run.finished_at is None else run.finished_at.isoformat(),
    }


def _run_document(past: PastRun) -> dict[str, object]:
    return {
        **run_document(past.run),
        "steps": None if past.intended is None else past.intended.steps,
        "steps_done": past.done,
        "steps_in_doubt": past.in_doubt,
        "users_forecast_to_lose": None if past.intended is None else past.intended.loses,
        "overrides": [
            {"gate": one.gate, "limit": one.limit, "actual": one.actual, "reason": one.reason, "who": one.who}
            for one in past.overrides
        ],
        "verifications": [_verification_document(one) for one in past.verifications],
    }


def _verification_document(one: Recorded) -> dict[str, object]:
    circumstances = one.circumstances
    return {
        "at": circumstances.at.isoformat(),
        "who": circumstances.who,
        "complete": circumstances.complete,
        "later_runs": circumstances.later_runs,
        "settings": [*circumstances.settings],
        "counts": dict(one.counts),
        "within": one.within,
        "still_disconnected": one.still_disconnected,
        "returned": one.returned,
    }


def _rule_document(one: Precision) -> dict[str, object]:
    return {
        "rule": one.rule,
        "runs": one.runs,
        "observed": one.count.observed,
        "hits": one.count.hits,
        "surprises": one.count.surprises,
        "false_alarms": one.count.false_alarms,
        "not_observable": one.count.not_observable,
        "undecided": one.count.undecided,
        "precision": None if one.share is None else float(one.share),
    }
