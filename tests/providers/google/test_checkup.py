"""What a look at Google finds before anything is planned."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from calplan.providers.checkup import Check, Verdict
from calplan.providers.google.checkup import check_google
from tests.providers.google.make import AUTH, USERS, VARIABLE, Scene, google, keys
from tests.sandbox.servers.stage import ANN

pytestmark = pytest.mark.loopback


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with google(monkeypatch) as opened:
        yield opened


def checks(scene: Scene) -> dict[str, Check]:
    found = check_google(scene.provider, scene.file, scene.trust, scene.clock, scene.passing.time())
    return {check.subject: check for check in found}


def verdicts(scene: Scene) -> dict[str, Verdict]:
    return {subject: check.verdict for subject, check in checks(scene).items()}


def test_nothing_stands_in_the_way_and_nothing_is_written_or_read_of_tokens(scene: Scene) -> None:
    assert verdicts(scene) == {
        "secret": Verdict.OK,
        "token to list users": Verdict.OK,
        "token to read and revoke tokens": Verdict.OK,
        "token to read the log of consents": Verdict.OK,
        "directory": Verdict.OK,
        "clock": Verdict.OK,
    }
    assert not [one for one in scene.asked() if one.startswith("DELETE") or one.endswith("/tokens")]


@pytest.mark.parametrize(
    "evidence, missing, subject, verdict",
    [
        ("tokens", "admin.directory.user.readonly", "token to list users", Verdict.FAIL),
        ("tokens", "admin.directory.user.security", "token to read and revoke tokens", Verdict.FAIL),
        ("tokens", "admin.reports.audit.readonly", "token to read the log of consents", Verdict.WARN),
        ("reports", "admin.directory.user.security", "token to read and revoke tokens", Verdict.WARN),
        ("reports", "admin.reports.audit.readonly", "token to read the log of consents", Verdict.FAIL),
    ],
)
def test_the_one_scope_that_is_missing_is_named(
    scene: Scene, evidence: str, missing: str, subject: str, verdict: Verdict
) -> None:
    scene.stated["evidence"] = evidence
    scene.google.grant(*(keys().scopes - {AUTH + missing}))
    found = checks(scene)
    assert {name for name, check in found.items() if check.verdict is not Verdict.OK} == {subject}
    assert found[subject].verdict is verdict
    assert missing in found[subject].found
    assert missing in found[subject].fix


def test_a_secret_that_is_not_there_ends_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    assert verdicts(scene) == {"secret": Verdict.FAIL}
    assert not scene.asked()


def test_google_out_of_reach_ends_it(scene: Scene) -> None:
    scene.stage.fault("POST /google/token:503x20")
    assert verdicts(scene) == {"secret": Verdict.OK, "token to list users": Verdict.FAIL}


def test_a_directory_that_does_not_answer_is_told(scene: Scene) -> None:
    scene.set_google(status=400)
    assert verdicts(scene)["directory"] is Verdict.FAIL


def test_an_admin_who_is_none_is_told(scene: Scene) -> None:
    scene.stated["subject"] = ANN
    found = checks(scene)["directory"]
    assert found.verdict is Verdict.FAIL
    assert ANN in found.fix


def test_a_clock_that_is_wrong_is_told(scene: Scene) -> None:
    scene.ahead = timedelta(minutes=-10)
    found = checks(scene)["clock"]
    assert found.verdict is Verdict.WARN
    assert "behind Google" in found.found


def test_a_provider_without_a_client_id_is_told(scene: Scene) -> None:
    scene.stated["clientIds"] = []
    assert verdicts(scene)["client ids"] is Verdict.WARN


def test_a_check_asks_for_one_user_alone(scene: Scene) -> None:
    checks(scene)
    assert scene.asked(USERS) == [f"GET {USERS}"]
