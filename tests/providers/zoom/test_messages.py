"""Answers are decoded strictly, and nothing that was not asked for becomes anything."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.model.user import Status
from calplan.providers.errors import ProviderError
from calplan.providers.http.answer import Answer
from calplan.providers.zoom.calls import Calls
from calplan.providers.zoom.groups import Membership
from calplan.providers.zoom.messages import (
    AssistantList,
    GroupPage,
    MemberPage,
    OperationPage,
    UserPage,
    UserRow,
    decoded,
)
from calplan.providers.zoom.people import FactsOf
from tests.providers.zoom.make import JSON

CANARY = "canary-7f3a"
KINDS = (UserPage, GroupPage, MemberPage, AssistantList, OperationPage)


def answer(body: object, *, of_write: bool = False) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status=200, headers={}, body=data, place="api.zoom.us", of_write=of_write)


def page(**user: object) -> dict[str, object]:
    return {"users": [{"email": "ann@corp.example", "type": 2, **user}]}


@pytest.mark.parametrize(
    "body, place",
    [
        (page(id=5), "$.users[0].id"),
        (page(type=CANARY), "$.users[0].type"),
        (page(type=True), "$.users[0].type"),
        (page(email=[CANARY]), "$.users[0].email"),
        (page(group_ids=CANARY), "$.users[0].group_ids"),
        (page(group_ids=[{"id": CANARY}]), "$.users[0].group_ids[0]"),
        (page(last_client_version={CANARY: 1}), "$.users[0].last_client_version"),
        ({"users": [{"type": 2}]}, "`email`"),
        ({"users": [{"mail": "ann@corp.example", "type": 2}]}, "`email`"),
        ({"members": []}, "`users`"),
        ({"users": {}}, "$.users"),
        ({"users": None}, "$.users"),
        ({"users": [], "next_page_token": 7}, "$.next_page_token"),
        ([], "object"),
        (CANARY, "object"),
    ],
)
def test_a_wrong_type_or_a_renamed_field_is_named_by_its_place_and_without_its_value(body: object, place: str) -> None:
    with pytest.raises(ProviderError) as caught:
        decoded(answer(body), UserPage, "GET /users")
    said = str(caught.value)
    assert place in said
    assert "GET /users" in said
    assert CANARY not in said
    assert caught.value.__cause__ is caught.value.__context__ is None


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"<html>", b'{"users":[]', b"\xff\xfe", b'{"users":[{"email":"\xff"}]}', b"[" * 200_000],
)
def test_what_is_no_json_is_an_error_and_of_a_write_its_fate_is_unclear(body: bytes) -> None:
    for of_write in (False, True):
        with pytest.raises(ProviderError, match="does not understand") as caught:
            decoded(answer(body, of_write=of_write), UserPage, "GET /users")
        assert caught.value.outcome_unknown is of_write
        assert caught.value.__cause__ is caught.value.__context__ is None


@given(body=JSON | st.fixed_dictionaries({"users": st.lists(JSON, max_size=3)}))
def test_whatever_json_comes_is_decoded_or_refused_in_one_way(body: object) -> None:
    for kind in KINDS:
        try:
            decoded(answer(body), kind, "GET /x")
        except ProviderError:
            continue


LOOK_ALIKES = {
    "integration": {"google_calendar": True},
    "mail_calendar": {"email_calendar_management": True, "zoom_email_provider": "office365"},
    "feature": {"zoom_mail_calendar": True},
    "calendar_type": 1,
    "calendar_and_contacts": {"enabled": True},
    "service": "office365-graph",
    "calendar": "write",
    "contacts": "read",
    "auth": "oauth",
    "ews_host": "mail.corp.example",
    "mailbox_location": "cloud",
    "own_grant": ["Calendars.Read"],
    "primary_group": "Sales",
    "groups": ["Sales"],
    "clients": ["9.9.9"],
    "client_version": "9.9.9",
    "licensed": True,
    "status": "active",
}
"""Fields that the vendor has elsewhere, or that somebody could invent."""


INVENTED = st.text(min_size=1, max_size=12).filter(lambda name: name not in UserRow.__struct_fields__)


@given(invented=st.dictionaries(st.sampled_from(sorted(LOOK_ALIKES)) | INVENTED, JSON, max_size=6))
def test_an_invented_field_never_becomes_a_fact(invented: dict[str, object]) -> None:
    known = {"id": "u1", "group_ids": ["g1"], "last_client_version": "6.5.3.8712(win)"}
    plain = facts(page(**known))
    assert facts(page(**{**invented, **LOOK_ALIKES, **known})) == plain


def facts(body: dict[str, object]) -> object:
    rows = decoded(answer(body), UserPage, "GET /users").rows
    membership = Membership(Calls.__new__(Calls), ())
    return FactsOf(membership).rows(rows, Status.INACTIVE)


def test_null_and_missing_both_say_nothing() -> None:
    said_nothing = facts(page())
    assert facts(page(id=None, group_ids=None, last_client_version=None)) == said_nothing
    assert facts(page(last_client_version="  ")) == said_nothing


@pytest.mark.parametrize("email", ["", " ", CANARY, "a\0b@corp.example", "a" * 400 + "@corp.example"])
def test_a_user_without_an_address_is_refused(email: str) -> None:
    with pytest.raises(ProviderError, match="is no address"):
        facts(page(email=email))
