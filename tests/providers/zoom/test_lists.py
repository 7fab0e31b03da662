"""Lists that end, change or lie while they are read: nobody is missed, and nobody counts twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from calplan.providers.errors import ProviderError, UnreachableError
from calplan.providers.trust import Trust
from calplan.providers.zoom.opening import read_zoom
from tests.loopback.server import Loopback, Reply, serving
from tests.providers.zoom.make import NOON, Passing
from tests.providers.zoom.vendor import Vendor, account_at, person, reply

pytestmark = pytest.mark.loopback

ENDED = reply({"code": 300, "message": "The next page token is invalid or expired."}, 400)
NOBODY = reply({"users": [], "total_records": 0, "next_page_token": ""})


@contextmanager
def vendor(users: Callable[[str, str], Reply]) -> Iterator[Loopback]:
    with serving(Vendor(users).answer) as running:
        yield running


def read(loopback: Loopback, patch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Each user's name and status, in the order in which they came."""
    patch.setenv("CALPLAN_SECRET_ZOOM", "secret")
    platform = read_zoom(account_at(loopback.url), Trust(), lambda: NOON, Passing().time())
    return [
        (email.partition("@")[0], raw.status)
        for batch in platform.read_users().batches
        for email, raw in zip(batch.emails, batch.facts, strict=True)
    ]


def listed(*people: object, token: str = "", total: int | None = None) -> Reply:
    body: dict[str, object] = {"users": list(people), "next_page_token": token}
    return reply(body if total is None else {**body, "total_records": total})


def test_a_token_that_ends_begins_that_pass_again_and_nobody_counts_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = iter([True, True, False, False, False])

    def users(status: str, token: str) -> Reply:
        if status != "active":
            return NOBODY
        if not token:
            return listed(person("ann"), person("bob"), token="more", total=3)
        return ENDED if next(ends) else listed(person("cyd"), total=3)

    with vendor(users) as loopback:
        assert read(loopback, monkeypatch) == [("ann", "active"), ("bob", "active"), ("cyd", "active")]
        asked = [one.query for one in loopback.log if one.path == "/v2/users"]
        assert len([one for one in asked if "status=inactive" in one]) == 1, "other passes are not begun again"


def test_a_token_that_always_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def users(status: str, token: str) -> Reply:
        return NOBODY if status != "active" else ENDED if token else listed(person("ann"), token="more")

    with vendor(users) as loopback, pytest.raises(UnreachableError, match="in 3 attempts: its place in the list"):
        read(loopback, monkeypatch)


def test_a_bad_request_for_a_first_page_is_said_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with vendor(lambda _status, _token: ENDED) as loopback, pytest.raises(ProviderError, match="invalid or expired"):
        read(loopback, monkeypatch)


def test_a_list_that_leaves_somebody_out_is_read_again_and_then_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {"times": 0}

    def once_short(status: str, _token: str) -> Reply:
        if status != "active":
            return NOBODY
        shown["times"] += 1
        everybody = (person("ann"), person("bob"))
        return listed(*everybody[: shown["times"]], total=2)

    with vendor(once_short) as loopback:
        assert read(loopback, monkeypatch) == [("ann", "active"), ("bob", "active")]

    def always_short(status: str, _token: str) -> Reply:
        return NOBODY if status != "active" else listed(person("ann"), total=2)

    with vendor(always_short) as loopback, pytest.raises(UnreachableError, match="it showed 1 of 2"):
        read(loopback, monkeypatch)


def test_a_list_that_leads_in_a_circle_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def users(status: str, _token: str) -> Reply:
        return NOBODY if status != "active" else listed(person("ann"), token="same")

    def empty(status: str, token: str) -> Reply:
        return NOBODY if status != "active" else listed(token=f"{token}x")

    for circle in (users, empty):
        with vendor(circle) as loopback, pytest.raises(ProviderError, match="again and again"):
            read(loopback, monkeypatch)


def test_who_changes_from_one_list_to_another_counts_as_the_later_one_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def users(status: str, _token: str) -> Reply:
        return {
            "pending": listed(person("ann", identity=""), person("cyd", identity="")),
            "inactive": listed(person("bob"), person("cyd")),
            "active": listed(person("ann"), person("bob")),
        }[status]

    with vendor(users) as loopback:
        assert read(loopback, monkeypatch) == [("ann", "active"), ("bob", "active"), ("cyd", "inactive")]
        asked = [one.query for one in loopback.log if one.path == "/v2/users"]
        assert "status=active" in asked[2], "the active ones are read last, so that nobody is missed who is active"


def test_a_vendor_that_ignores_the_status_shows_everybody_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with vendor(lambda _status, _token: listed(person("ann"), person("bob"))) as loopback:
        assert read(loopback, monkeypatch) == [("ann", "active"), ("bob", "active")]


def test_two_users_of_one_address_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def users(status: str, _token: str) -> Reply:
        twice = (person("ann", identity="u1"), person("ANN", identity="u2"))
        return NOBODY if status != "active" else listed(*twice)

    with vendor(users) as loopback, pytest.raises(ProviderError, match=r"two users with the address ann@corp\.example"):
        read(loopback, monkeypatch)


def test_a_user_whose_address_changes_meanwhile_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def users(status: str, _token: str) -> Reply:
        if status == "pending":
            return NOBODY
        return listed(person("ann" if status == "active" else "anna", identity="u1"))

    with vendor(users) as loopback, pytest.raises(UnreachableError, match="was changed in Zoom while"):
        read(loopback, monkeypatch)


def test_pages_are_the_largest_and_ask_for_one_status_each(monkeypatch: pytest.MonkeyPatch) -> None:
    with vendor(lambda _status, _token: NOBODY) as loopback:
        assert read(loopback, monkeypatch) == []
        asked = [one.query for one in loopback.log if one.path == "/v2/users"][:3]
        assert asked == [f"status={one}&page_size=2000" for one in ("pending", "inactive", "active")]


def test_an_error_inside_of_a_200_stops_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = reply({"code": 200, "message": "Only available for Paid account."})
    with vendor(lambda _status, _token: inside) as loopback, pytest.raises(ProviderError, match="Paid account"):
        read(loopback, monkeypatch)


def test_a_limit_for_the_day_ends_at_once_and_says_when_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    daily = reply({"code": 429, "message": "daily limit"}, 429, **{"retry-after": "2099-01-20T00:00:00Z"})
    with vendor(lambda _status, _token: daily) as loopback, pytest.raises(UnreachableError, match="daily limit"):
        read(loopback, monkeypatch)
    assert len([one for one in loopback.log if one.path == "/v2/users"]) == 1


def test_an_empty_error_body_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = Reply(status=400, body=b"")
    with vendor(lambda _status, _token: empty) as loopback, pytest.raises(ProviderError, match="status 400"):
        read(loopback, monkeypatch)
