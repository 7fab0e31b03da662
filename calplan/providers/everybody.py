"""Everybody of an account as one read found them, in memory or in a file, with the evidence for it."""

from dataclasses import dataclass, field
from datetime import datetime

from calplan.impact.population import Population, populate
from calplan.model.account import Evidence
from calplan.plan.beside import BesidePlatform
from calplan.providers.base import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Everybody:
    """All users, on whose word, and what sources beside the platform had to say.

    ``kept_at`` is when they were read, if that was not now.
    """

    population: Population
    evidence: Evidence
    beside: BesidePlatform = field(default_factory=BesidePlatform)
    kept_at: datetime | None = None


def read_everybody(platform: Platform) -> Everybody:
    """All users as they are now, held in memory.

    Raises:
        ProviderError: they cannot be read.
    """
    users = platform.read_users()
    population = populate(users.batches, last_client_only=users.last_client_only)
    beside = BesidePlatform() if users.beside is None else users.beside()
    return Everybody(population=population, evidence=users.evidence, beside=beside)
