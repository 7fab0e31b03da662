"""From the words of a users file to the facts that rules read (semantics (b), interface section 8)."""

import json
from itertools import product

import pytest

from calplan.model.connection import Authentication, Connection
from calplan.model.permissions import Permission
from calplan.model.service import ServiceType
from calplan.model.unknown import UNKNOWN
from calplan.model.user import MailboxLocation, RawFacts, Status, decode, text_list
from tests import make

LEVELS = (None, "", "none", "read", "write", "unknown")


def test_the_words_for_no_connection_and_for_an_unknown_one() -> None:
    assert decode(make.facts("")).connection is None
    assert decode(make.facts(None)).connection is UNKNOWN
    assert decode(make.facts("unknown")).connection is UNKNOWN


@pytest.mark.parametrize("service", ["google", "office365-graph"])
def test_levels_are_kept_where_they_can_be_chosen_and_both_none_is_no_connection(service: str) -> None:
    for calendar, contacts in product(LEVELS, repeat=2):
        held = decode(make.facts(service, calendar, contacts)).connection
        if calendar == contacts == "none":
            assert held is None
        else:
            assert isinstance(held, Connection)
            assert (held.calendar.value, held.contacts.value) == (calendar or "unknown", contacts or "unknown")


@pytest.mark.parametrize("service", ["office365-ews", "exchange-ews", "exchange-mapi"])
def test_levels_do_not_count_where_the_full_mailbox_is_given(service: str) -> None:
    for calendar, contacts in product(LEVELS, repeat=2):
        held = decode(make.facts(service, calendar, contacts)).connection
        assert held == Connection(service=ServiceType(service), auth=Authentication.OAUTH)
        assert isinstance(held, Connection)
        assert held.calendar is held.contacts is Permission.UNKNOWN


def test_a_host_is_lower_case_and_a_missing_or_empty_one_is_unknown() -> None:
    for written, read in (("Mail.Corp.Example", "mail.corp.example"), (None, UNKNOWN), ("", UNKNOWN)):
        held = decode(make.facts("exchange-ews", ews_host=written)).connection
        assert isinstance(held, Connection)
        assert held.ews_host == read


def test_a_missing_or_empty_authentication_is_unknown() -> None:
    words = ("oauth", "basic", "impersonation", "unknown", None, "")
    for word in words:
        held = decode(make.facts("google", "read", "read", auth=word)).connection
        assert isinstance(held, Connection)
        assert held.auth is Authentication(word or "unknown")


def test_missing_is_unknown_and_empty_is_empty() -> None:
    missing = decode(make.facts(own_grant=None, groups=None, mailbox_location=None))
    empty = decode(make.facts(own_grant=(), groups=(), mailbox_location=""))
    assert (missing.own_grant, missing.groups) == (UNKNOWN, UNKNOWN)
    assert (empty.own_grant, empty.groups) == (frozenset(), frozenset())
    assert missing.mailbox_location is empty.mailbox_location is MailboxLocation.UNKNOWN
    assert missing.primary_group is UNKNOWN
    assert decode(make.facts(primary_group="")).primary_group is UNKNOWN
    assert decode(make.facts(primary_group="Sales")).primary_group == "Sales"


def test_every_word_of_the_closed_vocabularies_is_read() -> None:
    for status in Status:
        assert decode(make.facts(status=status.value)).status is status
    for location in MailboxLocation:
        assert decode(make.facts(mailbox_location=location.value)).mailbox_location is location


@pytest.mark.parametrize(
    "raw",
    [
        make.facts(status="retired"),
        make.facts("outlook"),
        make.facts("google", "admin", "read"),
        make.facts("google", "read", "read", auth="ntlm"),
        make.facts(mailbox_location="moon"),
    ],
)
def test_a_word_outside_the_vocabulary_is_refused(raw: RawFacts) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        decode(raw)


def test_lists_of_words_are_one_text_whatever_their_order() -> None:
    assert text_list(["b", "a", "b"]) == text_list(["a", "b"]) == '["a","b"]'
    assert text_list(["ü"]) == '["ü"]'
    assert json.loads(text_list(["ü", '"'])) == ['"', "ü"]
