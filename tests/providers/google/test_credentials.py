"""Who calplan is at Google, and that a credential file leads nowhere but where the Account document says."""

import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from calplan.policyfile.document import Plain
from calplan.providers.errors import NotAuthorisedError, ProviderError
from calplan.providers.google.credential_file import CredentialFileError, Workload, credential_in
from calplan.providers.google.workspace import workspace_of
from calplan.providers.secret import Secret
from calplan.providers.trust import Trust
from calplan.sandbox.servers.google.keys import new_private_key
from tests.providers.google.make import VARIABLE, Scene, google, held, keys, known
from tests.sandbox.servers.stage import ANN

pytestmark = pytest.mark.loopback

ELSEWHERE = "https://evil.example"


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with google(monkeypatch) as opened:
        yield opened


def workload(scene: Scene, token_file: Path | None = None) -> dict[str, object]:
    """The file with which a pipeline signs in."""
    stated = keys().workload_identity_json(scene.stage.url, token_file=token_file, impersonate=True)
    found: dict[str, object] = json.loads(stated)
    return found


def use(scene: Scene, patch: pytest.MonkeyPatch, file: object, kind: str = "workloadIdentity") -> None:
    """Let the document name this file."""
    patch.setenv(VARIABLE, file if isinstance(file, str) else json.dumps(file))
    stated: dict[str, Plain] = {"kind": kind, "from": {"env": VARIABLE}}
    scene.stated["credential"] = stated


