"""Whoever may change the documents of a folder gets no secret out of the machine that plans them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import LOCKED, calplan, folder, state
from tests.loopback.server import Loopback, Reply, serving
from tests.loopback.stage import CREDENTIAL, SECRET, Stage, platform, stage

pytestmark = pytest.mark.loopback

COMMANDS = (
    ("validate", "corp"),
    ("plan", "corp"),
    ("why", "ann@corp.example", "corp"),
    ("impact", "corp"),
    ("export", "corp"),
    ("snapshot", "corp", "--out", "corp.snapshot"),
    ("apply", "corp", "--auto-approve"),
)
PLACES = (
    "http://127.0.0.2:{port}",
    "https://127.0.0.2:{port}",
    "http://127.0.0.1@127.0.0.2:{port}",
    "http://127.0.0.1:{port}@127.0.0.2:{port}",
    "http://0.0.0.0:{port}",
    "http://127.1:{port}",
    "http://2130706434:{port}",
    "http://0x7f000002:{port}",
    "http://localhost.:{port}",
    "http://LOCALHOST:{port}",
    "http://[::ffff:127.0.0.2]:{port}",
    "https://api.zoom.us:{port}",
    "https://api.zoom.us@127.0.0.2:{port}",
    "https://api.zoom.us.evil.example",
    "https://graph.microsoft.com",
)
"""Where a hostile document would like the secret to go; the port is the attacker's."""


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with stage(monkeypatch) as made:
        yield made


@pytest.fixture
def attacker() -> Iterator[Loopback]:
    """Takes whatever it is given, and gives a token for it."""
    with serving(lambda _asked: Reply(body=b'{"access_token": "x"}'), host="127.0.0.2") as server:
        yield server


@pytest.mark.parametrize("key", ["api", "token"])
@pytest.mark.parametrize("place", PLACES)
def test_an_endpoint_elsewhere_is_told_nothing(staged: Stage, attacker: Loopback, key: str, place: str) -> None:
    endpoints = {"api": staged.server.url, "token": f"{staged.server.url}/token"}
    platform(staged.corp, endpoints={**endpoints, key: place.format(port=attacker.port)})
    for words in COMMANDS:
        said = calplan(*words)
        assert said.code is ExitCode.INVALID, words
        assert f"`platform.endpoints.{key}` is not trusted" in said.out + said.err
    assert attacker.log == []
    assert staged.server.log == []


def test_the_error_says_file_and_line_what_why_and_what_to_do(staged: Stage) -> None:
    endpoints = {"api": "https://evil.example", "token": f"{staged.server.url}/token"}
    platform(staged.corp, endpoints=endpoints)
    said = calplan("plan", "corp")
    line = (staged.corp / "account.yaml").read_text("utf-8").splitlines().index('    "api": "https://evil.example",')
    assert "error[T-HOST]: `platform.endpoints.api` is not trusted: evil.example is no host of zoom" in said.err
    assert f"corp/account.yaml:{line + 1}:" in said.err
    assert "= why: credentials go there" in said.err
    assert "= help: remove it" in said.err
    assert "vouches for" in calplan("explain", "T-HOST").out
    found = json.loads(calplan("validate", "corp", "-o", "json").out)
    assert "T-HOST" in json.dumps(found)


