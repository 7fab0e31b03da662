"""The one write: a privilege is taken away and given again, and nothing is lost whatever happens in between."""

from collections.abc import Iterator, Mapping

import pytest

from calplan.model.account import AssistantPair, PrivateAccess
from calplan.model.settings import Setting
from calplan.model.unknown import UNMANAGED
from calplan.plan.actions import Action, SetLock, SetOverride, SetPrivateAccess
from calplan.providers.errors import NotAuthorisedError, ProviderError
from calplan.providers.trust import Trust
from calplan.providers.zoom.writing import write_zoom
from calplan.sandbox.servers.sign_in import EVERY_SCOPE
from tests.loopback.server import Asked, Drop, Effect, Reply
from tests.loopback.server import serving as scripted
from tests.providers.zoom.make import NOON, Passing, writing
from tests.providers.zoom.vendor import Vendor, account_at, reply
from tests.sandbox.servers.stage import ANN, BOB, DEE, GUY, PAIRS, Stage, serving

pytestmark = pytest.mark.loopback

PAIR = AssistantPair(user=BOB, assistant=ANN)
SHOW = SetPrivateAccess(pair=PAIR, access=PrivateAccess.MANAGED)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with serving(monkeypatch) as running:
        yield running


def pairs(stage: Stage) -> Mapping[AssistantPair, PrivateAccess]:
    return writing(stage).read_assistants(frozenset({ANN, BOB})).value


def writes(stage: Stage) -> list[str]:
    return [one for one in stage.asked() if not one.startswith("GET") and "token" not in one]


def test_a_privilege_is_replaced_and_what_undoes_it_is_told_before_and_between(stage: Stage) -> None:
    seen: list[tuple[dict[str, str], list[str]]] = []
    receipt = writing(stage).perform(SHOW, lambda half: seen.append((dict(half), writes(stage))))
    assert (receipt.changed, receipt.at) == (True, NOON)
    assert pairs(stage) == {**PAIRS, PAIR: PrivateAccess.MANAGED}
    delete = f"DELETE /v2/users/{stage.id_of(BOB)}/assistants/{stage.id_of(ANN)}"
    assert writes(stage) == [delete, f"POST /v2/users/{stage.id_of(BOB)}/assistants"]
    half = {
        "host": BOB,
        "assistant": ANN,
        "host_id": stage.id_of(BOB),
        "assistant_id": stage.id_of(ANN),
        "before": "hidden",
        "wanted": "managed",
    }
    assert seen == [({**half, "removed": "perhaps"}, []), ({**half, "removed": "yes"}, [delete])]


def test_what_is_so_already_is_left_alone(stage: Stage) -> None:
    platform = writing(stage)
    assert platform.perform(SHOW).changed
    stage.access_log.clear()
    assert not platform.perform(SHOW).changed
    assert writes(stage) == []


def test_a_flag_nobody_can_read_is_set_anew(stage: Stage) -> None:
    pair = AssistantPair(user=ANN, assistant=DEE)
    assert writing(stage).perform(SetPrivateAccess(pair=pair, access=PrivateAccess.HIDDEN)).changed
    assert pairs(stage)[pair] is PrivateAccess.HIDDEN


def test_a_privilege_that_is_gone_is_not_made(stage: Stage) -> None:
    gone = SetPrivateAccess(pair=AssistantPair(user=BOB, assistant=DEE), access=PrivateAccess.MANAGED)
    with pytest.raises(ProviderError, match="is no assistant of") as caught:
        writing(stage).perform(gone)
    assert not caught.value.outcome_unknown
    assert writes(stage) == []


@pytest.mark.parametrize("action", [SetLock(on=True), SetOverride(group="g", setting=Setting.LOCKED, value=UNMANAGED)])
def test_nothing_else_has_an_api(action: Action, stage: Stage) -> None:
    with pytest.raises(ProviderError, match="no API for this setting") as caught:
        writing(stage).perform(action)
    assert not caught.value.outcome_unknown
    assert stage.asked() == []


@pytest.mark.parametrize("scope", ["user:write:assistant:admin", "user:delete:assistant:admin", "user:read:user:admin"])
def test_without_every_scope_of_both_calls_nothing_is_taken_away(scope: str, stage: Stage) -> None:
    stage.grant(*(one for one in EVERY_SCOPE if one != scope))
    with pytest.raises(NotAuthorisedError, match=scope):
        writing(stage).perform(SHOW)
    assert stage.asked() == ["POST /oauth/token"]


def test_between_people_without_a_licence_nothing_is_taken_away(stage: Stage) -> None:
    pair = AssistantPair(user=BOB, assistant=GUY)
    with stage.account as account:
        account.give_privilege(pair, PrivateAccess.HIDDEN)
    with pytest.raises(ProviderError, match=r"guy@corp\.example has no licence") as caught:
        writing(stage).perform(SetPrivateAccess(pair=pair, access=PrivateAccess.MANAGED))
    assert not caught.value.outcome_unknown
    assert writes(stage) == []


def killed_after(stage: Stage, removed: str) -> dict[str, str]:
    """What was kept when a process ended as it heard that the privilege was removed, or was about to be."""
    kept: dict[str, str] = {}

    def die(half: Mapping[str, str]) -> None:
        kept.update(half)
        if half["removed"] == removed:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writing(stage).perform(SHOW, die)
    return kept


