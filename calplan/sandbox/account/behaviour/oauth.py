"""OAuth 2.0 can be enforced for Office 365 (S45)."""

from typing import Final

from calplan.sandbox.account.behaviour.person import Person

OFFICE365: Final = frozenset({"office365-graph", "office365-ews"})


def enforce(person: Person) -> Person:
    """What happens to a user when OAuth is enforced: an Office 365 connection by password ends.

    No sentence speaks of a prompt here, so none is sent.
    """
    by_password = person.facts.service in OFFICE365 and person.facts.auth == "basic"
    return person.disconnected(prompted=False) if by_password else person
