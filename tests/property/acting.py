"""Lets the simulator act on a drawn world, in the order of a plan or in any other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

from calplan.model.connection import Authentication, Connection, Held
from calplan.model.policy import GroupOverride
from calplan.model.settings import Setting
from calplan.model.user import RawFacts, decode
from calplan.plan.actions import SetOverride
from calplan.plan.steps import StepKind, Write, canonical_order, writes_between
from calplan.providers.local.writing import written
from calplan.sandbox.account.account import Account
from calplan.sandbox.account.behaviour.levels import Levels
from calplan.sandbox.account.behaviour.person import Happening
from calplan.sandbox.account.create import AccountContents, UserRecord
from tests.property.group_worlds import levels_after, levels_before
from tests.property.truth import Became, Truth
from tests.property.worlds import World

OVERRIDABLE: Final = {
    Setting.ENABLED: "enabled",
    Setting.LOCKED: "locked",
    Setting.SERVICE: "service",
    Setting.BIDIRECTIONAL_SYNC: "bidirectional_sync",
}
"""The settings that a group may state, and their fields."""
FIRST: Final = (StepKind.GRANT, StepKind.DISABLE)
PERMUTED: Final = frozenset(
    {StepKind.UNLOCK, StepKind.DOMAINS, StepKind.KEY, StepKind.LOCK, StepKind.OAUTH, StepKind.ENABLE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """What an order of writes cost.

    Who lost a connection at least once, how many losses each write made, and how many of all losses came untold.
    """

    lost: frozenset[str]
    losses: tuple[int, ...]
    untold: int

    @property
    def events(self) -> int:
        """How many losses there were, some users' second ones included."""
        return sum(self.losses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What became of every user of a world, and what the way there cost."""

    truths: dict[str, Truth]
    harm: Harm


def writes_of(world: World) -> tuple[Write, ...]:
    """The writes that lead from before to after, in the order of a plan."""
    account = writes_between(world.before, world.after)
    order = canonical_order(world.after)
    return tuple(sorted((*account, *_override_writes(world)), key=lambda write: order.index(write.kind)))


def _override_writes(world: World) -> Iterator[Write]:
    before, after = ({one.group: one for one in some} for some in (world.overrides_before, world.overrides_after))
    for group in sorted(before.keys() | after.keys()):
        silent = GroupOverride(group=group)
        for setting, name in OVERRIDABLE.items():
            value = getattr(after.get(group, silent), name)
            if value != getattr(before.get(group, silent), name):
                kind = _kind(setting, value)
                action = SetOverride(group=group, setting=setting, value=value)
                yield Write(kind=kind, address=f"groups[{group}].{setting.value}", action=action)


def _kind(setting: Setting, value: object) -> StepKind:
    match setting:
        case Setting.ENABLED:
            return StepKind.DISABLE if value is False else StepKind.ENABLE
        case Setting.LOCKED:
            return StepKind.LOCK if value is True else StepKind.UNLOCK
        case Setting.SERVICE:
            return StepKind.KEY
        case _:
            return StepKind.SYNC


def every_order(writes: tuple[Write, ...]) -> Iterator[tuple[Write, ...]]:
    """The writes in every order of their kinds that a plan may choose.

    Turning off and the grant come first, what harms nobody comes last, and no lock comes before an unlocking.
    """
    kinds = tuple(dict.fromkeys(write.kind for write in writes if write.kind in PERMUTED))
    for order in permutations(kinds):
        if {StepKind.LOCK, StepKind.UNLOCK} <= {*order} and order.index(StepKind.LOCK) < order.index(StepKind.UNLOCK):
            continue
        ranks = [*FIRST, *order]
        rest = [write for write in writes if write.kind not in ranks]
        yield (*(write for kind in ranks for write in writes if write.kind is kind), *rest)


def act_out(world: World, order: Sequence[Write] | None = None, *, patient: bool = False) -> Acted:
    """Let the simulator act on the world, write by write, in the order of a plan or in another.

    ``patient``: after each write everybody who lost a connection authorises what is then offered to him. Whom something
    bars tries again after the next write.
    """
    with Account.in_memory(contents_of(world), world.model) as account:
        account.suppose_edits_work(world.edits_work)
        before = account.truths()
        could = {email: account.can_set_up(email) for email in before}
        harm = _written(account, writes_of(world) if order is None else order, patient=patient)
        assert account.settings() == world.after
        assert account.groups().overrides == world.overrides_after
        after = account.truths()
        told = {event.email for event in account.events() if event.what is Happening.PROMPTED}
        truths = {}
        for email, facts in before.items():
            had = _held(facts, levels_before(world))
            truths[email] = Truth(
                had=had is not None,
                became=_became(had, _held(after[email], levels_after(world))),
                told=email in told,
                could_set_up=could[email],
                can_set_up=account.can_set_up(email),
            )
        return Acted(truths=truths, harm=harm)


def contents_of(world: World) -> AccountContents:
    """The account as it truly is before the change."""
    return AccountContents(
        settings=world.before,
        users=[UserRecord(email=email, facts=facts) for email, facts in world.users],
        tenant=world.tenant,
        groups={group.id: group.name for group in world.groups},
        overrides=world.overrides_before,
    )


def _written(account: Account, order: Sequence[Write], *, patient: bool) -> Harm:
    losses: list[frozenset[str]] = []
    untold = 0
    without: set[str] = set()
    for write in order:
        number = written(account, write.action).number
        noticed = () if number is None else account.events(after=number - 1)
        lost, told = (
            frozenset(event.email for event in noticed if event.what is what)
            for what in (Happening.DISCONNECTED, Happening.PROMPTED)
        )
        losses.append(lost)
        untold += len(lost - told)
        without |= lost
        if patient:
            without -= {email for email in sorted(without) if account.reconnect(email)}
    return Harm(lost=frozenset[str]().union(*losses), losses=tuple(map(len, losses)), untold=untold)


def _held(facts: RawFacts, levels: Levels) -> Held:
    """The connection; while the integration is off for him nothing counts as one."""
    settings = levels.situation_of(facts.groups, facts.primary_group).settings
    return None if settings.enabled is False else decode(facts).connection


def _became(had: Held, now: Held) -> Became:
    if isinstance(now, Connection) and now.auth is Authentication.IMPERSONATION and now != had:
        return Became.GAINED
    if had == now:
        return Became.AS_BEFORE
    return Became.LOST if now is None else Became.GAINED
