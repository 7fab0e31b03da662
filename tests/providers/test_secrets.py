"""Secrets: where they are found, where they are not looked for, and that they show themselves nowhere."""

import copy
import dataclasses
import json
import logging
import os
import pickle
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Literal

import pytest
import yaml
from deepdiff import DeepDiff
from keyring import get_keyring, set_keyring
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from calplan.model.service import SecretReference
from calplan.providers.errors import NotAuthorisedError
from calplan.providers.redaction import HIDDEN, Redactor
from calplan.providers.secret import Secret
from calplan.providers.secrets import SecretError, resolve
from calplan.providers.trust import Trust
from tests.loopback.server import Asked, Reply, serving

CANARY = "Tr0ub4dor-canary-7f3a"
HERE = Path()

Kind = Literal["env", "file", "keyring", "vault"]


def reference(kind: Kind, **parts: str) -> SecretReference:
    return SecretReference(kind=kind, parts=tuple(parts.items()))


def refusal(wanted: SecretReference, trust: Trust | None = None, folder: Path = HERE) -> str:
    """Why a secret is not resolved; neither the reason nor anything that hangs on it holds the secret."""
    with pytest.raises(SecretError) as caught:
        resolve(wanted, trust or Trust(), folder)
    assert isinstance(caught.value, NotAuthorisedError)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert str(wanted) in str(caught.value)
    return str(caught.value)


def written(file: str, data: bytes, mode: int = 0o600) -> Path:
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)
    return path


SHOWN: Mapping[str, Callable[[Secret], object]] = {
    "str": str,
    "repr": repr,
    "format": lambda secret: f"{secret}",
    "percent": lambda secret: "%s" % secret,  # noqa: UP031 - one of the ways
    "bytes": bytes,  # type: ignore[dict-item]  # what a slip would do
    "json": json.dumps,
    "json by str": lambda secret: json.dumps(secret, default=str),
    "yaml": yaml.dump,
    "safe yaml": yaml.safe_dump,
    "pickle": pickle.dumps,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "vars": vars,
    "state": lambda secret: secret.__getstate__(),
}


@pytest.mark.parametrize("way", SHOWN.values(), ids=SHOWN)
def test_a_secret_refuses_to_be_shown_copied_or_stored(way: Callable[[Secret], object]) -> None:
    secret = Secret(CANARY)
    with pytest.raises((TypeError, yaml.YAMLError)) as caught:
        way(secret)
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert secret.reveal() == CANARY


def test_a_secret_inside_of_a_value_is_not_found_by_what_walks_over_attributes() -> None:
    @dataclasses.dataclass
    class Holder:
        inner: Secret

    with pytest.raises(TypeError):
        dataclasses.asdict(Holder(Secret(CANARY)))
    with pytest.raises(TypeError):
        repr(Holder(Secret(CANARY)))
    assert DeepDiff([Secret(CANARY)], [Secret("another")]) == {}
    assert DeepDiff(Redactor(Secret(CANARY)), Redactor(Secret("another"))) == {}


def test_a_variable_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("00123", "12.50", "on", " blank ", "line\n", CANARY):
        monkeypatch.setenv("CALPLAN_SECRET_APP", text)
        assert resolve(reference("env", env="CALPLAN_SECRET_APP"), Trust(), HERE).reveal() == text


def test_a_variable_that_is_not_ours_not_set_empty_or_no_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    monkeypatch.setenv("CALPLAN_SECRET_EMPTY", "")
    monkeypatch.setenv("CALPLAN_SECRET_BYTES", f"{CANARY}\udcff")
    for name in ("AWS_SECRET_ACCESS_KEY", "calplan_secret_app", "CALPLAN_SECRET_", "CALPLAN_SECRET_A=B"):
        assert "does not begin with CALPLAN_SECRET_" in refusal(reference("env", env=name))
    monkeypatch.setenv("CALPLAN_SECRET_NAMES", "CALPLAN_SECRET_NAMES")
    assert "is none itself" in refusal(reference("env", env="CALPLAN_SECRET_NAMES"))
    assert "is not set" in refusal(reference("env", env="CALPLAN_SECRET_NOWHERE"))
    assert "is empty" in refusal(reference("env", env="CALPLAN_SECRET_EMPTY"))
    assert "UTF-8" in refusal(reference("env", env="CALPLAN_SECRET_BYTES"))


