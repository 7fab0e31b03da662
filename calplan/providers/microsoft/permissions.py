"""The application permissions that calls of Graph need, each with the least of them first, and who lacks them."""

from typing import Final

from calplan.providers.errors import NotAuthorisedError

AnyOf = tuple[str, ...]
"""Permissions of which one is enough."""
CONSENTS: Final[AnyOf] = ("Directory.Read.All", "Directory.ReadWrite.All")
POLICY: Final[AnyOf] = ("Policy.Read.All",)
MAILBOXES: Final[AnyOf] = ("MailboxSettings.Read", "MailboxSettings.ReadWrite")
WRITING: Final[AnyOf] = ("DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All")


def needed_for(path: str) -> AnyOf:
    """What reading below a path needs."""
    return POLICY if path == "policies" else CONSENTS


def naming(error: NotAuthorisedError, any_of: AnyOf, granted: frozenset[str] | None) -> NotAuthorisedError:
    """A refusal that names the permission where the token shows that it is missing; else the same one."""
    if granted is None or not granted.isdisjoint(any_of):
        return error
    named = NotAuthorisedError(
        f"{error}. The application that calplan is lacks the permission {any_of[0]}: add it in Microsoft Entra and"
        " consent to it as an administrator"
    )
    named.outcome_unknown = error.outcome_unknown
    return named
