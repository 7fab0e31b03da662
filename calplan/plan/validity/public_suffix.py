"""Names under which others register their domains."""

from functools import cache

from publicsuffixlist import PublicSuffixList

from calplan.model.domain import Domain


def is_public_suffix(domain: Domain) -> bool:
    """Whether a domain of several labels is a public suffix, such as ``co.uk`` or ``github.io``.

    Both parts of the Public Suffix List count: registries, and companies that hand out names below one of theirs. A
    top-level domain the list does not know makes nothing public.
    """
    return _known().is_public(domain.as_written)


@cache
def _known() -> PublicSuffixList:
    # The list is a part of the installed version of the library: the same on every machine and every day.
    # It has the letters that people write; the same names in ASCII besides would double the time it takes to read.
    return PublicSuffixList(accept_unknown=False, accept_encoded_idn=False)
