"""Only the rules of a domain's own top-level domain are read; the answer is as if all were."""

from importlib.resources import files

import pytest
from publicsuffixlist import PublicSuffixList

from calplan.model.domain import BadDomainError, Domain
from calplan.plan.validity.public_suffix import is_public_suffix


def named() -> list[Domain]:
    """Every name that the list has a rule for, and one below each."""
    found = []
    for line in (files("publicsuffixlist") / "public_suffix_list.dat").read_text("utf-8").splitlines():
        if line and not line.startswith("//"):
            name = line.removeprefix("!").replace("*", "any")
            for one in (name, f"below.{name}"):
                try:
                    found.append(Domain(one))
                except BadDomainError:
                    continue
    return found


def test_every_name_in_the_list_and_below_is_judged_as_by_the_whole_list() -> None:
    whole = PublicSuffixList(accept_unknown=False, accept_encoded_idn=False)
    domains = named()
    assert len(domains) > 15_000
    assert [one for one in domains if is_public_suffix(one) != whole.is_public(one.as_written)] == []


@pytest.mark.parametrize(
    "name, public",
    [
        ("co.uk", True),
        ("contoso.co.uk", False),
        ("github.io", True),
        ("www.ck", False),
        ("any.ck", True),
        ("公司.cn", True),
        ("xn--55qx5d.cn", True),
        ("contoso.公司.cn", False),
        ("corp.internal", False),
    ],
)
def test_a_name(name: str, *, public: bool) -> None:
    assert is_public_suffix(Domain(name)) is public
