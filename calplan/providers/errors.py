"""Why a provider could not do what it was asked, one class for each exit code."""

from calplan.model.diagnostic import Diagnostic


class ProviderError(Exception):
    """A provider could not do what it was asked. The message is for an admin and holds no secret.

    ``outcome_unknown`` is set when it is unclear whether a write took place.
    """

    def __init__(self, message: str, *, outcome_unknown: bool = False) -> None:
        super().__init__(message)
        self.outcome_unknown = outcome_unknown


class InvalidAccountError(ProviderError):
    """What the provider was pointed at is not an account it can read (exit code 3).

    ``diagnostics`` say where and why, if it is a matter of files.
    """

    diagnostics: tuple[Diagnostic, ...] = ()


class NotAuthorisedError(ProviderError):
    """The provider would not let calplan in (exit code 9)."""


class UnreachableError(ProviderError):
    """The provider did not answer (exit code 10)."""
