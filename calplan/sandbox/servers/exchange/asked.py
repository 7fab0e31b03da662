"""What a request to Exchange asks for, taken out of its XML."""

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]  # the library says nothing of its types
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # as above

from calplan.sandbox.servers.exchange.keys import Build
from calplan.sandbox.servers.exchange.replies import MESSAGES, SOAP, TYPES

SCHEMAS: Final = (
    ("Exchange2007", (8, 0, 0)),
    ("Exchange2007_SP1", (8, 1, 0)),
    ("Exchange2010", (14, 0, 0)),
    ("Exchange2010_SP1", (14, 1, 0)),
    ("Exchange2010_SP2", (14, 2, 0)),
    ("Exchange2013", (15, 0, 0)),
    ("Exchange2013_SP1", (15, 0, 847)),
    ("Exchange2015", (15, 1, 0)),
    ("Exchange2016", (15, 1, 0)),
)
"""Each edition of the interface, and the first build that knows it. No edition is newer, whatever the product."""


class NotSoapError(Exception):
    """The request is no envelope with an operation in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impersonated:
    """In whose name an operation is asked for: what names him, such as ``PrimarySmtpAddress``, and the name."""

    by: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One operation. ``impersonated`` has several entries only in a request that is not to be taken."""

    operation: str
    schema: str | None
    impersonated: tuple[Impersonated, ...]
    folder: str | None = None
    mailbox: str | None = None
    entry: str | None = None
    nameless: bool = False
    """Somebody is to be impersonated, but nobody is named."""


def newest(build: Build) -> str:
    """The newest edition that a build knows."""
    return [name for name, first in SCHEMAS if build[:3] >= first][-1]


def knows(build: Build, schema: str | None) -> bool:
    """Whether a build takes a request of this edition; one that names none is taken for an old one."""
    return schema is None or any(name == schema and build[:3] >= first for name, first in SCHEMAS)


def asked_in(body: bytes) -> Asked:
    """What a request asks for.

    Raises:
        NotSoapError: it is not well-formed, declares entities, or is no envelope.
    """
    try:
        whole: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise NotSoapError from error
    inner = whole.find(f"{{{SOAP}}}Body")
    if inner is None or not len(inner):
        raise NotSoapError
    wanted = inner[0]
    version = whole.find(f"{{{SOAP}}}Header/{{{TYPES}}}RequestServerVersion")
    places = whole.findall(f"{{{SOAP}}}Header/{{{TYPES}}}ExchangeImpersonation")
    names = tuple(_names(places))
    folder = next(wanted.iter(f"{{{TYPES}}}DistinguishedFolderId"), None)
    return Asked(
        operation=wanted.tag.rpartition("}")[2],
        schema=None if version is None else version.get("Version"),
        impersonated=names if len(places) == 1 else names * len(places),
        folder=None if folder is None else folder.get("Id"),
        mailbox=_text(wanted, f"{{{TYPES}}}EmailAddress"),
        entry=_text(wanted, f"{{{MESSAGES}}}UnresolvedEntry"),
        nameless=bool(places) and not names,
    )


def _names(places: list[Element]) -> list[Impersonated]:
    """Who is named in each; where one person is named in several ways, the address is taken."""
    found = []
    for place in places:
        stated = {one.tag.rpartition("}")[2]: (one.text or "").strip() for one in place.iterfind("./*/*")}
        by = next((kind for kind in ("PrimarySmtpAddress", "PrincipalName", "SID") if stated.get(kind)), None)
        if by is not None:
            found.append(Impersonated(by=by, name=stated[by].lower()))
    return found


def _text(element: Element, tag: str) -> str | None:
    found = next(element.iter(tag), None)
    return None if found is None or not found.text else found.text.strip().lower()
