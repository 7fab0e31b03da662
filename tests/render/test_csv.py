"""Users as a table."""

import csv

from pytest_snapshot.plugin import Snapshot

from calplan.plan.document import UserDocument
from calplan.render.csv import COLUMNS, users_csv
from tests.render import make


def rows(*users: UserDocument) -> list[dict[str, str]]:
    return list(csv.DictReader(make.lines_of(users_csv(make.users(*users)))))


def test_the_table_has_the_columns_of_users_files_and_the_forecast(snapshot: Snapshot) -> None:
    snapshot.assert_match("".join(users_csv(make.some_users())), "users.csv")


def test_only_the_outcomes_asked_for_are_listed() -> None:
    lines = make.lines_of(users_csv(make.some_users(), frozenset({"unaffected"})))
    assert [line.partition(",")[0] for line in lines] == ["email", "ida@contoso.com"]


def test_lists_are_parted_by_semicolons() -> None:
    row = rows(make.user("a@contoso.com", "R05b", "R10b1", groups=["Sales", "East; West"]))[0]
    assert row["groups"] == "Sales;East, West"
    assert row["rules"] == "R05b;R10b1"


def test_what_nobody_knows_is_not_an_empty_cell_that_says_something_else() -> None:
    user = make.user("a@contoso.com")
    del user["service"], user["own_grant"], user["groups"]
    row = rows(user)[0]
    assert (row["service"], row["own_grant"], row["groups"]) == ("unknown", "unknown", "unknown")
    row = rows(make.user("a@contoso.com", groups=()) | {"service": ""})[0]
    assert (row["service"], row["own_grant"], row["groups"]) == ("", "", "")


def test_no_cell_is_a_formula_and_no_name_breaks_its_row() -> None:
    row = rows(make.user('=HYPERLINK("http://evil")@contoso.com', groups=["+1", make.CHAOS]) | {"clients": ["-"]})[0]
    assert row["email"] == '\'=HYPERLINK("http://evil")@contoso.com'
    assert row["groups"].startswith("'+1;")
    assert row["clients"] == "'-"
    assert tuple(row) == COLUMNS


def test_users_who_share_everything_keep_their_own_mailboxes() -> None:
    one, other = make.user("a@contoso.com"), make.user("b@contoso.com")
    one["mailbox"], other["mailbox"] = "a@mail.contoso.com", "b@mail.contoso.com"
    assert [row["mailbox"] for row in rows(one, other)] == ["a@mail.contoso.com", "b@mail.contoso.com"]


def test_an_odd_address_after_many_plain_ones_is_quoted_like_any_other() -> None:
    plain = [make.user(f"user{number:04}@corp.example") for number in range(1000)]
    odd = make.user("zoe.o'brien@corp.example")
    assert [row["email"] for row in rows(*plain, odd)] == [one["email"] for one in (*plain, odd)]
