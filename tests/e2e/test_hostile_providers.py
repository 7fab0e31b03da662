"""Whoever may change what a document says of the sources beside an account gets no secret out by it."""

import json
import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.sandbox.servers.google.vendor import Google
from calplan.sandbox.servers.microsoft.people import Names
from calplan.sandbox.servers.microsoft.vendor import Microsoft
from calplan.sandbox.servers.neighbours import OF_EXCHANGE, OF_GOOGLE, OF_MICROSOFT
from tests.cli.make import Said, calplan
from tests.e2e.vendors import ANN, BOB, Vendors, every_vendor
from tests.loopback.server import Loopback, Reply, serving

pytestmark = pytest.mark.loopback

CANARY: Final = "canary-9917"
COMMANDS = (
    ("validate", "corp"),
    ("plan", "corp"),
    ("doctor", "corp"),
    ("why", ANN, "corp"),
    ("impact", "corp"),
    ("export", "corp"),
    ("apply", "corp", "--auto-approve"),
)
READING = (("plan", "corp"), ("doctor", "corp"), ("impact", "corp"))
KEYS = (
    ("microsoft", "login"),
    ("microsoft", "graph"),
    ("google", "token"),
    ("google", "admin"),
    ("google", "sts"),
    ("google", "iamcredentials"),
)
PLACES = (
    "http://127.0.0.2:{port}",
    "https://127.0.0.2:{port}",
    "https://127.0.0.1:{port}@127.0.0.2:{port}",
    "https://login.microsoftonline.com@127.0.0.2:{port}",
    "https://graph.microsoft.com:{port}",
    "https://graph.microsoft.com.evil.example",
    "https://admin.googleapis.com.evil.example",
    "https://evil.example",
    "https://evil.example/login.microsoftonline.com",
    "https://127.0.0.1.nip.io:{port}",
    "https://xn--lgin-0ra.microsoftonline.com",
    "https://storage.googleapis.com",
    "https://api.zoom.us",
    "https://LOGIN.microsoftonline.com",
)
OF_THE_OTHER = {"microsoft": "https://oauth2.googleapis.com", "google": "https://login.microsoftonline.com"}


@pytest.fixture
def vendors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    with every_vendor(monkeypatch) as running:
        yield running


@pytest.fixture
def attacker() -> Iterator[Loopback]:
    """Takes whatever it is given, and gives a token for it."""
    with serving(lambda _asked: Reply(body=b'{"access_token": "x"}'), host="127.0.0.2") as server:
        yield server


def said(vendors: Vendors, *words: str, code: ExitCode) -> Said:
    """What a command says: with this exit code, in one error, and without any secret."""
    found = calplan(*words)
    text = found.out + found.err
    assert found.code is code, (words, text)
    assert "Traceback" not in text
    assert CANARY not in text, words
    assert not [secret for secret in vendors.secrets if secret in text], words
    return found


def writes(vendors: Vendors) -> list[str]:
    """What was asked that is neither a read nor a request for a token."""
    asked = (one for one in vendors.stage.asked() if not one.startswith("GET "))
    return [one for one in asked if not one.endswith(("/token", "/$batch"))]


@pytest.mark.parametrize("kind, key", KEYS)
def test_an_endpoint_elsewhere_ends_everything_before_anything_is_said_to_anybody(
    vendors: Vendors, attacker: Loopback, kind: str, key: str
) -> None:
    number = {"microsoft": 0, "google": 1}[kind]
    for place in (*PLACES, OF_THE_OTHER[kind]):
        endpoints = {**vendors.stated(kind)["endpoints"], key: place.format(port=attacker.port)}
        vendors.document({kind: {"endpoints": endpoints}})
        for words in COMMANDS if place == PLACES[0] else READING[:1]:
            text = said(vendors, *words, code=ExitCode.INVALID)
            assert f"`providers[{number}].endpoints.{key}` is not trusted" in text.out + text.err, place
    assert attacker.log == []
    assert vendors.stage.asked() == []