@pytest.mark.parametrize("removed", ["perhaps", "yes"])
def test_after_a_crash_between_the_two_calls_the_privilege_is_given_again(removed: str, stage: Stage) -> None:
    half = killed_after(stage, removed)
    assert (PAIR in pairs(stage)) is (removed == "perhaps")
    platform = writing(stage)
    assert platform.finish(SHOW, half).changed
    assert pairs(stage) == {**PAIRS, PAIR: PrivateAccess.MANAGED}
    assert not platform.finish(SHOW, half).changed


def test_what_was_kept_of_another_privilege_is_refused(stage: Stage) -> None:
    half = killed_after(stage, "yes")
    other = SetPrivateAccess(pair=AssistantPair(user=ANN, assistant=BOB), access=PrivateAccess.HIDDEN)
    with pytest.raises(ProviderError, match="belongs to another privilege"):
        writing(stage).finish(other, half)


ALREADY = reply({"code": 200, "message": "User has already granted scheduling privilege."}, 400)


class Script(Vendor):
    """A vendor with one host, whose assistants are ``rows``; ``post`` and ``delete`` answer as they are told."""

    def __init__(self) -> None:
        self.rows = {"id-ann": {"id": "id-ann", "email": ANN, "can_manage_host_private_event": False}}
        self.deletes: list[Reply] = []
        self.posts: list[Reply] = []
        self.applies = True
        self.keeps_flag = True
        host = "/v2/users/id-bob"
        super().__init__(
            users=lambda _status, _token: reply({"users": []}),
            others={
                "/v2/users/bob%40corp.example": lambda _asked: reply({"id": "id-bob", "email": BOB, "type": 2}),
                "/v2/users/ann%40corp.example": lambda _asked: reply({"id": "id-ann", "email": ANN, "type": 2}),
                "/v2/users/bob%40corp.example/assistants": self.assistants,
                f"{host}/assistants": self.assistants,
                f"{host}/assistants/id-ann": self.delete,
            },
        )

    def assistants(self, asked: Asked) -> Reply:
        if asked.method == "GET":
            return reply({"assistants": list(self.rows.values())})
        if self.posts:
            return self.posts.pop(0)
        if "id-ann" in self.rows:
            return ALREADY
        if self.applies:
            row: dict[str, object] = {"id": "id-ann", "email": ANN}
            flag = {"can_manage_host_private_event": True} if self.keeps_flag else {}
            self.rows["id-ann"] = {**row, **flag}
        return reply({"ids": "id-ann", "add_at": "now"}, 201)

    def delete(self, _asked: Asked) -> Reply:
        if self.deletes:
            return self.deletes.pop(0)
        self.rows.pop("id-ann", None)
        return Reply(status=204, body=b"")


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    monkeypatch.setenv("CALPLAN_SECRET_ZOOM", "secret")
    return Script()


def perform(script: Script, *faults: tuple[str, Effect]) -> bool:
    """Whether the write changed something, with these faults of the network on its way."""
    with scripted(script.answer) as loopback:
        for method, effect in faults:
            loopback.plan(effect, method=method, path="/v2/users")
        platform = write_zoom(account_at(loopback.url), Trust(), lambda: NOON, Passing().time())
        return platform.perform(SHOW).changed


def stands(script: Script) -> object:
    return script.rows["id-ann"].get("can_manage_host_private_event")


@pytest.mark.parametrize("method", ["DELETE", "POST"])
def test_an_answer_that_is_lost_does_no_harm(method: str, script: Script) -> None:
    assert perform(script, (method, Drop(done=True)))
    assert stands(script) is True
    assert perform(Script(), (method, Drop()))


def test_a_privilege_that_somebody_else_gave_meanwhile_and_otherwise_is_in_doubt(script: Script) -> None:
    before = dict(script.rows)
    script.deletes = [Reply(status=204, body=b"")]
    with pytest.raises(ProviderError, match=r"is not as wanted \(hidden\): .*already granted") as caught:
        perform(script)
    assert caught.value.outcome_unknown
    assert script.rows == before


def test_a_privilege_that_is_not_given_again_is_said_and_in_doubt(script: Script) -> None:
    script.posts = [reply({"code": 200, "message": "The user must be Licensed."}, 400)]
    with pytest.raises(ProviderError, match="apply --resume RUN gives it again") as caught:
        perform(script)
    assert caught.value.outcome_unknown
    assert script.rows == {}


def test_an_accepted_write_that_nobody_sees_afterwards_is_in_doubt(script: Script) -> None:
    script.applies = False
    with pytest.raises(ProviderError, match="does not show it afterwards") as caught:
        perform(script)
    assert caught.value.outcome_unknown


def test_a_flag_that_the_vendor_does_not_show_is_taken_on_its_word(script: Script) -> None:
    script.keeps_flag = False
    assert perform(script)


def test_a_privilege_that_cannot_be_taken_away_changes_nothing(script: Script) -> None:
    script.deletes = [reply({"code": 300, "message": "no"}, 400)]
    with pytest.raises(ProviderError) as caught:
        perform(script)
    assert not caught.value.outcome_unknown
    assert stands(script) is False


def test_an_id_that_is_another_users_changes_nothing(script: Script) -> None:
    script.rows["id-ann"]["id"] = "id-other"
    with pytest.raises(ProviderError, match=r"two ids for ann@corp\.example"):
        perform(script)
    assert stands(script) is False
