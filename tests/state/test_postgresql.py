"""What only a server brings: a password nobody may see, a driver that may be missing, a connection that may end."""

import logging
import sys
import traceback
from urllib.parse import quote

import pytest
from sqlalchemy import text

from calplan.state.database import Database
from calplan.state.errors import StateError
from calplan.state.place import Place
from calplan.state.store import Store
from tests.state.make import OWNER, begun, opened

PASSWORD = "Tr0ub4dor:@/ 7f3a"
ENCODED = quote(PASSWORD, safe="")


@pytest.mark.parametrize("way", [Store.open, Store.look])
def test_a_server_that_cannot_be_reached_is_told_in_one_sentence(way: object) -> None:
    assert callable(way)
    with pytest.raises(StateError) as told:
        way(Place.of("postgresql://ann@/calplan?host=/nowhere"))
    said = str(told.value)
    assert said.startswith("postgresql://ann@/nowhere/calplan: the state cannot be opened: ")
    assert "No such file or directory" in said
    assert "\n" not in said


def test_an_address_sets_what_a_connection_has_and_nothing_of_how_it_is_used() -> None:
    with pytest.raises(StateError, match='invalid connection option "autocommit"'):
        Store.open(Place.of("postgresql://ann@/calplan?host=/nowhere&autocommit=1"))


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://ann:{ENCODED}@/calplan?host=/nowhere",
        f"postgresql://ann@/calplan?host=/nowhere&password={ENCODED}",
        f"postgresql://ann@/calplan?host=/nowhere&password={ENCODED}&strange={ENCODED}",
        f"postgresql://ann:{ENCODED}@/calplan?host=/nowhere&port={ENCODED}",
        f"postgresql://ann:{ENCODED}@/calplan?host=/nowhere&sslmode={ENCODED}",
    ],
)
def test_a_password_is_in_no_message_no_traceback_and_no_log(address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="sqlalchemy")
    with pytest.raises(StateError) as told:
        Store.open(Place.of(address))
    shown = "".join(traceback.format_exception(told.value)) + repr(told.value) + caplog.text
    for form in (PASSWORD, ENCODED, "Tr0ub4dor"):
        assert form not in shown


def test_a_state_with_a_password_is_used_without_ever_showing_it(
    postgresql: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="sqlalchemy")
    place = Place.of(f"{postgresql}&password={ENCODED}")
    with opened(place) as store:
        _run, lock = begun(store)
        with pytest.raises(StateError) as told:
            store.take("corp", OWNER, "apply")
        store.release(lock)
    assert "Tr0ub4dor" not in caplog.text + str(told.value) + repr(place) + place.name
    assert "INSERT" in caplog.text


def test_a_missing_driver_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*(name for name in sys.modules if name.partition(".")[0] == "psycopg"), "psycopg"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(StateError) as told:
        Store.open(Place.of("postgresql://db.corp.example/calplan"))
    assert str(told.value) == (
        "postgresql://db.corp.example/calplan: the state cannot be opened: the driver for PostgreSQL is missing; "
        "install calplan[postgres]"
    )


def test_a_connection_that_the_server_ended_between_two_steps_is_made_anew(postgresql: str) -> None:
    with opened(Place.of(postgresql)) as store:
        run, lock = begun(store)
        end_all_others(Place.of(postgresql))
        store.record(run, "intent", {"step": "s1"}, lock)
        assert len(store.records(run)) == 2


def end_all_others(place: Place) -> None:
    database = Database.to_write(place)
    with database.writing() as connection:
        others = "pid <> pg_backend_pid() AND backend_type = 'client backend'"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))  # noqa: S608
    database.close()


def test_records_are_durable_on_a_server_that_is_set_to_be_quick_about_it(postgresql: str) -> None:
    database = Database.to_write(Place.of(postgresql))
    with database.reading() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "off"
    with database.writing() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
    database.close()
