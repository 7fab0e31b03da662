"""The files that point calplan at the servers: an environment with the secret, an Account document, the authority.

Each begins with a line that says who wrote it. A file without it is somebody's own, and is left alone; but an Account
document for the vendor, such as `calplan init` makes, is pointed at the servers, and kept beside as it was.
"""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import yaml

from calplan.sandbox.servers.errors import ForeignFileError
from calplan.sandbox.servers.neighbours import Neighbours
from calplan.sandbox.servers.sign_in import Keys

MARK: Final = "# Written by `calplan sandbox serve --write-env`, and written anew each time that starts."
POINTED: Final = "# Pointed at simulated servers by `calplan sandbox serve`; as it was before: account.yaml.before"
BEFORE: Final = ".before"
SECRET: Final = "CALPLAN_SECRET_ZOOM"  # noqa: S105 - the name of a variable
ACCOUNT: Final = "account.yaml"
AUTHORITY: Final = "ca.pem"
LIMITS: Final = {"disconnected": "100%", "silent": "100%", "blocked": "100%", "unknown": "100%", "pairs": 1000}
"""An account to practise on stops nothing; the vendor's API shows no connection, so that all of them are unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Urls:
    """Where the servers answer."""

    origin: str

    @property
    def api(self) -> str:
        return f"{self.origin}/v2"

    @property
    def token(self) -> str:
        return f"{self.origin}/oauth/token"

    @property
    def portal(self) -> str:
        return f"{self.origin}/portal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files to be written, beside the one with the environment."""

    env: Path

    @property
    def account(self) -> Path:
        return self.env.with_name(ACCOUNT)

    @property
    def authority(self) -> Path:
        return self.env.with_name(AUTHORITY)

    def require_free(self) -> None:
        """Refuses where a file is in the way.

        Raises:
            ForeignFileError: one is, or there is no folder to write in.
        """
        if self.env.name in (ACCOUNT, AUTHORITY, ""):
            raise ForeignFileError(f"{self.env} is the name of a file that is written beside it; choose another")
        if not self.env.parent.is_dir():
            raise ForeignFileError(f"there is no folder {self.env.parent} to write {self.env.name} in")
        for path in (self.env, self.account, self.authority):
            pointed = path == self.account and _of_the_vendor(path) is not None
            if path.is_symlink() or (path.exists() and not pointed and _first_line(path) != MARK):
                raise ForeignFileError(
                    f"{path} was not written by calplan and is left alone; remove it, or name a file in another folder"
                )

    def write(
        self, *, name: str, owner: str | None, keys: Keys, urls: Urls, authority: bytes, neighbours: Neighbours
    ) -> None:
        """Writes all of them; the one with the secrets is for its owner alone.

        Raises:
            ForeignFileError: one cannot be written.
        """
        _write(self.authority, f"{MARK}\n{authority.decode()}", 0o644)
        self._write_account(_document(name, owner, keys, urls), neighbours, urls)
        secrets = {SECRET: keys.client_secret, **neighbours.secrets}
        lines = [f"export {name}={shlex.quote(secret)}\n" for name, secret in secrets.items()]
        _write(self.env, f"{MARK}\n{''.join(lines)}", 0o600)

    def _write_account(self, document: dict[str, Any], neighbours: Neighbours, urls: Urls) -> None:
        """The Account document made anew; of one that is somebody's own only the platform and the providers."""
        theirs = None if _first_line(self.account) == MARK else _of_the_vendor(self.account)
        if theirs is None:
            _write(self.account, f"{MARK}\n{yaml.safe_dump(document, sort_keys=False)}", 0o644)
            return
        before = self.account.with_name(ACCOUNT + BEFORE)
        if _first_line(self.account) != POINTED:
            _write(before, self.account.read_text(encoding="utf-8"), 0o644)
        theirs["spec"]["platform"] = document["spec"]["platform"]
        for provider in theirs["spec"].get("providers") or ():
            provider.update(neighbours.stated(str(provider.get("type")), urls.origin, AUTHORITY))
        _write(self.account, f"{POINTED}\n{yaml.safe_dump(theirs, sort_keys=False)}", 0o644)


def _document(name: str, owner: str | None, keys: Keys, urls: Urls) -> dict[str, Any]:
    platform = {
        "type": "zoom",
        "accountId": keys.account_id,
        "clientId": keys.client_id,
        "credential": {"kind": "secret", "from": {"env": SECRET}},
        "endpoints": {"api": urls.api, "token": urls.token},
        "caFile": AUTHORITY,
    }
    owned = {} if owner is None else {"owner": owner}
    spec = {"platform": platform, **owned, "limits": dict(LIMITS)}
    return {"apiVersion": "calplan/v1", "kind": "Account", "metadata": {"name": name}, "spec": spec}


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.readline().rstrip("\n")
    except OSError:
        return ""


def _of_the_vendor(path: Path) -> dict[str, Any] | None:
    """The one Account document of a file, where that is for the vendor's platform."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        ours = found["kind"] == "Account" and found["spec"]["platform"]["type"] == "zoom"
    except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError):
        return None
    return found if ours else None


def _write(path: Path, text: str, mode: int) -> None:
    draft = path.with_name(f".calplan-{token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ForeignFileError(f"{path} cannot be written: {error.strerror}") from error
