"""The tables are made once, known again, and refused where they are newer or somebody else's."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from sqlalchemy import text

from calplan.state.database import Database
from calplan.state.errors import StateError
from calplan.state.place import Place
from calplan.state.schema import EARLIER, REVISION
from calplan.state.store import Store
from calplan.state.tables import METADATA, VERSION
from tests.cli.make import surroundings
from tests.state.make import applied, begun, behind_its_back, made_as, opened, opened_as_it_is


def test_migrations_make_the_tables_that_statements_are_written_for(place: Place) -> None:
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - see what is tested below
    from alembic.migration import MigrationContext  # noqa: PLC0415 - as above

    Store.open(place).close()
    with behind_its_back(place) as connection:
        options = {"version_table": VERSION.name, "compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []


def test_the_newest_migration_is_the_revision_that_is_read_and_written() -> None:
    from alembic.config import Config  # noqa: PLC0415 - as above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", "calplan.state:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [REVISION]
    assert {one.revision for one in scripts.walk_revisions()} == {REVISION, *EARLIER}


def test_a_state_that_is_up_to_date_is_opened_without_alembic(place: Place, state_address: str) -> None:
    Store.open(place).close()
    script = (
        "import sys; from calplan.state.place import Place; from calplan.state.store import Store\n"
        "Store.open(Place.of(sys.argv[1])).close(); Store.look(Place.of(sys.argv[1])).close()\n"
        "sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, state_address], env=surroundings(), check=True, timeout=60)


@pytest.mark.parametrize("way", [Store.open, Store.look])
def test_a_state_of_a_newer_calplan_is_refused_and_left_alone(way: Callable[[Place], object], place: Place) -> None:
    with opened(place) as store:
        applied(store)
    with behind_its_back(place) as connection:
        connection.execute(VERSION.update().values(version_num="9999"))
    with pytest.raises(StateError) as told:
        way(place)
    assert str(told.value) == (
        f"{place.name}: the state was made by a newer calplan (revision 9999); update calplan to use it"
    )
    with behind_its_back(place) as connection:
        assert connection.execute(VERSION.select()).scalars().all() == ["9999"]


@pytest.mark.parametrize("revision", sorted(EARLIER))
def test_a_state_of_an_earlier_calplan_is_brought_up_to_date_and_keeps_what_it_holds(
    revision: str, place: Place
) -> None:
    made_as(place, revision)
    with opened_as_it_is(place) as store:
        assert store.revision() == revision
        run = applied(store)
        head, records = store.head("corp"), store.records(run)
    with opened(place) as store:
        assert store.revision() == REVISION
        assert (store.head("corp"), store.records(run)) == (head, records)
        assert store.check_chain("corp").faults == ()
        begun(store)
        store.memory("corp").keep("google", 0, b"x")
    test_migrations_make_the_tables_that_statements_are_written_for(place)


@pytest.mark.parametrize("revision", sorted(EARLIER))
def test_a_state_of_an_earlier_calplan_is_looked_at_without_changing_it(revision: str, place: Place) -> None:
    made_as(place, revision)
    with opened_as_it_is(place) as store:
        run = applied(store)
    looked = Store.look(place)
    assert looked is not None
    assert looked.revision() == revision
    assert [one.id for one in looked.runs()] == [run]
    assert looked.check_chain("corp").faults == ()
    assert looked.memory("corp").parts("google") == ()
    with pytest.raises(StateError):
        looked.memory("corp").keep("google", 0, b"x")
    looked.close()
    with opened_as_it_is(place) as store:
        assert store.revision() == revision


BEFORE_THE_FIRST_RELEASE = (
    "CREATE TABLE runs (id VARCHAR(36) PRIMARY KEY, account VARCHAR(200), plan_id VARCHAR(80))",
    "CREATE TABLE records (sequence INTEGER PRIMARY KEY, run VARCHAR(36))",
)


@pytest.mark.parametrize("way", [Store.open, Store.look])
@pytest.mark.parametrize(
    "statements", [BEFORE_THE_FIRST_RELEASE, ("CREATE TABLE accounts (x INTEGER)",)], ids=["earlier", "foreign"]
)
def test_tables_of_something_else_are_refused_and_left_alone(
    statements: tuple[str, ...], way: Callable[[Place], object], place: Place
) -> None:
    with behind_its_back(place) as connection:
        for statement in statements:
            connection.execute(text(statement))
    with pytest.raises(StateError) as told:
        way(place)
    assert str(told.value) == (
        f"{place.name}: the state cannot be opened: it holds tables made by another program, or by calplan before its "
        "first release; move it away, or name another place with --state"
    )
    with behind_its_back(place) as connection:
        from sqlalchemy import inspect  # noqa: PLC0415 - kept beside its only use

        assert len(inspect(connection).get_table_names()) == len(statements)


def test_a_file_with_tables_of_another_program_is_refused_though_their_names_are_free() -> None:
    place = Place.of("songs.db")
    with behind_its_back(place) as connection:
        connection.execute(text("CREATE TABLE songs (title TEXT)"))
    with pytest.raises(StateError, match="tables made by another program"):
        Store.open(place)


def test_a_database_of_postgresql_may_be_shared_with_another_program(postgresql: str) -> None:
    place = Place.of(postgresql)
    with behind_its_back(place) as connection:
        connection.execute(text("CREATE TABLE songs (title TEXT)"))
        connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
    assert Store.look(place) is None
    with opened(place) as store:
        applied(store)


def test_an_empty_database_is_looked_at_without_making_anything(postgresql: str) -> None:
    place = Place.of(postgresql)
    assert Store.look(place) is None
    database = Database.to_read(place)
    assert database is not None
    with database.reading() as connection:
        found = connection.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"))
        assert found.scalar_one() == 0
    database.close()


def test_who_only_looks_at_a_database_cannot_write_to_it(postgresql: str) -> None:
    place = Place.of(postgresql)
    with opened(place) as store:
        run = applied(store)
    looked = Store.look(place)
    assert looked is not None
    with pytest.raises(StateError, match="in a read-only transaction"):
        looked.record(run, "note", {})
    looked.close()


OPENS = """
import sys
from calplan.state.place import Place
from calplan.state.store import Store
from tests.state.make import begun
store = Store.open(Place.of(sys.argv[1]))
begun(store, sys.argv[2])
store.close()
"""


@pytest.mark.parametrize("revision", [None, *sorted(EARLIER)])
def test_first_openings_at_the_same_moment_do_not_get_in_each_others_way(
    revision: str | None, place: Place, state_address: str
) -> None:
    if revision is not None:
        made_as(place, revision)
    start = [
        subprocess.Popen(
            [sys.executable, "-c", OPENS, state_address, f"account {number}"],
            env=surroundings(),
            stderr=subprocess.PIPE,
        )
        for number in range(3)
    ]
    said = [(one.communicate(timeout=60)[1], one.returncode) for one in start]
    assert [code for _, code in said] == [0] * 3, said
    with opened(place) as store:
        assert store.revision() == REVISION
        assert len(store.runs()) == 3
        assert {fault for account in store.accounts() for fault in store.check_chain(account).faults} == set()