REFERENCES = {
    "another secret of this run": ({"env": "CALPLAN_SECRET_OTHER"}, ExitCode.NOT_AUTHORISED),
    "the password for Exchange": ({"env": OF_EXCHANGE}, ExitCode.NOT_AUTHORISED),
    "a variable of another program": ({"env": "AWS_SECRET_ACCESS_KEY"}, ExitCode.INVALID),
    "the list of names": ({"env": "CALPLAN_SECRET_NAMES"}, ExitCode.NOT_AUTHORISED),
    "a file above": ({"file": "../outside.txt"}, ExitCode.NOT_AUTHORISED),
    "a file above the folder of secrets": ({"file": "secrets/../../outside.txt"}, ExitCode.NOT_AUTHORISED),
    "a file by its whole path": ({"file": "/etc/hostname"}, ExitCode.NOT_AUTHORISED),
    "a link": ({"file": "secrets/link.txt"}, ExitCode.NOT_AUTHORISED),
    "what never ends": ({"file": "/dev/zero"}, ExitCode.NOT_AUTHORISED),
    "an entry of the vault": ({"vault": {"path": "kv/payroll", "key": "all"}}, ExitCode.NOT_AUTHORISED),
}


@pytest.mark.parametrize("kind", ["microsoft", "google"])
@pytest.mark.parametrize("reference, code", REFERENCES.values(), ids=REFERENCES)
def test_a_reference_to_what_is_no_business_of_the_document_is_not_resolved(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, kind: str, reference: dict[str, object], code: ExitCode
) -> None:
    for name in ("CALPLAN_SECRET_OTHER", "AWS_SECRET_ACCESS_KEY", OF_EXCHANGE):
        monkeypatch.setenv(name, CANARY)
    Path("outside.txt").write_text(CANARY, encoding="utf-8")
    Path("outside.txt").chmod(0o600)
    secrets = vendors.corp / "secrets"
    secrets.mkdir()
    (secrets / "link.txt").symlink_to("../../outside.txt")
    monkeypatch.setenv("CALPLAN_SECRETS_DIR", str(secrets.absolute()))
    monkeypatch.setenv("CALPLAN_SECRET_NAMES", f"CALPLAN_SECRET_ZOOM {OF_MICROSOFT} {OF_GOOGLE}")
    credential = {**vendors.stated(kind)["credential"], "from": reference}
    vendors.document({kind: {"credential": credential}})
    vendors.stage.access_log.clear()
    for words in READING:
        said(vendors, *words, code=code)
    assert not [one for one in vendors.stage.asked() if f"/{kind}/" in one]


def workload(vendors: Vendors, **more: object) -> dict[str, object]:
    """A credential file of a workload that leads to the simulated Google, with what is stated otherwise."""
    keys = vendors.neighbours.google
    account = f"{vendors.stage.url}/google/iam/v1/projects/-/serviceAccounts/{keys.service_account}"
    return {
        "type": "external_account",
        "audience": keys.audience,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"{vendors.stage.url}/google/sts/v1/token",
        "service_account_impersonation_url": f"{account}:generateAccessToken",
        "credential_source": {"file": "identity.jwt"},
        **more,
    }


def hostile_files(vendors: Vendors, attacker: Loopback) -> dict[str, tuple[str, dict[str, object]]]:
    """Credential files that would lead elsewhere, each with its kind."""
    place = f"https://127.0.0.2:{attacker.port}"
    key: dict[str, object] = json.loads(vendors.neighbours.google.service_account_json())
    account = f"{place}/v1/projects/-/serviceAccounts/x@y.example:generateAccessToken"
    sources: dict[str, dict[str, object]] = {
        "executable": {"executable": {"command": "touch started", "timeout_millis": 5000}},
        "aws": {"environment_id": "aws1", "region_url": place, "url": place},
        "certificate": {"certificate": {"use_default_certificate_config": True}},
        "url": {"url": f"{place}/token"},
        "plain url": {"url": f"http://127.0.0.2:{attacker.port}/token"},
        "metadata": {"url": "http://169.254.169.254/latest/meta-data/iam/security-credentials"},
        "like GitHub": {"url": "https://x.actions.githubusercontent.com.evil.example/token"},
        "url and file": {"url": f"{place}/token", "file": "identity.jwt"},
        "file above": {"file": "../../outside.txt"},
        "file by its whole path": {"file": str(Path("outside.txt").absolute())},
        "link": {"file": "link.txt"},
    }
    return {
        "token_uri": ("serviceAccount", {**key, "token_uri": f"{place}/token"}),
        "token_uri that looks alike": (
            "serviceAccount",
            {**key, "token_uri": "https://oauth2.googleapis.com@evil.example"},
        ),
        "other type": ("serviceAccount", workload(vendors)),
        "user": ("workloadIdentity", {"type": "authorized_user", "refresh_token": CANARY, "client_secret": CANARY}),
        "token_url": ("workloadIdentity", workload(vendors, token_url=f"{place}/v1/token")),
        "impersonation": ("workloadIdentity", workload(vendors, service_account_impersonation_url=account)),
        "no impersonation": ("workloadIdentity", workload(vendors, service_account_impersonation_url=None)),
        **{
            f"source {name}": ("workloadIdentity", workload(vendors, credential_source=source))
            for name, source in sources.items()
        },
    }