def test_names_that_are_listed_are_all_that_is_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALPLAN_SECRET_ZOOM", "zoom")
    monkeypatch.setenv("CALPLAN_SECRET_EWS", CANARY)
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:9")
    monkeypatch.setenv("VAULT_TOKEN", CANARY)
    trust = Trust(secret_names=frozenset({"CALPLAN_SECRET_ZOOM"}))
    assert resolve(reference("env", env="CALPLAN_SECRET_ZOOM"), trust, HERE).reveal() == "zoom"
    for other in (
        reference("env", env="CALPLAN_SECRET_EWS"),
        reference("vault", path="kv/payroll", key="all"),
        reference("keyring", service="bank", username="me"),
    ):
        assert "CALPLAN_SECRET_NAMES is set and does not list" in refusal(other, trust)


@pytest.mark.parametrize(
    "data, text",
    [(b"a\n", "a"), (b"a\r\n", "a"), (b"a\n\n", "a\n"), (b" a ", " a "), (b"007", "007"), ("ü".encode(), "ü")],
)
def test_a_file_loses_exactly_one_line_end(data: bytes, text: str) -> None:
    written("safe/app.txt", data)
    assert resolve(reference("file", file="app.txt"), Trust(), Path("safe")).reveal() == text


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o777])
def test_a_file_that_everybody_may_read_or_change_is_refused(mode: int) -> None:
    written("app.txt", CANARY.encode(), mode)
    assert "chmod 600" in refusal(reference("file", file="app.txt"))


def test_a_file_that_is_empty_no_text_too_large_or_none_is_refused() -> None:
    written("empty", b"\n")
    written("bytes", CANARY.encode() + b"\xff")
    written("large", b"x" * 65_537)
    os.mkfifo("pipe", 0o600)
    Path("folder").mkdir()
    for name, why in {
        "empty": "is empty",
        "bytes": "UTF-8",
        "large": "larger",
        "pipe": "no regular file",
        "nowhere": "no such file",
        "no\0name": "no such file",
    }.items():
        assert why in refusal(reference("file", file=name))
    refusal(reference("file", file="folder"))


def escapes() -> Iterator[str]:
    """Paths that lead out of the folder ``safe``."""
    written("outside/other.txt", CANARY.encode())
    written("safe-not/other.txt", CANARY.encode())
    Path("safe").mkdir(exist_ok=True)
    Path("safe/link").symlink_to("../outside/other.txt")
    Path("safe/folder").symlink_to("../outside")
    Path("safe/loop").symlink_to("loop")
    yield from ("../outside/other.txt", "link", "folder/other.txt", "../safe-not/other.txt", "loop", ".", "")
    yield str(Path("outside/other.txt").absolute())


def test_no_path_and_no_link_leads_out_of_the_folder_for_secrets() -> None:
    for path in escapes():
        refusal(reference("file", file=path), Trust(secrets_dir=Path("safe")), Path("safe"))
        refusal(reference("file", file=path), Trust(), Path("safe"))
    written("safe/inner/app.txt", b"fine")
    Path("safe/alias").symlink_to("inner/app.txt")
    for trust in (Trust(secrets_dir=Path("safe")), Trust()):
        assert resolve(reference("file", file="alias"), trust, Path("safe")).reveal() == "fine"


def test_with_a_folder_for_secrets_a_file_beside_the_document_is_none() -> None:
    written("documents/app.txt", CANARY.encode())
    written("run/app.txt", b"fine")
    trust = Trust(secrets_dir=Path("run"))
    assert "below CALPLAN_SECRETS_DIR" in refusal(reference("file", file="app.txt"), trust, Path("documents"))
    path = str(Path("run/app.txt").absolute())
    assert resolve(reference("file", file=path), trust, Path("documents")).reveal() == "fine"


def test_in_ci_no_file_is_read_unless_the_folder_for_secrets_is_set() -> None:
    written("app.txt", CANARY.encode())
    wanted = reference("file", file="app.txt")
    assert "CALPLAN_SECRETS_DIR is not set" in refusal(wanted, Trust(automated=True))
    assert resolve(wanted, Trust(automated=True, secrets_dir=HERE), HERE).reveal() == CANARY


def test_logs_hear_of_every_secret_that_is_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALPLAN_SECRET_APP", CANARY)
    trust = Trust()
    resolve(reference("env", env="CALPLAN_SECRET_APP"), trust, HERE)
    assert trust.redactor.text(f"x{CANARY}y") == f"x{HIDDEN}y"
    assert CANARY not in repr(trust)


class Drawer(KeyringBackend):
    """A keyring with one entry."""

    priority = 1.0

    def get_password(self, service: str, username: str) -> str | None:
        return CANARY if (service, username) == ("calplan", "zoom") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@contextmanager
