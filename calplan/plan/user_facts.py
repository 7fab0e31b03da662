"""The facts of one user as a row has them, and back: in a saved plan, and in a snapshot."""

import json
from collections.abc import Mapping
from typing import Final, cast

from calplan.model.connection import Authentication
from calplan.model.permissions import Permission
from calplan.model.proof import Basis
from calplan.model.service import ServiceType
from calplan.model.user import MailboxLocation, RawFacts, Status, text_list
from calplan.plan.document import FactsDocument

UNREAD: Final = frozenset({"", "unknown"})
WORDS: Final = {
    "status": frozenset(one.value for one in Status),
    "service": frozenset(one.value for one in ServiceType) | UNREAD,
    "calendar": frozenset(one.value for one in Permission) | UNREAD,
    "contacts": frozenset(one.value for one in Permission) | UNREAD,
    "auth": frozenset(one.value for one in Authentication) | UNREAD,
    "mailbox_location": frozenset(one.value for one in MailboxLocation) | UNREAD,
    "evidence": frozenset(one.value for one in Basis),
}
"""The words of users files; what a row does not state is left out."""
TEXTS: Final = ("primary_group", "ews_host", "mailbox")
LISTS: Final = ("groups", "own_grant")


def facts_document(raw: RawFacts, basis: Basis = Basis.PLATFORM) -> FactsDocument:
    """The row of a user without a name. What nobody states is left out: a missing word is not an empty one."""
    row: FactsDocument = {"email": "", "status": raw.status, "clients": json.loads(raw.clients)}
    if raw.groups is not None:
        row["groups"] = json.loads(raw.groups)
    if raw.own_grant is not None:
        row["own_grant"] = json.loads(raw.own_grant)
    words = {
        "primary_group": raw.primary_group,
        "service": raw.service,
        "ews_host": raw.ews_host,
        "calendar": raw.calendar,
        "contacts": raw.contacts,
        "auth": raw.auth,
        "mailbox_location": raw.mailbox_location,
        "evidence": None if basis is Basis.PLATFORM else basis.value,
    }
    return cast("FactsDocument", {**row, **{name: word for name, word in words.items() if word is not None}})


def raw_facts(row: FactsDocument) -> RawFacts:
    """The words a row was written from; the inverse of ``facts_document``."""
    groups, own_grant = row.get("groups"), row.get("own_grant")
    return RawFacts(
        status=row["status"],
        service=row.get("service"),
        ews_host=row.get("ews_host"),
        calendar=row.get("calendar"),
        contacts=row.get("contacts"),
        auth=row.get("auth"),
        mailbox_location=row.get("mailbox_location"),
        own_grant=None if own_grant is None else text_list(own_grant),
        groups=None if groups is None else text_list(groups),
        primary_group=row.get("primary_group"),
        clients=text_list(row["clients"]),
    )


def states_facts(row: object) -> bool:
    """Whether a row from outside states an address and facts in the words of users files."""
    return (
        isinstance(row, Mapping)
        and isinstance(row.get("email"), str)
        and "status" in row
        and texts(row.get("clients"))
        and all(isinstance(row[key], str) and row[key] in words for key, words in WORDS.items() if key in row)
        and all(isinstance(row.get(key, ""), str) for key in TEXTS)
        and all(texts(row.get(key, [])) for key in LISTS)
    )


def texts(value: object) -> bool:
    """Whether a value from outside is a list of texts."""
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
