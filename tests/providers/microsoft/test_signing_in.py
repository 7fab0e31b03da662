"""How calplan signs in at Microsoft, with its own library: every kind of credential, and every way to fail."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from calplan.policyfile.document import Plain
from calplan.providers.errors import InvalidAccountError, NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.microsoft.connecting import server_of, tenant_of
from calplan.providers.trust import Trust
from calplan.sandbox.servers.microsoft.login import LoginFault
from tests.providers.microsoft.make import KEYS, NAME, PEOPLE, SECRET, SIGN_IN, Tenant, by_login, tenant

pytestmark = pytest.mark.loopback

URL, TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
PEM = "CALPLAN_SECRET_PEM"
ASSERTION = "CALPLAN_SECRET_ASSERTION"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@pytest.fixture
def corp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    with tenant(monkeypatch) as running:
        yield running


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def certificate(key: Key) -> str:
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "calplan")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


def private(key: Key, encryption: KeySerializationEncryption | None = None) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()).decode()


def signs_in(corp: Tenant) -> bool:
    """Whether people can be read, which needs a token."""
    return len(by_login(corp.people().people)) == len(PEOPLE)


def as_a_workflow(corp: Tenant, patch: pytest.MonkeyPatch, url: str | None = None) -> None:
    patch.setenv(URL, url or f"{corp.stage.url}/microsoft/oidc?api-version=2.0")
    patch.setenv(TOKEN, corp.microsoft.keys.request_token)
    corp.credential = {"kind": "federated"}


def test_a_secret_gets_a_token_with_two_requests(corp: Tenant) -> None:
    assert signs_in(corp)
    assert corp.stage.asked()[:3] == [*SIGN_IN, "GET /microsoft/graph/v1.0/servicePrincipals"]
    assert corp.stage.asked("POST") == [SIGN_IN[1]]


def test_a_certificate_signs_its_own_assertion(monkeypatch: pytest.MonkeyPatch, key: rsa.RSAPrivateKey) -> None:
    public = certificate(key)
    monkeypatch.setenv(PEM, f"{private(key)}\n{public}")
    with tenant(monkeypatch, keys=replace(KEYS, certificate=public)) as corp:
        corp.credential = {"kind": "certificate", "from": {"env": PEM}}
        assert signs_in(corp)


def test_a_certificate_that_the_application_does_not_have_is_refused_by_its_number(
    corp: Tenant, monkeypatch: pytest.MonkeyPatch, key: rsa.RSAPrivateKey
) -> None:
    monkeypatch.setenv(PEM, certificate(key) + private(key))
    corp.credential = {"kind": "certificate", "from": {"env": PEM}}
    with pytest.raises(NotAuthorisedError, match=r"AADSTS700027 \(the application has no such certificate"):
        signs_in(corp)


@pytest.mark.parametrize(
    "what, sentence",
    [
        ("no key", "it holds no private key in PEM form"),
        ("no certificate", "it holds no certificate in PEM form"),
        ("locked", "it must be in PEM form and not encrypted"),
        ("curve", "its private key is no RSA key"),
        ("another", "belongs to another private key"),
        ("broken key", "its private key cannot be read"),
        ("broken certificate", "its certificate cannot be read"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_said_before_anything_is_sent(
    what: str, sentence: str, corp: Tenant, monkeypatch: pytest.MonkeyPatch, key: rsa.RSAPrivateKey
) -> None:
    curve, other = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    pems = {
        "no key": certificate(key),
        "no certificate": private(key),
        "locked": private(key, BestAvailableEncryption(b"word")) + certificate(key),
        "curve": private(curve) + certificate(curve),
        "another": private(other) + certificate(key),
        "broken key": private(key)[:100] + "\n-----END PRIVATE KEY-----\n" + certificate(key),
        "broken certificate": private(key) + certificate(key)[:100] + "\n-----END CERTIFICATE-----\n",
    }
    monkeypatch.setenv(PEM, pems[what])
    corp.credential = {"kind": "certificate", "from": {"env": PEM}}
    with pytest.raises(NotAuthorisedError, match=sentence) as caught:
        signs_in(corp)
    assert PEM in str(caught.value)
    assert corp.stage.asked() == []


def test_a_workflow_of_github_gets_its_assertion_there(corp: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    as_a_workflow(corp, monkeypatch)
    assert signs_in(corp)
    assert corp.stage.asked()[:3] == ["GET /microsoft/oidc", *SIGN_IN]


def test_an_assertion_from_elsewhere_is_had_anew_for_every_token(corp: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = corp.file.parent
    assertion = corp.microsoft.workflows.answer(
        f"bearer {corp.microsoft.keys.request_token}", {"audience": "api://AzureADTokenExchange"}
    ).body
    assert isinstance(assertion, dict)
    place = folder / "assertion.txt"
    place.write_text(str(assertion["value"]))
    place.chmod(0o600)
    corp.credential = {"kind": "federated", "from": {"file": "assertion.txt"}}
    provider = corp.reading(probe_mailboxes=False)
    provider.read_people()
    place.unlink()
    corp.stage.pass_time(hours=2)
    corp.passing.passed += 7200
    with pytest.raises(NotAuthorisedError, match="there is no such file"):
        provider.read_consents(frozenset())


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/token",
        "https://actions.githubusercontent.com.evil.example/token",
        "https://evilactions.githubusercontent.com/token",
        "http://x.actions.githubusercontent.com/token",
        "https://x.actions.githubusercontent.com:8443/token",
        "https://x.actions.githubusercontent.com@evil.example/token",
        "https://evil.example\\.actions.githubusercontent.com/token",
        "https://evil.example#.actions.githubusercontent.com/token",
        "nonsense",
    ],
)
def test_the_token_of_a_workflow_goes_nowhere_but_to_github(
    url: str, corp: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_a_workflow(corp, monkeypatch, url)
    with pytest.raises(InvalidAccountError, match="nothing was sent there"):
        signs_in(corp)
    assert corp.stage.asked() == []


def test_a_host_that_whoever_runs_calplan_vouches_for_may_stand_in_for_github(
    corp: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_a_workflow(corp, monkeypatch, "https://oidc.corp.example/token")
    corp.trust = Trust(allow_hosts=frozenset({"oidc.corp.example"}))
    # It is asked for, which tests may not.
    with pytest.raises(pytest.fail.Exception, match=r"getaddrinfo to 'oidc\.corp\.example'"):
        signs_in(corp)


@pytest.mark.parametrize("missing", [URL, TOKEN])
def test_outside_of_a_workflow_the_missing_variable_is_named(
    missing: str, corp: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_a_workflow(corp, monkeypatch)
    monkeypatch.delenv(missing)
    with pytest.raises(NotAuthorisedError, match=f"{missing} is not set.*id-token: write"):
        signs_in(corp)
    assert corp.stage.asked() == []


def test_a_workflow_that_may_not_ask_is_told_what_it_lacks(corp: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    as_a_workflow(corp, monkeypatch)
    monkeypatch.setenv(TOKEN, "another")
    with pytest.raises(NotAuthorisedError, match=r"gives no assertion .status 401.*id-token: write"):
        signs_in(corp)


def test_a_workflow_that_is_another_one_is_refused(corp: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    as_a_workflow(corp, monkeypatch)
    corp.microsoft.workflows.subject = "repo:corp/calendar-policy:pull_request"
    with pytest.raises(NotAuthorisedError, match=r"AADSTS700213 \(no federated credential .* subject"):
        signs_in(corp)


def test_an_issuer_of_assertions_that_is_busy_is_asked_again(corp: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    as_a_workflow(corp, monkeypatch)
    corp.fault("GET /microsoft/oidc:503x2")
    assert signs_in(corp)
    corp.fault("GET /microsoft/oidc:503x100")
    with pytest.raises(UnreachableError, match=r"issuer of workflow identities .* has trouble of its own .status 503"):
        signs_in(corp)


def test_a_wrong_secret_is_refused_by_its_number(corp: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "wrong")
    with pytest.raises(NotAuthorisedError, match=r"AADSTS7000215 \(the secret is not the application's") as caught:
        signs_in(corp)
    assert "wrong" not in str(caught.value)
    assert corp.stage.asked() == SIGN_IN


@pytest.mark.parametrize(
    "stated, sentence",
    [
        ({"tenantId": "11111111-2222-3333-4444-555555555555"}, "it knows no such tenant .status 400, AADSTS90002"),
        ({"clientId": "11111111-2222-3333-4444-555555555555"}, "AADSTS700016"),
    ],
)
def test_an_unknown_tenant_or_application_is_named_as_such(
    stated: dict[str, Plain], sentence: str, corp: Tenant
) -> None:
    with pytest.raises(NotAuthorisedError, match=sentence):
        corp.reading(stated).read_people()


@pytest.mark.parametrize("fault", [LoginFault.TOO_MANY, LoginFault.TOO_MANY_AND_NO_TIME, LoginFault.BROKEN])
def test_a_sign_in_that_is_busy_is_asked_again_when_it_says(fault: LoginFault, corp: Tenant) -> None:
    corp.microsoft.login.retry_after = 9
    corp.microsoft.login.faults = [fault, fault]
    assert signs_in(corp)
    waits = [pause for pause in corp.passing.pauses if pause >= 9]
    assert len(waits) == (2 if fault is LoginFault.TOO_MANY else 0)


@pytest.mark.parametrize("fault, words", [(LoginFault.TOO_MANY, "before"), (LoginFault.BROKEN, "tried 4 times")])
def test_a_sign_in_that_stays_busy_is_given_up(fault: LoginFault, words: str, corp: Tenant) -> None:
    corp.microsoft.login.retry_after = 3000 if fault is LoginFault.TOO_MANY else 1
    corp.microsoft.login.faults = [fault] * 20
    with pytest.raises(UnreachableError, match=words):
        signs_in(corp)


def test_a_web_page_instead_of_a_token_is_said_and_not_repeated(corp: Tenant, caplog: pytest.LogCaptureFixture) -> None:
    corp.microsoft.login.faults = [LoginFault.HTML]
    with caplog.at_level(0), pytest.raises(UnreachableError, match="it answers 200 with something that is not JSON"):
        signs_in(corp)
    assert "<html" not in caplog.text


@pytest.mark.parametrize("kind", ["drop", "half", "500", "503-empty"])
@pytest.mark.parametrize("number", [0, 1])
def test_a_sign_in_that_breaks_off_is_tried_again(kind: str, number: int, corp: Tenant) -> None:
    corp.fault(f"{SIGN_IN[number]}:{kind}x2")
    assert signs_in(corp)


def test_another_issuer_than_the_authority_is_not_believed(corp: Tenant) -> None:
    corp.microsoft.login.wrong_issuer = True
    with pytest.raises(NotAuthorisedError, match="the issuer or an address in it is missing or another's"):
        signs_in(corp)
    assert corp.stage.asked() == SIGN_IN[:1]


def test_without_the_certificate_of_the_authority_nobody_is_believed(corp: Tenant) -> None:
    stated = corp.stated()
    plain = {name: value for name, value in stated.stated.items() if name != "caFile"}
    corp_server = server_of(replace(stated, stated=plain), corp.file, corp.trust, corp.passing.time())
    assert corp_server.grant is not None
    with pytest.raises(UnreachableError, match="its certificate is not trusted"):
        corp_server.grant.token(0.0)  # type: ignore[union-attr]  # it is a source of tokens
    assert corp.stage.asked() == []


def test_the_library_signs_in_over_https_alone(corp: Tenant) -> None:
    endpoints: Plain = {"login": "http://127.0.0.1:9/microsoft/login", "graph": "http://127.0.0.1:9/v1.0"}
    with pytest.raises(InvalidAccountError, match=r"`endpoints.login` is http://127\.0\.0\.1:9"):
        corp.reading({"endpoints": endpoints}).read_people()


def test_a_region_in_the_environment_leads_nowhere(corp: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSAL_FORCE_REGION", "westeurope")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Path("nowhere.pem")))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert signs_in(corp)


@pytest.mark.parametrize(
    "cloud, login, graph",
    [
        ("global", "login.microsoftonline.com", "graph.microsoft.com"),
        ("usgov", "login.microsoftonline.us", "graph.microsoft.us"),
        ("usgovdod", "login.microsoftonline.us", "dod-graph.microsoft.us"),
        ("china", "login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn"),
    ],
)
def test_each_cloud_has_hosts_of_its_own(cloud: str, login: str, graph: str, corp: Tenant) -> None:
    stated = corp.stated({"cloud": cloud})
    there = {name: value for name, value in stated.stated.items() if name != "endpoints"}
    found = tenant_of(replace(stated, stated=there), corp.file)
    assert (found.logins[0].url, found.graph.url) == (f"https://{login}", f"https://{graph}/v1.0")
    assert found.graph_host == graph


def test_a_renewed_token_is_a_new_one(corp: Tenant) -> None:
    corp.fault("GET /users:expire-token")
    assert signs_in(corp)
    assert corp.stage.asked("POST") == [SIGN_IN[1]] * 2


def test_a_token_that_is_never_taken_is_not_asked_for_without_end(corp: Tenant) -> None:
    corp.fault("GET /servicePrincipals:401x100")
    with pytest.raises(NotAuthorisedError, match="does not accept calplan's credential"):
        signs_in(corp)
    assert corp.stage.asked("POST") == [SIGN_IN[1]] * 2


def test_every_error_of_signing_in_is_one_of_ours_and_keeps_the_secret(
    corp: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for fault in LoginFault:
        corp.microsoft.login.faults = [fault] * 20
        with pytest.raises(ProviderError) as caught:
            signs_in(corp)
        assert SECRET not in str(caught.value)
        assert caught.value.__cause__ is None
        corp.microsoft.login.faults = []
