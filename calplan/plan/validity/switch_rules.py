"""The lock and the toggle against each other and against groups (V27, V37)."""

from collections.abc import Iterator

from calplan.model.diagnostic import Severity
from calplan.model.settings import Setting
from calplan.plan.validity.subject import Subject, Verdict


def v27_lock_on_while_off(subject: Subject) -> Iterator[Verdict]:
    if subject.after.locked is True and subject.after.enabled is False:
        yield Verdict(
            code="V27",
            severity=Severity.WARNING,
            at=Setting.LOCKED.value,
            rests_on=frozenset({Setting.LOCKED, Setting.ENABLED}),
            summary="the settings are locked while the integration is off",
            why="nothing else applies while it is off; the lock will act on everybody when it is turned on (S7, S22)",
            help="unlock the settings as well, unless that is what you want",
        )


def v37_override_under_the_lock(subject: Subject) -> Iterator[Verdict]:
    """Of every group that manages the integration, by the account's level; sync resolves without a lock."""
    for group in subject.silenced:
        address = subject.addresses[group]
        yield Verdict(
            code="V37",
            severity=Severity.WARNING,
            at=address,
            rests_on=frozenset({Setting.LOCKED}),
            rests_on_live=(address,) if subject.policy.groups is None else (),
            summary=f"what `{address}` states of the integration has no effect while the account is locked",
            why="the account's lock stands above every group (S22)",
            help="unlock the account, or remove what the group states",
        )
