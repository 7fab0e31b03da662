"""Coding users into classes: words brought into one form, and one id for equal words."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Final

from calplan.model.service import ExchangeEws
from calplan.model.settings import AccountSettings
from calplan.model.user import RawFacts, decode
from calplan.sandbox.account.read import read_classes
from calplan.sandbox.account.schema import FACT_COLUMNS

DEFAULT_PORT: Final = ":443"
NO_PERMISSION: Final = "none"
NOT_KNOWN: Final = ("", "unknown")
WITH_HOST: Final = ("office365-ews", "exchange-ews")
CHOOSABLE: Final = ("office365-graph", "google")
PLACES: Final = ", ".join("?" for _ in RawFacts._fields)


class Classes:
    """Every class of an account's users, with an id each; new ones are stored as they are met."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._facts = read_classes(connection)
        self._ids = {facts: number for number, facts in self._facts.items()}
        self._last = max(self._facts, default=0)

    def __getitem__(self, number: int) -> RawFacts:
        return self._facts[number]

    def id_of(self, facts: RawFacts) -> int:
        """The id of a class, new or not."""
        if facts not in self._ids:
            self._last = number = self._last + 1
            statement = f"INSERT INTO facts (id, {FACT_COLUMNS}) VALUES (?, {PLACES})"  # noqa: S608  (own constants)
            self._connection.execute(statement, (number, *facts))
            self._ids[facts] = number
            self._facts[number] = facts
        return self._ids[facts]

    def drop_unused(self) -> None:
        """Forgets the classes nobody is in any more."""
        self._connection.execute(
            "DELETE FROM facts WHERE id NOT IN (SELECT facts FROM users UNION SELECT truth FROM users)"
        )


def without_connection(facts: RawFacts) -> RawFacts:
    """The same user, connected to nothing."""
    return facts._replace(service="", ews_host=None, calendar=None, contacts=None, auth=None)


def normal_facts(facts: RawFacts, settings: AccountSettings) -> RawFacts:
    """The one form of what words say: equal facts are equal tuples.

    A fact that is not known is ``None``. A connection with both permissions none is none (A17). What a service does not
    have is dropped. A host is lower case, without the port everybody uses; an impersonated user without a host is on
    the account's.

    Raises:
        ValueError: a word is not of the vocabulary.
    """
    decode(facts)
    known = RawFacts._make(None if word in NOT_KNOWN else word for word in facts)
    known = known._replace(service=_service(facts), clients=facts.clients)
    if not known.service:
        return without_connection(known)._replace(service=known.service)
    chooses, has_host = known.service in CHOOSABLE, known.service in WITH_HOST
    return known._replace(
        ews_host=_host(known, settings) if has_host else None,
        calendar=known.calendar if chooses else None,
        contacts=known.contacts if chooses else None,
    )


def _service(facts: RawFacts) -> str | None:
    both_none = facts.calendar == facts.contacts == NO_PERMISSION and facts.service in CHOOSABLE
    return "" if both_none else None if facts.service == "unknown" else facts.service


def _host(facts: RawFacts, settings: AccountSettings) -> str | None:
    if facts.ews_host is not None:
        return facts.ews_host.lower().removesuffix(DEFAULT_PORT)
    impersonated = facts.auth == "impersonation" and facts.service == "exchange-ews"
    return settings.service.ews_url.host if impersonated and isinstance(settings.service, ExchangeEws) else None


def groups_in(facts: RawFacts) -> Iterator[str]:
    """Every group that a class names."""
    yield from json.loads(facts.groups or "[]")
    if facts.primary_group:
        yield facts.primary_group
