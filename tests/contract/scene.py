"""One provider on its stage, as the contract sees it: what was read, what was asked, and how its server misbehaves."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from calplan.model.proof import Person
from calplan.model.user import RawFacts, UserBatch

READS = frozenset({"GET", "HEAD"})


class State(Enum):
    """What a provider says of somebody's connection, or of what would be the trace of one."""

    CONNECTED = "connected"
    NOT_CONNECTED = "not connected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What came of a reading; ``whole``: nobody is missing from it, and ``why`` says so where somebody is."""

    people: Mapping[str, State]
    whole: bool = True
    why: str = ""


class Scene(ABC):
    """A provider of one kind in front of its own server or file."""

    everybody: Mapping[str, State]
    """What a reading is to come to where nothing is wrong."""
    missing: str = ""
    """What ``forbid`` takes away, as an admin knows it."""
    patience: float = 0.0
    """The seconds for which one call may wait, by the provider's own word."""
    survives_drops: bool = True
    """Whether a connection that breaks is tried again."""

    @abstractmethod
    def read(self) -> Read:
        """What a new reader makes of everybody.

        Raises:
            ProviderError: nothing could be read.
        """

    @abstractmethod
    def changed(self) -> list[str]:
        """What was written so far, in whatever words."""

    def write(self) -> bool:
        """Make an action true with a new writer; whether anything changed."""
        raise NotImplementedError

    def trouble(self, kind: str, times: int = 1) -> None:
        """Misbehave where people are read: see the servers' faults."""
        raise NotImplementedError

    def forbid(self) -> None:
        """Take away what is needed to read."""
        raise NotImplementedError

    def shorten(self) -> None:
        """Give people out in pages or rows of few, so that there are many."""
        raise NotImplementedError

    def lose_the_end(self) -> None:
        """Let the end of what is read never arrive; the beginning does."""
        raise NotImplementedError

    def lose_somebody(self) -> str:
        """Let one person be listed whose connection nobody can tell; gives his address."""
        raise NotImplementedError

    def asked(self) -> list[str]:
        """The requests that were made for people, without those for tokens."""
        raise NotImplementedError

    def signed_in(self) -> int:
        """How often a token was given out for reading people."""
        raise NotImplementedError

    def paused(self) -> float:
        """The seconds that were waited."""
        raise NotImplementedError


def of_users(batches: Iterable[UserBatch]) -> dict[str, State]:
    """What users of a platform are."""
    rows = (row for batch in batches for row in zip(batch.emails, batch.facts, strict=True))
    return {email: of_facts(facts) for email, facts in rows}


def of_facts(facts: RawFacts) -> State:
    """What the facts about somebody say of his connection."""
    if facts.service is None:
        return State.UNKNOWN
    return State.CONNECTED if facts.service else State.NOT_CONNECTED


def of_people(people: Iterable[Person]) -> dict[str, State]:
    """What the people of a source beside the platform are."""
    return {one.names[0]: _of_traces(one) for one in people}


def _of_traces(person: Person) -> State:
    if person.known.traces is None:
        return State.UNKNOWN
    return State.CONNECTED if person.known.traces else State.NOT_CONNECTED
