"""How much each of Google's scopes lets an application do."""

from itertools import product

import pytest

from calplan.model.proof import Trace
from calplan.model.service import ServiceType
from calplan.providers.google.scopes import PREFIX, trace_of
from calplan.sandbox.servers.google.scopes import granted


def trace(*scopes: str) -> tuple[str | None, str | None] | None:
    found = trace_of(PREFIX + scope for scope in scopes)
    return None if found is None else (found.calendar, found.contacts)


@pytest.mark.parametrize(
    "scope, levels",
    [
        ("calendar", ("write", "none")),
        ("calendar.events", ("write", "none")),
        ("calendar.events.owned", ("write", "none")),
        ("calendar.app.created", ("write", "none")),
        ("calendar.readonly", ("read", "none")),
        ("calendar.events.readonly", ("read", "none")),
        ("calendar.events.owned.readonly", ("read", "none")),
        ("calendar.events.public.readonly", ("read", "none")),
        ("calendar.freebusy", None),
        ("calendar.events.freebusy", None),
        ("calendar.acls", None),
        ("calendar.calendarlist.readonly", None),
        ("calendar.settings.readonly", None),
        ("contacts", ("none", "write")),
        ("contacts.readonly", ("none", "read")),
        ("contacts.other.readonly", ("none", "read")),
        ("directory.readonly", ("none", "read")),
        ("drive", None),
        ("calendars", None),
        ("contactsother", None),
    ],
)
def test_each_scope_stands_for_its_levels(scope: str, levels: tuple[str, str] | None) -> None:
    assert trace(scope) == levels


def test_the_highest_of_several_scopes_counts_for_each() -> None:
    assert trace("calendar.readonly", "calendar.events", "contacts.readonly") == ("write", "read")
    assert trace("calendar.readonly", "calendar.freebusy") == ("read", "none")


def test_a_scope_of_the_calendar_that_nobody_knows_gives_an_unknown_level() -> None:
    assert trace("calendar.of.tomorrow") == ("unknown", "none")
    assert trace("calendar.of.tomorrow", "calendar.readonly") == ("unknown", "none")
    assert trace("calendar.of.tomorrow", "calendar") == ("write", "none")
    assert trace("contacts.of.tomorrow") == ("none", "unknown")


def test_nothing_is_no_trace() -> None:
    assert trace() is None
    assert trace_of(("openid", "https://www.googleapis.com/auth/userinfo.email")) is None


def test_what_the_simulated_google_grants_for_a_level_is_read_as_that_level() -> None:
    for calendar, contacts in product(("none", "read", "write"), repeat=2):
        expected = Trace(service=ServiceType.GOOGLE, calendar=calendar, contacts=contacts)
        found = trace_of(granted(calendar, contacts))
        assert found == (None if calendar == contacts == "none" else expected)
