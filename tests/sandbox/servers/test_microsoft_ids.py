"""Grant ids are made as Microsoft makes them; the vectors stand in its documentation."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.sandbox.servers.microsoft.ids import grant_id, guid, parts_of, principal_id, user_id
from calplan.sandbox.servers.microsoft.keys import new_microsoft_keys

PUBLISHED = {
    "AVs6JuUDjkCFV7q2gd8QTPimBBgj5iBFj0C6GwwRxC0": (
        "263a5b01-03e5-408e-8557-bab681df104c",
        "1804a6f8-e623-4520-8f40-ba1b0c11c42d",
    ),
    "cMmjItSKIEGBJzAIN_h_LJWd3Ji2SVpAs8CDTpaacIs33-jCp8aITYmx_rTx_afF": (
        "22a3c970-8ad4-4120-8127-300837f87f2c",
        "98dc9d95-49b6-405a-b3c0-834e969a708b",
        "c2e8df37-c6a7-4d88-89b1-feb4f1fda7c5",
    ),
    "47nZsM8O_UuNq5Jz3QValETpqX7OcT1EgRxx6AR7VXqdkr0_VoxiRIUeDrmns6Kl": (
        "b0d9b9e3-0ecf-4bfd-8dab-9273dd055a94",
        "7ea9e944-71ce-443d-811c-71e8047b557a",
        "3fbd929d-8c56-4462-851e-0eb9a7b3a2a5",
    ),
}
GUIDS = st.uuids().map(str)


@pytest.mark.parametrize("word", PUBLISHED)
def test_a_published_grant_id_is_made_of_its_guids(word: str) -> None:
    assert grant_id(*PUBLISHED[word]) == word
    assert parts_of(word) == PUBLISHED[word]


@given(GUIDS, GUIDS, st.none() | GUIDS)
def test_every_grant_id_tells_what_it_was_made_of(client: str, resource: str, principal: str | None) -> None:
    made = grant_id(client, resource, principal)
    assert parts_of(made) == tuple(part for part in (client, resource, principal) if part is not None)


@pytest.mark.parametrize("word", ["", "x", "a" * 43, "ä" * 43, "A" * 44, "A" * 63 + "=", "AVs6JuUDjkCFV7q2gd8QTA"])
def test_what_was_made_otherwise_is_no_grant_id(word: str) -> None:
    assert parts_of(word) is None


def test_ids_are_guids_that_stay_the_same_and_differ_by_kind() -> None:
    made = [user_id("ann@corp.example"), principal_id("ann@corp.example"), guid("tenant", "ann@corp.example")]
    assert len(set(made)) == 3
    assert made[0] == user_id("ann@corp.example")
    assert [str(UUID(one)) for one in made] == made


def test_an_account_has_one_app_registration_with_a_secret_for_each_start() -> None:
    one, other = new_microsoft_keys("account"), new_microsoft_keys("account")
    assert (one.tenant_id, one.client_id, one.app_id) == (other.tenant_id, other.client_id, other.app_id)
    assert one.client_secret != other.client_secret
    assert one.request_token != other.request_token
    assert one.client_secret not in repr(one)
    assert one.request_token not in repr(one)
