"""Letting a behaviour act on all users at once: decided once per class, written back by a join."""

import sqlite3
from collections.abc import Iterator
from typing import Final, NamedTuple

from calplan.model.domain import Domain
from calplan.model.user import RawFacts
from calplan.sandbox.account.behaviour.person import Happening, Person
from calplan.sandbox.account.behaviour.writes import Reaction
from calplan.sandbox.account.classes import Classes, without_connection
from calplan.sandbox.account.leftovers import leave_over, loses_google

NOT_SHOWN: Final = (None, "", "unknown", "[]")
"""How a row says that its source does not show a fact; only an empty service says something: not connected."""


class Cell(NamedTuple):
    """Users whom nothing tells apart but their names: what is shown of them, what is true, and their domain."""

    facts: int
    truth: int
    domain: int


class Move(NamedTuple):
    """Where the users of a cell go, and what they notice."""

    cell: Cell
    facts: int
    truth: int
    happened: frozenset[Happening]


def let_act(connection: sqlite3.Connection, reaction: Reaction, write: int) -> None:
    """Lets a behaviour act on every active user, and logs what they notice under the number of the write."""
    classes = Classes(connection)
    moves = tuple(_moves(connection, classes, reaction))
    if not moves:
        return
    connection.execute(
        "CREATE TEMP TABLE moves (facts INTEGER, truth INTEGER, domain INTEGER, new_facts INTEGER, new_truth INTEGER,"
        " PRIMARY KEY (facts, truth, domain)) WITHOUT ROWID"
    )
    rows = [(*one.cell, one.facts, one.truth) for one in moves]
    connection.executemany("INSERT INTO moves VALUES (?, ?, ?, ?, ?)", rows)
    _log_events(connection, moves, write)
    for one in moves:
        truth = classes[one.cell.truth]
        if loses_google(truth, classes[one.truth]):
            leave_over(connection, one.cell.truth, truth, one.cell.domain)
    # Users are scanned once and each looks up its move; the other way round would scan them once per move.
    connection.execute(
        "UPDATE users SET (facts, truth) = (SELECT new_facts, new_truth FROM moves AS one"
        " WHERE one.facts = users.facts AND one.truth = users.truth AND one.domain = users.domain)"
        " WHERE EXISTS (SELECT 1 FROM moves AS one"
        " WHERE one.facts = users.facts AND one.truth = users.truth AND one.domain = users.domain)"
    )
    connection.execute("DROP TABLE moves")
    classes.drop_unused()


def _log_events(connection: sqlite3.Connection, moves: tuple[Move, ...], write: int) -> None:
    connection.execute(
        "CREATE TEMP TABLE notices (facts INTEGER, truth INTEGER, domain INTEGER, what TEXT,"
        " PRIMARY KEY (facts, truth, domain, what)) WITHOUT ROWID"
    )
    rows = [(*one.cell, what.value) for one in moves for what in one.happened]
    connection.executemany("INSERT INTO notices VALUES (?, ?, ?, ?)", rows)
    # `CROSS JOIN` keeps SQLite from reordering: see `let_act`.
    connection.execute(
        "INSERT INTO events SELECT ?, email, what FROM users CROSS JOIN notices USING (facts, truth, domain)", (write,)
    )
    connection.execute("DROP TABLE notices")


def one_person(connection: sqlite3.Connection, email: str) -> tuple[Cell, Person] | None:
    """One user, true facts and all, or ``None``."""
    row = connection.execute("SELECT facts, truth, domain FROM users WHERE email = ?", (email,)).fetchone()
    if row is None:
        return None
    cell = Cell(*row)
    return cell, Person(facts=Classes(connection)[cell.truth], domain=_domains(connection)[cell.domain])


def store_person(connection: sqlite3.Connection, email: str, cell: Cell, after: RawFacts) -> None:
    """Gives one user new true facts, and shows of them what was shown before."""
    classes = Classes(connection)
    shown = shown_after(classes[cell.facts], classes[cell.truth], after)
    ids = (classes.id_of(shown), classes.id_of(after), email)
    connection.execute("UPDATE users SET facts = ?, truth = ? WHERE email = ?", ids)


def shown_after(shown: RawFacts, truth: RawFacts, after: RawFacts) -> RawFacts:
    """What the platform shows once ``truth`` became ``after``: a fact it could not show it still cannot."""
    before = zip(RawFacts._fields, shown, truth, strict=True)
    hidden = [_hides(name, seen) and seen != true for name, seen, true in before]
    seen = RawFacts._make(old if hide else new for hide, old, new in zip(hidden, shown, after, strict=True))
    return seen if seen.service else without_connection(seen)._replace(service=seen.service)


def _hides(name: str, shown: str | None) -> bool:
    return shown in NOT_SHOWN and not (name == "service" and shown == "")


def _moves(connection: sqlite3.Connection, classes: Classes, reaction: Reaction) -> Iterator[Move]:
    domains = _domains(connection)
    for row in connection.execute("SELECT DISTINCT facts, truth, domain FROM users").fetchall():
        cell = Cell(*row)
        truth = classes[cell.truth]
        if truth.status != "active":
            continue
        after = reaction(Person(facts=truth, domain=domains[cell.domain]))
        if after.facts == truth and not after.happened:
            continue
        new_truth = classes.id_of(after.facts)
        shown = (
            new_truth
            if cell.facts == cell.truth
            else classes.id_of(shown_after(classes[cell.facts], truth, after.facts))
        )
        yield Move(cell, shown, new_truth, after.happened)


def _domains(connection: sqlite3.Connection) -> dict[int, Domain | None]:
    rows = connection.execute("SELECT id, name FROM domains").fetchall()
    return {number: None if name is None else Domain(name) for number, name in rows}
