"""What may stand in ``allowedDomains`` (V18, V22, V24)."""

import re
from collections.abc import Iterator
from typing import Final

from calplan.model.diagnostic import Severity
from calplan.model.domain import Domain
from calplan.policyfile.document import Parsed
from calplan.policyfile.domain_text import domain_or_none
from calplan.policyfile.finding import Finding, Pointer

MOST_LOOKED_AT: Final = 10_000
NOT_IN_A_DOMAIN: Final = (
    (re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE), "it is a URL"),
    (re.compile("@"), "it is an address"),
    (re.compile(r"\*"), "there are no wildcards; matching is exact"),
    (re.compile("[,;]"), "it holds several domains"),
    (re.compile(r":[0-9]*$"), "it has a port"),
    (re.compile("[/:]"), "it holds signs that no domain has"),
    (re.compile(r"\s"), "it holds blanks"),
    (re.compile(r"(^|\.)[0-9]+\.?$"), "its last part is a number, as in an IP address"),
)


def v18_list_is_not_empty(document: Parsed, root: Pointer) -> Iterator[Finding]:
    if document.at((*root, "allowedDomains")) == []:
        yield Finding(
            code="V18",
            subject=(*root, "allowedDomains"),
            summary="`allowedDomains` is an empty list",
            why="it could mean nobody or everybody (A26)",
            help="list the domains, or write `any`",
        )


def v22_one_plain_domain(document: Parsed, root: Pointer) -> Iterator[Finding]:
    for place, domain in _domains(document, root):
        if isinstance(domain, str):
            yield Finding(
                code="V22",
                subject=place,
                summary=f"this entry is no single domain: {domain}",
                why="users are matched by the exact name after the @ of their login address",
                help="write one plain domain per list item, for example `contoso.com`",
            )


def v24_no_duplicates(document: Parsed, root: Pointer) -> Iterator[Finding]:
    first: dict[Domain, Pointer] = {}
    for place, domain in _domains(document, root):
        if isinstance(domain, str):
            continue
        if domain not in first:
            first[domain] = place
            continue
        line = document.position(first[domain]).line
        yield Finding(
            code="V24",
            severity=Severity.WARNING,
            subject=place,
            summary=f"{document.quoted(place, domain.name)} is listed twice",
            why=f"it stands first on line {line}; case, a final dot and the spelling of an international name"
            " make no difference",
            help="remove one of the two",
        )


def _domains(document: Parsed, root: Pointer) -> Iterator[tuple[Pointer, Domain | str]]:
    """Each entry that is text: its domain, or in words why it is none."""
    entries = document.at((*root, "allowedDomains"))
    for index, entry in enumerate(entries[:MOST_LOOKED_AT] if isinstance(entries, list) else ()):
        if isinstance(entry, str):
            yield (*root, "allowedDomains", index), _read(entry)


def _read(entry: str) -> Domain | str:
    for sign, why in NOT_IN_A_DOMAIN:
        if sign.search(entry.strip()):
            return why
    domain = domain_or_none(entry)
    return "it cannot be brought into the normal form of domain names" if domain is None else domain
