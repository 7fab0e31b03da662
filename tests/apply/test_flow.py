"""An apply takes one step at a time, stops at the first that did not happen, and journals both sides of each."""

from dataclasses import dataclass, field, replace
from itertools import combinations, product

import pytest

from calplan.apply.drive import drive
from calplan.apply.flow import Done, Failed, Report, Stopped, Waiting, apply_flow, by_hand
from calplan.apply.standing import Found
from calplan.plan.steps import Step
from tests import make

Result = Done | Failed | Waiting
FAILED = Failed(message="no", outcome_unknown=False)
UNCLEAR = replace(FAILED, outcome_unknown=True)
MADE = Done(changed=True)
BEFORE, WANTED, ELSE, UNREAD = Found.AS_BEFORE, Found.AS_WANTED, Found.SOMETHING_ELSE, Found.NOT_READ


def steps() -> tuple[Step, ...]:
    after = make.account(locked=True, service=make.graph(), bidirectional_sync=True)
    found = make.Scene(after=make.wanted(after)).plan().steps
    assert len(found) == 3
    return found


@dataclass
class World:
    """A journal that can be read, and a hand that answers as it is told."""

    results: list[Result] = field(default_factory=list)
    before: list[Found | Failed] = field(default_factory=list)
    after: list[Found | Failed] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def intend(self, step: Step) -> None:
        self.lines.append(f"intend {step.id}")

    def note(self, step: Step, result: Result) -> None:
        self.lines.append(f"{type(result).__name__} {step.id}")

    def read_back(self, step: Step, found: Found) -> None:
        self.lines.append(f"{found.value} {step.id}")

    def look(self, step: Step) -> Found | Failed:
        assert step.id
        return self.before.pop(0) if self.before else BEFORE

    def confirm(self, step: Step) -> Found | Failed:
        self.lines.append(f"confirm {step.id}")
        return self.after.pop(0) if self.after else WANTED

    def perform(self, step: Step) -> Result:
        self.lines.append(f"perform {step.id}")
        return self.results.pop(0)

    def driven(self, of: tuple[Step, ...] | None = None) -> Report:
        return drive(apply_flow(steps() if of is None else of), self, self)


def test_every_step_is_intended_performed_confirmed_and_noted_in_this_order() -> None:
    world = World(results=[MADE, Done(changed=False), MADE])
    report = world.driven()
    assert report.complete
    assert report.done == ("s1", "s2", "s3")
    assert world.lines == [
        f"{what} {step}" for step in report.done for what in ("intend", "perform", "confirm", "Done")
    ]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_nothing_follows_a_step_that_did_not_happen(at: int) -> None:
    world = World(results=[*[MADE] * at, FAILED])
    report = world.driven()
    names = ("s1", "s2", "s3")
    assert (report.done, report.stopped, report.not_started) == (names[:at], names[at], names[at + 1 :])
    assert report.why == FAILED
    assert world.lines[-1] == f"Failed {names[at]}"


@pytest.mark.parametrize("at", [0, 1, 2])
def test_what_depends_on_a_step_that_waits_for_a_person_waits_too(at: int) -> None:
    names = ("s1", "s2", "s3")
    report = World(results=[*[MADE] * at, Waiting()]).driven()
    assert (report.done, report.waiting, report.not_started) == (names[:at], names[at : at + 1], names[at + 1 :])
    assert (report.stopped, report.why, report.complete) == (None, None, False)


def test_a_step_by_hand_is_the_persons_and_neither_looked_at_nor_intended() -> None:
    one, two, three = steps()
    world = World(results=[MADE, MADE])
    answers: list[Result] = [Done(changed=True)]
    by_hand = replace(two, mode="manual")
    report = drive(apply_flow((one, by_hand, three)), world, world, person=lambda step: person(step, answers))
    assert report.complete
    assert [line for line in world.lines if line.endswith("s2")] == ["Done s2"]


def person(step: Step, answers: list[Result]) -> Done | Waiting:
    answer = answers.pop(0)
    assert step.mode == "manual"
    assert isinstance(answer, (Done, Waiting))
    return answer


RESULTS: tuple[Result | Stopped, ...] = (MADE, FAILED, Waiting(), Waiting(leave=True), Stopped())
PAIRS = [*combinations(range(4), 2)]


def graph(edges: tuple[tuple[int, int], ...]) -> tuple[Step, ...]:
    """Four steps, some of which depend on earlier ones."""
    pattern = steps()[0]
    return tuple(
        replace(pattern, id=f"s{at}", depends_on=tuple(f"s{one}" for one, other in edges if other == at))
        for at in range(4)
    )


def waits_on(step: Step, graph_of: dict[str, Step], named: set[str]) -> bool:
    """Whether a step depends on one of these, directly or over others."""
    return any(one in named or waits_on(graph_of[one], graph_of, named) for one in step.depends_on)


