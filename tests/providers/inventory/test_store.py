"""The inventory holds what was read last, whole or not at all, whoever reads, writes or dies meanwhile."""

import os
import random
import signal
import sqlite3
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calplan.impact.population import populate
from calplan.model.account import Evidence
from calplan.model.diagnostic import Diagnostic, Severity
from calplan.model.user import RawFacts, UserBatch
from calplan.plan.beside import BesidePlatform
from calplan.providers.base import Users
from calplan.providers.errors import ProviderError, UnreachableError
from calplan.providers.everybody import Everybody
from calplan.providers.inventory.file import APPLICATION_ID, DamagedInventoryError
from calplan.providers.inventory.store import Inventory, Reading
from tests import make

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FACTS = (
    make.facts("google", "write", "read"),
    make.facts(None),
    make.facts(status="inactive"),
    make.facts(groups=("a",)),
)
crews = st.dictionaries(st.integers(0, 40).map("u{:02}@corp.example".format), st.integers(0, 3), max_size=20)
Crew = Mapping[str, int]


def inventory(folder: Path, identity: str = "corp") -> Inventory:
    return Inventory(folder / "inventory" / "corp.db", identity, lambda: NOON)


def evidence(records: int = 0) -> Evidence:
    return Evidence(source="the source", kind="users", as_of=NOON, records=records, complete=True, live=True)


def users(crew: Crew, size: int = 7, facts: tuple[RawFacts, ...] = FACTS) -> Users:
    emails = list(crew)
    random.Random(len(emails)).shuffle(emails)
    pages = [emails[start : start + size] for start in range(0, len(emails), size)]
    batches = (
        UserBatch(
            emails=page,
            facts=[facts[crew[email]] for email in page],
            mailboxes={email: f"box.{email}" for email in page if crew[email] == 1},
        )
        for page in pages
    )
    return Users(batches=batches, evidence=evidence(len(emails)))


def shown(everybody: Everybody | None) -> dict[str, tuple[RawFacts, str | None]]:
    assert everybody is not None
    people = everybody.population
    return {
        email: (people.raw[people.kinds[kind].class_id], page.mailboxes.get(email))
        for page in people.roster.pages()
        for email, kind in zip(page.emails, page.kinds, strict=True)
    }


def meant(crew: Crew) -> dict[str, tuple[RawFacts, str | None]]:
    return {email: (FACTS[kind], f"box.{email}" if kind == 1 else None) for email, kind in crew.items()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(crews, min_size=1, max_size=4))
def test_after_each_read_it_holds_what_a_dictionary_holds(
    tmp_path_factory: pytest.TempPathFactory, reads: list[Crew]
) -> None:
    kept = inventory(tmp_path_factory.mktemp("corp"))
    for crew in reads:
        now, direct = kept.keep(users(crew)), populate(users(crew, size=3).batches)
        assert shown(now) == shown(kept.kept()) == meant(crew)
        population = now.population
        assert (population.roll, population.raw, population.domains) == (direct.roll, direct.raw, direct.domains)
        sizes = [{one.kinds[kind]: size for kind, size in one.sizes.items()} for one in (population, direct)]
        assert sizes[0] == sizes[1]
        assert all(population.class_of(email) is not None for email in crew)
        assert population.class_of("nobody@corp.example") is None


def crew_of(number: int, kind: int = 0) -> dict[str, int]:
    return {f"u{one:06}@corp.example": kind for one in range(number)}


