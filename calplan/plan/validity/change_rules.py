"""What should not change in one commit (V28, V33, V36)."""

from collections.abc import Iterable, Iterator
from typing import Final

from calplan.impact.outcome import DISCONNECTED
from calplan.impact.overlay import overlaid
from calplan.impact.resolve import Levels
from calplan.model.diagnostic import Severity
from calplan.model.plural import plural
from calplan.model.service import ExchangeEws, Office365Ews, Office365Graph
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import Unknown
from calplan.plan.actions import SetOverride
from calplan.plan.kinds import StepKind
from calplan.plan.validity.live import Known
from calplan.plan.validity.subject import Subject, Verdict
from calplan.plan.writes import Write, writes_between

SERVICE_AND_LOCK: Final = frozenset({Setting.SERVICE, Setting.LOCKED})
FLAGS: Final = frozenset({StepKind.SYNC, StepKind.CONSENT})
"""Writes of switches that disconnect nobody, whenever they are turned."""


def v28_off_and_nothing_else(subject: Subject, known: Known) -> Iterator[Verdict]:
    """Of all levels together, by the account's: the first that is off, and all that changes out of sight with it."""
    if subject.group is not None:
        return
    writes = writes_between(known.before, known.after)
    go_off = _levels_of(one for one in writes if one.kind is StepKind.DISABLE)
    hidden = [one for one in writes if _is_hidden(one, go_off, known)]
    if not hidden:
        return
    off = (go_off or _levels_of(hidden))[0]
    names = ", ".join(f"`{subject.address_in(*_place(one))}`" for one in hidden)
    where = "" if off is None else f" for `{subject.addresses[off]}`"
    yield Verdict(
        code="V28",
        severity=Severity.ERROR,
        at=subject.address_in(off, Setting.ENABLED.value),
        rests_on=frozenset(Setting(one.address) for one in hidden if _level(one) is None),
        summary=f"the integration is off{where}, and other settings change as well: {names}",
        why="nobody would see what these changes do before they strike, when it is turned on again",
        help="turn the integration off by itself; make the other changes when it is on, or with turning it on",
    )


def _is_hidden(write: Write, go_off: tuple[str | None, ...], known: Known) -> bool:
    """Whether a write beside those that turn levels off is out of sight, or one at a level that stays off.

    A switch that harms nobody hides only behind its own level, or the whole account's.
    """
    if write.kind is StepKind.DISABLE:
        return False
    if write.kind in FLAGS:
        return None in go_off or _level(write) in go_off
    return bool(go_off) or _stays_off(_level(write), known)


def _stays_off(group: str | None, known: Known) -> bool:
    """Whether the integration is off at a level before and after; a group under the account's lock has no say."""
    before, after = known.before.account, known.after.account
    if group is not None:
        if after.locked is True:
            return False
        before, after = _laid_over(known.before, group), _laid_over(known.after, group)
    return before.enabled is False and after.enabled is False


def _laid_over(levels: Levels, group: str) -> AccountSettings:
    override = None if isinstance(levels.overrides, Unknown) else levels.overrides.get(group)
    return levels.account if override is None else overlaid(levels.account, override)


def _levels_of(writes: Iterable[Write]) -> tuple[str | None, ...]:
    return tuple(dict.fromkeys(map(_level, writes)))


def _level(write: Write) -> str | None:
    """The group a write is for, ``None`` for the account."""
    return write.action.group if isinstance(write.action, SetOverride) else None


def _place(write: Write) -> tuple[str | None, str]:
    """The level of a write, and the address that its setting has at the account."""
    action = write.action
    return (action.group, action.setting.value) if isinstance(action, SetOverride) else (None, write.address)


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
    """Of all levels together, by the first whose lock forces a new service on its users."""
    forced = _forced_anew(known)
    connected = known.impact.connected
    lost, limit = known.impact.total(DISCONNECTED), known.limits.disconnected.holding(connected)
    if not forced or subject.group != forced[0] or lost <= limit.largest(connected):
        return
    yield Verdict(
        code="V36",
        severity=Severity.WARNING,
        at=Setting.LOCKED.value,
        rests_on=SERVICE_AND_LOCK,
        summary=f"a new service and the lock in one commit disconnect {plural(lost, 'user')}, limit {limit}",
        why="the lock forces the new service on everybody at once (S22, S23)",
        help="change the service first and lock later, when most have moved; or get the owner's approval",
    )


def _forced_anew(known: Known) -> tuple[str | None, ...]:
    """The levels under whose lock users come together with a new service: the account, then groups as declared."""
    sources = {
        source
        for move, source in zip(known.assessment.moves, known.sources, strict=True)
        if move.after.locked is True and move.before.locked is not True and move.before.service != move.after.service
    }
    overrides = known.after.overrides
    groups = () if isinstance(overrides, Unknown) else tuple(overrides)
    return tuple(one for one in (None, *groups) if one in sources)
