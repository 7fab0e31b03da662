"""Who is spoken to, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from calplan.providers.endpoints import Endpoint
from calplan.providers.http.answer import Judge, by_status
from calplan.providers.http.pacer import Pacer, Unpaced
from calplan.providers.http.retry import Patience, Time
from calplan.providers.http.tokens import Grant, TokenSource
from calplan.providers.observing import Observe, unobserved
from calplan.providers.redaction import Redactor


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
