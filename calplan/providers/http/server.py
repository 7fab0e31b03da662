"""Who is spoken to, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from calplan.providers.endpoints import Endpoint
from calplan.providers.http.answer import Answer, Judge, by_status
from calplan.providers.http.retry import Patience, Time
from calplan.providers.http.tokens import Grant, TokenSource
from calplan.providers.observing import Observe, unobserved
from calplan.providers.redaction import Redactor


class Pacer(Protocol):
    """Keeps calls of the API so far apart that the vendor need not throttle; ``target`` is path and query."""

    def pause(self, method: str, target: str) -> float:
        """The seconds to let pass before this call goes out; asked once for each try."""
        ...

    def heard(self, method: str, target: str, answer: Answer) -> None:
        """Learn from an answer what the vendor allows."""
        ...


class Unpaced:
    """No pauses: for a server that says nothing of limits beforehand."""

    def pause(self, _method: str, _target: str) -> float:
        return 0.0

    def heard(self, _method: str, _target: str, _answer: Answer) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A vendor's server: ``name`` is how sentences call it, ``judge`` how its answers are read.

    ``batch`` is the path below ``api`` that takes many reads in one POST, where the vendor has one. ``observe`` hears
    of every pause, and from adapters how far they have come.
    """

    name: str
    api: Endpoint
    grant: Grant | TokenSource | None = None
    batch: str | None = None
    ca_file: Path | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    judge: Judge = by_status
    pacer: Pacer = field(default_factory=Unpaced)
    patience: Patience = field(default_factory=Patience)
    time: Time = field(default_factory=Time)
    redactor: Redactor = field(default_factory=Redactor, repr=False)
    observe: Observe = unobserved
