"""Secrets, found where a reference says they live: at the last moment, and only where trust allows it."""

import os
import re
import stat
from dataclasses import replace
from pathlib import Path
from typing import Final, assert_never

from calplan.model.service import SecretReference
from calplan.providers.endpoints import BadEndpointError, Endpoint
from calplan.providers.errors import NotAuthorisedError, ProviderError
from calplan.providers.secret import Secret
from calplan.providers.trust import Trust

LARGEST: Final = 64 * 1024
OTHERS: Final = stat.S_IROTH | stat.S_IWOTH
_ENV_NAME: Final = re.compile(r"CALPLAN_SECRET_[A-Z0-9_]+")
_VAULT_PATH: Final = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_.-]+)+")


class SecretError(NotAuthorisedError):
    """A secret cannot be resolved (exit code 9); the message names the reference and never the value."""


class _Unresolved(Exception):  # noqa: N818 - it never leaves this module
    """Why a secret cannot be had, and what to do."""


def resolve(reference: SecretReference, trust: Trust, folder: Path) -> Secret:
    """The secret that a reference names; ``folder`` is where the document lies that states it.

    Nothing is guessed: no default, no other type than text, no blanks taken away but one line end of a file.

    Raises:
        SecretError: it cannot be resolved, or must not be.
    """
    try:
        text = _usable(_text(reference, trust, folder))
    except _Unresolved as error:
        reason = str(error)
    else:
        secret = Secret(text)
        trust.redactor.hide(secret)
        return secret
    # Raised out here so that nothing hangs on it: an error of reading or decoding holds what was read.
    raise SecretError(f"the secret {reference} cannot be resolved: {reason}")


def name_of(reference: SecretReference) -> str | None:
    """What ``CALPLAN_SECRET_NAMES`` lists to let a reference be resolved; a file has a folder instead of a name."""
    parts = dict(reference.parts)
    match reference.kind:
        case "env":
            return parts["env"]
        case "file":
            return None
        case "keyring":
            return f"keyring:{parts['service']}/{parts['username']}"
        case "vault":
            return f"vault:{parts['path']}#{parts['key']}"
        case _:
            assert_never(reference.kind)


def _text(reference: SecretReference, trust: Trust, folder: Path) -> str:
    parts = dict(reference.parts)
    name = name_of(reference)
    if name is not None and trust.secret_names is not None and name not in trust.secret_names:
        raise _Unresolved(f"CALPLAN_SECRET_NAMES is set and does not list {name}")
    match reference.kind:
        case "env":
            return _from_environment(parts["env"])
        case "file":
            return _from_file(folder / parts["file"], trust, folder)
        case "keyring":
            return _from_keyring(parts["service"], parts["username"])
        case "vault":
            return _from_vault(parts["path"], parts["key"])
        case _:
            assert_never(reference.kind)


def _usable(text: str) -> str:
    if not text:
        raise _Unresolved("it is empty")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _Unresolved("it is not text in UTF-8") from None
    return text


def _from_environment(name: str) -> str:
    if name == "CALPLAN_SECRET_NAMES":
        raise _Unresolved("this variable says which secrets may be resolved, and is none itself")
    if not _ENV_NAME.fullmatch(name):
        raise _Unresolved("the name of the variable does not begin with CALPLAN_SECRET_")
    if name not in os.environ:
        raise _Unresolved("the variable is not set")
    return os.environ[name]


def _from_file(stated: Path, trust: Trust, folder: Path) -> str:
    if trust.secrets_dir is None and trust.automated:
        raise _Unresolved("CALPLAN_SECRETS_DIR is not set; without it no file is read for a secret in CI")
    root = trust.secrets_dir if trust.secrets_dir is not None else folder
    try:
        top, path = root.resolve(strict=True), stated.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        raise _Unresolved("there is no such file") from None
    if not path.is_relative_to(top) or path == top:
        where = "CALPLAN_SECRETS_DIR" if trust.secrets_dir is not None else "the folder of the document that names it"
        raise _Unresolved(f"the file does not lie below {where}")
    data = _whole(path)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _Unresolved("the file is not text in UTF-8") from None
    return text.removesuffix("\r\n") if text.endswith("\r\n") else text.removesuffix("\n")


def _whole(path: Path) -> bytes:
    """The bytes of a regular file that only its owner and his group may read."""
    try:
        # Every link was followed already: one that appears now is somebody's trick.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            data = stream.read(LARGEST + 1) if stat.S_ISREG(mode) else b""
    except OSError as error:
        raise _Unresolved(f"the file cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(mode):
        raise _Unresolved("it is no regular file")
    if mode & OTHERS:
        raise _Unresolved(
            "everybody on this machine may read the file or change it: chmod 600 it, and change the secret"
        )
    if len(data) > LARGEST:
        raise _Unresolved(f"the file is larger than {LARGEST:,} bytes")
    return data


def _from_keyring(service: str, username: str) -> str:
    try:
        import keyring  # noqa: PLC0415 - an extra, and slow
        import keyring.errors  # noqa: PLC0415 - as above
    except ImportError:
        raise _Unresolved("the library for keyrings is not installed: pip install 'calplan[keyring]'") from None
    if "/" in username:
        # `a/b` of `c` and `b` of `a/c` would have one name in CALPLAN_SECRET_NAMES.
        raise _Unresolved("its username holds a slash")
    try:
        found = keyring.get_password(service, username)
    except keyring.errors.NoKeyringError:
        raise _Unresolved("this machine has no keyring; name an environment variable or a file instead") from None
    except Exception:  # noqa: BLE001 - keyrings are plugins, and each fails in a way of its own
        raise _Unresolved("the keyring did not open") from None
    if not isinstance(found, str):
        raise _Unresolved("the keyring has no such entry, or it holds something else than text")
    return found


def _from_vault(path: str, key: str) -> str:
    from calplan.providers.http.client import Reader  # noqa: PLC0415 - brings the HTTP library
    from calplan.providers.http.server import Server  # noqa: PLC0415 - as above

    address, token = os.environ.get("VAULT_ADDR", ""), os.environ.get("VAULT_TOKEN", "")
    if not address or not token:
        raise _Unresolved("VAULT_ADDR and VAULT_TOKEN say which vault and who asks, and one of them is not set")
    if not _VAULT_PATH.fullmatch(path) or any(part in (".", "..") for part in path.split("/")):
        raise _Unresolved("its path is not written as mount/name")
    try:
        endpoint = Endpoint.parse(address)
    except BadEndpointError as error:
        raise _Unresolved(f"VAULT_ADDR cannot be used: {error}") from None
    ca_file = os.environ.get("VAULT_CACERT")
    server = Server(
        name="the vault",
        api=replace(endpoint, path=f"{endpoint.path}/v1"),
        headers={"x-vault-token": token},
        ca_file=Path(ca_file) if ca_file else None,
    )
    server.redactor.hide(Secret(token))
    mount, *rest = path.split("/")
    try:
        with Reader(server) as reader:
            stated = reader.get(mount, "data", *rest).json()
    except ProviderError as error:
        raise _Unresolved(str(error)) from None
    return _text_in(stated, key)


def _text_in(stated: object, key: str) -> str:
    """The text under a key of an entry, as version 2 of the key and value store wraps it."""
    for name in ("data", "data", key):
        stated = stated.get(name) if isinstance(stated, dict) else None
    if not isinstance(stated, str):
        raise _Unresolved("the entry has no such key, or it holds something else than text")
    return stated
