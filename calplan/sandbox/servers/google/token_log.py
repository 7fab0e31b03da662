"""The log of consents: who authorised an app and when, and who took that back. It follows the account's file."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from calplan.sandbox.account.leftovers import Token
from calplan.sandbox.servers.google.consents import AppToken, Consents
from calplan.sandbox.servers.google.ids import qualifier
from calplan.sandbox.servers.world import Clock

AUTHORIZE: Final = "authorize"
REVOKE: Final = "revoke"
ACTIVITY: Final = "activity"
USUAL_AGE: Final = timedelta(days=30)


class Record(NamedTuple):
    """One record; those of one moment are told apart by their qualifier. Without ``login`` the actor is no user."""

    at: datetime
    qualifier: int
    name: str
    login: str | None
    token: AppToken
    seen: datetime
    """From when on the log shows it."""


@dataclass(kw_only=True)
class TokenLog:
    """Every record, the oldest first.

    What was authorised before the servers were made was so thirty days earlier; a test may say otherwise as long as
    nobody has read the log.
    """

    clock: Clock
    consents: Consents
    lag: timedelta = timedelta()
    """How long after it happened a thing comes into the log."""
    authorized_at: datetime = field(init=False)
    authorized: dict[str, datetime] = field(default_factory=dict)
    """The same for single users, by the addresses they sign in to the platform with."""
    _seen: dict[str, Token] = field(init=False, repr=False)
    _version: int = field(init=False)
    _records: list[Record] = field(default_factory=list, repr=False)
    _number: int = 0
    _begun: bool = False

    def __post_init__(self) -> None:
        self.authorized_at = self.clock() - USUAL_AGE
        self._version = self.consents.truth.version()
        self._seen = self.consents.truth.tokens()

    def add(
        self,
        name: str,
        login: str | None,
        *,
        token: AppToken,
        at: datetime | None = None,
        seen: datetime | None = None,
    ) -> Record:
        """Puts a record in; it happened now and is seen after the usual lag, unless something else is said."""
        record = self._record(name, login, token, at or self.clock(), seen)
        insort(self._records, record, key=_key)
        return record

    def revoked(self, login: str, token: AppToken) -> None:
        """Notes that a token was taken away by whom these servers know, so that it is not noted again."""
        self._begin()
        if self.consents.truth.token_of(login) is None:
            self._seen.pop(login, None)
        self.add(REVOKE, login, token=token)

    def follow(self) -> None:
        """Notes what came and went in the account's file since it was looked at last; all of it happens now."""
        self._begin()
        version = self.consents.truth.version()
        if version == self._version:
            return
        tokens = self.consents.truth.tokens()
        for login in sorted(self._seen.keys() | tokens.keys()):
            before, after = self._seen.get(login), tokens.get(login)
            if before is not None and after is None:
                self.add(REVOKE, login, token=self._app_token(before))
            elif after is not None and before != after:
                self.add(AUTHORIZE, login, token=self._app_token(after))
        self._version, self._seen = version, tokens

    def newest_first(self, first: datetime, last: datetime, before: tuple[datetime, int] | None) -> Iterator[Record]:
        """The records of a span, both ends included, that are seen by now; ``before`` leaves out that one and later."""
        now, low = self.clock(), bisect_left(self._records, first, key=lambda one: one.at)
        high = bisect_right(self._records, last, key=lambda one: one.at)
        if before is not None:
            high = min(high, bisect_left(self._records, before, key=_key))
        for index in range(high - 1, low - 1, -1):
            if self._records[index].seen <= now:
                yield self._records[index]

    def _begin(self) -> None:
        """Puts in what was authorised before anybody looked."""
        if self._begun:
            return
        self._begun = True
        # All at once: each put in its place by itself would take long where there are many.
        self._records += [
            self._record(AUTHORIZE, login, self._app_token(token), self.authorized.get(login, self.authorized_at), None)
            for login, token in self._seen.items()
        ]
        self._records.sort(key=_key)

    def _record(self, name: str, login: str | None, token: AppToken, at: datetime, seen: datetime | None) -> Record:
        happened = _whole_millis(at)
        self._number += 1
        number = qualifier(name, login or "", token.client_id, happened.isoformat(), str(self._number))
        return Record(happened, number, name, login, token, seen or happened + self.lag)

    def _app_token(self, token: Token) -> AppToken:
        return self.consents.of_platform(token.email, token.calendar, token.contacts)


def _key(record: Record) -> tuple[datetime, int]:
    return (record.at, record.qualifier)


def _whole_millis(time: datetime) -> datetime:
    return time.replace(microsecond=time.microsecond // 1000 * 1000)
