"""What users consented to at Google and Microsoft, as those would tell it, and what becomes of it when it is revoked.

The platform drops a connection without a word to the service behind it. So a token at Google, or a grant at Microsoft,
outlives the connection it was given for until somebody revokes it.
"""

import json
import sqlite3
from collections.abc import Iterator
from typing import Final, NamedTuple

from calplan.model.user import text_list
from calplan.sandbox.account.classes import without_connection
from calplan.sandbox.account.leftovers import GOOGLE, Token, forget, left_over, left_over_of
from calplan.sandbox.account.people import one_person, store_person
from calplan.sandbox.account.read import read_classes

GRAPH: Final = "office365-graph"


class Grant(NamedTuple):
    """The scopes of one user's own grant at Microsoft; ``place`` is where his mailbox lies, if anybody knows."""

    email: str
    scopes: tuple[str, ...]
    place: str | None


def google_tokens(connection: sqlite3.Connection) -> Iterator[Token]:
    """Every token there is: of those who are connected through Google, and left over ones."""
    classes = read_classes(connection)
    left = left_over(connection)
    for email, truth in connection.execute("SELECT email, truth FROM users ORDER BY email"):
        facts = classes[truth]
        if facts.service == GOOGLE:
            yield Token(email, facts.calendar or "none", facts.contacts or "none")
        elif email in left:
            yield left[email]


def google_token_of(connection: sqlite3.Connection, email: str) -> Token | None:
    """The token of one user, as ``google_tokens`` has it, without reading everybody's."""
    row = connection.execute(
        "SELECT service, calendar, contacts FROM users JOIN facts ON facts.id = users.truth WHERE email = ?", (email,)
    ).fetchone()
    if row is None:
        return None
    service, calendar, contacts = row
    if service == GOOGLE:
        return Token(email, calendar or "none", contacts or "none")
    return left_over_of(connection, email)


def revoke_google(connection: sqlite3.Connection, email: str) -> bool:
    """Takes a user's token away, and the connection that lives by it; whether there was one."""
    found = one_person(connection, email)
    if found is None:
        return False
    cell, person = found
    held = person.facts.service == GOOGLE
    if held:
        store_person(connection, email, cell, without_connection(person.facts))
    return forget(connection, email) or held


def grants(connection: sqlite3.Connection) -> Iterator[Grant]:
    """Every user with the scopes of his own grant; a grant that is not known is not there."""
    classes = read_classes(connection)
    for email, truth in connection.execute("SELECT email, truth FROM users ORDER BY email"):
        facts = classes[truth]
        yield Grant(email, tuple(json.loads(facts.own_grant or "[]")), facts.mailbox_location)


def set_own_grant(connection: sqlite3.Connection, email: str, scopes: frozenset[str]) -> bool:
    """Gives a user's own grant these scopes; whether that changed anything.

    A connection that lived by it ends where nothing is left of it and nobody consented for the whole tenant.
    """
    found = one_person(connection, email)
    if found is None:
        return False
    cell, person = found
    facts = person.facts
    words = text_list(list(scopes))
    if words == (facts.own_grant or "[]"):
        return False
    after = facts._replace(own_grant=words)
    if facts.service == GRAPH and not scopes and not _granted_for_all(connection):
        after = without_connection(after)
    store_person(connection, email, cell, after)
    return True


def _granted_for_all(connection: sqlite3.Connection) -> bool:
    row = connection.execute("SELECT value FROM tenant WHERE name = 'grant'").fetchone()
    scopes = [] if row is None else json.loads(row[0])
    return isinstance(scopes, list) and any(one.startswith(("Calendars.", "Contacts.")) for one in scopes)
