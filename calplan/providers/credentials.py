"""By which names vendors know who calls: what counts together against a limit."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from calplan.policyfile.document import Plain
from calplan.policyfile.documents import AccountDocument, StatedProvider, ZoomPlatform
from calplan.policyfile.service_value import reference_of
from calplan.policyfile.values import beside, mapping, text

FILE: Final = "file"


def credentials_of(account: AccountDocument) -> frozenset[str]:
    """The credentials with which a plan of an account reads, each by a name that is no secret.

    Accounts whose names have one in common share a limit of the vendor. An embedded account has none.
    """
    return frozenset(_named(account))


def _named(account: AccountDocument) -> Iterator[str]:
    if isinstance(account.platform, ZoomPlatform):
        yield zoom_credential(account.platform.stated)
    for one in account.providers:
        if isinstance(one, StatedProvider) and one.type == "microsoft":
            # Graph counts the calls of an application by tenant.
            yield f"microsoft {_at(one.stated)} {text(one.stated['tenantId'])} {text(one.stated['clientId'])}"
        elif isinstance(one, StatedProvider) and one.type == "google":
            yield google_credential(one.stated, account.file)


def zoom_credential(stated: Mapping[str, Plain]) -> str:
    """The name of the application that an account at Zoom is read with."""
    return f"zoom {_at(stated)} {text(stated['clientId'])}"


def google_credential(stated: Mapping[str, Plain], file: Path) -> str:
    """The name of a key for Google: its reference, since whose key it is shows only once it is resolved."""
    reference = reference_of(mapping(stated["credential"])["from"])
    assert reference is not None, "the schema demands it"
    place = dict(reference.parts).get(FILE) if reference.kind == FILE else None
    name = str(reference) if place is None else str(beside(file, place).absolute())
    return f"google {_at(stated)} {name}"


def _at(stated: Mapping[str, Plain]) -> str:
    endpoints = mapping(stated.get("endpoints"))
    return " ".join(f"{name}={text(endpoints[name])}" for name in sorted(endpoints)) or "-"
