"""The account file's errors in the words of every provider."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from calplan.providers.errors import InvalidAccountError, NotAuthorisedError, ProviderError, UnreachableError
from calplan.sandbox.account.errors import (
    AccountError,
    AccountExistsError,
    BadOverrideError,
    BadUserError,
    BusyAccountError,
    CorruptAccountError,
    ForbiddenAccountError,
    ForeignFileError,
    LeftoverJournalError,
    MissingAccountError,
    MissingFolderError,
    NewerAccountError,
)
from calplan.sandbox.account.store import account_errors

Clock = Callable[[], datetime]
"""Gives the time now; tests and reproducible runs hand in their own."""

INVALID: Final = (
    AccountExistsError,
    BadOverrideError,
    BadUserError,
    CorruptAccountError,
    ForeignFileError,
    LeftoverJournalError,
    MissingAccountError,
    MissingFolderError,
    NewerAccountError,
)


@contextmanager
def provider_errors(path: Path) -> Iterator[None]:
    """Turns what goes wrong with the file inside into a provider's error.

    Raises:
        ProviderError: in place of what was raised inside.
    """
    try:
        with account_errors(path):
            yield
    except AccountError as error:
        raise translated(error) from error


def translated(error: AccountError) -> ProviderError:
    """The provider's error for one of the account's."""
    if isinstance(error, INVALID):
        return InvalidAccountError(str(error))
    if isinstance(error, ForbiddenAccountError):
        return NotAuthorisedError(str(error))
    if isinstance(error, BusyAccountError):
        return UnreachableError(str(error))
    return ProviderError(str(error), outcome_unknown=error.outcome_unknown)