def test_a_host_that_is_listed_outside_of_the_folder_is_spoken_to(
    staged: Stage, attacker: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other way about, so that the tests above are not passed by an adapter that never speaks to anybody."""
    monkeypatch.setenv("CALPLAN_ALLOW_HOSTS", f"proxy.corp.example, 127.0.0.2:{attacker.port}")
    platform(staged.corp, endpoints={"api": f"https://127.0.0.2:{attacker.port}"})
    assert calplan("validate", "corp").code is ExitCode.DONE
    monkeypatch.setenv("CALPLAN_ALLOW_HOSTS", "proxy.corp.example:443")
    platform(staged.corp, endpoints={"api": "https://proxy.corp.example/v2"})
    assert calplan("validate", "corp").code is ExitCode.DONE
    monkeypatch.setenv("CALPLAN_ALLOW_HOSTS", "https://proxy.corp.example")
    said = calplan("plan", "corp")
    assert said.code is ExitCode.USAGE
    assert "CALPLAN_ALLOW_HOSTS lists 'https://proxy.corp.example', which is no host" in said.err


@pytest.mark.parametrize("kind", ["microsoft", "google"])
def test_an_endpoint_of_a_provider_is_held_to_the_same(staged: Stage, attacker: Loopback, kind: str) -> None:
    place = f"http://127.0.0.2:{attacker.port}"
    more: dict[str, dict[str, object]] = {
        "microsoft": {"tenantId": "t", "clientId": "c", "appId": "a", "cloud": "global", "credential": CREDENTIAL},
        "google": {
            "customer": "my_customer",
            "subject": "admin@corp.example",
            "clientIds": ["x"],
            "evidence": "tokens",
            "credential": {"kind": "serviceAccount", "from": {"env": "CALPLAN_SECRET_GOOGLE"}},
        },
    }
    key = {"microsoft": "login", "google": "token"}[kind]
    provider = {"type": kind, "endpoints": {key: place}, **more[kind]}
    folder(Path("corp"), policy=LOCKED, providers=[provider])
    for words in (("validate", "corp"), ("plan", "corp"), ("apply", "corp", "--auto-approve")):
        said = calplan(*words)
        assert said.code is ExitCode.INVALID, said.err
        assert f"`providers[0].endpoints.{key}` is not trusted" in said.out + said.err
    assert not Path("corp/corp.db").exists()
    assert attacker.log == []


SECRETS = {
    "another secret of this run": ({"env": "CALPLAN_SECRET_EWS"}, ExitCode.NOT_AUTHORISED),
    "a variable of another program": ({"env": "AWS_SECRET_ACCESS_KEY"}, ExitCode.INVALID),
    "the token of the vault": ({"env": "VAULT_TOKEN"}, ExitCode.INVALID),
    "the list of names": ({"env": "CALPLAN_SECRET_NAMES"}, ExitCode.NOT_AUTHORISED),
    "a file above": ({"file": "../outside.txt"}, ExitCode.NOT_AUTHORISED),
    "a file by its whole path": ({"file": "/etc/hostname"}, ExitCode.NOT_AUTHORISED),
    "a link to a file above": ({"file": "link.txt"}, ExitCode.NOT_AUTHORISED),
    "an entry of the vault": ({"vault": {"path": "kv/payroll", "key": "all"}}, ExitCode.NOT_AUTHORISED),
    "an entry of the keyring": ({"keyring": {"service": "bank", "username": "me"}}, ExitCode.NOT_AUTHORISED),
}


@pytest.mark.parametrize("reference, code", SECRETS.values(), ids=SECRETS)
def test_a_reference_to_what_is_no_business_of_the_document_is_not_resolved(
    staged: Stage, monkeypatch: pytest.MonkeyPatch, reference: dict[str, object], code: ExitCode
) -> None:
    for name in ("CALPLAN_SECRET_EWS", "AWS_SECRET_ACCESS_KEY", "VAULT_TOKEN"):
        monkeypatch.setenv(name, "canary-9917")
    Path("outside.txt").write_text("canary-9917", encoding="utf-8")
    Path("outside.txt").chmod(0o600)
    (staged.corp / "link.txt").symlink_to("../outside.txt")
    monkeypatch.setenv("CALPLAN_SECRET_NAMES", "CALPLAN_SECRET_ZOOM")
    endpoints = {"api": staged.server.url, "token": f"{staged.server.url}/token"}
    platform(staged.corp, endpoints=endpoints, credential={"kind": "secret", "from": reference})
    for words in COMMANDS[1:]:
        said = calplan(*words)
        assert said.code is code, said.err
        assert "canary-9917" not in said.out + said.err
        assert SECRET not in said.out + said.err
    assert staged.server.log == []


@pytest.mark.parametrize("names", [",", " ", "\t, "])
def test_a_list_of_secrets_that_lists_nothing_lets_none_be_resolved(
    staged: Stage, monkeypatch: pytest.MonkeyPatch, names: str
) -> None:
    monkeypatch.setenv("CALPLAN_SECRET_NAMES", names)
    said = calplan("plan", "corp")
    assert said.code is ExitCode.NOT_AUTHORISED
    assert "CALPLAN_SECRET_NAMES is set and does not list CALPLAN_SECRET_ZOOM" in said.err
    assert staged.server.log == []


@pytest.mark.parametrize("path", ["../../outside/keys", "link/keys", "{elsewhere}/keys"])
def test_in_ci_no_account_is_made_far_from_its_document(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, path: str
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    Path("work/corp").mkdir(parents=True)
    Path("outside").mkdir()
    monkeypatch.chdir("work")
    Path("corp/link").symlink_to("../../outside")
    corp = folder(Path("corp"), policy=LOCKED)
    document = corp / "account.yaml"
    written = document.read_text("utf-8")
    document.write_text(written.replace('"corp.db"', json.dumps(path.format(elsewhere=elsewhere))), encoding="utf-8")
    monkeypatch.setenv("CI", "true")
    for words in (("plan", "corp"), ("apply", "corp", "--auto-approve")):
        said = calplan(*words)
        assert said.code is ExitCode.INVALID, said.err
        assert "CI makes no account outside of the working folder" in said.err
    assert not [*Path("../outside").iterdir(), *elsewhere.iterdir()]
    document.write_text(written.replace('"corp.db"', '"../near.db"'), encoding="utf-8")
    assert calplan("plan", "corp").code is ExitCode.DONE


def test_an_ews_url_elsewhere_is_contacted_by_no_plan_and_its_password_stays_unread(
    staged: Stage, attacker: Loopback
) -> None:
    url = f"https://127.0.0.2:{attacker.port}/EWS/Exchange.asmx"
    acting = {"account": "svc@corp.example", "exchangeVersion": "2016", "passwordFrom": {"env": "CALPLAN_SECRET_EWS"}}
    service = {"type": "exchange-ews", "ewsUrl": url, "impersonation": {**acting, "passwordVersion": 1}}
    state(staged.corp, {"integration": {"locked": True, "service": service}})
    for words in (("validate", "corp"), ("plan", "corp"), ("why", "ann@corp.example", "corp"), ("export", "corp")):
        said = calplan(*words)
        assert said.code in (ExitCode.DONE, ExitCode.INVALID), said.err
        assert "CALPLAN_SECRET_EWS} cannot be resolved" not in said.err
    assert attacker.log == []


@pytest.mark.parametrize("name", ["CALPLAN_SECRET_NAMES", "CALPLAN_SECRETS_DIR", "CALPLAN_GATES"])
def test_in_ci_a_plan_warns_once_where_nothing_outside_holds_the_documents_in_check(
    staged: Stage, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    warning = "warning: none of CALPLAN_SECRET_NAMES, CALPLAN_SECRETS_DIR, CALPLAN_GATES is set in this CI"
    assert warning not in calplan("plan", "corp").err
    monkeypatch.setenv("CI", "true")
    assert calplan("plan", "corp").err.count(warning) == 1
    monkeypatch.setenv(name, "")
    assert calplan("plan", "corp").err.count(warning) == 1
    monkeypatch.setenv(name, "CALPLAN_SECRET_ZOOM")
    assert warning not in calplan("plan", "corp").err


def test_in_ci_a_folder_of_secrets_is_named_from_the_root_on(staged: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert staged.corp.is_dir()
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("CALPLAN_SECRETS_DIR", "corp/secrets")
    refused = calplan("plan", "corp")
    assert refused.code is ExitCode.USAGE
    assert "in automation CALPLAN_SECRETS_DIR is an absolute path" in refused.err
