"""The tokens of many users, asked for by several threads at once that keep one pace together."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from calplan.providers.errors import ProviderError, UnreachableError
from calplan.providers.google.calls import tokens_of
from calplan.providers.google.connecting import Servers
from calplan.providers.google.kept import Held
from calplan.providers.google.signing_in import NoTokenError
from calplan.providers.google.workspace import NAME
from calplan.providers.http.client import Reader
from calplan.providers.observing import Progress

THREADS: Final = 8
CHUNK: Final = 200
"""Users whose tokens are kept together: five seconds of work at the pace that Google allows."""

WORK: Final = "users with their tokens"


@dataclass(slots=True)
class Tally:
    """How many users were answered for, earlier ones included, and how many were not; ``why`` is the last reason.

    ``lost`` are those in a row for whom no answer came at all.
    """

    answered: int = 0
    failed: int = 0
    lost: int = 0
    why: str = ""

    def note(self, error: ProviderError | None) -> None:
        """Count one user."""
        if error is None:
            self.answered += 1
            self.lost = 0
            return
        self.failed += 1
        self.lost = self.lost + 1 if _is_no_answer(error) else 0
        self.why = str(error)

    @property
    def is_hopeless(self) -> bool:
        """Whether to go on would only take time: every thread has lost one since the last answer."""
        return self.lost >= THREADS


def _is_no_answer(error: ProviderError) -> bool:
    """Whether an error has nothing to do with the one user who was asked about."""
    return isinstance(error, UnreachableError | NoTokenError)


class Skipped:
    """Stands for somebody who was not asked for, since it was hopeless by then."""


SKIPPED: Final = Skipped()


class Crew:
    """Threads that ask for tokens, each over a connection of its own, for as long as a ``with`` block lasts.

    ``answered``: for how many others there were answers before, so that a refusal is about one user.
    """

    def __init__(self, servers: Servers, clients: frozenset[str], answered: int = 0) -> None:
        self._servers = servers
        self._clients = clients
        self._mine = threading.local()
        self._readers: list[Reader] = []
        self._stop = threading.Event()
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="google")
        self.tally = Tally(answered=answered)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for reader in self._readers:
            reader.close()

    def ask(self, people: Sequence[str]) -> Iterator[dict[str, Held]]:
        """What is held of these people by id, a chunk at a time, up to where going on is hopeless.

        Of whom Google says nothing it is ``None``; whom nobody could ask for is left out.
        """
        total = self.tally.answered + len(people)
        for begin in range(0, len(people), CHUNK):
            yield self._chunk(people[begin : begin + CHUNK], total)
            if self._stop.is_set():
                return

    def _chunk(self, people: Sequence[str], total: int) -> dict[str, Held]:
        asked = {self._threads.submit(self._one, person): person for person in people}
        found: dict[str, Held] = {}
        refused: dict[str, Held] = {}
        for future in as_completed(asked):
            self._servers.observe(Progress(source=NAME, what=WORK, done=self.tally.answered, total=total))
            try:
                outcome = future.result()
            except ProviderError as error:
                self.tally.note(error)
                if not _is_no_answer(error):
                    refused[asked[future]] = None
            else:
                if not isinstance(outcome, Skipped):
                    self.tally.note(None)
                    found[asked[future]] = outcome
            if self.tally.is_hopeless:
                self._stop.set()
        # A refusal is about one user only as long as others are answered for.
        if not self.tally.answered:
            self._stop.set()
        return found if self._stop.is_set() else found | refused

    def _one(self, person: str) -> Held | Skipped:
        if self._stop.is_set():
            return SKIPPED
        return tokens_of(self._reader(), person, self._clients)

    def _reader(self) -> Reader:
        reader: Reader | None = getattr(self._mine, "reader", None)
        if reader is None:
            reader = self._mine.reader = Reader(self._servers.tokens())
            self._readers.append(reader)
        return reader
