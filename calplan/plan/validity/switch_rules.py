"""The lock and the toggle against each other and against groups (V27, V37)."""

from collections.abc import Iterator

from calplan.model.diagnostic import Severity
from calplan.model.settings import Setting
from calplan.plan.validity.subject import Subject, Verdict, stated_by


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
    """Of every group the policy overrides something for; it looks at groups from the account's level."""
    if subject.group is not None or subject.after.locked is not True:
        return
    for override in subject.policy.groups or ():
        if stated_by(override):
            yield Verdict(
                code="V37",
                severity=Severity.WARNING,
                at=f"groups[{override.group}]",
                rests_on=frozenset({Setting.LOCKED}),
                summary=f"what group `{override.group}` states has no effect while the account is locked",
                why="the account's lock stands above every group (S22)",
                help="unlock the account, or remove what the group states",
            )
