"""What nobody should want in the list of allowed domains (V19, V20, V21, V24)."""

from collections.abc import Iterator
from typing import Final

from calplan.model.diagnostic import Severity
from calplan.model.domain import Domain
from calplan.model.settings import Setting
from calplan.plan.validity.subject import Subject, Verdict

SHARED_ROOT: Final = Domain("onmicrosoft.com")
INTERNATIONAL: Final = "xn--"


def v19_no_public_suffix(subject: Subject) -> Iterator[Verdict]:
    for domain in listed(subject):
        if "." not in domain.name:
            yield _refused(
                "V19",
                domain,
                f"`{domain}` is a single label",
                "as a top-level domain it would admit strangers, else it matches nobody; matching is exact",
                "write the whole domain, for example `contoso.com`",
            )
        elif _is_public_suffix(domain):
            yield _refused(
                "V19",
                domain,
                f"`{domain}` is a public suffix: others register their domains below it",
                "whoever has an address directly in it is a stranger, and your own users do not match; matching is"
                " exact",
                f"write your own domain below it, for example `contoso.{domain}`",
            )


def v20_no_free_mail(subject: Subject) -> Iterator[Verdict]:
    for domain in listed(subject):
        if _is_free_mail(domain):
            yield _refused(
                "V20",
                domain,
                f"`{domain}` belongs to a provider of free mail",
                "anybody can have an address there, and so could integrate (S38)",
                "list domains whose addresses you hand out yourself",
            )


def v21_not_the_shared_root(subject: Subject) -> Iterator[Verdict]:
    for domain in listed(subject):
        if domain == SHARED_ROOT:
            yield _refused(
                "V21",
                domain,
                f"`{SHARED_ROOT}` is the shared root of all tenants",
                "no user of yours signs in with it; matching is exact",
                f"write your own tenant's domain, for example `contoso.{SHARED_ROOT}`",
            )


def v24_no_look_alikes(subject: Subject) -> Iterator[Verdict]:
    domains = sorted(listed(subject), key=_is_international)
    if not any(map(_is_international, domains)):
        return
    from calplan.plan.validity.look_alikes import look, mixes_scripts  # noqa: PLC0415 - its table is large

    first: dict[str, Domain] = {}
    for domain in domains:
        looks = look(domain)
        other = first.setdefault(looks, domain)
        if other is not domain:
            yield _look_the_same(domain, other.name)
        elif mixes_scripts(domain):
            yield _look_the_same(domain, looks)


def _is_international(domain: Domain) -> bool:
    return INTERNATIONAL in domain.name


def _look_the_same(domain: Domain, other: str) -> Verdict:
    return _refused(
        "V24",
        domain,
        f"`{domain}` and `{other}` look the same: letters of another script stand for Latin ones",
        "whoever reviews the list cannot tell them apart, and one may belong to a stranger",
        "remove the one that is not yours, or write the domain in one script",
    )


def listed(subject: Subject) -> tuple[Domain, ...]:
    """The allowed domains, sorted; none where any is allowed or nobody knows, and none for a group: it has no list."""
    allowed = subject.after.allowed_domains
    return tuple(sorted(allowed)) if isinstance(allowed, frozenset) and subject.group is None else ()


def _refused(code: str, domain: Domain, summary: str, why: str, advice: str) -> Verdict:
    return Verdict(
        code=code,
        severity=Severity.ERROR,
        at=f"{Setting.ALLOWED_DOMAINS.value}[{domain}]",
        rests_on=frozenset({Setting.ALLOWED_DOMAINS}),
        summary=summary,
        why=why,
        help=advice,
    )


def _is_public_suffix(domain: Domain) -> bool:
    from calplan.plan.validity.public_suffix import is_public_suffix  # noqa: PLC0415 - its list takes time to read

    return is_public_suffix(domain)


def _is_free_mail(domain: Domain) -> bool:
    from calplan.plan.validity.free_mail import is_free_mail  # noqa: PLC0415 - its list takes time to read

    return is_free_mail(domain)
