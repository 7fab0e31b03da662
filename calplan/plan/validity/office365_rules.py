"""The switches that belong to Office 365 (V15, V16)."""

from collections.abc import Iterator

from calplan.model.diagnostic import Severity
from calplan.model.service import ExchangeEws, ExchangeMapi, Impersonation
from calplan.model.settings import Setting
from calplan.model.unknown import Unknown
from calplan.plan.validity.exchange_online import is_exchange_online
from calplan.plan.validity.subject import Subject, Verdict


def v15_consent_without_office365(subject: Subject) -> Iterator[Verdict]:
    if subject.after.consent_for_account is True and _is_elsewhere(subject):
        yield _no_effect("V15", Setting.CONSENT_FOR_ACCOUNT, "consent is given for Office 365 permissions only (S43)")


def v16_oauth_without_office365(subject: Subject) -> Iterator[Verdict]:
    if subject.after.enforce_oauth is not True:
        return
    service = subject.after.service
    by_password = isinstance(service, ExchangeEws) and isinstance(service.impersonation, Impersonation)
    if by_password and isinstance(service, ExchangeEws) and is_exchange_online(service.ews_url.host):
        yield Verdict(
            code="V16",
            severity=Severity.ERROR,
            at=Setting.ENFORCE_OAUTH.value,
            rests_on=frozenset({Setting.SERVICE, Setting.ENFORCE_OAUTH}),
            summary="OAuth is enforced, and the impersonation account signs in to Office 365 by password",
            why="the two exclude each other, so impersonation cannot work (S31, S45)",
            help="use `type: office365-graph`",
        )
    elif _is_elsewhere(subject):
        yield _no_effect("V16", Setting.ENFORCE_OAUTH, "OAuth is enforced for Office 365 services only (S45)")


def _is_elsewhere(subject: Subject) -> bool:
    """Whether the account's service is known and nobody is on Office 365; of MAPI, V10 says more."""
    known = subject.group is None and not isinstance(subject.after.service, (Unknown, ExchangeMapi))
    return known and not subject.somebody_on_office365


def _no_effect(code: str, setting: Setting, why: str) -> Verdict:
    return Verdict(
        code=code,
        severity=Severity.WARNING,
        at=setting.value,
        rests_on=frozenset({Setting.SERVICE, setting}),
        summary=f"`{setting.value}` has no effect without an Office 365 service",
        why=why,
        help="leave it out or write `false`, unless an Office 365 service is to follow",
    )
