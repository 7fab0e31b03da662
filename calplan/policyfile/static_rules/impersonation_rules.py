"""What an impersonation account may state: address, secret by reference, Exchange version (V12, V13, V34)."""

import re
from collections.abc import Iterator
from typing import Final

from calplan.model.domain import domain_of
from calplan.plan.validity.exchange_version_rules import NAMED_ONLY_2016, NOT_ACCEPTED, ONE_OF_THEM, is_accepted
from calplan.policyfile.document import Parsed
from calplan.policyfile.finding import Finding, Pointer
from calplan.policyfile.static_rules.places import impersonations

PASSWORD: Final = re.compile(r"pass|secret", re.IGNORECASE)
NO_PASSWORD: Final = frozenset({"passwordFrom", "passwordVersion"})


def v12_address_and_reference(document: Parsed, root: Pointer) -> Iterator[Finding]:
    for place, impersonation in impersonations(document, root):
        account = impersonation.get("account")
        if isinstance(account, str) and not is_address(account):
            yield Finding(
                code="V12",
                subject=(*place, "account"),
                summary="the impersonation account must be an e-mail address",
                why="the vendor asks for the account's address (S31)",
                help="write it as `svc@contoso.com`",
            )
        literal = [key for key in impersonation if PASSWORD.search(key) and key not in NO_PASSWORD]
        if "passwordFrom" in impersonation and not isinstance(impersonation["passwordFrom"], dict):
            literal.append("passwordFrom")
        for key in literal:
            yield Finding(
                code="V12",
                subject=(*place, key),
                on_key=True,
                summary="a password must not stand in a document",
                why="it would be in every copy and in the history; calplan stores only where it lives",
                help="write `passwordFrom: {env: CALPLAN_SECRET_EWS}` (or file, keyring, vault),"
                " and change the password if this file was shared",
            )


def v13_exchange_version(document: Parsed, root: Pointer) -> Iterator[Finding]:
    """Only what no policy may state; that the others are accepted with a warning is a rule about meaning."""
    for place, impersonation in impersonations(document, root):
        version = impersonation.get("exchangeVersion")
        if isinstance(version, str) and not is_accepted(version):
            yield Finding(
                code="V13",
                subject=(*place, "exchangeVersion"),
                summary=NOT_ACCEPTED,
                why=NAMED_ONLY_2016,
                help=ONE_OF_THEM,
            )


def v34_exchange_version_is_text(document: Parsed, root: Pointer) -> Iterator[Finding]:
    for place, impersonation in impersonations(document, root):
        version = impersonation.get("exchangeVersion")
        if isinstance(version, int | float) and not isinstance(version, bool):
            yield unquoted(document, (*place, "exchangeVersion"))


def unquoted(document: Parsed, subject: Pointer) -> Finding:
    """A version written as a number."""
    written = document.written(subject) or ""
    return Finding(
        code="V34",
        subject=subject,
        summary=f"{document.quoted(subject, written)} is a number here, not a version",
        why="as a number 5.10 is read as 5.1, and 2016 as a count",
        help="write it between quotes" if document.is_sensitive(subject) else f'quote it: "{written}"',
    )


def is_address(text: str) -> bool:
    """Whether a text has the form of one e-mail address with a usable domain."""
    local, at, _ = text.rpartition("@")
    return bool(local and at) and "@" not in local and not re.search(r"\s", text) and domain_of(text) is not None