def test_pages_stay_of_a_size_whatever_is_added_and_taken_away(tmp_path: Path) -> None:
    kept, rnd = inventory(tmp_path), random.Random(3)
    names = list(crew_of(12_000))
    for share in (0.1, 0.9, 1.0, 0.3, 0.05, 1.0):
        crew = {name: rnd.randrange(4) for name in names if rnd.random() < share}
        assert shown(kept.keep(users(crew, size=500))) == meant(crew)
        with closing(sqlite3.connect(tmp_path / "inventory" / "corp.db")) as connection:
            sizes = [row[0] // 8 for row in connection.execute("SELECT length(kinds) FROM pages ORDER BY first")]
        assert max(sizes) < 2048
        assert len(sizes) <= len(crew) // 256 + 1


def test_a_read_that_finds_nothing_changed_writes_no_page(tmp_path: Path) -> None:
    kept, crew = inventory(tmp_path), crew_of(5_000)
    kept.keep(users(crew))
    with closing(sqlite3.connect(tmp_path / "inventory" / "corp.db")) as connection:
        connection.executescript(
            "CREATE TABLE written (first); CREATE TRIGGER t AFTER UPDATE ON pages BEGIN"
            " INSERT INTO written VALUES (new.first); END; CREATE TRIGGER n AFTER INSERT ON pages BEGIN"
            " INSERT INTO written VALUES (new.first); END;"
        )
        kept.keep(users(crew))
        assert connection.execute("SELECT count(*) FROM written").fetchone() == (0,)
        kept.keep(users({**crew, "u002500@corp.example": 3}))
        assert connection.execute("SELECT count(*) FROM written").fetchone() == (1,)


def test_classes_that_nobody_is_in_any_more_are_let_go(tmp_path: Path) -> None:
    kept = inventory(tmp_path)
    for number in range(5):
        facts = (make.facts(clients=(f"{number}.0(win)",)),)
        kept.keep(users(crew_of(10), facts=facts))
    with closing(sqlite3.connect(tmp_path / "inventory" / "corp.db")) as connection:
        assert connection.execute("SELECT (SELECT count(*) FROM classes), count(*) FROM kinds").fetchone() == (1, 1)


def test_numbers_stay_small_however_often_classes_and_domains_come_and_go(tmp_path: Path) -> None:
    kept = inventory(tmp_path)
    for number in range(12):
        facts = (make.facts(clients=(f"{number}.0(win)",)), make.facts(clients=(f"{number}.1(win)",)))
        crew = {f"u{one}@d{number}.example": one % 2 for one in range(10)}
        kept.keep(users(crew, facts=facts))
    with closing(sqlite3.connect(tmp_path / "inventory" / "corp.db")) as connection:
        assert max(row[0] for row in connection.execute("SELECT id FROM classes")) < 4
        assert max(row[0] for row in connection.execute("SELECT id FROM places")) < 2


def test_it_shrinks_when_most_users_are_gone(tmp_path: Path) -> None:
    kept, file = inventory(tmp_path), tmp_path / "inventory" / "corp.db"
    kept.keep(users(crew_of(30_000), size=2000))
    full = file.stat().st_size
    kept.keep(users(crew_of(10)))
    assert file.stat().st_size < full / 5


def test_a_reader_sees_one_moment_while_another_read_is_kept(tmp_path: Path) -> None:
    kept = inventory(tmp_path)
    kept.keep(users(crew_of(3_000)))
    first, second = kept.kept(), inventory(tmp_path).kept()
    assert first is not None
    pages = first.population.roster.pages()
    next(pages)
    kept.keep(users(crew_of(10, kind=3)))
    assert sum(len(page.emails) for page in pages) == 3_000 - 1024
    assert shown(first) == shown(second) == meant(crew_of(3_000))
    assert shown(kept.kept()) == meant(crew_of(10, kind=3))


def test_what_was_kept_of_another_account_is_not_used_and_makes_room(tmp_path: Path) -> None:
    inventory(tmp_path).keep(users(crew_of(10)))
    other = inventory(tmp_path, "another")
    assert other.kept() is None
    other.keep(users(crew_of(3, kind=3)))
    assert shown(other.kept()) == meant(crew_of(3, kind=3))
    assert inventory(tmp_path).kept() is None


def test_a_read_that_fails_leaves_what_was_kept(tmp_path: Path) -> None:
    kept = inventory(tmp_path)
    kept.keep(users(crew_of(10)))

    def breaking() -> Iterator[UserBatch]:
        yield from users(crew_of(5, kind=3)).batches
        raise UnreachableError("the line is dead")

    with pytest.raises(UnreachableError, match="the line is dead"):
        kept.keep(Users(batches=breaking(), evidence=evidence()))
    assert shown(kept.kept()) == meant(crew_of(10))


def forked(work: object) -> int:
    """Run something in a process that is killed by a signal of its own; gives its id."""
    process = os.fork()
    if process == 0:
        try:
            work()  # type: ignore[operator]
        finally:
            os._exit(0)
    return process


def test_a_process_that_is_killed_while_it_reads_leaves_what_was_kept(tmp_path: Path) -> None:
    inventory(tmp_path).keep(users(crew_of(10)))

    def work() -> None:
        def dying() -> Iterator[UserBatch]:
            yield from users(crew_of(5_000, kind=3), size=100).batches
            os.kill(os.getpid(), signal.SIGKILL)

        inventory(tmp_path).keep(Users(batches=dying(), evidence=evidence()))

    _, status = os.waitpid(forked(work), 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert shown(inventory(tmp_path).kept()) == meant(crew_of(10))


def test_a_process_that_is_killed_while_it_writes_leaves_the_old_or_the_new_and_never_a_part(tmp_path: Path) -> None:
    old, new = crew_of(20_000), crew_of(20_000, kind=3)
    begun = time.perf_counter()
    inventory(tmp_path).keep(users(old, size=2000))
    lasts = time.perf_counter() - begun
    outcomes = set()
    for part in range(1, 9):
        process = forked(lambda: inventory(tmp_path).keep(users(new, size=2000)))
        time.sleep(lasts * part / 8)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        found = shown(inventory(tmp_path).kept())
        assert found in (meant(old), meant(new))
        outcomes.add(found == meant(new))
        inventory(tmp_path).keep(users(old, size=2000))
    assert False in outcomes, "at least the first was killed before it was done"


def test_two_that_read_at_once_both_keep_and_the_later_one_holds(tmp_path: Path) -> None:
    processes = [forked(lambda kind=kind: inventory(tmp_path).keep(users(crew_of(5_000, kind)))) for kind in (0, 3)]
    for process in processes:
        assert os.waitpid(process, 0)[1] == 0
    assert shown(inventory(tmp_path).kept()) in (meant(crew_of(5_000)), meant(crew_of(5_000, 3)))


@given(crews, crews, crews)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_somebody_else_keeps_while_a_read_goes_on_is_replaced_whole(
    tmp_path_factory: pytest.TempPathFactory, before: Crew, between: Crew, last: Crew
) -> None:
    kept = inventory(tmp_path_factory.mktemp("corp"))
    kept.keep(users(before))

    def interrupted() -> Iterator[UserBatch]:
        yield from users(last).batches
        assert shown(kept.keep(users(between))) == meant(between)

    assert shown(kept.keep(replace(users(last), batches=interrupted()))) == meant(last)
    assert shown(kept.kept()) == meant(last)
    assert kept.damage() is None


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    inventory(tmp_path).keep(users(crew_of(3)))
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in (tmp_path / "inventory", *(tmp_path / "inventory").iterdir())
    }
    assert modes.pop("inventory") == 0o700
    assert set(modes.values()) == {0o600}


def test_evidence_and_what_was_said_of_it_come_back_as_old_as_they_are(tmp_path: Path) -> None:
    said = Diagnostic(code="E-HIDDEN", severity=Severity.NOTE, summary="3 users", why="because", help="look")
    beside = BesidePlatform(evidence=(evidence(7),), findings=(said,))
    kept = inventory(tmp_path)
    now = kept.keep(
        Users(batches=users(crew_of(3)).batches, evidence=evidence(3), last_client_only=True, beside=lambda: beside)
    )
    later = kept.kept()
    assert later is not None
    assert (now.evidence.live, later.evidence.live) == (True, False)
    assert (later.evidence.as_of, later.evidence.records, later.kept_at) == (NOON, 3, NOON)
    assert later.beside.findings == (said,)
    assert [one.records for one in later.beside.evidence] == [7]
    assert later.population.last_client_only


def test_nothing_is_kept_at_first(tmp_path: Path) -> None:
    assert inventory(tmp_path).kept() is None
    assert inventory(tmp_path).damage() is None
    assert not (tmp_path / "inventory").exists()


@pytest.mark.parametrize(
    "cut",
    [
        "DROP TABLE pages",
        "DELETE FROM pages",
        "DELETE FROM pages WHERE id = 2",
        "UPDATE pages SET kinds = randomblob(length(kinds)) WHERE id = 2",
        "UPDATE pages SET emails = CAST(replace(CAST(emails AS TEXT), '@', '.') AS BLOB) WHERE id = 1",
        "UPDATE kinds SET id = id + 99",
        "UPDATE kinds SET users = users + 1",
        "UPDATE places SET domain = 'contoso.com'",
        "DELETE FROM places",
        "UPDATE kinds SET users = 1",
        "UPDATE classes SET clients = '[]'",
        "UPDATE about SET value = 'x'",
    ],
)
def test_one_that_was_changed_is_refused_in_words_and_made_anew_on_demand(tmp_path: Path, cut: str) -> None:
    kept, file = inventory(tmp_path), tmp_path / "inventory" / "corp.db"
    kept.keep(users(crew_of(3_000)))
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(cut if "about" not in cut else f"{cut} WHERE name = 'evidence'")
    with pytest.raises(DamagedInventoryError, match=r"is damaged: .*--inventory refresh"):
        shown(kept.kept())


def test_one_whose_bytes_are_damaged_is_found_out(tmp_path: Path) -> None:
    kept, file = inventory(tmp_path), tmp_path / "inventory" / "corp.db"
    kept.keep(users(crew_of(9_000)))
    data = bytearray(file.read_bytes())
    data[8192:-8192] = os.urandom(len(data) - 2 * 8192)
    file.write_bytes(data)
    assert isinstance(kept.damage(), DamagedInventoryError)
    kept.remove()
    kept.keep(users(crew_of(5)))
    assert kept.damage() is None
    assert shown(kept.kept()) == meant(crew_of(5))


def test_another_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "inventory" / "corp.db"
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = file.read_bytes()
    for use in (inventory(tmp_path).kept, inventory(tmp_path).damage, lambda: inventory(tmp_path).keep(users({}))):
        with pytest.raises(ProviderError, match="is no inventory"):
            use()
    assert file.read_bytes() == before


def test_one_of_another_version_says_so(tmp_path: Path) -> None:
    kept, file = inventory(tmp_path), tmp_path / "inventory" / "corp.db"
    kept.keep(users(crew_of(3)))
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        connection.execute("PRAGMA user_version = 99")
    assert "another version of calplan" in str(kept.damage())


def test_the_parts_of_a_read_under_way_are_kept_until_it_is_whole(tmp_path: Path) -> None:
    kept, file = inventory(tmp_path), tmp_path / "inventory" / "corp.db"
    Reading(file, lambda: NOON).keep("list", 1, b"one")
    Reading(file, lambda: NOON).keep("list", 0, b"none")
    again = Reading(file, lambda: NOON)
    assert [(part.number, part.at, part.content) for part in again.parts("list")] == [
        (0, NOON, b"none"),
        (1, NOON, b"one"),
    ]
    again.keep("other", 0, b"x")
    again.forget("other")
    assert again.parts("other") == ()
    kept.keep(users(crew_of(3)))
    assert again.parts("list") == ()