@pytest.mark.parametrize("size", range(len(PAIRS) + 1))
def test_over_every_small_graph_no_step_is_begun_before_what_it_depends_on(size: int) -> None:
    for plan, results in product(map(graph, combinations(PAIRS, size)), product(RESULTS, repeat=4)):
        by_id = {step.id: step for step in plan}
        flow, begun, waiting = apply_flow(plan), [], set[str]()
        try:
            step = next(flow)
            while True:
                result = results[int(step.id[1:])]
                assert not waits_on(step, by_id, waiting)
                begun.append(step.id)
                waiting |= {step.id} if isinstance(result, Waiting) else set()
                step = flow.send(result)
        except StopIteration as end:
            report: Report = end.value
        by_result = [(name, results[int(name[1:])]) for name in begun]
        assert report.done == tuple(name for name, result in by_result if result == MADE)
        assert report.waiting == tuple(name for name, result in by_result if isinstance(result, Waiting))
        assert report.not_started == tuple(step.id for step in plan if step.id not in begun)
        *early, (last, ending) = by_result
        assert not any(result in (FAILED, Stopped(), Waiting(leave=True)) for _, result in early)
        stopped = isinstance(ending, (Failed, Stopped))
        assert (report.stopped, report.why) == ((last, ending) if stopped else (None, None))
        if not stopped and ending != Waiting(leave=True):
            assert all(waits_on(by_id[name], by_id, waiting) for name in report.not_started), "no step is forgotten"


def test_what_a_person_can_do_now_is_told_from_what_comes_after_a_step_of_calplan() -> None:
    modes = ("manual", "manual", "api", "manual", "api")
    chain = (*steps(), *steps()[1:])
    plan = tuple(
        replace(step, id=f"s{at}", mode=mode, depends_on=(f"s{at - 1}",) if at > 1 else ())
        for at, (step, mode) in enumerate(zip(chain, modes, strict=True), start=1)
    )
    report = Report(done=(), waiting=("s1",), stopped=None, why=None, not_started=("s2", "s3", "s4", "s5"))
    assert by_hand(plan, report) == (("s1", "s2"), ("s4",))
    further = replace(report, done=("s1", "s2", "s3"), waiting=("s4",), not_started=("s5",))
    assert by_hand(plan, further) == (("s4",), ())


def test_what_is_as_wanted_already_is_not_written_and_counts_as_done() -> None:
    world = World(before=[WANTED] * 3)
    assert world.driven().complete
    assert world.lines == [f"{what} {step}" for step in ("s1", "s2", "s3") for what in ("intend", "Done")]


def test_what_somebody_else_changed_is_left_alone() -> None:
    world = World(before=[BEFORE, ELSE], results=[MADE])
    report = world.driven()
    assert (report.done, report.stopped) == (("s1",), "s2")
    assert isinstance(report.why, Failed)
    assert report.why.message == "somebody changed it since the plan was made; it was left alone"
    assert "perform s2" not in world.lines


def test_what_cannot_be_read_is_performed_all_the_same() -> None:
    world = World(before=[UNREAD] * 3, after=[UNREAD] * 3, results=[MADE] * 3)
    assert world.driven().complete


def test_a_step_whose_place_cannot_be_looked_at_is_neither_intended_nor_performed() -> None:
    world = World(before=[FAILED])
    report = world.driven()
    assert (report.stopped, report.why) == ("s1", FAILED)
    assert world.lines == ["Failed s1"]


@pytest.mark.parametrize(
    "seen, result, unclear",
    [(WANTED, Done(changed=True), False), (BEFORE, FAILED, False), (ELSE, UNCLEAR, True), (UNREAD, UNCLEAR, True)],
)
def test_a_write_whose_fate_is_unclear_is_read_back_before_anything_else(
    seen: Found, result: Result, unclear: bool
) -> None:
    world = World(results=[UNCLEAR, MADE, MADE], after=[seen])
    report = world.driven()
    assert world.lines[:5] == [
        "intend s1",
        "perform s1",
        "confirm s1",
        f"{seen.value} s1",
        f"{type(result).__name__} s1",
    ]
    assert report.why == (None if seen is WANTED else result)
    assert world.lines.count("perform s1") == 1


def test_a_write_whose_fate_is_unclear_and_cannot_be_read_back_stays_unclear() -> None:
    report = World(results=[UNCLEAR], after=[FAILED]).driven()
    assert report.why == UNCLEAR


@pytest.mark.parametrize(
    "seen, words",
    [(BEFORE, "it reads as before"), (ELSE, "it reads something else"), (FAILED, "could not be read back: no")],
)
def test_a_provider_that_says_done_is_not_believed_against_what_can_be_read(seen: Found | Failed, words: str) -> None:
    report = World(results=[MADE], after=[seen]).driven()
    assert isinstance(report.why, Failed)
    assert report.why.outcome_unknown
    assert words in report.why.message


@pytest.mark.parametrize("at", [0, 1, 2])
def test_who_asks_to_stop_is_heard_before_the_next_step(at: int) -> None:
    world = World(results=[MADE] * 3)
    report = drive(apply_flow(steps()), world, world, lambda: len(world.lines) >= 4 * at)
    assert report.why == Stopped()
    assert (len(report.done), report.stopped, len(world.lines)) == (at, f"s{at + 1}", 4 * at)


def test_nothing_to_do_is_complete() -> None:
    report = World().driven(())
    assert report.complete
    assert report.done == ()


def test_a_step_that_cannot_be_journalled_is_not_performed() -> None:
    class Full(World):
        def intend(self, step: Step) -> None:
            raise OSError(step.id)

    world = Full(results=[MADE])
    with pytest.raises(OSError, match="s1"):
        world.driven()
    assert world.lines == []
