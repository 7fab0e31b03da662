"""Names under which others register their domains."""

from functools import cache
from pkgutil import get_data

from publicsuffixlist import PublicSuffixList

from calplan.model.domain import Domain


def is_public_suffix(domain: Domain) -> bool:
    """Whether a domain of several labels is a public suffix, such as ``co.uk`` or ``github.io``.

    Both parts of the Public Suffix List count: registries, and companies that hand out names below one of theirs. A
    top-level domain the list does not know makes nothing public.
    """
    name = domain.as_written
    return _known(name.rpartition(".")[2]).is_public(name)


@cache
def _known(top: str) -> PublicSuffixList:
    """The rules of one top-level domain; no other matches a name in it, and to read them all takes ten times as long.

    The list is a part of the installed version of the library: the same on every machine and every day. It has the
    letters that people write; the same names in ASCII besides are not asked for.
    """
    whole = get_data("publicsuffixlist", "public_suffix_list.dat")
    assert whole is not None, "the library was imported above"
    rules = [line for line in whole.splitlines() if line.endswith(top.encode())]
    return PublicSuffixList(rules, accept_unknown=False, accept_encoded_idn=False)
