"""What MAPI leaves out: everybody who is not on Windows, and settings it does not know (V09, V10)."""

from collections.abc import Iterator
from typing import Final

from calplan.model.diagnostic import Severity
from calplan.model.service import ExchangeMapi
from calplan.model.settings import Setting
from calplan.plan.validity.subject import Subject, Verdict

LOCKED_MAPI: Final = frozenset({Setting.SERVICE, Setting.LOCKED})


def is_locked_mapi(subject: Subject) -> bool:
    """Whether the lock forces MAPI on everybody."""
    return isinstance(subject.after.service, ExchangeMapi) and subject.after.locked is True


def v09_windows_only(subject: Subject) -> Iterator[Verdict]:
    if is_locked_mapi(subject):
        yield windows_only("MAPI under the lock: only users on Windows keep the integration")


def windows_only(summary: str) -> Verdict:
    """The warning about MAPI under the lock."""
    return Verdict(
        code="V09",
        severity=Severity.WARNING,
        at="integration.locked",
        rests_on=LOCKED_MAPI,
        summary=summary,
        why="MAPI runs in the client on Windows, and the lock leaves no other service (S20)",
        help="leave the settings unlocked, or choose a service that serves every platform",
    )


def v10_not_applicable_to_mapi(subject: Subject) -> Iterator[Verdict]:
    """The switches of Office 365, which are the account's; that MAPI knows no impersonation is said of the text."""
    if subject.group is not None or not isinstance(subject.after.service, ExchangeMapi):
        return
    if subject.somebody_on_office365:
        return
    switches = (
        (Setting.CONSENT_FOR_ACCOUNT, subject.after.consent_for_account),
        (Setting.ENFORCE_OAUTH, subject.after.enforce_oauth),
    )
    for setting, value in switches:
        if value is True:
            yield Verdict(
                code="V10",
                severity=Severity.ERROR,
                at=setting.value,
                rests_on=frozenset({Setting.SERVICE, setting}),
                summary=f"`{setting.value}` is not applicable to MAPI",
                why="MAPI runs in each user's client on Windows and signs in to nothing of Office 365 (S20, S43, S45)",
                help=f"write `{setting.value.partition('.')[2]}: false`, or choose an Office 365 service",
            )
