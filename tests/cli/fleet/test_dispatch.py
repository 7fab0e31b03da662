"""Batches handed to places that are lost: what is lost is tried once more, and everything else is not disturbed."""

from concurrent.futures import Future
from dataclasses import dataclass, field

from calplan.cli.exit_codes import ExitCode
from calplan.cli.fleet.batches import Batch
from calplan.cli.fleet.dispatch import LOST, dispatch
from calplan.cli.fleet.order import Order, Reply
from tests.cli.fleet.test_batches import order


@dataclass(slots=True)
class Fragile:
    """A lane that is lost over some accounts, as often as is said of each, and may be gone for good."""

    losses: dict[str, int] = field(default_factory=dict)
    room: int = 2
    why: str | None = None
    planned: list[tuple[str, ...]] = field(default_factory=list)
    renewed: int = 0

    def plan(self, batch: Batch) -> Future[tuple[Reply, ...]]:
        names = tuple(one.account for one in batch)
        self.planned.append(names)
        future: Future[tuple[Reply, ...]] = Future()
        if self.why is not None and not self.losses:
            return future
        lost = [name for name in names if self.losses.get(name, 0) > 0]
        for name in lost:
            self.losses[name] -= 1
        if lost:
            future.set_exception(RuntimeError("lost"))
        else:
            future.set_result(tuple(Reply(account=name, code=ExitCode.DONE) for name in names))
        return future

    def renew(self) -> None:
        self.renewed += 1

    def gone(self) -> str | None:
        return self.why


def heard(batches: list[Batch], *lanes: Fragile) -> dict[str, Reply]:
    replies: list[Reply] = []
    dispatch(batches, lanes, lambda one: one, replies.append)
    assert len({one.account for one in replies}) == len(replies)
    return {one.account: one for one in replies}


def orders(*names: str) -> Batch:
    return tuple(map(order, names))


def test_accounts_of_a_lost_batch_are_planned_one_at_a_time() -> None:
    lane = Fragile({"b": 1})
    replies = heard([orders("a", "b", "c"), orders("d")], lane)
    assert {name: one.code for name, one in replies.items()} == dict.fromkeys("abcd", ExitCode.DONE)
    assert lane.planned == [("a", "b", "c"), ("d",), ("a",), ("b",), ("c",)]
    assert lane.renewed == 1


def test_an_account_that_is_lost_twice_fails_and_harms_no_other() -> None:
    replies = heard([orders("a", "b"), orders("c")], Fragile({"b": 9}), Fragile({"b": 9}))
    assert {name: one.code.value for name, one in replies.items()} == {"a": 0, "b": 10, "c": 0}
    assert replies["b"].error == LOST


def test_where_every_place_is_gone_each_account_is_told_why() -> None:
    replies = heard([orders("a", "b"), orders("c"), orders("d"), orders("e")], Fragile(why="the cluster is gone"))
    assert {one.error for one in replies.values()} == {"the cluster is gone"}
    assert {one.code for one in replies.values()} == {ExitCode.UNREACHABLE}
    assert replies.keys() == set("abcde")


def test_what_is_lost_with_the_place_itself_is_no_fault_of_an_account() -> None:
    replies = heard([orders("a"), orders("b"), orders("c")], Fragile({"a": 9, "c": 9}, why="the cluster is gone"))
    assert {name: one.error for name, one in replies.items()} == {
        "a": "the cluster is gone",
        "b": None,
        "c": "the cluster is gone",
    }


def test_an_order_is_completed_when_its_turn_comes() -> None:
    completed: list[str] = []

    def complete(one: Order) -> Order:
        completed.append(one.account)
        return one

    lane = Fragile({"a": 1}, room=1)
    dispatch([orders("a"), orders("b")], [lane], complete, lambda _reply: None)
    assert completed == ["a", "b", "a"]
