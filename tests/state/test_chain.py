"""Whoever changes what was recorded, and does not make the whole chain anew, is found out, with what he changed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, column, delete, insert, select, table, update

from calplan.state.chain import Entry, Head, canonical, digest, faults, origin
from calplan.state.place import Place
from calplan.state.tables import ACCOUNTS, RECORDS, RUNS
from tests.state.make import NOON, OWNER, applied, behind_its_back, opened


@pytest.fixture
def run(place: Place) -> str:
    """A run of four records in one account, and runs around it that have nothing to do with what is changed."""
    with opened(place) as store:
        run = applied(store)
        applied(store, "lab")
        store.take("spare", OWNER, "apply")
    return run


def found(place: Place, account: str = "corp") -> tuple[str, ...]:
    with opened(place) as store:
        return store.check_chain(account).faults


def test_a_chain_that_nobody_touched_has_no_fault_and_tells_its_end(run: str, place: Place) -> None:
    with opened(place) as store:
        report = store.check_chain("corp")
        assert (report.account, report.records, report.faults) == ("corp", 4, ())
        assert report.head == store.records(run)[-1].digest
        assert store.check_chain("lab").head != report.head
        nothing = store.check_chain("nobody")
        assert (nothing.records, nothing.head, nothing.faults) == (0, origin("nobody"), ())


def other_value(kind: Column[Any], value: object) -> object:
    """Something else than a value that its column takes as well."""
    match value:
        case datetime():
            return value + timedelta(seconds=7)
        case int():
            return value + 7
        case bytes():
            return value + b"x"
        case None:
            return NOON
        case _:
            return "spare" if kind.name == "account" else "other"


@pytest.mark.parametrize("kind", RUNS.columns, ids=lambda kind: kind.name)
def test_every_changed_column_of_a_run_is_found(kind: Column[Any], run: str, place: Place) -> None:
    with behind_its_back(place) as connection:
        value = connection.execute(select(kind).where(RUNS.c.id == run)).scalar_one()
        connection.execute(update(RUNS).where(RUNS.c.id == run).values({kind: other_value(kind, value)}))
    assert [fault for fault in found(place) if f"run {run}" in fault]


@pytest.mark.parametrize("kind", RECORDS.columns, ids=lambda kind: kind.name)
def test_every_changed_column_of_a_record_is_found(kind: Column[Any], run: str, place: Place) -> None:
    second = (RECORDS.c.run == run) & (RECORDS.c.number == 2)
    with behind_its_back(place) as connection:
        value = connection.execute(select(kind).where(second)).scalar_one()
        connection.execute(update(RECORDS).where(second).values({kind: other_value(kind, value)}))
    assert [fault for fault in found(place) if "record 2 " in fault]


@pytest.mark.parametrize(
    "values, fault",
    [
        ({"who": "bob"}, "its name of who ran it is not what was recorded"),
        ({"path": "[1]"}, "its path is not what was recorded"),
        ({"plan": b"PK2"}, "its plan is not what was recorded"),
        ({"plan_created_at": None}, "its time of planning is not what was recorded"),
        ({"status": "failed"}, "its status is failed, and the last one recorded is applied"),
        ({"finished_at": NOON}, "the time of its end is not what was recorded"),
    ],
)
def test_a_changed_run_is_told_by_what_was_changed(
    values: dict[str, object], fault: str, run: str, place: Place
) -> None:
    with behind_its_back(place) as connection:
        connection.execute(update(RUNS).where(RUNS.c.id == run).values(values))
    assert found(place) == (f"run {run}: {fault}",)
    assert found(place, "lab") == ()


def test_a_changed_record_is_told_by_its_number(run: str, place: Place) -> None:
    with behind_its_back(place) as connection:
        changed = update(RECORDS).where(RECORDS.c.run == run, RECORDS.c.number == 3)
        connection.execute(changed.values(content='{"result":"failed","step":"s1"}'))
    assert found(place) == ("record 3 (outcome) was changed, or is not the one that stood there",)


def test_a_changed_record_with_a_new_digest_no_longer_goes_with_the_next(run: str, place: Place) -> None:
    text = '{"result":"failed","step":"s1"}'
    with behind_its_back(place) as connection:
        rows = connection.execute(select(RECORDS).where(RECORDS.c.run == run).order_by(RECORDS.c.number)).all()
        third = rows[2]
        mark = digest(rows[1].digest, run=run, number=3, at=third.at, kind=third.kind, text=text)
        changed = update(RECORDS).where(RECORDS.c.run == run, RECORDS.c.number == 3)
        connection.execute(changed.values(content=text, digest=mark))
    assert found(place) == ("record 4 (status) was changed, or is not the one that stood there",)


def test_missing_records_are_told_by_their_numbers(run: str, place: Place) -> None:
    with behind_its_back(place) as connection:
        connection.execute(delete(RECORDS).where(RECORDS.c.run == run, RECORDS.c.number.in_((2, 3))))
    assert found(place) == ("records 2 to 3 are missing",)


def test_a_run_whose_beginning_is_missing_is_told(run: str, place: Place) -> None:
    with behind_its_back(place) as connection:
        connection.execute(delete(RECORDS).where(RECORDS.c.run == run, RECORDS.c.number == 1))
    assert found(place) == ("record 1 is missing", f"run {run} has no record of its beginning")


def test_an_end_that_was_cut_off_is_told(run: str, place: Place) -> None:
    with behind_its_back(place) as connection:
        connection.execute(delete(RECORDS).where(RECORDS.c.run == run, RECORDS.c.number == 4))
    assert found(place)[0] == "record 4 is missing: the end of the chain was cut off"


def test_an_end_that_was_cut_off_with_the_head_moved_back_still_contradicts_the_run(run: str, place: Place) -> None:
    with behind_its_back(place) as connection:
        connection.execute(delete(RECORDS).where(RECORDS.c.run == run, RECORDS.c.number == 4))
        third = select(RECORDS.c.digest).where(RECORDS.c.run == run, RECORDS.c.number == 3).scalar_subquery()
        moved = update(ACCOUNTS).where(ACCOUNTS.c.name == "corp")
        connection.execute(moved.values(head_number=3, head_digest=third))
    assert f"run {run}: its status is applied, and the last one recorded is running" in found(place)


def test_records_in_another_order_are_told(run: str, place: Place) -> None:
    with behind_its_back(place) as connection:
        for old, new in ((2, 9), (3, 2), (9, 3)):
            moved = update(RECORDS).where(RECORDS.c.run == run, RECORDS.c.number == old)
            connection.execute(moved.values(number=new))
    said = found(place)
    assert said[:2] == (
        "record 2 (outcome) was changed, or is not the one that stood there",
        "record 3 (intent) was changed, or is not the one that stood there",
    )


def test_a_record_put_behind_the_end_is_told(run: str, place: Place) -> None:
    with behind_its_back(place) as connection:
        head = connection.execute(select(ACCOUNTS.c.head_digest).where(ACCOUNTS.c.name == "corp")).scalar_one()
        mark = digest(head, run=run, number=5, at=NOON, kind="note", text="{}")
        row = {"account": "corp", "number": 5, "run": run, "at": NOON, "kind": "note", "content": "{}", "digest": mark}
        connection.execute(insert(RECORDS).values(row))
    assert found(place) == ("the chain has 5 records, and its account knows of 4",)


def test_another_head_is_told(run: str, place: Place) -> None:
    with behind_its_back(place) as connection:
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.name == "corp").values(head_digest="0" * 64))
    assert found(place) == ("the chain does not end with the digest that its account remembers, at record 4",)


def test_a_run_that_was_taken_away_and_one_that_was_made_up_are_told(run: str, place: Place) -> None:
    with behind_its_back(place) as connection:
        connection.execute(update(RUNS).where(RUNS.c.id == run).values(id="made up"))
    assert found(place) == (
        "run made up has no record of its beginning",
        f"run {run}, of which record 1 tells, is missing",
    )


def test_a_chain_does_not_pass_for_that_of_another_account(run: str, place: Place) -> None:
    with behind_its_back(place) as connection:
        connection.execute(
            update(RECORDS).where(RECORDS.c.account == "corp").values(account="lab", number=RECORDS.c.number + 9)
        )
        connection.execute(update(RUNS).where(RUNS.c.id == run).values(account="lab"))
        # What is left is a chain of lab that begins where that of corp began.
        connection.execute(delete(RECORDS).where(RECORDS.c.number < 5))
        connection.execute(update(RECORDS).values(number=RECORDS.c.number - 9))
    assert found(place, "lab")[0] == "record 1 (begin) was changed, or is not the one that stood there"


def test_content_that_is_no_json_any_more_is_told_and_can_be_listed(run: str, place: Place) -> None:
    records = table("records", column("content"), column("run"))
    with behind_its_back(place) as connection:
        connection.execute(update(records).where(records.c.run == run).values(content="\u202e not json"))
    assert len(found(place)) > 3
    with opened(place) as store:
        assert {str(one.content) for one in store.records(run)} == {"{}"}


texts = st.text(max_size=8)
contents = st.dictionaries(
    texts, st.none() | st.booleans() | st.integers() | texts | st.lists(texts, max_size=2), max_size=3
)
moments = st.datetimes(timezones=st.just(NOON.tzinfo))


def linked(account: str, drawn: list[tuple[str, dict[str, object], datetime]]) -> list[Entry]:
    previous, entries = origin(account), []
    for number, (kind, content, at) in enumerate(drawn, start=1):
        text = canonical(content)
        previous = digest(previous, run="", number=number, at=at, kind=kind, text=text)
        entries.append(Entry(number=number, run="", at=at, kind=kind, text=text, digest=previous))
    return entries


@given(drawn=st.lists(st.tuples(texts, contents, moments), min_size=1, max_size=6), data=st.data())
def test_any_record_left_out_or_out_of_place_is_found(
    drawn: list[tuple[str, dict[str, object], datetime]], data: st.DataObject
) -> None:
    entries = linked("corp", drawn)
    head = Head(number=len(entries), digest=entries[-1].digest)
    assert faults("corp", head, entries, ()) == ()
    assert faults("lab", head, entries, ()) != ()
    at = data.draw(st.integers(min_value=0, max_value=len(entries) - 1))
    assert faults("corp", head, entries[:at] + entries[at + 1 :], ()) != ()
