"""Users in pages: whatever comes in whatever order, in whatever pages, is the same roster with the same digest."""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.impact.population import Population, populate
from calplan.impact.roster import (
    NUMBERS,
    Found,
    InMemory,
    Packed,
    PackedRoster,
    Page,
    Sorting,
    cut,
    merged,
    packed,
    unpacked,
)
from calplan.model.proof import Basis
from calplan.model.user import RawFacts, UserBatch
from tests import make

ADDRESSES = (
    "ann@corp.example",
    "bob@corp.example",
    "cyd@corp.example",
    "dee@b.example",
    "no address",
    "a\nb@c.example",
    "\ud800@x",
)
people = st.dictionaries(st.sampled_from(ADDRESSES) | st.text(max_size=4), st.integers(0, 5), max_size=12)
Crew = dict[str, int]
FACTS = (
    make.facts("google", "write", "read"),
    make.facts("office365-graph", "read", "none"),
    make.facts(None),
    make.facts(status="inactive"),
    make.facts(groups=("staff",)),
    make.facts(clients=("6.0(win)",)),
)


def everybody(pages: Iterator[Page]) -> dict[str, tuple[int, str | None]]:
    found: dict[str, tuple[int, str | None]] = {}
    last = ""
    for page in pages:
        assert len(page.emails) == len(page.kinds) > 0
        for email, kind in zip(page.emails, page.kinds, strict=True):
            assert email > last or not found, "everybody comes once, in order"
            found[email] = (kind, page.mailboxes.get(email))
            last = email
    return found


@given(st.lists(people, max_size=5), st.integers(1, 4), st.integers(1, 3))
def test_sorting_gives_everybody_once_as_he_came_last(crews: list[Crew], run: int, size: int) -> None:
    sorting = Sorting(InMemory(), run=run, page=size)
    wanted: dict[str, tuple[int, str | None]] = {}
    for crew in crews:
        boxes = {email: f"box-of-{kind}" for email, kind in crew.items() if kind % 2}
        sorting.add(list(crew), crew.values(), boxes)
        wanted |= {email: (kind, boxes.get(email)) for email, kind in crew.items()}
    assert everybody(sorting.pages()) == wanted


@given(st.lists(people, max_size=4), st.integers(1, 3))
def test_merging_runs_is_what_dictionaries_do(crews: list[Crew], size: int) -> None:
    runs = [cut(crew, {email: "x" for email in crew if crew[email] % 3 == 0}, size) for crew in crews]
    wanted = {email: (kind, "x" if kind % 3 == 0 else None) for crew in crews for email, kind in crew.items()}
    assert everybody(merged(runs)) == wanted


@given(people.filter(bool))
def test_a_page_is_the_same_after_it_was_packed(crew: Crew) -> None:
    (page,) = cut(crew, {email: "é@corp.example" for email in crew if crew[email] == 1}, len(crew))
    assert unpacked(packed(page)) == page


@given(people, st.integers(1, 3))
def test_whoever_is_there_is_found_and_nobody_else(crew: Crew, size: int) -> None:
    roster = PackedRoster(tuple(map(packed, cut(crew, {}, size))))
    for email in (*crew, "zz", "", *ADDRESSES):
        assert roster.find(email) == (Found(crew[email], None) if email in crew else None)
    for kind in range(6):
        found = [email for page in roster.pages(frozenset({kind})) for email in page.emails]
        assert {email for email, own in crew.items() if own == kind} <= set(found)


def test_a_page_whose_columns_do_not_fit_is_refused() -> None:
    page = packed(Page(["ann@corp.example"], array(NUMBERS, [0]), {}))
    with pytest.raises(ValueError, match="more users than kinds"):
        unpacked(Packed(page.first, page.last, page.emails, b"", b""))


def population(crew: Mapping[str, int], size: int, bases: bool = False) -> Population:
    items = list(crew.items())
    pages = [items[start : start + size] for start in range(0, len(items), size)]
    return populate(
        UserBatch(
            emails=[email for email, _ in page],
            facts=[_copy(FACTS[number]) for _, number in page],
            mailboxes={email: "box@b.example" for email, number in page if number == 1},
            bases=[Basis.PLATFORM for _ in page] if bases else None,
        )
        for page in pages
    )


def _copy(raw: RawFacts) -> RawFacts:
    """The same facts as another object, as some sources give them."""
    return RawFacts(*raw)


@given(people, st.integers(1, 5), st.integers(1, 5), st.randoms(use_true_random=False))
def test_a_population_does_not_hang_on_the_order_or_the_pages_it_came_in(
    crew: Crew, one: int, other: int, chance: Random
) -> None:
    shuffled = list(crew.items())
    chance.shuffle(shuffled)
    left, right = population(crew, one), population(dict(shuffled), other, bases=True)
    assert (left.classes, left.raw, left.bases, left.domains) == (right.classes, right.raw, right.bases, right.domains)
    assert left.roll == right.roll
    assert list(left.addresses()) == list(right.addresses()) == sorted(crew)
    sizes = [{one.kinds[kind]: size for kind, size in one.sizes.items()} for one in (left, right)]
    assert sizes[0] == sizes[1]
    assert sum(sizes[0].values()) == len(left) == len(crew)


@given(people, people)
def test_the_roll_tells_two_populations_apart_by_their_active_users_alone(left: Crew, right: Crew) -> None:
    def active(crew: Crew) -> Crew:
        return {email: kind for email, kind in crew.items() if FACTS[kind].status == "active"}

    same = population(left, 3).roll == population(right, 3).roll
    assert same == (active(left) == active(right))


def test_facts_that_are_new_objects_each_time_are_one_class() -> None:
    crew = {f"u{number}@corp.example": 0 for number in range(50)}
    found = population(crew, 7)
    assert (len(found.classes), len(found.kinds)) == (1, 1)
    assert Counter(found.sizes.values()) == Counter({50: 1})
