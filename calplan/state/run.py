"""Runs and their records, as the state keeps them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run that is about to begin: whose account, which plan, who runs it, from which documents."""

    account: str
    plan_id: str
    who: str
    path: str
    plan: bytes
    plan_created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run, and how it stands. ``plan`` is empty where runs are listed; who needs it asks for the run itself."""

    id: str
    account: str
    plan_id: str
    who: str
    path: str
    status: str
    started_at: datetime
    finished_at: datetime | None
    plan: bytes
    plan_created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing that happened, with its number in the chain of its account; ``run`` is empty outside of runs."""

    number: int
    run: str
    at: datetime
    kind: str
    content: dict[str, object]
    digest: str