def test_a_workload_is_exchanged_for_a_token_that_acts_as_the_admin(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(scene, monkeypatch, workload(scene))
    assert known(scene.reading().read_people())[ANN] == held("write", "read")
    account = f"/google/iam/v1/projects/-/serviceAccounts/{keys().service_account}:signJwt"
    assert [one.replace("%40", "@") for one in scene.asked()][:4] == [
        "GET /google/oidc",
        "POST /google/sts/v1/token",
        f"POST {account}",
        "POST /google/token",
    ]


def test_a_workload_that_reads_who_it_is_from_a_file_may_read_below_the_documents_folder_alone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = scene.stage.client().http.get("/google/oidc", headers=bearer()).json()["value"]
    inside, outside = scene.stage.folder / "who.jwt", scene.stage.folder.absolute().parent / "who.jwt"
    for file in (inside, outside):
        file.write_text(f"{token}\n", "utf-8")
        file.chmod(stat.S_IRUSR | stat.S_IWUSR)
    use(scene, monkeypatch, workload(scene, inside.absolute()))
    assert known(scene.reading().read_people())[ANN] == held("write", "read")
    scene.forget_asked()
    use(scene, monkeypatch, workload(scene, outside))
    with pytest.raises(NotAuthorisedError, match="does not lie below the folder of the document"):
        scene.reading().read_people()
    assert not scene.asked()


def bearer() -> dict[str, str]:
    return {"authorization": f"Bearer {keys().oidc_bearer}"}


def test_a_pipeline_that_may_not_say_who_it_is_is_told_what_it_needs(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = workload(scene)
    file["credential_source"] = {"url": f"{scene.stage.url}/google/oidc", "headers": {"Authorization": "Bearer no"}}
    use(scene, monkeypatch, file)
    with pytest.raises(NotAuthorisedError, match="id-token: write"):
        scene.reading().read_people()


@pytest.mark.parametrize(
    "field, value, wrong",
    [
        ("token_uri", f"{ELSEWHERE}/token", "token_uri"),
        ("token_uri", ["https://oauth2.googleapis.com/token"], "token_uri"),
        ("type", "authorized_user", "type"),
        ("type", "external_account", "type"),
        ("private_key", "not a key", "private_key"),
        ("private_key", None, "private_key"),
        ("client_email", "nobody", "client_email"),
        ("client_email", "a@b.example\r\nx: y", "client_email"),
        ("private_key_id", 7, "private_key_id"),
    ],
)
def test_a_key_file_that_leads_elsewhere_or_is_none_is_refused_and_nothing_is_sent(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, field: str, value: object, wrong: str
) -> None:
    file = json.loads(keys().service_account_json())
    use(scene, monkeypatch, file | {field: value}, "serviceAccount")
    with pytest.raises(CredentialFileError, match=wrong) as refused:
        scene.reading()
    assert "evil" not in str(refused.value)
    assert scene.stage.access_log == []


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"text"', "[" * 200_000])
def test_what_is_no_credential_file_is_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    use(scene, monkeypatch, content)
    with pytest.raises(NotAuthorisedError):
        scene.reading()
    assert scene.stage.access_log == []


def test_a_key_in_good_form_that_is_no_key_is_refused_without_a_word_of_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nQ0FOQVJZ\n-----END PRIVATE KEY-----\n"
    use(scene, monkeypatch, json.loads(keys().service_account_json()) | {"private_key": pem}, "serviceAccount")
    with pytest.raises(NotAuthorisedError, match="cannot be read") as refused:
        scene.reading().read_people()
    assert "Q0FOQVJZ" not in str(refused.value)
    assert scene.stage.access_log == []


HOSTILE: dict[str, dict[str, object]] = {
    "token_url": {"token_url": f"{ELSEWHERE}/v1/token"},
    "`token_url`": {"token_url": "https://sts.googleapis.com.evil.example/v1/token"},
    "executable": {"credential_source": {"executable": {"command": "touch owned", "timeout_millis": 5000}}},
    "executable`": {"credential_source": {"executable": {}, "url": "http://127.0.0.1:1/"}},
    "environment_id": {"credential_source": {"environment_id": "aws1", "url": "http://127.0.0.1:1/"}},
    "certificate": {"credential_source": {"certificate": {"use_default_certificate_config": True}}},
    "has no `credential_source`": {"credential_source": None},
    "evil.example": {"credential_source": {"url": f"{ELSEWHERE}/who"}},
    "actions.githubusercontent.com.evil": {
        "credential_source": {"url": "https://x.actions.githubusercontent.com.evil.example/"}
    },
    "not https": {"credential_source": {"url": "http://x.actions.githubusercontent.com/"}},
    "user name": {"credential_source": {"url": "https://x.actions.githubusercontent.com@evil.example/"}},
    "either `url` or `file`": {"credential_source": {"url": "http://127.0.0.1:1/", "file": "who.jwt"}},
    "query": {"credential_source": {"url": "http://127.0.0.1:1/?a=b\r\nc"}},
    "headers": {"credential_source": {"url": "http://127.0.0.1:1/", "headers": {"a": "b\r\nc: d"}}},
    "format": {"credential_source": {"url": "http://127.0.0.1:1/", "format": {"type": "xml"}}},
    "does not lie at": {"service_account_impersonation_url": f"{ELSEWHERE}/v1/projects/-/serviceAccounts/a@b.example"},
    "only a service account": {"service_account_impersonation_url": None},
    "audience": {"audience": "//evil.example/x"},
    "subject_token_type": {"subject_token_type": "urn:evil"},
}


@pytest.mark.parametrize("wrong", HOSTILE)
def test_a_workload_file_that_leads_elsewhere_is_refused_and_nothing_is_sent(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    use(scene, monkeypatch, workload(scene) | HOSTILE[wrong])
    with pytest.raises(CredentialFileError, match=wrong.replace(".", r"\.")):
        scene.reading()
    assert scene.stage.access_log == []
    assert not Path("owned").exists()


def test_an_impersonation_address_may_name_an_account_and_nothing_more(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = f"{scene.stage.url}/google/iam/v1/projects/-/serviceAccounts"
    for account in ("../../../token", "a@b.example/../..", "a%2f@b.example", "a@b.example?x=", ""):
        use(
            scene,
            monkeypatch,
            workload(scene) | {"service_account_impersonation_url": f"{base}/{account}:generateAccessToken"},
        )
        with pytest.raises(CredentialFileError):
            scene.reading()


@pytest.mark.parametrize(
    "url, allowed",
    [
        ("https://pipelines12.actions.githubusercontent.com/abc/_apis/idtoken?api-version=2.0&audience=x", True),
        ("https://ci.corp.example/who", True),
        ("https://ci.corp.example:444/who", False),
        ("https://actions.githubusercontent.com/who", False),
        ("https://pipelines12.actions.githubusercontent.com:444/who", False),
    ],
)
def test_who_a_workload_is_is_asked_at_github_or_at_hosts_that_are_vouched_for(
    scene: Scene, url: str, allowed: bool
) -> None:
    file = workload(scene) | {"credential_source": {"url": url}}
    scene.stated["credential"] = {"kind": "workloadIdentity", "from": {"env": VARIABLE}}
    workspace = workspace_of(scene.provider, scene.file)
    trust = Trust(allow_hosts=frozenset({"ci.corp.example"}))
    if not allowed:
        with pytest.raises(CredentialFileError, match="CALPLAN_ALLOW_HOSTS"):
            credential_in(Secret(json.dumps(file)), workspace, trust)
        return
    assert isinstance(credential_in(Secret(json.dumps(file)), workspace, trust), Workload)


def test_a_key_of_another_account_is_refused_in_googles_own_word(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    use(scene, monkeypatch, replace(keys(), private_key=new_private_key()).service_account_json(), "serviceAccount")
    with pytest.raises(NotAuthorisedError, match=r"gives .* no token to act as .* \(invalid_grant\)"):
        scene.reading().read_people()


def test_somebody_who_is_no_user_cannot_be_acted_for(scene: Scene) -> None:
    scene.stated["subject"] = "nobody@corp.example"
    with pytest.raises(NotAuthorisedError, match=r"nobody@corp\.example \(invalid_grant\)"):
        scene.reading().read_people()


def test_somebody_who_is_no_admin_is_refused(scene: Scene) -> None:
    scene.stated["subject"] = ANN
    with pytest.raises(NotAuthorisedError, match="Not Authorized to access this resource/api"):
        scene.reading().read_people()


@pytest.mark.parametrize(
    "fault",
    ["drop", "503", "400-empty", "401", *(pytest.param(one, marks=pytest.mark.slow) for one in ("half", "500-empty"))],
)
def test_a_token_endpoint_in_trouble_ends_in_one_sentence(scene: Scene, fault: str) -> None:
    scene.stage.fault(f"POST /google/token:{fault}x20")
    with pytest.raises(ProviderError, match=r"^Google \(127\.0\.0\.1:\d+\) ") as failed:
        scene.reading().read_people()
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None


def test_an_endpoint_that_cannot_be_used_is_refused(scene: Scene) -> None:
    scene.stated["endpoints"] = {"admin": "http://admin.googleapis.com"}
    with pytest.raises(ProviderError, match="not https"):
        scene.reading()
