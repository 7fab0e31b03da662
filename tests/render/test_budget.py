"""A plan in Markdown fits where it goes, and says what it left out to do so."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pytest_snapshot.plugin import Snapshot

from calplan.impact.outcome import Outcome
from calplan.plan.document import Json, PlanDocument, PlanUsers, UserColumns, UserDocument
from calplan.render.fitting import COMMENT, LEAST, SUMMARY
from calplan.render.markdown import plan_markdown
from calplan.render.users_text import ShowUsers
from tests.render import make

MANY = 200_000
LIMIT_OF_A_COMMENT = 65_536
LIMIT_OF_A_SUMMARY = 1024**2


def shown(
    document: PlanDocument, users: PlanUsers | None = None, show_users: ShowUsers = "all", budget: int = COMMENT
) -> str:
    text = "".join(plan_markdown(document, users or make.some_users(), show_users=show_users, budget=budget))
    assert len(text.encode()) <= budget
    return text


def note(text: str) -> str:
    (line,) = [line for line in text.splitlines() if line.startswith("> **Shortened to fit.**")]
    return line


def crowd(number: int = 60) -> make.Users:
    rules = ("R05b", "R10b2", "R10b1", "R10c1")
    return make.users(*(make.user(f"user{one:04}@contoso.com", rules[one % 4]) for one in range(number)))


def long_plan(users: make.Users, number: int = 40) -> PlanDocument:
    """A plan with long lists of everything, of which the first step has a very long reason."""
    domains: list[Json] = [f"d{one:04}.example" for one in range(number)]
    steps = [make.step(one, "set_domains", "allowedDomains", mode="manual") for one in range(1, number + 1)]
    return make.plan(
        users,
        changes=[make.change("allowedDomains", ["old.example"], domains)],
        steps=[{**steps[0], "why": "because " * 2000}, *steps[1:]],
        gates=[make.gate(f"guardrail.G{one:03}", "refuse" if one % 2 else "pass") for one in range(number)],
        diagnostics=[make.diagnostic(severity="warning" if one % 2 else "error") for one in range(number)],
    )


@dataclass
class Crowd:
    """Users who are made when they are asked for, and counted then."""

    outcome: str = Outcome.DISCONNECTED_PROMPTED.value
    made: int = 0

    def columns(self, outcomes: frozenset[str] | None = None) -> Iterator[UserColumns]:
        for row in self.rows(outcomes):
            yield UserColumns([row["email"]], [row], {})

    def rows(self, outcomes: frozenset[str] | None = None) -> Iterator[UserDocument]:
        for number in range(MANY if outcomes is None or self.outcome in outcomes else 0):
            self.made += 1
            yield make.user(f"user{number:06}@contoso.com")

    def find(self, email: str) -> UserDocument | None:
        return next((row for row in self.rows() if row["email"] == email), None)


def of_many() -> PlanDocument:
    """A plan by which 200,000 users lose their connection and are asked to set up again."""
    document = make.plan(make.users())
    document["impact"]["counts"][Crowd.outcome] = MANY
    document["impact"]["population"] |= {"users": MANY, "active": MANY, "excluded": 0, "connected": MANY}
    return document


@pytest.mark.parametrize("budget, limit", [(COMMENT, LIMIT_OF_A_COMMENT), (SUMMARY, LIMIT_OF_A_SUMMARY)])
def test_a_plan_of_200_000_users_fits_says_whom_it_left_out_and_holds_no_more_than_it_shows(
    budget: int, limit: int
) -> None:
    users = Crowd()
    text = shown(of_many(), users, budget=budget)
    named = text.count("| `user")
    assert budget * 0.95 < len(text.encode()) <= budget < limit
    assert f"Left out: {MANY - named} of {MANY} users by name." in note(text)
    assert f"... and {MANY - named} more." in text
    assert users.made < named + 20
    assert "| 200000 | disconnected, and asked to set up again |" in text


def test_where_nobody_is_to_be_named_nobody_was_left_out() -> None:
    users = Crowd()
    text = shown(of_many(), users, "none")
    assert users.made == 0
    assert "Shortened" not in text
    assert "Users are not named here: `calplan impact PLAN` lists them." in text


def test_a_page_that_fits_has_everybody_and_no_word_of_it() -> None:
    users = crowd()
    text = shown(make.plan(users), users)
    assert text.count("| `user") == 60
    assert "Shortened" not in text
    assert shown(make.plan(users), users, budget=len(text.encode())) == text
    assert 30 < shown(make.plan(users), users, budget=len(text.encode()) - 1).count("| `user") < 60


def test_of_the_twenty_that_were_asked_for_those_are_missed_too_that_do_not_fit() -> None:
    users = crowd()
    whole = shown(make.plan(users), users, "top")
    text = shown(make.plan(users), users, "top", len(whole.encode()) - 1)
    named = text.count("| `user")
    assert 0 < named < 20
    assert f"Left out: {20 - named} of 20 users by name." in note(text)
    assert f"... and {60 - named} more." in text


def test_users_by_name_are_the_first_to_go_the_worst_ones_last(snapshot: Snapshot) -> None:
    users = crowd()
    snapshot.assert_match(shown(make.plan(users), users, budget=7000), "plan.md")


def test_without_room_for_names_the_rest_is_whole(snapshot: Snapshot) -> None:
    users = crowd()
    whole = shown(make.plan(users), users, "none")
    snapshot.assert_match(shown(make.plan(users), users, budget=len(whole.encode()) + 100), "plan.md")


def test_how_steps_are_done_by_hand_goes_before_any_setting(snapshot: Snapshot) -> None:
    users = crowd()
    document = make.plan(users, gates=[make.gate("limit.silent", "refuse")])
    without = shown(document, users, "none").partition("### Steps by hand")[0]
    snapshot.assert_match(shown(document, users, budget=len(without.encode()) + 700), "plan.md")


def test_long_lists_are_cut_alike_and_what_is_too_long_is_not_shown(snapshot: Snapshot) -> None:
    users = crowd()
    snapshot.assert_match(shown(long_plan(users), users, budget=8000), "plan.md")


def test_where_nothing_else_fits_the_numbers_stand_alone(snapshot: Snapshot) -> None:
    users = crowd()
    document = long_plan(users)
    document["order"]["naive"] = ["x" * LEAST]
    document["order"]["naive_toll"] = {"lose": 5, "losses": 5, "not_told": 0}
    snapshot.assert_match(shown(document, users, budget=LEAST), "plan.md")


def test_gates_that_refuse_and_errors_stay_longest() -> None:
    users = crowd()
    text = shown(long_plan(users), users, budget=6_000)
    assert text.count("**refused**") >= 3
    assert "| passed |" not in text
    assert text.count("- **error**") >= 3
    assert "- **warning**" not in text


def test_an_account_with_an_absurd_name_has_a_marker_that_fits() -> None:
    text = shown(make.plan(account="\N{GRINNING FACE}" * LEAST), budget=LEAST)
    first, title, *_ = text.splitlines()
    assert re.fullmatch(r"<!-- calplan:[0-9a-f]{64} -->", first)
    assert title == "## Calendar plan for (too long to be shown here)"


LONG = ("x" * 2000, "\N{GRINNING FACE}" * 300, "`|" * 300)
WORDS = st.one_of(st.text(max_size=30), st.sampled_from([make.CHAOS, *LONG]))


@settings(max_examples=25)
@given(
    name=WORDS,
    word=WORDS,
    entries=st.integers(0, 20),
    people=st.integers(0, 30),
    budget=st.integers(LEAST, 40_000),
    show_users=st.sampled_from(["all", "top", "none"]),
)
@example(name="contoso", word="x" * 2000, entries=20, people=30, budget=LEAST, show_users="all")
def test_any_plan_fits_any_budget_in_whole_lines(
    *, name: str, word: str, entries: int, people: int, budget: int, show_users: ShowUsers
) -> None:
    users = make.users(*(make.user(f"{one}{word}@contoso.com") for one in range(people)))
    document = make.plan(
        users,
        account=name,
        changes=[make.change("allowedDomains", [], [f"{word}{one}" for one in range(entries + 1)])],
        steps=[{**make.step(one, "lock", word, mode="manual"), "why": word} for one in range(1, entries + 1)],
        gates=[{**make.gate(word, "refuse"), "actual": word} for _ in range(entries)],
        diagnostics=[make.diagnostic(summary=word) for _ in range(entries)],
    )
    text = shown(document, users, show_users, budget)
    whole = shown(document, users, show_users, 10**9)
    assert text.endswith("\n")
    assert text.count("<details>") == text.count("</details>")
    assert text.splitlines()[0] == whole.splitlines()[0]
    assert (text == whole) is ("> **Shortened to fit.**" not in text)
    assert (text == whole) is (len(whole.encode()) <= budget)
    ours = ("> **Shortened", "... and ", "| (too long", "1. (too long", "- (too long", "## Calendar plan for (too long")
    strange = set(text.splitlines()) - set(whole.splitlines())
    counts = re.compile(r"[0-9]+ [a-z ]+\.|\|---:\|---\||\| Users \| Outcome \||\| [0-9]+ \| [^|]+ \|")
    assert [line for line in strange if not line.startswith(ours) and not counts.fullmatch(line)] == []
