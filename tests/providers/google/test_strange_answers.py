"""What no sound server answers: nothing is taken from it, and nobody is shown as having nothing because of it."""

import json
from collections.abc import Callable, Iterator

import pytest

from calplan.plan.actions import Consent, RevokeStale
from calplan.providers.errors import ProviderError
from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.google.calls import GoogleCall
from tests.providers.google.make import AUTH, NOT_READ, NOTHING, Scene, google, held, keys, known
from tests.sandbox.servers.stage import ANN, BOB

pytestmark = pytest.mark.loopback

LIST = "admin#directory#tokenList"


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with google(monkeypatch) as opened:
        yield opened


def token(**more: object) -> dict[str, object]:
    return {"clientId": keys().client_ids[0], "scopes": [f"{AUTH}calendar"], **more}


def of_ann(scene: Scene, body: object) -> None:
    """Answer this where her tokens are listed."""
    ann = scene.google.id_of(ANN)
    scene.before_tokens(lambda user: Answer(body=body) if user == ann else None)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"items": []},
        {"kind": "admin#directory#users"},
        {"kind": LIST, "items": {}},
        {"kind": LIST, "items": [{"clientId": 7}]},
        {"kind": LIST, "items": [token(scopes="calendar")]},
        {"kind": LIST, "items": [token(userKey="100000000000000000000")]},
        {"kind": LIST, "items": [token(userKey=ANN)]},
    ],
    ids=json.dumps,
)
def test_a_list_of_tokens_that_is_none_leaves_its_user_unread(scene: Scene, body: object) -> None:
    of_ann(scene, body)
    witness = scene.reading().read_people()
    assert (known(witness)[ANN], known(witness)[BOB]) == (NOT_READ, held("read", "none"))


@pytest.mark.parametrize("more", [{}, {"items": []}, {"items": [{}]}, {"items": [{"clientId": None, "scopes": None}]}])
def test_a_list_without_tokens_of_ours_is_read_as_such(scene: Scene, more: dict[str, object]) -> None:
    of_ann(scene, {"kind": LIST, **more})
    assert known(scene.reading().read_people())[ANN] == NOTHING


def test_two_tokens_of_one_application_count_together(scene: Scene) -> None:
    of_ann(scene, {"kind": LIST, "items": [token(), token(scopes=[f"{AUTH}contacts.readonly"])]})
    assert known(scene.reading().read_people())[ANN] == held("write", "read")


def answering(scene: Scene, patch: pytest.MonkeyPatch, path: str, body: Callable[[GoogleCall], object]) -> None:
    """Answer one path in a way of its own."""
    real = scene.google.answer

    def answer(call: GoogleCall) -> Answer:
        return Answer(body=body(call)) if "/".join(call.parts) == path else real(call)

    patch.setattr(scene.google, "answer", answer)


USERS_PATH = "admin/directory/v1/users"
LOG_PATH = "admin/reports/v1/activity/users/all/applications/token"


def user(number: int, **more: object) -> dict[str, object]:
    return {"id": str(number), "primaryEmail": f"u{number}@corp.example", **more}


@pytest.mark.parametrize("body", [{}, {"users": []}, {"kind": LIST}, {"kind": "admin#directory#users", "users": [{}]}])
def test_a_list_of_users_that_is_none_is_refused(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, body: dict[str, object]
) -> None:
    answering(scene, monkeypatch, USERS_PATH, lambda _call: body)
    with pytest.raises(ProviderError, match="calplan does not understand what Google"):
        scene.reading().read_people()


def test_a_list_that_leads_in_a_circle_is_left_and_incomplete(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    page = {"kind": "admin#directory#users", "users": [user(1)], "nextPageToken": "again"}
    answering(scene, monkeypatch, USERS_PATH, lambda _call: page)
    witness = scene.reading().read_people()
    assert (len(witness.people), witness.evidence.complete) == (1, False)
    assert "again and again" in str(witness.failure)


def test_somebody_who_is_listed_twice_counts_once_as_he_was_listed_last(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page(call: GoogleCall) -> object:
        later = "pageToken" in call.query
        kind = {"kind": "admin#directory#users", "users": [user(1, suspended=later)]}
        return kind if later else {**kind, "nextPageToken": "more"}

    answering(scene, monkeypatch, USERS_PATH, page)
    scene.before_tokens(lambda _user: Answer(body={"kind": LIST, "items": [token()]}))
    witness = scene.reading().read_people()
    assert known(witness) == {"u1@corp.example": NOTHING}


def record(person: str, *, client: str | None = None, name: str = "authorize", time: str = "") -> dict[str, object]:
    """An entry of the log as no filter would let it through."""
    parameters = [
        {"name": "client_id", "value": client or keys().client_ids[0]},
        {"name": "scope", "multiValue": [f"{AUTH}calendar"]},
    ]
    return {
        "id": {"time": time or "2999-01-01T00:00:00.000Z", "uniqueQualifier": "-7"},
        "actor": {"profileId": person},
        "events": [{"name": name, "parameters": parameters}],
    }


def test_what_a_filter_should_have_kept_out_is_kept_out_here(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.stated["evidence"] = "reports"
    ann, bob = scene.google.id_of(ANN), scene.google.id_of(BOB)
    items = [
        record(ann, client="999.apps.googleusercontent.com"),
        record(ann, name="activity"),
        record(ann, time="2020-01-01T00:00:00.000Z"),
        record(ann, time="yesterday"),
        record(bob),
        record(bob),
    ]
    answering(scene, monkeypatch, LOG_PATH, lambda _call: {"kind": "admin#reports#activities", "items": items})
    found = known(scene.reading().read_people())
    assert (found[ANN], found[BOB]) == (NOT_READ, held("write", "none"))


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"kind": LIST},
        token(kind="admin#directory#token", clientId="other"),
        token(kind="admin#directory#token", userKey="1"),
    ],
)
def test_a_token_that_is_not_the_one_asked_for_is_not_deleted(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, odd: dict[str, object]
) -> None:
    ann, (client,) = scene.google.id_of(ANN), keys().client_ids
    answering(scene, monkeypatch, f"{USERS_PATH}/{ann}/tokens/{client}", lambda _call: odd)
    with pytest.raises(ProviderError):
        scene.writing().perform(RevokeStale(consent=Consent.GOOGLE, users=frozenset({ANN})))
    assert not [one for one in scene.asked() if one.startswith("DELETE")]


def test_the_customer_can_be_named_by_its_id_and_another_one_is_refused(scene: Scene) -> None:
    scene.stated["customer"] = keys().customer_id
    assert known(scene.reading().read_people())[ANN] == held("write", "read")
    scene.stated["customer"] = "C0nobody00"
    with pytest.raises(ProviderError, match=r"refused the request|does not let calplan"):
        scene.reading().read_people()
