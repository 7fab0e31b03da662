"""The list of users, and counts by group, domain, service or client."""

import csv
import json

from pytest_snapshot.plugin import Snapshot

from calplan.render.impact import impact_lines, shares_by
from calplan.render.wording import AFFECTED_NAMES, OUTCOME_NAMES
from tests.render import make

AFFECTED = frozenset(AFFECTED_NAMES)
EVERYBODY = frozenset(OUTCOME_NAMES)


def lines(
    form: str, by: str | None = None, users: make.Users | None = None, outcomes: frozenset[str] = AFFECTED
) -> list[str]:
    users = users or make.some_users()
    return make.lines_of(impact_lines(make.plan(users), users, outcomes=outcomes, by=by, form=form))


def test_the_list_names_users_worst_first(snapshot: Snapshot) -> None:
    snapshot.assert_match("".join(lines("text")), "list.txt")


def test_the_list_holds_only_the_outcomes_asked_for() -> None:
    text = "".join(lines("text", outcomes=frozenset({"disconnected_silent"})))
    assert "bob@contoso.com" in text
    assert text.count("@") == 1
    assert "1 user listed." in text


def test_a_list_with_nobody_on_it_says_so() -> None:
    users = make.users(make.user("ida@contoso.com", "R01"))
    assert lines("text", users=users)[0].startswith("0 users listed. Users: 0 disconnected")


def test_the_list_as_csv_and_ndjson_holds_the_facts() -> None:
    rows = list(csv.DictReader(lines("csv")))
    objects = [json.loads(line) for line in lines("ndjson")]
    assert [row["email"] for row in rows] == [one["email"] for one in objects]
    assert {row["service"] for row in rows} == {one["service"] for one in objects} == {"google"}


def test_counts_by_service_and_client_say_what_is_unknown() -> None:
    unknown = make.user("a@contoso.com") | {"clients": []}
    del unknown["service"]
    unconnected = make.user("b@contoso.com", "R10c1") | {"service": "", "clients": ["5.2.1", "6.0.0(win)"]}
    users = make.users(unknown, unconnected, make.user("c@contoso.com"))
    assert lines("text", "service", users) == [
        "service (unknown): 1 disconnected and prompted\n",
        "service google: 1 disconnected and prompted\n",
        "service (not connected): 1 may be prompted\n",
    ]
    assert [line.partition(":")[0] for line in lines("text", "client", users)] == [
        "client (no client known)",
        "client 6.5.3.8712(win)",
        "client 5.2.1",
        "client 6.0.0(win)",
    ]


def test_those_with_most_harm_come_first_and_those_without_are_left_out() -> None:
    document = make.plan()
    document["impact"]["by_group"] = [
        {"name": "Few", "counts": {"disconnected_silent": 1, "prompted": 90}},
        {"name": "Many", "counts": {"disconnected_silent": 2}},
        {"name": "Nobody", "counts": {"unaffected": 5}},
    ]
    assert [share["name"] for share in shares_by(document, make.users(), "group")] == ["Many", "Few"]
    everybody = shares_by(document, make.users(), "group", EVERYBODY)
    assert [share["name"] for share in everybody] == ["Many", "Few", "Nobody"]


def test_counts_as_csv_have_a_column_for_each_outcome() -> None:
    rows = list(csv.DictReader(lines("csv", "group")))
    assert list(rows[0]) == ["group", *OUTCOME_NAMES]
    assert rows[0]["group"] == "Sales"


def test_counts_as_ndjson_name_what_they_count() -> None:
    found = json.loads(lines("ndjson", "domain")[0])
    assert found["domain"] == "contoso.com"
    assert set(found["counts"]) <= AFFECTED


def test_nothing_to_count_says_so() -> None:
    users = make.users(make.user("ida@contoso.com", "R01"))
    assert lines("text", "client", users) == ["No client has a user with such an outcome.\n"]


def test_a_group_made_to_harm_is_neutralised_in_every_format() -> None:
    document = make.plan()
    document["impact"]["by_group"] = [{"name": "=" + make.CHAOS, "counts": {"blocked": 1}}]
    for form in ("text", "csv", "ndjson"):
        found = list(impact_lines(document, make.users(), outcomes=AFFECTED, by="group", form=form))
        assert all(line[:-1].isprintable() and line.endswith("\n") for line in found)
        assert not found[-1].startswith("=") or form == "text"
