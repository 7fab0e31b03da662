"""What a look at an account finds: whether it could be read and written, and what stands in the way."""

from dataclasses import dataclass
from enum import Enum

from calplan.providers.errors import ProviderError


class Verdict(Enum):
    """How a check went."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at: what was found, and what to do about it and where. ``error`` is why it failed."""

    verdict: Verdict
    subject: str
    found: str
    fix: str = ""
    error: ProviderError | None = None


def passed(subject: str, found: str) -> Check:
    """Nothing to do."""
    return Check(verdict=Verdict.OK, subject=subject, found=found)


def doubtful(subject: str, found: str, fix: str) -> Check:
    """It does not stop every command."""
    return Check(verdict=Verdict.WARN, subject=subject, found=found, fix=fix)


def failed(subject: str, error: ProviderError, fix: str) -> Check:
    """It stops whoever tries."""
    return Check(verdict=Verdict.FAIL, subject=subject, found=str(error), fix=fix, error=error)
