"""Hands batches to lanes until every account has its reply; what is lost with a place is tried once more elsewhere."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from calplan.cli.exit_codes import ExitCode
from calplan.cli.fleet.batches import Batch
from calplan.cli.fleet.lanes import Lane
from calplan.cli.fleet.order import Order, Reply

Replies: TypeAlias = Future[tuple[Reply, ...]]
BEAT: Final = 1.0
"""Seconds between two looks at whether anybody is left to answer."""
LOST: Final = (
    "the process that planned it was lost twice, such as one that the system ends when memory runs out; the others are"
    " planned. Plan it alone, with --account, where there is more memory"
)


def dispatch(
    batches: Sequence[Batch],
    lanes: Sequence[Lane],
    complete: Callable[[Order], Order],
    hear: Callable[[Reply], None],
) -> None:
    """Have every batch planned, and each reply heard as it comes. ``complete`` adds what an order needs on its way.

    Accounts of a batch that was lost are planned once more, one at a time: whichever is at fault harms no other.
    """
    work = Work(waiting=deque(batches))
    while work.left:
        work.hand_out(lanes, complete)
        done, _ = wait(work.running, timeout=BEAT, return_when=FIRST_COMPLETED)
        answered = [future for future in done if _replies(future) is not None]
        # With the place itself everything is lost at once, which is no fault of the accounts.
        gone = None if done and done == set(answered) else next(filter(None, (lane.gone() for lane in lanes)), None)
        for future in done if gone is None else answered:
            for reply in work.take(future):
                hear(reply)
        for reply in () if gone is None else work.give_up(gone):
            hear(reply)


@dataclass(slots=True, kw_only=True)
class Work:
    """What waits, what runs and where, and what was lost and waits for its second try, of which one runs at a time."""

    waiting: deque[Batch]
    again: deque[Order] = field(default_factory=deque)
    running: dict[Replies, tuple[Lane, Batch]] = field(default_factory=dict)
    retried: Replies | None = None

    @property
    def left(self) -> bool:
        """Whether any account has no reply yet."""
        return bool(self.waiting or self.again or self.running)

    def hand_out(self, lanes: Sequence[Lane], complete: Callable[[Order], Order]) -> None:
        """Give every lane as much as it has room for."""
        for lane in lanes:
            while self._room(lane) and self.waiting:
                self._begin(lane, self.waiting.popleft(), complete)
            if self._room(lane) and self.again and self.retried is None:
                self.retried = self._begin(lane, (self.again.popleft(),), complete)

    def take(self, future: Replies) -> Iterator[Reply]:
        """The replies of a batch that has ended; none where it was lost for the first time."""
        lane, batch = self.running.pop(future)
        second = future is self.retried
        self.retried = None if second else self.retried
        replies = _replies(future)
        if replies is not None:
            yield from replies
            return
        lane.renew()
        if second:
            yield from (_unanswered(order, LOST) for order in batch)
        else:
            self.again.extend(batch)

    def give_up(self, why: str) -> Iterator[Reply]:
        """A reply for every account that has none."""
        batches = [batch for _, batch in self.running.values()] + [*self.waiting, tuple(self.again)]
        self.running.clear()
        self.waiting.clear()
        self.again.clear()
        yield from (_unanswered(order, why) for batch in batches for order in batch)

    def _room(self, lane: Lane) -> bool:
        return sum(one is lane for one, _ in self.running.values()) < lane.room

    def _begin(self, lane: Lane, batch: Batch, complete: Callable[[Order], Order]) -> Replies:
        future = lane.plan(tuple(map(complete, batch)))
        self.running[future] = (lane, batch)
        return future


def _replies(future: Replies) -> tuple[Reply, ...] | None:
    """The replies of a batch, or ``None`` where whoever planned it was lost."""
    try:
        return future.result()
    except (CancelledError, Exception):  # noqa: BLE001 - what becomes of accounts stands in replies, so this is a loss
        return None


def _unanswered(order: Order, why: str) -> Reply:
    return Reply(account=order.account, code=ExitCode.UNREACHABLE, error=why)
