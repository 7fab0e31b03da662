"""What whoever runs calplan lets documents do. It comes from outside of the folder, so no document can change it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from calplan.model.diagnostic import Diagnostic, Severity
from calplan.policyfile.document import Plain
from calplan.policyfile.documents import AccountDocument, StatedProvider, ZoomPlatform
from calplan.providers.endpoints import HTTPS_PORT, VENDOR_HOSTS, BadEndpointError, Endpoint
from calplan.providers.errors import InvalidAccountError
from calplan.providers.redaction import Redactor

CODE: Final = "T-HOST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Hosts beside those of vendors, the secrets that may be resolved, and the folder that secret files lie below.

    ``secret_names`` is ``None`` where every name may be resolved. ``automated`` says that a machine runs calplan for
    changes that others propose. ``redactor`` hears of every secret that is resolved, so that logs leave it out.
    """

    allow_hosts: frozenset[str] = frozenset()
    secret_names: frozenset[str] | None = None
    secrets_dir: Path | None = None
    automated: bool = False
    redactor: Redactor = field(default_factory=Redactor, repr=False, compare=False)


class UntrustedHostError(InvalidAccountError):
    """An Account document would send calplan to a host that nobody outside of the folder vouches for."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("\n".join(one.summary for one in diagnostics))
        self.diagnostics = diagnostics


def require_trusted(account: AccountDocument, trust: Trust) -> None:
    """Refuse an account that names a host nobody vouches for; asked before anything of it is opened or resolved.

    Raises:
        UntrustedHostError: it names one.
    """
    found = untrusted(account, trust)
    if found:
        raise UntrustedHostError(found)


def untrusted(account: AccountDocument, trust: Trust) -> tuple[Diagnostic, ...]:
    """What is to be said of the endpoints of an account: one error for each that may not be spoken to."""
    found = []
    for address, vendor, text in _stated(account):
        wrong = _what_is_wrong(text, vendor, trust)
        if wrong is not None:
            found.append(_error(account, address, vendor, wrong))
    return tuple(found)


def _stated(account: AccountDocument) -> Iterator[tuple[str, str, str]]:
    """Each endpoint that a document states: its address there, whose it should be, and its text."""
    if isinstance(account.platform, ZoomPlatform):
        yield from _endpoints("platform", "zoom", account.platform.stated)
    for number, provider in enumerate(account.providers):
        if isinstance(provider, StatedProvider):
            yield from _endpoints(f"providers[{number}]", provider.type, provider.stated)


def _endpoints(place: str, vendor: str, stated: Mapping[str, Plain]) -> Iterator[tuple[str, str, str]]:
    endpoints = stated.get("endpoints")
    for name, text in (endpoints if isinstance(endpoints, dict) else {}).items():
        yield f"{place}.endpoints.{name}", vendor, str(text)


def _what_is_wrong(text: str, vendor: str, trust: Trust) -> str | None:
    try:
        endpoint = Endpoint.parse(text)
    except BadEndpointError as error:
        return str(error)
    if endpoint.is_loopback or (endpoint.scheme == "https" and endpoint.place in trust.allow_hosts):
        return None
    if endpoint.host not in VENDOR_HOSTS.get(vendor, ()):
        return f"{endpoint.host} is no host of {vendor} that calplan knows"
    return None if endpoint.port == HTTPS_PORT else f"{endpoint.host} answers on port {HTTPS_PORT} alone"


def _error(account: AccountDocument, address: str, vendor: str, wrong: str) -> Diagnostic:
    place = address.partition(".")[0]
    positions = account.positions
    return Diagnostic(
        code=CODE,
        severity=Severity.ERROR,
        summary=f"`{address}` is not trusted: {wrong}",
        why="credentials go there, and whoever can edit this file could send them to himself",
        help=f"remove it to use the hosts of {vendor}; or have whoever runs calplan list the host in"
        " CALPLAN_ALLOW_HOSTS, outside of the files that are reviewed",
        position=positions.get(address) or positions.get(f"{place}.endpoints") or positions.get(place),
        address=address,
    )