def test_no_credential_file_leads_anywhere_but_where_the_document_says(
    vendors: Vendors, attacker: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("outside.txt").write_text(CANARY, encoding="utf-8")
    Path("outside.txt").chmod(0o600)
    (vendors.corp / "link.txt").symlink_to("../outside.txt")
    stated = vendors.stated("google")["credential"]["from"]
    for name, (kind, content) in hostile_files(vendors, attacker).items():
        monkeypatch.setenv(OF_GOOGLE, json.dumps(content))
        vendors.document({"google": {"credential": {"kind": kind, "from": stated}}})
        vendors.stage.access_log.clear()
        found = said(vendors, "plan", "corp", code=ExitCode.NOT_AUTHORISED)
        assert len(found.err.strip().splitlines()) == 1, (name, found.err)
        said(vendors, "doctor", "corp", code=ExitCode.NOT_AUTHORISED)
        assert not [one for one in vendors.stage.asked() if "/google/" in one], name
    assert attacker.log == []
    assert not Path("started").exists()


@pytest.mark.parametrize("file", ["../outside.txt", "/etc/passwd", "/dev/zero", "/dev/stdin", ".", "missing.pem"])
def test_a_file_of_certificates_that_is_none_is_an_error_that_shows_nothing_of_it(vendors: Vendors, file: str) -> None:
    Path("outside.txt").write_text(CANARY, encoding="utf-8")
    for kind in ("microsoft", "google", "exchange"):
        vendors.document({kind: {"caFile": file}})
        vendors.stage.access_log.clear()
        checked = calplan("doctor", "corp")
        assert checked.code is ExitCode.INVALID, kind
        assert f"{kind}: caFile" in checked.out
        assert CANARY not in checked.out
        assert "root:" not in checked.out
        assert not [one for one in vendors.stage.asked() if f"/{kind}/" in one], "whom nobody trusts hears nothing"
        if kind != "exchange":
            found = calplan("plan", "corp")
            assert found.code is ExitCode.INVALID, found.err
            assert len(found.err.strip().splitlines()) == 1, found.err


def test_an_ews_url_elsewhere_is_contacted_by_nothing_but_an_apply_of_it(
    vendors: Vendors, attacker: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(OF_EXCHANGE)
    vendors.impersonating(f"https://127.0.0.2:{attacker.port}/EWS/Exchange.asmx")
    for words in COMMANDS[:-1]:
        said(vendors, *words, code=ExitCode.DONE)
    assert attacker.log == []


def test_an_apply_brings_the_password_to_the_host_that_was_planned_and_to_no_other(
    vendors: Vendors, attacker: Loopback
) -> None:
    vendors.impersonating()
    said(vendors, "plan", "corp", "--out", "corp.plan", code=ExitCode.DONE)
    vendors.impersonating(f"https://127.0.0.2:{attacker.port}/EWS/Exchange.asmx")
    allowed = ("--allow", "live.unknown", "--allow", "evidence.age", "--reason", "a test")
    vendors.stage.access_log.clear()
    by_admin = ("apply", "corp.plan", "--by", "admin@corp.example", *allowed)
    said(vendors, *by_admin, code=ExitCode.STALE)
    assert not [one for one in vendors.stage.asked() if "/EWS/" in one]
    vendors.impersonating()
    said(vendors, *by_admin, code=ExitCode.WAITING)
    assert [one for one in vendors.stage.asked() if "/EWS/" in one]
    assert attacker.log == []


CONTENTS = {
    "passwords": "root:{0}:0:0:root:/root:/bin/bash\nann:{0}\n",
    "variables": "TOKEN={0},x\nOTHER={0}\n",
    "key": "-----BEGIN PRIVATE KEY-----\n{0}\n-----END PRIVATE KEY-----\n",
    "one word": "{0}",
    "JSON": '{{"token": "{0}"}}\n',
    "YAML": "email: {0}\nservice: {0}\n",
    "another table": "user,password\nann@corp.example,{0}\n",
    "a table with addresses": "email,password\nann@corp.example,{0}\nbob@corp.example,{0}\n",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
@pytest.mark.parametrize("automated", [pytest.param(False, marks=pytest.mark.slow), True], ids=["by hand", "in CI"])
def test_nothing_is_shown_of_a_file_that_is_no_list_of_users(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, content: str, automated: bool
) -> None:
    if automated:
        monkeypatch.setenv("CI", "true")
    Path("outside.txt").write_text(content.format(CANARY), encoding="utf-8")
    for path in ("../outside.txt", str(Path("outside.txt").absolute())):
        vendors.document(others=({"type": "connections-file", "path": path},))
        for words in (*COMMANDS[1:], ("plan", "corp", "-o", "json"), ("doctor", "corp", "-o", "json")):
            text = calplan(*words)
            assert CANARY not in text.out + text.err, words
            assert "Traceback" not in text.err


HOSTILE: Final = "\x1b[2J\x1b]0;owned\x07\u202eann"


def test_names_in_a_directory_steer_no_terminal(vendors: Vendors) -> None:
    for one in vendors.neighbours.vendors:
        if isinstance(one, Microsoft):
            one.graph.people.names[ANN] = Names(mail=f"{HOSTILE}@corp.example", aliases=(f"{HOSTILE}@a.example", BOB))
        if isinstance(one, Google):
            one.people.aliases[ANN] = (f"{HOSTILE}@a.example", BOB)
    for words in (*COMMANDS[:-1], *(("plan", "corp", "-o", form) for form in ("json", "markdown", "ndjson", "csv"))):
        found = calplan(*words)
        assert found.code is ExitCode.DONE, found.err
        signs = {sign for sign in found.out + found.err if sign != "\n"}
        assert not [one for one in signs if unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp", "Cs"}], words


class Vault:
    """Hands secrets out, and remembers which."""

    def __init__(self, secrets: dict[str, str]) -> None:
        self.secrets = secrets
        self.given: list[str] = []

    def answer(self, asked: Any) -> Reply:  # noqa: ANN401 - what the server heard
        name = asked.path.rpartition("/")[2]
        self.given.append(name)
        return Reply(body=json.dumps({"data": {"data": {"value": self.secrets[name]}}}).encode())

    def count(self) -> dict[str, int]:
        """How often each was handed out since somebody asked."""
        counted = {name: self.given.count(name) for name in sorted(set(self.given))}
        self.given.clear()
        return counted


def test_each_secret_is_resolved_by_what_needs_it_and_by_nothing_else(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = vendors.neighbours.secrets
    vault = Vault(
        {
            "zoom": os.environ["CALPLAN_SECRET_ZOOM"],
            "microsoft": found[OF_MICROSOFT],
            "google": found[OF_GOOGLE],
            "ews": found[OF_EXCHANGE],
        }
    )
    for name in ("CALPLAN_SECRET_ZOOM", *found):
        monkeypatch.delenv(name)

    def kept(name: str) -> dict[str, object]:
        return {"vault": {"path": f"kv/{name}", "key": "value"}}

    with serving(vault.answer) as server:
        monkeypatch.setenv("VAULT_ADDR", server.url)
        monkeypatch.setenv("VAULT_TOKEN", "hvs.token")
        more = {
            kind: {"credential": {**vendors.stated(kind)["credential"], "from": kept(kind)}}
            for kind in ("microsoft", "google")
        }
        vendors.document(more)
        file = vendors.corp / "account.yaml"
        document = json.loads(file.read_text())
        document["spec"]["platform"]["credential"]["from"] = kept("zoom")
        file.write_text(json.dumps(document))
        vendors.impersonating(secret=kept("ews"))
        without: tuple[tuple[str, ...], ...] = (("validate", "corp"), ("schema", "account"), ("providers",))
        for words in without:
            said(vendors, *words, code=ExitCode.DONE)
            assert vault.count() == {}, words
        said(vendors, "export", "corp", code=ExitCode.DONE)
        assert vault.count() == {"zoom": 1}
        asking: tuple[tuple[str, ...], ...] = (("plan", "corp", "--out", "corp.plan"), ("doctor", "corp"))
        for words in asking:
            said(vendors, *words, code=ExitCode.DONE)
            assert vault.count() == {"google": 1, "microsoft": 1, "zoom": 1}, words
        allowed = ("--allow", "live.unknown", "--allow", "evidence.age", "--reason", "a test")
        said(vendors, "apply", "corp.plan", "--by", "admin@corp.example", *allowed, code=ExitCode.WAITING)
        counted = vault.count()
        assert counted.pop("ews") == 1, "the probe asks for it once the server has asked for a password"
        assert counted.keys() <= {"google", "microsoft", "zoom"}
    assert writes(vendors), "the probe came by"
