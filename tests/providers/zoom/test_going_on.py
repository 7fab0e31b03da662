"""A read of users that was broken off goes on where it was, and asks for no page twice but perhaps one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from calplan.providers.inventory.store import Reading
from calplan.providers.trust import Trust
from calplan.providers.zoom.opening import read_zoom
from tests.loopback.server import Loopback, Reply, serving
from tests.providers.zoom.make import NOON, Passing
from tests.providers.zoom.vendor import Vendor, account_at, person, reply

pytestmark = pytest.mark.loopback

PAGES = 20
NAMES = [f"user{number:02}" for number in range(PAGES)]


def users(status: str, token: str) -> Reply:
    """A user a page, all of them active; one is pending."""
    if status != "active":
        one = [person("pia", "")] if status == "pending" else []
        return reply({"users": one, "total_records": len(one), "next_page_token": ""})
    at = int(token or 0)
    following = str(at + 1) if at + 1 < PAGES else ""
    return reply({"users": [person(NAMES[at])], "total_records": PAGES, "next_page_token": following})


@contextmanager
def vendor(answers: Callable[[str, str], Reply] = users) -> Iterator[Loopback]:
    with serving(Vendor(answers).answer) as running:
        yield running


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CALPLAN_SECRET_ZOOM", "secret")
    return tmp_path / "corp.db"


def read(loopback: Loopback, file: Path, *, at: datetime = NOON, stop_after: int | None = None) -> list[str]:
    """The names read until the process is gone, which it is after some pages; a platform is opened for each read."""
    reading = Reading(file, lambda: at)
    platform = read_zoom(account_at(loopback.url), Trust(), lambda: at, Passing().time(), reading=reading)
    found: list[str] = []
    for number, batch in enumerate(platform.read_users().batches):
        if number == stop_after:
            break
        found += [email.partition("@")[0] for email in batch.emails]
    return found


def asked_for(loopback: Loopback) -> list[str]:
    return [one.query for one in loopback.log if one.path == "/v2/users"]


def test_a_read_that_is_broken_off_twice_repeats_at_most_a_page_each_time(file: Path) -> None:
    with vendor() as loopback:
        read(loopback, file, stop_after=5)
        read(loopback, file, at=NOON + timedelta(minutes=10), stop_after=12)
        assert read(loopback, file, at=NOON + timedelta(minutes=20)) == [*NAMES, "pia"]
        asked = asked_for(loopback)
        assert len(asked) == PAGES + 2, "each page of three lists once"
        assert len(set(asked)) == len(asked)


def test_a_whole_read_asks_for_each_page_once(file: Path) -> None:
    with vendor() as loopback:
        assert read(loopback, file) == [*NAMES, "pia"]
        assert len(asked_for(loopback)) == PAGES + 2


@pytest.mark.parametrize("pause", [timedelta(minutes=15), timedelta(minutes=-1)])
def test_after_a_quarter_of_an_hour_it_begins_again(file: Path, pause: timedelta) -> None:
    with vendor() as loopback:
        read(loopback, file, stop_after=5)
        assert read(loopback, file, at=NOON + pause) == [*NAMES, "pia"]
        assert len(asked_for(loopback)) >= 2 * (PAGES // 2)
        assert asked_for(loopback).count(asked_for(loopback)[2]) == 2, "the first page of the active is asked for anew"


def test_a_read_that_took_an_hour_already_begins_again(file: Path) -> None:
    with vendor() as loopback:
        for minutes in (0, 13, 26, 39, 52):
            read(loopback, file, at=NOON + timedelta(minutes=minutes), stop_after=minutes // 13 + 2)
        before = len(asked_for(loopback))
        assert read(loopback, file, at=NOON + timedelta(minutes=62)) == [*NAMES, "pia"]
        assert len(asked_for(loopback)) - before == PAGES + 2


def test_a_place_that_the_vendor_forgot_begins_the_list_again(file: Path) -> None:
    forgetful = iter([True])

    def answers(status: str, token: str) -> Reply:
        if token == "6" and next(forgetful, False):
            return reply({"code": 300, "message": "The next page token is invalid or expired."}, 400)
        return users(status, token)

    with vendor(answers) as loopback:
        read(loopback, file, stop_after=5)
        assert read(loopback, file) == [*NAMES, "pia"]
        assert [one.number for one in Reading(file, lambda: NOON).parts("acc active")] == list(range(PAGES))


def test_pages_that_nobody_can_read_any_more_are_let_go(file: Path) -> None:
    with vendor() as loopback:
        read(loopback, file, stop_after=5)
        Reading(file, lambda: NOON).keep("acc active", 2, b"{}")
        assert read(loopback, file) == [*NAMES, "pia"]


def test_what_is_kept_has_no_field_that_calplan_does_not_use(file: Path) -> None:
    def answers(status: str, token: str) -> Reply:
        more = {"users": [person("ann", first_name="Ann", phone_number="5550100")], "total_records": 1}
        return reply({**more, "next_page_token": ""}) if status == "active" else users("inactive", "")

    with vendor(answers) as loopback:
        read(loopback, file)
        kept = b"".join(part.content for part in Reading(file, lambda: NOON).parts("acc active"))
        assert b"ann@corp.example" in kept
        assert b"Ann" not in kept
        assert b"5550100" not in kept
