"""Which Exchange a build is. The name of its schema does not tell: 2016, 2019, SE and Online all say Exchange2016.

Source: Microsoft's list of build numbers of Exchange Server; the border of SE is its first release, 15.2.2562.
"""

from typing import Final

from calplan.providers.checkup import Check, doubtful, passed

Build = tuple[int, int, int, int]

ONLINE: Final = "Online"
SUBJECT: Final = "Exchange version"
_FIRST: Final = (
    ((8, 0), "2007"),
    ((8, 4), None),
    ((14, 0), "2010"),
    ((14, 4), None),
    ((15, 0), "2013"),
    ((15, 1), "2016"),
    ((15, 2), "2019"),
    ((15, 2, 2562), "SE"),
    ((15, 3), None),
    ((15, 20), ONLINE),
    ((15, 21), None),
)
"""The first build of each product; ``None`` begins a range that nobody has described."""


def product_of(build: Build) -> str | None:
    """The product's name as policies write it, ``Online`` for Microsoft's own, ``None`` where nobody knows it."""
    return next((name for first, name in reversed(_FIRST) if build >= first), None)


def version_check(build: Build, stated: str) -> Check:
    """What the build says about the version that a policy states."""
    number, product = ".".join(map(str, build)), product_of(build)
    if product is None:
        fix = "nothing rests on it; compare `exchangeVersion` of the policy with the server by hand"
        return doubtful(SUBJECT, f"the server names build {number}, which calplan does not know", fix)
    if product == ONLINE:
        found = f"build {number} is Exchange Online, where nobody can be given the right to impersonate since 2025"
        return doubtful(SUBJECT, found, "use `type: office365-graph` for mailboxes in Exchange Online")
    if product != stated:
        found = f"build {number} is Exchange {product}, and the policy says {stated}"
        return doubtful(SUBJECT, found, f'set `exchangeVersion` of the policy to "{product}"{_too_old(product)}')
    return passed(SUBJECT, f"Exchange {product}, build {number}, as the policy says")


def _too_old(product: str) -> str:
    return "; impersonation with so old a server is not accepted, so update it first" if product < "2013" else ""
