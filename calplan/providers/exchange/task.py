"""What is to be probed, taken out of a provider's document and a policy."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from calplan.model.service import ExchangeEws, Impersonation, Office365Ews
from calplan.policyfile.documents import StatedProvider
from calplan.policyfile.values import beside, stated_text, text
from calplan.providers.endpoints import Endpoint


class SignIn(Enum):
    """How the probe signs in; the values are the words of documents, and of challenges in small letters."""

    BASIC = "basic"
    NTLM = "ntlm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probing:
    """What a provider's document states of the probe; ``username`` is ``None`` where the account's name serves."""

    mailbox: str
    sign_in: SignIn
    username: str | None
    ca_file: Path | None

    @classmethod
    def of(cls, stated: StatedProvider, file: Path) -> "Probing":
        """The probe that a document states; paths are relative to its file."""
        ca_file = stated_text(stated.stated.get("caFile"))
        return cls(
            mailbox=text(stated.stated["probeMailbox"]).strip().lower(),
            sign_in=SignIn(stated_text(stated.stated.get("authType")) or "basic"),
            username=stated_text(stated.stated.get("username")),
            ca_file=None if ca_file is None else beside(file, ca_file),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The server of a policy: ``url`` is where requests go, and nothing else; ``place`` its host as people write it."""

    url: str
    place: str

    @classmethod
    def of(cls, service: ExchangeEws | Office365Ews) -> "Target":
        """The server that a policy names.

        Raises:
            BadEndpointError: no password may be sent to that URL.
        """
        return cls(url=service.ews_url.text, place=Endpoint.parse(service.ews_url.text).place)


def impersonation_of(service: ExchangeEws | Office365Ews) -> Impersonation | None:
    """What a policy states of impersonation, if anything."""
    stated = service.impersonation if isinstance(service, ExchangeEws) else None
    return stated if isinstance(stated, Impersonation) else None
