"""What adapters tell of long reads and writes while they last: how many there are, and every pause."""

import pytest

from calplan.plan.actions import Consent, RevokeStale
from calplan.providers.local.platform import LocalPlatform
from calplan.providers.microsoft.opening import read_microsoft
from calplan.providers.observing import News, Progress, Wait
from calplan.providers.trust import Trust
from calplan.providers.zoom.opening import read_zoom
from tests.providers.google.make import google, many
from tests.providers.microsoft.make import tenant
from tests.providers.zoom.make import NOON, Passing, document
from tests.sandbox.servers.stage import serving

pytestmark = pytest.mark.loopback


def counted(heard: list[News], what: str) -> list[tuple[int, int | None]]:
    """How far a piece of work came, each time it was told."""
    return [(one.done, one.total) for one in heard if isinstance(one, Progress) and one.what == what]


def pauses(heard: list[News]) -> list[Wait]:
    return [one for one in heard if isinstance(one, Wait)]


def test_zoom_tells_each_page_of_users_with_the_total_that_it_states(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[News] = []
    with serving(monkeypatch) as stage:
        platform = read_zoom(document(stage), Trust(), lambda: NOON, Passing().time(), observe=heard.append)
        read = sum(len(batch.emails) for batch in platform.read_users().batches)
        platform.read_assistants()
    assert read == 6
    assert counted(heard, "active users") == [(0, None), (4, 4)]
    assert counted(heard, "inactive users") == [(0, None), (1, 1)]
    assert counted(heard, "groups with their members") == [(0, 2), (1, 2)]
    assert counted(heard, "users with their assistants") == [(0, 3), (1, 3), (2, 3)]
    assert pauses(heard) == []


def test_a_pause_that_zoom_asks_for_is_told_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[News] = []
    with serving(monkeypatch) as stage:
        stage.fault("GET /users:429-seconds")
        passing = Passing(along=stage)
        platform = read_zoom(document(stage), Trust(), lambda: NOON, passing.time(), observe=heard.append)
        platform.read_users()
    (wait,) = pauses(heard)
    assert (wait.source, wait.asked) == ("Zoom", True)
    assert wait.seconds >= 2


def test_a_pause_after_no_answer_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[News] = []
    with serving(monkeypatch) as stage:
        stage.fault("GET /users:503")
        platform = read_zoom(document(stage), Trust(), lambda: NOON, Passing(along=stage).time(), observe=heard.append)
        platform.read_users()
    assert [one.asked for one in pauses(heard)] == [False]


def test_google_tells_each_user_whose_tokens_are_read_and_revoked(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[News] = []
    with google(monkeypatch, users=many(30)) as scene:
        scene.observe = heard.append
        scene.reading().read_people()
        users = frozenset({"u00001@corp.example", "u00002@corp.example"})
        scene.writing().perform(RevokeStale(consent=Consent.GOOGLE, users=users))
    assert counted(heard, "users with their tokens") == [(number, 30) for number in range(30)]
    assert counted(heard, "users whose tokens are revoked") == [(0, 2), (1, 2)]
    assert counted(heard, "users")[0] == (0, None)


def test_a_sweep_that_goes_on_begins_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[News] = []
    with google(monkeypatch, users=many(230)) as scene:
        scene.lose_tokens_after(200)
        scene.reading().read_people()
        scene.find_tokens_again()
        scene.observe = heard.append
        scene.reading().read_people()
    assert counted(heard, "users with their tokens")[0] == (200, 230)
    assert counted(heard, "users with their tokens")[-1] == (229, 230)


def test_microsoft_tells_users_consents_and_mailboxes(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[News] = []
    with tenant(monkeypatch) as scene:
        time = scene.passing.time()
        read_microsoft(scene.stated(), scene.file, scene.trust, lambda: NOON, time, observe=heard.append).read_people()
    assert counted(heard, "users")[0] == (0, None)
    assert counted(heard, "users")[-1] == (5, None)
    assert counted(heard, "mailboxes")[0][0] == 0
    assert counted(heard, "consents")[0] == (0, None)


def test_the_local_account_tells_how_many_of_its_users_were_read(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[News] = []
    with serving(monkeypatch) as stage, LocalPlatform(stage.database, lambda: NOON, observe=heard.append) as platform:
        for _batch in platform.read_users().batches:
            pass
    assert heard == [Progress(source=stage.database.name, what="users", done=6, total=6)]
