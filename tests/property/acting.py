"""Lets the simulator act on a drawn world, in the order of a plan or in any other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from calplan.model.connection import Authentication, Connection, Held
from calplan.model.unknown import Unknown
from calplan.model.user import RawFacts, decode
from calplan.plan.kinds import PERMUTED, StepKind, admissible_orders, whole
from calplan.plan.writes import Write
from calplan.providers.local.writing import written
from calplan.sandbox.account.account import Account
from calplan.sandbox.account.behaviour.levels import Levels
from calplan.sandbox.account.behaviour.person import Happening
from calplan.sandbox.account.create import AccountContents, UserRecord
from tests.make import canonical_writes
from tests.property.group_worlds import levels_after, levels_before, seen_levels
from tests.property.truth import Became, Truth
from tests.property.worlds import World


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
    """The writes that lead from before to after, in canonical order."""
    return canonical_writes(*seen_levels(world))


def turns_off_among_others(writes: tuple[Write, ...]) -> bool:
    """Whether something is turned off together with more than flags, which no plan does (V28)."""
    kinds = {write.kind for write in writes}
    return StepKind.DISABLE in kinds and bool(kinds - {StepKind.DISABLE, StepKind.CONSENT, StepKind.SYNC})


def every_order(writes: tuple[Write, ...]) -> Iterator[tuple[Write, ...]]:
    """The writes in every order of their kinds that a plan may choose.

    Turning off and the grant come first, what harms nobody comes last, and no lock comes before an unlocking.
    """
    by_kind = {kind: [write for write in writes if write.kind is kind] for kind in (one.kind for one in writes)}
    for order in admissible_orders(frozenset(by_kind) & set(PERMUTED)):
        yield tuple(write for kind in whole(order, frozenset(by_kind)) for write in by_kind[kind])


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


def left_by(world: World) -> World:
    """The account as the writes of the world leave it; what was wanted is wanted still."""
    with Account.in_memory(contents_of(world), world.model) as account:
        account.suppose_edits_work(world.edits_work)
        _written(account, writes_of(world), patient=False)
        overrides = account.groups().overrides
        assert not isinstance(overrides, Unknown)
        return replace(
            world, before=account.settings(), users=tuple(account.truths().items()), overrides_before=overrides
        )


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
