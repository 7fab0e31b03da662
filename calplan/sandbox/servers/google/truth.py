"""The account's file as Google sees it: who holds a token of the platform's app, and whether anything changed."""

import sqlite3
import threading
from collections.abc import Callable
from typing import TypeVar
from weakref import finalize

from calplan.sandbox.account import consents
from calplan.sandbox.account.leftovers import Token
from calplan.sandbox.account.store import account_errors, open_read_only, reading
from calplan.sandbox.servers.world import World

Found = TypeVar("Found")


class Truth:
    """One open connection to the file: to open it anew for each of fifty thousand requests would take most of the time.

    Raises:
        AccountError: there is no account, or it cannot be used; every method may raise it.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._connection = self._open()

    def version(self) -> int:
        """A number that is another one once somebody has written."""
        (number,) = self._ask(lambda connection: connection.execute("PRAGMA data_version").fetchone())
        return int(number)

    def token_of(self, login: str) -> Token | None:
        """The token of one user, if he has one."""
        return self._view(lambda connection: consents.google_token_of(connection, login))

    def tokens(self) -> dict[str, Token]:
        """Every token, by the address its user signs in to the platform with."""
        return self._view(lambda connection: {one.email: one for one in consents.google_tokens(connection)})

    def _view(self, ask: Callable[[sqlite3.Connection], Found]) -> Found:
        def viewed(connection: sqlite3.Connection) -> Found:
            with reading(connection):
                return ask(connection)

        return self._ask(viewed)

    def _ask(self, ask: Callable[[sqlite3.Connection], Found]) -> Found:
        with self._lock, account_errors(self._world.path):
            try:
                return ask(self._connection)
            except sqlite3.OperationalError:
                # A writer was killed half-way: opening anew undoes what it had begun.
                self._let_go()
                self._connection = self._open()
                return ask(self._connection)

    def _open(self) -> sqlite3.Connection:
        # The servers answer in another thread than the one they are made in; the lock keeps the two apart.
        connection = open_read_only(self._world.path, any_thread=True)
        self._let_go = finalize(self, connection.close)
        return connection
