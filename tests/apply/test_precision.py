"""How often each rule was right, over all verified runs, without flattery."""

from dataclasses import replace
from datetime import timedelta

from calplan.apply.precision import Precision, VerifiedRun, precision
from calplan.apply.verification_record import Recorded, record_of, recorded
from calplan.apply.verify import RuleCount
from tests import make
from tests.apply.make import held_against, verified

ON_GOOGLE = make.facts("google", "write", "read")
USERS = {f"user{one}@corp.example": ON_GOOGLE for one in range(3)}
RIGHT = held_against(USERS, dict.fromkeys(USERS, make.facts("")))
WRONG = held_against(USERS, USERS)
UNSEEN = held_against(USERS, {})
THREE_RIGHT = RuleCount(hits=3)
THREE_WRONG = RuleCount(false_alarms=3)


def kept(found: object = RIGHT, **circumstances: object) -> Recorded:
    read = recorded(record_of(verified(found, **circumstances)))  # type: ignore[arg-type]  # as the caller means it
    assert read is not None
    return read


def measured(*verifications: Recorded) -> tuple[RuleCount, ...]:
    """What one run with these verifications says of the rule of the lock."""
    found = precision([VerifiedRun(ended_at=make.NOW, verifications=verifications)])
    return tuple(one.count for one in found if one.rule == "R10b1")


def test_a_record_is_read_as_it_was_written_and_names_nobody() -> None:
    one = verified(
        WRONG, settings=("allowedDomains", "privateEvents[a@x.example,b@x.example]", "privateEvents[c@x,d@x]")
    )
    record = record_of(one)
    assert "@" not in str(record)
    assert record["settings"] == ["allowedDomains", "privateEvents"]
    read = recorded(record)
    assert read is not None
    assert read.by_rule == WRONG.by_rule
    assert read.circumstances == replace(one.circumstances, settings=("allowedDomains", "privateEvents"))


def test_a_record_of_another_form_is_left_unread() -> None:
    record = dict(record_of(verified(RIGHT)))
    assert recorded({"counts": {"hit": 1}, "within": True}) is None
    assert recorded({**record, "format": 2}) is None
    assert recorded({**record, "by_rule": None}) is None
    assert recorded({**record, "at": "yesterday"}) is None


def test_of_the_verifications_within_a_day_the_worst_counts() -> None:
    assert measured(kept(RIGHT), kept(WRONG, days=1)) == (THREE_WRONG,)
    assert measured(kept(WRONG), kept(RIGHT, days=1)) == (THREE_WRONG,)


def test_later_ones_say_who_came_back_and_count_only_where_there_is_no_other() -> None:
    assert measured(kept(RIGHT), kept(WRONG, days=2)) == (THREE_RIGHT,)
    assert measured(kept(WRONG, days=9), kept(RIGHT, days=8)) == (THREE_RIGHT,)


def test_what_nobody_was_observed_by_counts_only_where_there_is_nothing_else() -> None:
    assert measured(kept(UNSEEN), kept(WRONG)) == (THREE_WRONG,)
    assert measured(kept(UNSEEN), kept(RIGHT)) == (THREE_RIGHT,)
    assert measured(kept(UNSEEN)) == (RuleCount(not_observable=3),)


def test_a_run_whose_forecast_did_not_get_its_settings_measures_nothing() -> None:
    assert measured() == ()
    assert measured(kept(complete=False)) == ()
    assert measured(kept(later_runs=1)) == ()
    assert measured(kept(settings=("integration.locked",))) == ()


def test_runs_add_up() -> None:
    runs = [VerifiedRun(ended_at=make.NOW, verifications=(kept(found),)) for found in (RIGHT, RIGHT, WRONG)]
    (lock,) = [one for one in precision(runs) if one.rule == "R10b1"]
    assert (lock.runs, lock.count, lock.percent) == (3, RuleCount(hits=6, false_alarms=3), "66.6%")


def test_only_what_was_always_right_has_a_hundred_percent() -> None:
    def share(hits: int, wrong: int) -> str | None:
        return Precision(rule="R01", runs=1, count=RuleCount(hits=hits, surprises=wrong, undecided=7)).percent

    assert share(5, 0) == "100.0%"
    assert share(9_999, 1) == "99.9%"
    assert share(0, 3) == "0.0%"
    assert share(0, 0) is None


def test_a_verification_made_before_the_end_by_a_clock_that_went_back_counts() -> None:
    run = VerifiedRun(ended_at=make.NOW + timedelta(hours=3), verifications=(kept(),))
    assert precision([run])[0].runs == 1
