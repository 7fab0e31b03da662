"""A sweep whose process is killed goes on where it was, in the next process that has its memory."""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from calplan.providers.google.asking import CHUNK
from tests.providers.google.child import Child, FileMemory, time_that_runs
from tests.providers.google.make import Scene, google, held, known, many

pytestmark = pytest.mark.loopback

LONGEST_WAIT = 600.0


@contextmanager
def remembering(scene: Scene) -> Iterator[Scene]:
    """The scene with a memory in a file."""
    memory = FileMemory(Path("memory.db"))
    scene.memory = memory
    try:
        yield scene
    finally:
        memory.close()


def child(scene: Scene, *, dies_after: int | None = None, faster: float = 50.0) -> Child:
    return Child(stated=dict(scene.stated), memory="memory.db", dies_after=dies_after, faster=faster)


def killed_after_parts(scene: Scene, repository: Path, parts: int, faster: float = 50.0) -> None:
    process = child(scene, dies_after=parts, faster=faster).start(repository)
    _, errors = process.communicate(timeout=LONGEST_WAIT)
    assert process.returncode == -signal.SIGKILL, errors.decode()


def test_a_killed_sweep_goes_on_and_asks_nobody_twice(monkeypatch: pytest.MonkeyPatch, repository: Path) -> None:
    with google(monkeypatch, users=many(800)) as scene:
        killed_after_parts(scene, repository, 2)
        before = scene.asked_about()
        assert len(before) == 2 * CHUNK
        with remembering(scene):
            witness = scene.reading().read_people()
        assert Counter(scene.asked_about()).most_common(1)[0][1] == 1
        assert len(scene.asked_about()) == 800
        assert set(known(witness).values()) == {held("write", "read")}
        assert (witness.evidence.complete, witness.evidence.live, witness.failure) == (True, False, None)


def test_a_sweep_killed_at_any_moment_loses_no_more_than_what_it_was_about_to_keep(
    monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    with google(monkeypatch, users=many(600)) as scene:
        process = child(scene, faster=10.0).start(repository)
        until = time.monotonic() + LONGEST_WAIT
        while len(scene.stage.access_log) < CHUNK + CHUNK // 2 and time.monotonic() < until:
            time.sleep(0.01)
        process.kill()
        process.communicate()
        assert CHUNK < len(scene.asked_about()) < 600
        with remembering(scene):
            witness = scene.reading().read_people()
        twice = [one for one, times in Counter(scene.asked_about()).items() if times > 1]
        assert len(twice) < CHUNK
        assert set(known(witness).values()) == {held("write", "read")}
        assert witness.evidence.complete


def test_an_update_that_is_killed_is_made_again(monkeypatch: pytest.MonkeyPatch, repository: Path) -> None:
    with google(monkeypatch, users=many(10)) as scene:
        with remembering(scene):
            scene.reading().read_people()
        with scene.stage.account as account:
            account.revoke_google("u00003@corp.example")
        killed_after_parts(scene, repository, 1)
        scene.forget_asked()
        with remembering(scene):
            witness = scene.reading().read_people()
        assert scene.asked_about() == ["u00003@corp.example"]
        assert known(witness)["u00003@corp.example"].traces == ()


@pytest.mark.slow
def test_fifty_thousand_users_are_swept_killed_half_way_and_gone_on_with(
    monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    """Time runs twenty times faster for both sides, so a sweep takes a minute of ours, or what the machine needs."""
    count, faster = 50_000, 20.0
    with google(monkeypatch, users=many(count)) as scene:
        scene.google.quotas.directory = 40 * faster
        killed_after_parts(scene, repository, count // CHUNK // 2, faster)
        assert len({*scene.asked_about()}) == count // 2
        process = child(scene, faster=faster).start(repository)
        _, errors = process.communicate(timeout=LONGEST_WAIT)
        assert process.returncode == 0, errors.decode()
        answered = [one.path for one in scene.stage.access_log if one.path.endswith("/tokens") and one.status == 200]
        assert len(answered) == len(set(answered)) == count
        scene.forget_asked()
        monkeypatch.setattr(type(scene.passing), "time", lambda _passing: time_that_runs(faster))
        with remembering(scene):
            witness = scene.reading().read_people()
        assert not scene.asked("/tokens")
        assert len(witness.people) == count
        assert {person.known for person in witness.people} == {held("write", "read")}
