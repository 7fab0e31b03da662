"""The exit codes: stable, printed by ``--help``, each with a test."""

from collections.abc import Iterable
from enum import Enum
from typing import Final


class ExitCode(Enum):
    """What a run of calplan says to the shell."""

    DONE = 0
    FAULT = 1
    CHANGES = 2
    INVALID = 3
    REFUSED = 4
    STALE = 5
    LOCKED = 6
    PARTLY_APPLIED = 7
    UNLIKE_FORECAST = 8
    NOT_AUTHORISED = 9
    UNREACHABLE = 10
    WAITING = 11
    USAGE = 64
    INTERRUPTED = 130


MEANING: Final = {
    ExitCode.DONE: "done, or nothing to do, or changes shown without --detailed-exitcode",
    ExitCode.FAULT: "a fault of calplan, or a failing Scenario",
    ExitCode.CHANGES: "changes or drift (with --detailed-exitcode; always for drift)",
    ExitCode.INVALID: "invalid document, users file or plan; a folder without documents",
    ExitCode.REFUSED: "refused by a gate or a guardrail",
    ExitCode.STALE: "the saved plan is stale",
    ExitCode.LOCKED: "another run holds the account",
    ExitCode.PARTLY_APPLIED: "partly applied; apply --resume RUN continues",
    ExitCode.UNLIKE_FORECAST: "applied, but the outcome differs from the forecast beyond tolerance",
    ExitCode.NOT_AUTHORISED: "not authenticated or not authorised, or a secret cannot be resolved",
    ExitCode.UNREACHABLE: "a provider or the state could not be reached; nothing written",
    ExitCode.WAITING: "waiting for a person: manual steps are open",
    ExitCode.USAGE: "usage: a bad flag, missing PATH, unknown user or run, no terminal to ask on",
    ExitCode.INTERRUPTED: "interrupted, or no at a prompt, before anything was written",
}

WORST_FIRST: Final = tuple(map(ExitCode, (7, 11, 8, 5, 4, 6, 9, 10, 3, 2, 0)))
"""Which code is said where several apply."""


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The code that is said where several apply; ``DONE`` where none does."""
    return min(codes, key=WORST_FIRST.index, default=ExitCode.DONE)


class StopError(Exception):
    """A command ends here with this code; the message says why and what to do, line by line."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code
