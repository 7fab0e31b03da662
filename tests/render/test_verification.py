"""What a verification found, as text, JSON, CSV and NDJSON."""

import csv
import json
from io import StringIO

from calplan.apply.verify import Verification
from calplan.render.verification import disconnected_csv, disconnected_ndjson, verification_json, verification_text
from tests import make
from tests.apply.make import held_against, verified

ON_GOOGLE = make.facts("google", "write", "read")
NOWHERE = make.facts("")
LONG = f"{'a' * 200}@corp.example"


def people(number: int) -> list[str]:
    return [f"user{one:02}@corp.example" for one in range(number)]


def lost(number: int) -> Verification:
    """So many users who lost their connection, as forecast."""
    return held_against(dict.fromkeys(people(number), ON_GOOGLE), dict.fromkeys(people(number), NOWHERE))


def kept(number: int) -> Verification:
    """So many users who were said to lose their connection and have it still."""
    return held_against(dict.fromkeys(people(number), ON_GOOGLE), dict.fromkeys(people(number), ON_GOOGLE))


def surprised(*emails: str) -> Verification:
    """Users who were to be left alone and lost their connection."""
    return held_against(dict.fromkeys(emails, ON_GOOGLE), dict.fromkeys(emails, NOWHERE), after=make.account())


def test_one_of_a_kind_is_counted_in_the_singular() -> None:
    (last,) = [*verification_text(verified(kept(1)), show_users="none", name_disconnected=True)][-1:]
    assert last.startswith("Verified: 0 as forecast, 0 surprises, 1 false alarm, 0 not observable. ")
    (last,) = [*verification_text(verified(surprised("a@x.example")), show_users="none", name_disconnected=True)][-1:]
    assert last == (
        "Verified: 0 as forecast, 1 surprise, 0 false alarms, 0 not observable. The outcome is beyond tolerance.\n"
    )


def test_where_nobody_could_be_observed_nothing_is_called_fine() -> None:
    unread = {"dan@corp.example": make.facts(None)}
    (*_, last) = verification_text(verified(held_against(unread, unread)), show_users="none", name_disconnected=True)
    assert last == (
        "Verified: 0 as forecast, 0 surprises, 0 false alarms, 1 not observable. "
        "The settings are as planned; no user could be observed, so nothing is confirmed of any.\n"
    )


def test_surprises_and_false_alarms_are_told_with_what_was_found() -> None:
    said = [*verification_text(verified(surprised("dan@corp.example")), show_users="top", name_disconnected=False)]
    assert said[0] == "surprise: dan@corp.example was forecast unaffected, and is not connected\n"
    said = [*verification_text(verified(kept(1)), show_users="top", name_disconnected=False)]
    assert said[0] == (
        "false alarm: user00@corp.example was forecast disconnected_prompted (disconnected, and asked to set up "
        "again), and is connected to Google\n"
    )


def test_whoever_is_still_disconnected_is_named_with_what_has_to_happen() -> None:
    said = [*verification_text(verified(lost(1)), show_users="top", name_disconnected=True)]
    assert said[0] == (
        "still disconnected: user00@corp.example, forecast disconnected_prompted by R10b1, R12b, R12d; "
        "next step: authorise\n"
    )
    assert said[1] == "Still disconnected: 1; back since: 0. Look again later: calplan verify run1\n"


def test_right_after_an_apply_nobody_is_named_again() -> None:
    assert len([*verification_text(verified(lost(3)), show_users="all", name_disconnected=False)]) == 2


def test_twenty_are_named_unless_all_or_none_are_asked_for() -> None:
    for show, lines in (("top", 21), ("all", 25), ("none", 0)):
        said = [*verification_text(verified(lost(25)), show_users=show, name_disconnected=True)]  # type: ignore[arg-type]  # one of the three
        assert len(said) == lines + 2
        assert ("... and 5 more; --users all names them\n" in said) is (show == "top")


def test_settings_an_unfinished_run_and_later_runs_are_said_first() -> None:
    seen = verified(lost(1), complete=False, later_runs=2, settings=("allowedDomains",))
    said = [*verification_text(seen, show_users="none", name_disconnected=True)]
    assert [line.partition(" ")[0] for line in said] == ["The", "2", "setting", "Still", "Verified:"]
    assert said[-1].endswith("The settings are not as planned.\n")
    seen = verified(lost(1), complete=False)
    assert [*verification_text(seen, show_users="none", name_disconnected=True)][-1].endswith("The run is not done.\n")


def test_every_format_gives_exactly_those_who_are_still_disconnected() -> None:
    seen = verified(lost(30))
    rows = [*csv.DictReader(StringIO("".join(disconnected_csv(seen))))]
    lines = [json.loads(line) for line in disconnected_ndjson(seen)]
    assert [row["email"] for row in rows] == [line["email"] for line in lines] == people(30)
    assert [row["rules"].split(";") for row in rows] == [line["rules"] for line in lines]
    whole = json.loads("".join(verification_json(seen)))
    assert [one["email"] for one in whole["still_disconnected"]] == people(30)
    assert whole["as_forecast"] is True


def test_no_address_is_shortened_and_none_does_harm() -> None:
    seen = verified(surprised(LONG, "=cmd@corp.example", "x\x1b[2j@corp.example"))
    text = "".join(verification_text(seen, show_users="all", name_disconnected=True))
    table, lines = "".join(disconnected_csv(seen)), "".join(disconnected_ndjson(seen))
    for said in (text, table, lines):
        assert LONG in said
        assert "\x1b" not in said
    assert "\n'=cmd@corp.example," in table


def test_json_gives_numbers_and_users() -> None:
    whole = json.loads("".join(verification_json(verified(kept(1)))))
    assert whole["numbers"]["counts"] == {"false_alarm": 1, "hit": 0, "not_observable": 0, "surprise": 0}
    (one,) = whole["false_alarms"]
    assert (one["email"], one["service_now"]) == ("user00@corp.example", "google")
