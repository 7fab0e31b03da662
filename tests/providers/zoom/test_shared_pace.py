"""Accounts that are read with one credential keep its pace together; others do not wait for them."""

from dataclasses import replace

import pytest

from calplan.policyfile.documents import ZoomPlatform
from calplan.providers.http.paces import Paces
from calplan.providers.trust import Trust
from calplan.providers.zoom.opening import read_zoom
from tests.loopback.server import Asked, Reply, serving
from tests.providers.zoom.make import NOON, Passing
from tests.providers.zoom.vendor import Vendor, account_at, reply

pytestmark = pytest.mark.loopback


def answer(asked: Asked) -> Reply:
    """A list without users, and the word that the second is used up."""
    given = Vendor(lambda _status, _token: reply({"users": [], "total_records": 0})).answer(asked)
    return replace(given, headers={"x-ratelimit-remaining": "0"})


@pytest.mark.parametrize("client, waits", [("app", True), ("another", False)])
def test_the_next_account_waits_where_the_last_one_used_up_the_second(
    client: str, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALPLAN_SECRET_ZOOM", "secret")
    with serving(answer) as server:
        first = account_at(server.url)
        assert isinstance(first.platform, ZoomPlatform)
        second = replace(first, platform=ZoomPlatform(stated={**first.platform.stated, "clientId": client}))
        passing, paces = Passing(), Paces()
        read_zoom(first, Trust(), lambda: NOON, passing.time(), paces=paces).read_groups()
        before = len(passing.pauses)
        read_zoom(second, Trust(), lambda: NOON, passing.time(), paces=paces).read_groups()
    assert (sum(passing.pauses[before:]) > 0.5) is waits
