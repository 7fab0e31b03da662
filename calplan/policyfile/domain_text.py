"""Domains as written in documents. A list is looked at by several rules, and the normal form is dear to compute."""

from functools import lru_cache
from typing import Final

from calplan.model.domain import BadDomainError, Domain

REMEMBERED: Final = 20_000


@lru_cache(maxsize=REMEMBERED)
def domain_or_none(entry: str) -> Domain | None:
    """The domain that an entry names, or ``None`` when it has no normal form."""
    try:
        return Domain.parse(entry)
    except BadDomainError:
        return None


def valid_domain(entry: str) -> Domain:
    """The domain that an entry names; a rule has already found that it names one."""
    domain = domain_or_none(entry)
    assert domain is not None
    return domain