def using(backend: Callable[[], KeyringBackend]) -> Iterator[None]:
    before = get_keyring()
    set_keyring(backend())
    try:
        yield
    finally:
        set_keyring(before)


def test_an_entry_of_a_keyring_is_found() -> None:
    with using(Drawer):
        assert resolve(reference("keyring", service="calplan", username="zoom"), Trust(), HERE).reveal() == CANARY
        assert "no such entry" in refusal(reference("keyring", service="calplan", username="other"))


class Broken(Drawer):
    """A keyring that fails in a way of its own."""

    def get_password(self, service: str, username: str) -> str | None:
        raise LookupError(service, username, CANARY)


class Odd(Drawer):
    """A keyring that hands out what is no text."""

    def get_password(self, service: str, username: str) -> str | None:  # noqa: ARG002 - the library's signature
        return CANARY.encode()  # type: ignore[return-value]  # what a plugin may do


def test_a_keyring_that_fails_in_a_way_of_its_own_is_no_fault_of_calplan() -> None:
    with using(Broken):
        assert "the keyring did not open" in refusal(reference("keyring", service="calplan", username="zoom"))
    with using(Odd):
        assert "something else than text" in refusal(reference("keyring", service="calplan", username="zoom"))


def test_one_name_in_the_list_of_secrets_lets_one_entry_of_the_keyring_in() -> None:
    listed = Trust(secret_names=frozenset({"keyring:calplan/zoom", "keyring:calplan/zoom/app"}))
    with using(Drawer):
        assert resolve(reference("keyring", service="calplan", username="zoom"), listed, HERE).reveal() == CANARY
        said = refusal(reference("keyring", service="calplan", username="zoom/app"), listed)
        assert "its username holds a slash" in said


def test_a_machine_without_a_keyring_says_so() -> None:
    with using(NoKeyring):
        assert "has no keyring" in refusal(reference("keyring", service="calplan", username="zoom"))


def test_a_keyring_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing: Mapping[str, ModuleType | None] = {"keyring": None, "keyring.errors": None}
    for name, module in nothing.items():
        monkeypatch.setitem(sys.modules, name, module)
    said = refusal(reference("keyring", service="calplan", username="zoom"))
    assert "pip install 'calplan[keyring]'" in said


def vault(asked: Asked) -> Reply:
    """Version 2 of a key and value store."""
    if asked.headers.get("x-vault-token") != CANARY:
        return Reply(status=403, body=b'{"errors":["permission denied"]}')
    if asked.path != "/v1/kv/data/calplan/prod":
        return Reply(status=404, body=b'{"errors":[]}')
    return Reply(body=json.dumps({"data": {"data": {"zoom": "from-the-vault", "n": 5}}}).encode())


@pytest.mark.loopback
def test_an_entry_of_a_vault_is_found(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("VAULT_TOKEN", CANARY)
    with serving(vault) as server, caplog.at_level(logging.DEBUG, "calplan"):
        monkeypatch.setenv("VAULT_ADDR", server.url)
        found = resolve(reference("vault", path="kv/calplan/prod", key="zoom"), Trust(), HERE)
        assert found.reveal() == "from-the-vault"
        assert "no such key" in refusal(reference("vault", path="kv/calplan/prod", key="n"))
        assert "no such key" in refusal(reference("vault", path="kv/calplan/prod", key="other"))
        assert "status 404" in refusal(reference("vault", path="kv/other", key="zoom"))
        assert {one.method for one in server.log} == {"GET"}
        monkeypatch.setenv("VAULT_TOKEN", "wrong")
        assert "does not let calplan" in refusal(reference("vault", path="kv/calplan/prod", key="zoom"))
    assert CANARY not in caplog.text


def test_a_vault_that_is_not_named_or_not_safe_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = reference("vault", path="kv/calplan", key="zoom")
    assert "VAULT_ADDR and VAULT_TOKEN" in refusal(wanted)
    monkeypatch.setenv("VAULT_TOKEN", CANARY)
    for address in ("http://vault.corp.example", "https://u:p@vault.corp.example", "vault:8200"):
        monkeypatch.setenv("VAULT_ADDR", address)
        assert "VAULT_ADDR cannot be used" in refusal(wanted)
    monkeypatch.setenv("VAULT_ADDR", "https://vault.corp.example")
    for path in ("kv", "kv/../sys", "/kv/x", "kv//x", "kv/x?y", "kv/./x"):
        assert "mount/name" in refusal(reference("vault", path=path, key="zoom"))
