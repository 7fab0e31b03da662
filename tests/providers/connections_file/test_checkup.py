"""What a look at a connections file finds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from calplan.providers.base import Ability
from calplan.providers.checkup import Verdict
from calplan.providers.connections_file.capabilities import CAPABILITIES
from calplan.providers.connections_file.checkup import check_connections
from calplan.providers.errors import InvalidAccountError

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(hours=24)


def found(content: str, max_age: timedelta = DAY) -> dict[str, tuple[Verdict, str]]:
    Path("connections.csv").write_text(content)
    checks = list(check_connections(Path("connections.csv"), lambda: NOON, max_age))
    assert all(check.fix for check in checks if check.verdict is not Verdict.OK)
    return {check.subject: (check.verdict, check.found) for check in checks}


def test_a_file_that_says_everything_is_fine() -> None:
    assert found("email,service,as_of\na@b.c,google,2026-11-22T11:00Z\nb@b.c,,2026-11-21T12:00Z\n") == {
        "file": (Verdict.OK, "connections.csv can be read: 2 rows"),
        "age": (Verdict.OK, "the oldest row is of 2026-11-21 12:00 UTC"),
        "service": (Verdict.OK, "every row says what its user is connected to"),
    }


def test_what_is_missing_in_some_rows_is_counted() -> None:
    rows = "".join(f"u{number}@b.c,{'unknown' if number % 4 else 'google'},,x\n" for number in range(2000))
    assert found(f"email,service,as_of,colour\n{rows}") == {
        "file": (Verdict.OK, "connections.csv can be read: 2,000 rows"),
        "columns": (Verdict.WARN, "columns that are not known are ignored: `colour`"),
        "as_of": (Verdict.WARN, "2,000 rows without `as_of`: their age is unknown"),
        "service": (Verdict.WARN, "1,500 of 2,000 rows without a known `service`"),
    }


def test_the_oldest_row_decides_the_age() -> None:
    content = "email,service,as_of\na@b.c,google,2026-11-22T11:00Z\nb@b.c,,2026-11-21T11:59Z\nc@b.c,,\n"
    said = found(content)
    assert said["age"] == (
        Verdict.WARN,
        "the oldest row is of 2026-11-21 11:59 UTC: older than `maxEvidenceAge.users` allows",
    )
    assert said["as_of"] == (Verdict.WARN, "1 of 3 rows without `as_of`: their age is unknown")
    assert found(content, timedelta(hours=25))["age"][0] is Verdict.OK


def test_a_row_of_tomorrow_is_doubtful() -> None:
    said = found("email,service,as_of\na@b.c,google,2026-11-23T11:00Z\nb@b.c,,2026-11-01T11:00Z\n")
    assert said["age"] == (Verdict.WARN, "a row is of 2026-11-23 11:00 UTC, which is yet to come")


def test_a_file_without_rows_says_nothing_about_anybody() -> None:
    assert found("email\n") == {"file": (Verdict.WARN, "connections.csv has no row: it says nothing about anybody")}


def test_a_file_that_is_not_valid_fails_with_its_first_advice() -> None:
    Path("connections.csv").write_text("email,service\na@b.c,gogle\n")
    (check,) = check_connections(Path("connections.csv"), lambda: NOON, DAY)
    assert check.verdict is Verdict.FAIL
    assert check.found == "connections.csv:2: `gogle` is no value of `service`"
    assert "did you mean `google`?" in check.fix
    assert isinstance(check.error, InvalidAccountError)
    assert check.error.diagnostics


def test_it_can_be_read_for_users_and_nothing_else() -> None:
    assert CAPABILITIES.platform == "connections-file"
    assert {name: one.ability for name, one in CAPABILITIES.table.items()} == {"users": Ability.READ}
    assert CAPABILITIES.of("office365.tenantGrant").ability is Ability.NONE
    assert CAPABILITIES.writable == frozenset()
