"""The one comment of a pull request, on a server that keeps comments as GitHub does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from calplan.cli.action.writing import Given, Place, judged, keep_comment
from calplan.providers.endpoints import Endpoint
from calplan.providers.errors import NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.http.retry import Patience, Time
from calplan.providers.http.server import Server
from calplan.providers.secret import Secret
from calplan.render.markdown import marker
from tests.cli.action.github import (
    BOT,
    FORK,
    SAME,
    THREAD,
    TOKEN,
    Comments,
    Ended,
    heard,
    refusal,
    run_step,
    runner,
)
from tests.cli.make import LOCKED, folder, state
from tests.loopback.server import Drop, Loopback, Reply, serving

pytestmark = pytest.mark.loopback

CORP = marker("corp")
NOWHERE = marker("")


@pytest.fixture
def comments() -> Comments:
    return Comments()


@pytest.fixture
def server(comments: Comments) -> Iterator[Loopback]:
    with serving(comments.answer) as started:
        yield started


@pytest.fixture
def corp(tmp_path: Path) -> Path:
    return folder(tmp_path / "corp")


def planned(server: Loopback, pull_request: dict[str, object] | None = None, **inputs: str) -> Ended:
    asked = {"command": "plan", "path": "corp", "comment": "true", **inputs}
    return run_step(runner("pull_request", pull_request or SAME, server, inputs=asked))


def keep(server: Loopback, text: str, *, account: str | None = "corp", slept: list[float] | None = None) -> str:
    """Keep a comment with a patience that passes at once."""
    waits: list[float] = [] if slept is None else slept
    github = Server(
        name="GitHub",
        api=Endpoint.parse(server.url),
        grant=Given(secret=Secret(TOKEN)),
        judge=judged,
        patience=Patience(attempts=4),
        time=Time(sleep=waits.append, chance=lambda: 0.0),
    )
    place = Place(repository="corp/calendar", pull_request=5, author=BOT, account=account)
    return keep_comment(github, place, text, "too long for here\n")


def test_a_pull_request_gets_one_comment_that_later_runs_write_anew(
    server: Loopback, comments: Comments, corp: Path
) -> None:
    first = planned(server)
    assert first.status == 0, first.log
    assert "A comment was made.\n" in first.log
    assert [one["body"] for one in comments.kept] == [first.summary]
    state(corp, {"integration": {"locked": True}})
    again = planned(server)
    assert "The comment was written anew.\n" in again.log
    assert [one["body"] for one in comments.kept] == [again.summary]
    assert again.summary != first.summary


def test_the_comment_is_found_on_a_later_page(server: Loopback, comments: Comments) -> None:
    for number in range(230):
        comments.add(f"comment {number}", login="ann")
    ours = comments.add(f"{CORP}\nan old plan")
    keep(server, "a new plan\n")
    assert comments.body(ours) == f"{CORP}\na new plan\n"
    assert server.asked("GET") == [f"GET {THREAD}"] * 3
    assert (len(server.asked("POST")), len(server.asked("PATCH"))) == (0, 1)


def test_the_comment_of_somebody_else_is_never_touched_whatever_it_quotes(server: Loopback, comments: Comments) -> None:
    theirs = [comments.add(f"{CORP}\nmine", login=login) for login in ("ann", "calplan[bot]")]
    quoting = comments.add(f"> {CORP}\nquoted by a bot")
    keep(server, "a plan\n")
    assert [comments.body(one) for one in theirs] == [f"{CORP}\nmine"] * 2
    assert comments.body(quoting).startswith("> ")
    assert comments.kept[-1]["body"] == f"{CORP}\na plan\n"


def test_another_account_has_another_comment(server: Loopback, comments: Comments) -> None:
    other = comments.add(f"{marker('corp-test')}\nanother plan")
    keep(server, "a plan\n")
    assert comments.body(other) == f"{marker('corp-test')}\nanother plan"
    assert len(comments.kept) == 2


def test_a_plan_that_fails_takes_the_place_of_the_earlier_one(server: Loopback, comments: Comments, corp: Path) -> None:
    planned(server)
    state(corp, {"integration": {"locked": "perhaps"}})
    failed = planned(server)
    assert failed.status == 3
    (only,) = comments.kept
    assert only["body"].startswith(f"{CORP}\n## calplan plan\n\nExit code 3: invalid document")
    state(corp, LOCKED)
    planned(server)
    assert [one["body"].splitlines()[1] for one in comments.kept] == ["## Calendar plan for `corp`"]


def test_a_first_plan_that_fails_makes_a_comment_which_the_next_one_takes(
    server: Loopback, comments: Comments, corp: Path
) -> None:
    state(corp, {"integration": {"locked": "perhaps"}})
    planned(server)
    assert comments.kept[0]["body"].startswith(f"{NOWHERE}\n## calplan plan\n")
    state(corp, LOCKED)
    planned(server)
    assert [one["body"].partition("\n")[0] for one in comments.kept] == [CORP]


def test_a_plan_that_fails_leaves_the_comments_of_other_accounts_alone(server: Loopback, comments: Comments) -> None:
    others = [comments.add(f"{marker(name)}\na plan") for name in ("east", "west")]
    keep(server, "it failed\n", account=None)
    assert [comments.body(one).partition("\n")[2] for one in others] == ["a plan", "a plan"]
    assert comments.kept[-1]["body"] == f"{NOWHERE}\nit failed\n"


def test_a_token_that_may_not_write_stops_nothing_and_is_told_of(
    server: Loopback, comments: Comments, corp: Path
) -> None:
    comments.may_write = False
    told = planned(server, FORK)
    assert told.status == 0
    (notice,) = [line for line in heard(told.log) if line.startswith("::notice title=calplan::There is no comment")]
    assert "GitHub (127.0.0.1:" in notice
    assert "(status 403): Resource not accessible by integration" in notice
    assert "Valid: 0 errors" in told.summary
    assert comments.kept == []


def test_a_token_that_is_refused_or_missing_stops_nothing(server: Loopback, corp: Path) -> None:
    surroundings = runner("pull_request", SAME, server, command="plan", path="corp", comment="true")
    assert "There is no comment: no token" in run_step({**surroundings, "CALPLAN_ACTION_TOKEN": ""}).log
    told = run_step({**surroundings, "CALPLAN_ACTION_TOKEN": "ghs_stale9d1"})
    assert told.status == 0
    assert "status 401" in told.log
    assert "ghs_stale9d1" not in told.log + told.summary


def test_a_repository_that_is_not_there_stops_nothing(server: Loopback, corp: Path) -> None:
    surroundings = runner("pull_request", SAME, server, command="plan", path="corp", comment="true")
    told = run_step({**surroundings, "GITHUB_REPOSITORY": "corp/gone"})
    assert told.status == 0
    assert "There is no comment: GitHub" in told.log
    assert "Not Found" in told.log


@pytest.mark.parametrize("event", ["push", "schedule"])
def test_without_a_pull_request_nobody_is_asked(event: str, server: Loopback, corp: Path) -> None:
    told = run_step(runner(event, None, server, command="plan", path="corp", comment="true"))
    assert (told.status, server.log) == (0, [])


def test_a_plan_that_is_too_long_leaves_a_comment_that_says_where_it_is(server: Loopback, comments: Comments) -> None:
    ours = comments.add(f"{CORP}\nan old plan")
    said = keep(server, "x" * 70_000)
    assert said.startswith("The plan is too long for a comment")
    assert comments.body(ours) == f"{CORP}\ntoo long for here\n"
    assert server.asked("PATCH") == [f"PATCH /repos/corp/calendar/issues/comments/{ours}"] * 2


@pytest.mark.parametrize("fault", [Reply(status=502), Reply(status=500), Drop()])
def test_passing_trouble_is_tried_again_where_it_can_do_no_harm(
    fault: Reply | Drop, server: Loopback, comments: Comments
) -> None:
    ours = comments.add(f"{CORP}\nan old plan")
    server.plan(fault, method="GET")
    server.plan(fault, method="PATCH")
    keep(server, "a plan\n")
    assert comments.body(ours) == f"{CORP}\na plan\n"
    assert len(comments.kept) == 1


def test_a_comment_that_may_have_been_made_is_not_made_twice(server: Loopback, comments: Comments) -> None:
    server.plan(Drop(done=True), method="POST")
    with pytest.raises(UnreachableError):
        keep(server, "a plan\n")
    assert len(comments.kept) == 1
    keep(server, "a plan\n")
    assert len(comments.kept) == 1


@pytest.mark.parametrize(
    "status, headers",
    [(429, {"retry-after": "7"}), (403, {"retry-after": "7"}), (403, {"x-ratelimit-remaining": "0"})],
)
def test_a_limit_is_waited_for_as_long_as_github_asks(
    status: int, headers: dict[str, str], server: Loopback, comments: Comments
) -> None:
    slept: list[float] = []
    server.plan(Reply(status=status, headers=headers), method="POST")
    keep(server, "a plan\n", slept=slept)
    assert slept == [7.0 if "retry-after" in headers else 0.0]
    assert len(comments.kept) == 1


def test_a_plain_refusal_is_not_taken_for_a_limit(server: Loopback) -> None:
    server.plan(refusal(403, "Resource not accessible by integration"), method="POST")
    with pytest.raises(NotAuthorisedError, match="Resource not accessible"):
        keep(server, "a plan\n")
    assert len(server.asked("POST")) == 1


@pytest.mark.parametrize("body", [b'{"message": "moved"}', b"<html>", b'[{"id": "five"}]', b""])
def test_an_answer_that_is_no_list_of_comments_makes_none(body: bytes, server: Loopback) -> None:
    server.plan(Reply(body=body), method="GET")
    with pytest.raises(ProviderError, match="calplan does not understand what GitHub"):
        keep(server, "a plan\n")
    assert server.asked("POST") == []


def test_a_comment_without_an_author_or_a_body_is_nobodys(server: Loopback, comments: Comments) -> None:
    comments.kept += [{"id": 1, "body": None, "user": None}, {"id": 2, "body": f"{CORP}\nx", "user": None}]
    keep(server, "a plan\n")
    assert comments.kept[-1]["body"] == f"{CORP}\na plan\n"
    assert len(comments.kept) == 3
