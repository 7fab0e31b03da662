"""What should not change in one commit (V28, V33, V36)."""

from collections.abc import Iterator
from typing import Final

from calplan.impact.outcome import DISCONNECTED
from calplan.model.diagnostic import Severity
from calplan.model.service import ExchangeEws, Office365Ews, Office365Graph
from calplan.model.settings import AccountSettings, Setting
from calplan.plan.validity.live import Known
from calplan.plan.validity.subject import Subject, Verdict

SERVICE_AND_LOCK: Final = frozenset({Setting.SERVICE, Setting.LOCKED})
FLAGS: Final = frozenset({Setting.BIDIRECTIONAL_SYNC, Setting.CONSENT_FOR_ACCOUNT})
"""Switches that disconnect nobody, whenever they are turned."""


def v28_off_and_nothing_else(subject: Subject, _: Known) -> Iterator[Verdict]:
    changed = changed_settings(subject) - {Setting.ENABLED}
    if subject.before.enabled is False:
        # While it stays off, what harms nobody when it is on again hides nothing.
        changed -= FLAGS
    if subject.after.enabled is not False or not changed:
        return
    names = ", ".join(f"`{subject.address(one.value)}`" for one in Setting if one in changed)
    yield Verdict(
        code="V28",
        severity=Severity.ERROR,
        at=Setting.ENABLED.value,
        rests_on=changed,
        summary=f"the integration is off, and other settings change as well: {names}",
        why="nobody would see what these changes do before they strike, when it is turned on again",
        help="turn the integration off by itself; make the other changes when it is on, or with turning it on",
    )


def changed_settings(subject: Subject) -> frozenset[Setting]:
    """The settings of this level's own that the change moves; one that nobody could read counts as moved."""
    before, after = _values(subject.before), _values(subject.after)
    return frozenset(one for one in subject.own if before[one] != after[one])


def _values(settings: AccountSettings) -> dict[Setting, object]:
    return {
        Setting.ENABLED: settings.enabled,
        Setting.LOCKED: settings.locked,
        Setting.SERVICE: settings.service,
        Setting.ALLOWED_DOMAINS: settings.allowed_domains,
        Setting.BIDIRECTIONAL_SYNC: settings.bidirectional_sync,
        Setting.CONSENT_FOR_ACCOUNT: settings.consent_for_account,
        Setting.ENFORCE_OAUTH: settings.enforce_oauth,
    }


def v33_from_graph_to_ews(subject: Subject, _: Known) -> Iterator[Verdict]:
    if isinstance(subject.before.service, Office365Graph) and isinstance(
        subject.after.service, (Office365Ews, ExchangeEws)
    ):
        yield Verdict(
            code="V33",
            severity=Severity.WARNING,
            at="integration.service.type",
            rests_on=frozenset({Setting.SERVICE}),
            summary="from Graph to EWS: access widens to the whole mailbox",
            why="EWS grants the full mailbox, and permissions can no longer be chosen (S16, S17, S19)",
            help="stay with Graph, where calendar and contacts are granted one by one",
        )


def v36_service_and_lock_at_once(subject: Subject, known: Known) -> Iterator[Verdict]:
    both = changed_settings(subject) >= SERVICE_AND_LOCK and subject.after.locked is True
    lost, limit = known.impact.total(DISCONNECTED), known.limits.disconnected
    if not both or lost <= limit.largest(known.impact.connected):
        return
    yield Verdict(
        code="V36",
        severity=Severity.WARNING,
        at=Setting.LOCKED.value,
        rests_on=SERVICE_AND_LOCK,
        summary=f"a new service and the lock in one commit disconnect {lost} users, limit {limit}",
        why="the lock forces the new service on everybody at once (S22, S23)",
        help="change the service first and lock later, when most have moved; or get the owner's approval",
    )
