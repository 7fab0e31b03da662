"""Neither key nor assertion nor token nor identity of a workload is seen anywhere but on the wire."""

import logging
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs

import pytest

from calplan.providers.errors import NotAuthorisedError
from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.google.calls import GoogleCall
from tests.providers.google.make import VARIABLE, Scene, google, keys
from tests.sandbox.servers.stage import ANN

pytestmark = pytest.mark.loopback

KINDS = ("serviceAccount", "workloadIdentity")
LONG = 20
"""What is shorter stands for nothing in particular."""


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Scene]:
    monkeypatch.setenv("GOOGLE_SDK_PYTHON_LOGGING_SCOPE", "google")
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="calplan")
    with google(monkeypatch) as opened:
        yield opened


class Eavesdropper:
    """Hears what is sent to and what is given out by the endpoints that tokens come from."""

    def __init__(self, scene: Scene, patch: pytest.MonkeyPatch) -> None:
        self.secrets = {line for line in keys().private_key.splitlines() if len(line) > LONG} | {keys().oidc_bearer}
        self._real: Callable[[GoogleCall], Answer] = scene.google.answer
        self.echoed: str | None = None
        patch.setattr(scene.google, "answer", self._answer)

    def _answer(self, call: GoogleCall) -> Answer:
        path = "/".join(call.parts)
        sent = [value for values in parse_qs(call.body.decode("latin-1")).values() for value in values]
        self.secrets |= {
            one for one in (*sent, call.authorization.partition(" ")[2]) if len(one) > LONG and is_secret(one)
        }
        if path == self.echoed:
            said = call.body.decode("latin-1") + call.authorization
            body = {"error": "invalid_grant", "error_description": said, "error_uri": said, "error_more": {"x": said}}
            return Answer(status=400, body=body)
        answer = self._real(call)
        stated = answer.body if isinstance(answer.body, dict) else {}
        given = {str(stated[name]) for name in ("access_token", "signedJwt", "value", "accessToken") if name in stated}
        self.secrets |= given
        return answer

    def found_in(self, text: str) -> list[str]:
        """The secrets that are in a text, as they are or in base64."""
        forms = {form for one in self.secrets for form in (one, b64encode(one.encode()).decode().rstrip("=")[:-1])}
        return sorted(one for one in forms if one in text)


def is_secret(value: str) -> bool:
    return not value.startswith(("urn:", "//iam", "https://"))


def sign_in_as(kind: str, scene: Scene, patch: pytest.MonkeyPatch) -> None:
    if kind == "workloadIdentity":
        patch.setenv(VARIABLE, keys().workload_identity_json(scene.stage.url, impersonate=True))
    scene.stated["credential"] = {"kind": kind, "from": {"env": VARIABLE}}


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_log_of_a_read_holds_no_secret(
    scene: Scene, kind: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ear = Eavesdropper(scene, monkeypatch)
    sign_in_as(kind, scene, monkeypatch)
    reading = scene.reading()
    reading.read_people()
    scene.set_google(scene.google.id_of(ANN), "tokens", status=403)
    reading.read_consents(frozenset({ANN}))
    assert len([one for one in ear.secrets if one.startswith("ya29.")]) >= 2
    assert any(one.count(".") == 2 and one.startswith("ey") for one in ear.secrets), "an assertion was heard"
    assert f"/users/{scene.google.id_of(ANN)}/tokens" in caplog.text
    assert ear.found_in(caplog.text) == []
    shown = repr(reading) + repr(vars(reading)) + repr(reading._servers.tokens().grant)
    assert ear.found_in(shown) == []


@pytest.mark.parametrize(
    "kind, echoed",
    [
        ("serviceAccount", "token"),
        ("workloadIdentity", "token"),
        ("workloadIdentity", "oidc"),
        ("workloadIdentity", "sts/v1/token"),
        ("workloadIdentity", f"iam/v1/projects/-/serviceAccounts/{keys().service_account}:signJwt"),
    ],
)
def test_an_error_that_gives_back_what_was_sent_is_not_repeated(
    scene: Scene, kind: str, echoed: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ear = Eavesdropper(scene, monkeypatch)
    ear.echoed = echoed
    sign_in_as(kind, scene, monkeypatch)
    with pytest.raises(NotAuthorisedError) as refused:
        scene.reading().read_people()
    error = refused.value
    assert (error.__cause__, error.__context__) == (None, None)
    text = "".join(traceback.format_exception(error)) + repr(error) + repr(error.args)
    assert ear.found_in(text) == []
    assert ear.found_in(caplog.text) == []
    assert "invalid_grant" in text or echoed == "oidc"
