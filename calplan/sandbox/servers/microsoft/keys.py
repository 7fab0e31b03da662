"""What calplan's app registration signs in with, and what it was granted."""

import secrets
from dataclasses import dataclass, field
from typing import Final

from calplan.sandbox.servers.microsoft.ids import guid

BYTES_OF_SECRET: Final = 24
PLAN: Final = frozenset({"Directory.Read.All", "MailboxSettings.Read", "Policy.Read.All"})
"""Application permissions that reading needs."""
APPLY: Final = frozenset({"DelegatedPermissionGrant.ReadWrite.All"})
"""What writing needs besides."""


def new_secret() -> str:
    """A secret that nobody has had before."""
    return secrets.token_urlsafe(BYTES_OF_SECRET)


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrosoftKeys:
    """One app registration. ``app_id`` is the app of the platform, whose consent is looked at.

    ``certificate`` is what was registered for certificate credentials, in PEM and without its key. ``request_token`` is
    what GitHub would give to a workflow that may ask for proofs, and ``subject`` the workflow that Entra trusts.
    """

    tenant_id: str
    client_id: str
    app_id: str
    client_secret: str = field(repr=False)
    certificate: str | None = None
    permissions: frozenset[str] = PLAN | APPLY
    request_token: str = field(default_factory=new_secret, repr=False)
    subject: str = "repo:corp/calendar-policy:environment:calplan"


def new_microsoft_keys(account_id: str) -> MicrosoftKeys:
    """Keys of an account's app registration, which is always the same one, with secrets that nobody has had before."""
    return MicrosoftKeys(
        tenant_id=guid("tenant", account_id),
        client_id=guid("client", account_id),
        app_id=guid("platform", account_id),
        client_secret=new_secret(),
    )
