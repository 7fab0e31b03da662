"""A Google provider as an Account document states it: whose directory, which applications, and where it is asked."""

from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Final

from calplan.model.service import SecretReference
from calplan.policyfile.documents import StatedProvider
from calplan.policyfile.service_value import reference_of
from calplan.policyfile.values import beside, items, mapping, text
from calplan.providers.endpoints import Endpoint
from calplan.providers.google.scopes import TABLE_VERSION

NAME: Final = "Google"
ADMIN: Final = "https://admin.googleapis.com"
TOKEN: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
STS: Final = "https://sts.googleapis.com"
IAM_CREDENTIALS: Final = "https://iamcredentials.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/"
USERS_SCOPE: Final = f"{SCOPE}admin.directory.user.readonly"
TOKENS_SCOPE: Final = f"{SCOPE}admin.directory.user.security"
"""The only one that shows tokens; whoever has it can also delete them."""
LOG_SCOPE: Final = f"{SCOPE}admin.reports.audit.readonly"


class Told(Enum):
    """What tells who consented: the tokens there are, asked for user by user, or the log of consents."""

    BY_TOKENS = "tokens"
    BY_LOG = "reports"


class CredentialKind(Enum):
    """How calplan proves who it is: a key of a service account, or the identity of the workload it runs in."""

    KEY = "serviceAccount"
    WORKLOAD = "workloadIdentity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where each of Google's services is asked."""

    admin: Endpoint
    token: Endpoint
    sts: Endpoint
    iam: Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One customer's directory and how it is read; ``subject`` is the admin that calplan acts as."""

    customer: str
    subject: str
    clients: frozenset[str]
    told: Told
    kind: CredentialKind
    reference: SecretReference
    folder: Path
    places: Places
    ca_file: Path | None

    @property
    def source(self) -> str:
        """Whose facts a memory holds: other applications, admins' domains or servers are another source."""
        domain = self.subject.rpartition("@")[2].strip().lower()
        said = (TABLE_VERSION, self.told.value, domain, self.places.admin.host, *sorted(self.clients))
        return f"google {self.customer} {sha256(chr(10).join(said).encode()).hexdigest()[:16]}"


def workspace_of(stated: StatedProvider, file: Path) -> Workspace:
    """What a provider of type ``google`` states in the document ``file``.

    Raises:
        BadEndpointError: an endpoint is not written in a way that calplan takes.
    """
    fields = stated.stated
    addresses, credential = mapping(fields.get("endpoints")), mapping(fields["credential"])
    reference = reference_of(credential["from"])
    assert reference is not None, "the schema demands it"
    ca_file = fields.get("caFile")
    return Workspace(
        customer=text(fields["customer"]),
        subject=text(fields["subject"]),
        clients=frozenset(text(one) for one in items(fields.get("clientIds"))),
        told=Told(text(fields.get("evidence", Told.BY_TOKENS.value))),
        kind=CredentialKind(text(credential["kind"])),
        reference=reference,
        folder=file.parent,
        places=Places(
            admin=Endpoint.parse(text(addresses.get("admin", ADMIN))),
            token=Endpoint.parse(text(addresses.get("token", TOKEN))),
            sts=Endpoint.parse(text(addresses.get("sts", STS))),
            iam=Endpoint.parse(text(addresses.get("iamcredentials", IAM_CREDENTIALS))),
        ),
        ca_file=None if ca_file is None else beside(file, text(ca_file)),
    )
