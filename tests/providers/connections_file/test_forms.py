"""The same rows say the same in CSV, NDJSON and Parquet."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.connections_file.make import Row, as_csv, as_ndjson, needs_pyarrow, stated

ANY_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
ITEMS = st.lists(st.text(st.characters(exclude_characters="\0;", exclude_categories=["Cs"]), max_size=6), max_size=3)
MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1)).map(datetime.isoformat)  # noqa: DTZ001 - no zone
ZONED = st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(datetime.isoformat)  # noqa: DTZ001 - as above
CELLS = {
    "id": ANY_TEXT,
    "status": st.sampled_from(["active", "inactive", "pending", ""]),
    "licensed": st.sampled_from(["yes", "no", "unknown", ""]),
    "groups": ITEMS,
    "primary_group": ANY_TEXT,
    "clients": ITEMS,
    "service": st.sampled_from(["", "unknown", "google", "office365-graph", "exchange-mapi", " exchange-ews "]),
    "ews_host": st.sampled_from(["", "unknown", "mail.corp.example", "Mail.Corp.Example:443"]),
    "calendar": st.sampled_from(["none", "read", "write", "unknown", ""]),
    "contacts": st.sampled_from(["none", "read", "write", "unknown", ""]),
    "auth": st.sampled_from(["oauth", "basic", "impersonation", "unknown", ""]),
    "mailbox": st.sampled_from(["", "box@corp.example", "USER0@corp.example"]),
    "mailbox_location": st.sampled_from(["cloud", "on-premises", "unknown", ""]),
    "own_grant": st.sampled_from([[], ["unknown"], ["Calendars.Read"], ["Contacts.Read", "Calendars.Read"]]),
    "evidence": ANY_TEXT,
    "as_of": st.one_of(MOMENTS, ZONED, st.just("")),
    "colour": ANY_TEXT,
}


@st.composite
def files(draw: st.DrawFn) -> tuple[list[str], list[Row]]:
    """Some columns in any order, and rows that fill each of them."""
    columns = draw(st.permutations(["email", *draw(st.sets(st.sampled_from(sorted(CELLS))))]))
    cells = st.fixed_dictionaries({name: CELLS[name] for name in columns if name != "email"})
    stated_rows = draw(st.lists(cells, min_size=1, max_size=8))
    return columns, [{**row, "email": f"user{place}@corp.example"} for place, row in enumerate(stated_rows)]


@needs_pyarrow
@settings(max_examples=150)
@given(files())
def test_the_same_rows_say_the_same_in_every_form(file: tuple[list[str], list[Row]]) -> None:
    from tests.providers.connections_file.parquet import as_parquet  # noqa: PLC0415 - imports pyarrow

    columns, rows = file
    forms = [stated(form(columns, rows)) for form in (as_csv, as_ndjson, as_parquet)]
    assert list(forms[0].rows) == [row["email"] for row in rows]
    assert forms[0] == forms[1] == forms[2]
