"""The paces at which credentials are used: one for each, whichever accounts are read with it."""

from collections.abc import Callable
from threading import Lock
from typing import TypeVar, cast

from calplan.providers.http.pacer import Pacer

P = TypeVar("P", bound=Pacer)


class Paces:
    """Keeps the pace of each credential, so that accounts that share one also share the vendor's limit."""

    def __init__(self) -> None:
        self._kept: dict[str, Pacer] = {}
        self._guard = Lock()

    def of(self, credential: str, begin: Callable[[], P]) -> P:
        """The pace of a credential: the one that is kept, or a new one as ``begin`` gives it.

        Who names a credential says in its name for what the vendor counts by itself, and so which type of pace it is.
        """
        with self._guard:
            if credential not in self._kept:
                self._kept[credential] = begin()
            return cast("P", self._kept[credential])
