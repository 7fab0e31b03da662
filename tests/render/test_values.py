"""Values in words, and what differs between two of them."""

from hypothesis import given
from hypothesis import strategies as st

from calplan.plan.document import Json
from calplan.render.values import differences, hidden_leaves, value_in_words
from tests.render.make import change

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=3),
    lambda inner: st.dictionaries(st.text(min_size=1), inner, max_size=3),
    max_leaves=6,
)


def said(before: Json, after: Json, *, unknown: bool = False) -> list[str]:
    return [str(one) for one in differences(change("integration.service", before, after, unknown=unknown))]


def test_a_single_value_is_before_and_after() -> None:
    assert said(False, True) == ["false -> true"]
    assert said("any", ["a.com", "b.com"]) == ["any -> a.com, b.com"]
    assert said("hidden", "managed") == ["hidden -> managed"]


def test_an_unknown_value_is_never_shown_as_absent() -> None:
    assert said(None, True, unknown=True) == ["(unknown) -> true"]
    assert said(None, ["a.com"], unknown=True) == ["(unknown) -> a.com"]
    assert said(None, {"type": "google"}, unknown=True) == ["type: (unknown) -> google"]
    assert said({"impersonation": "unknown"}, {"impersonation": None}) == ["impersonation: (unknown) -> (not set)"]
    assert said({"a": {"passwordVersion": None}}, {"a": {"passwordVersion": 2}}) == [
        "a.passwordVersion: (unknown) -> 2"
    ]


def test_lists_are_compared_entry_by_entry() -> None:
    assert said(["a.com", "b.com"], ["b.com", "c.com"]) == ["- a.com", "+ c.com"]
    assert said({}, ["Contacts.Read"]) == ["+ Contacts.Read"]
    assert said(["a.com"], []) == ["- a.com"]


def test_a_branch_that_comes_or_goes_is_shown_leaf_by_leaf() -> None:
    with_account: Json = {"impersonation": {"account": "a@b.com", "exchangeVersion": "2016"}}
    assert said({"impersonation": None}, with_account) == [
        "impersonation.account: (not set) -> a@b.com",
        "impersonation.exchangeVersion: (not set) -> 2016",
    ]
    assert said(with_account, {"impersonation": "unknown"})[0] == "impersonation.account: a@b.com -> (unknown)"


def test_a_service_without_permissions_to_choose_is_given_the_full_mailbox() -> None:
    graph: Json = {"type": "office365-graph", "permissions": {"calendar": "read"}}
    assert said(graph, {"type": "exchange-mapi"})[-1] == "permissions.calendar: read -> (full mailbox)"
    assert said({"type": "exchange-mapi"}, graph)[-1] == "permissions.calendar: (full mailbox) -> read"


def test_a_sensitive_value_is_never_shown() -> None:
    secret = change("integration.service", "s3cret", "s3cret2", sensitive=True)
    assert [str(one) for one in differences(secret)] == ["(sensitive) -> (sensitive)"]


def test_what_stays_is_counted_and_not_listed() -> None:
    before: Json = {"type": "google", "permissions": {"calendar": "read", "contacts": "read"}}
    after: Json = {"type": "google", "permissions": {"calendar": "write", "contacts": "read"}}
    assert said(before, after) == ["permissions.calendar: read -> write"]
    assert hidden_leaves(change("integration.service", before, after)) == 2
    assert hidden_leaves(change("allowedDomains", ["a.com", "b.com"], ["a.com"])) == 1
    assert hidden_leaves(change("allowedDomains", "any", ["a.com"])) == 0


@given(VALUES, VALUES, st.booleans())
def test_any_two_values_can_be_told_apart_in_words(before: Json, after: Json, unknown: bool) -> None:
    said(None if unknown else before, after, unknown=unknown)
    assert isinstance(value_in_words(before), str)
