"""Tokens for Google's APIs, asked for by Google's own library over connections that lead where the document says."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final

from calplan.providers.endpoints import Endpoint
from calplan.providers.errors import NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.google.credential_file import AskedAt, Key, ReadFrom, Workload
from calplan.providers.google.workspace import IAM_CREDENTIALS, NAME, TOKEN, Workspace
from calplan.providers.http.tokens import EARLY, LONGEST_SECONDS, USUAL_SECONDS, Token
from calplan.providers.secret import Secret
from calplan.providers.secrets import resolve
from calplan.providers.trust import Trust

KEY_FIELDS: Final = "service_account"
NO_JSON_FIELD: Final = "the answer of its identity provider holds no token"
_WORD: Final = re.compile(r"[A-Za-z_.-]{1,60}")
_SENDABLE: Final = re.compile(r"[\x21-\x7e]+")


class NoTokenError(NotAuthorisedError):
    """Google gives no token, whatever is asked for with it."""


class NotDelegatedError(NoTokenError):
    """Google knows the service account, and its administrator has not let it act with these scopes."""


class _NoConnectionError(Exception):
    """A connection did not come about, or broke; ``place`` is where it should have led."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(why)
        self.place = place


@dataclass(frozen=True, slots=True)
class _Got:
    """An answer as the library wants it."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    data: bytes = field(repr=False)


class _Transport:
    """Sends what the library wants sent. Two addresses are fixed in it; they are led to where those services are.

    The library's own transport writes bodies to its log and brings client certificates of the machine along.
    """

    def __init__(self, send: Callable[..., Any], close: Callable[[], None], leads: Mapping[str, str]) -> None:
        self._send = send
        self.close = close
        self._leads = leads
        self.place = ""
        """Where the last request went."""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> _Got:
        for fixed, stated in self._leads.items():
            if url == fixed or url.startswith(f"{fixed}/"):
                url = stated + url.removeprefix(fixed)
                break
        self.place = url.partition("://")[2].partition("/")[0]
        why = "it answered in a way nobody understands"
        try:
            answer = self._send(method, url, data=body, headers=headers, timeout=timeout)
            return _Got(answer.status_code, dict(answer.headers), answer.content)
        except OSError as error:
            # The library for connections derives all its errors from this one; what they say holds addresses in full.
            why = type(error).__name__
        except ValueError:
            pass
        raise _NoConnectionError(self.place, why)


class GoogleTokens:
    """The tokens of one admin for some scopes, shared by threads: each is asked for once.

    ``NotAuthorisedError`` says in Google's own word why there is none.
    """

    def __init__(self, workspace: Workspace, credential: Key | Workload, scopes: tuple[str, ...], trust: Trust) -> None:
        self._workspace = workspace
        self._credential = credential
        self._trust = trust
        self._guard = Lock()
        self._library: tuple[Any, _Transport] | None = None
        self._current: Token | None = None
        self.scopes = scopes

    def share(self) -> "Share":
        """The tokens for one client."""
        return Share(self)

    def after(self, refused: Token | None, now: float) -> Token:
        """A token that is another one than the one which was handed out before."""
        with self._guard:
            current = self._current
            if current is None or current is refused or current.until <= now:
                self._current = current = self._renewed(now)
            return current

    def _renewed(self, now: float) -> Token:
        credentials, transport = self._opened()
        failure: ProviderError | None = None
        try:
            credentials.refresh(transport)
        except _NoConnectionError as error:
            failure = UnreachableError(
                f"{NAME} ({error.place}) could not be reached for a token: no connection came about ({error}). Make"
                " the address reachable from this machine, or correct `endpoints` in the Account document"
            )
        except ProviderError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - what the library raises over a strange answer is anybody's guess
            failure = self._said(error, transport.place)
        finally:
            transport.close()
        # Raised out here so that nothing hangs on it: the library's errors hold answers as they came.
        if failure is not None:
            raise failure
        return _token(credentials.token, credentials.expiry, now, transport.place)

    def _opened(self) -> tuple[Any, _Transport]:
        if self._library is None:
            self._library = self._open()
        return self._library

    def _open(self) -> tuple[Any, _Transport]:
        from calplan.providers.http.session import session  # noqa: PLC0415 - brings a library for connections

        workspace, credential = self._workspace, self._credential
        places = workspace.places
        allowed = [places.token]
        if isinstance(credential, Workload):
            allowed += [places.sts, places.iam, *_asked(credential)]
        opened = session(*allowed, ca_file=_existing(workspace.ca_file))
        transport = _Transport(opened.request, opened.close, {TOKEN: places.token.url, IAM_CREDENTIALS: places.iam.url})
        if isinstance(credential, Key):
            return _by_key(credential, workspace, self.scopes), transport
        return _by_workload(credential, workspace, self.scopes, self._trust), transport

    def _said(self, error: Exception, place: str) -> ProviderError:
        """What Google said, as one sentence; its own text is left out, since it repeats what was sent."""
        from google.auth.exceptions import GoogleAuthError, TransportError  # noqa: PLC0415 - heavy

        words = self._trust.redactor.text(_word_in(error))
        reason = f" ({words})" if words else ""
        if isinstance(error, TransportError) or (isinstance(error, GoogleAuthError) and error.retryable):
            return UnreachableError(f"{NAME} ({place}) has trouble of its own{reason}. Run the command again later")
        wanted = ", ".join(self.scopes)
        if words == "unauthorized_client":
            return NotDelegatedError(
                f"{NAME} ({place}) does not let {self._credential.email} act as {self._workspace.subject}{reason}: in"
                " the admin console, under security, API controls, domain-wide delegation, its client needs the scope"
                f" {wanted}"
            )
        if not isinstance(error, GoogleAuthError):
            return NoTokenError(f"{NAME} ({place}) answered, but its answer holds no token that could be used")
        return NoTokenError(
            f"{NAME} ({place}) gives {self._credential.email} no token to act as {self._workspace.subject}{reason}."
            f" Compare `subject` and `credential` of the provider with the admin console; asked for: {wanted}"
        )


class Share:
    """The tokens as one client is given them: whoever asks again was refused with the last one."""

    def __init__(self, tokens: GoogleTokens) -> None:
        self._tokens = tokens
        self._given: Token | None = None

    def token(self, now: float) -> Token:
        """See ``TokenSource``."""
        self._given = self._tokens.after(self._given, now)
        return self._given


@dataclass(frozen=True, slots=True)
class _Supplier:
    """Tells Google's library who the workload is: asks the one address, or reads the one file, that was checked."""

    source: AskedAt | ReadFrom
    trust: Trust
    folder: Path

    def get_subject_token(self, _context: object, request: Callable[..., _Got]) -> str:
        """The token that says who the workload is.

        Raises:
            ProviderError: there is none.
        """
        source = self.source
        if isinstance(source, ReadFrom):
            found = resolve(source.reference, self.trust, self.folder).reveal()
        else:
            got = request(url=source.url, method="GET", headers=json.loads(source.headers.reveal()))
            if got.status != 200:  # noqa: PLR2004 - success
                raise NoTokenError(
                    f"{source.place.place} does not say who this workload is (status {got.status}). In a GitHub"
                    " workflow it needs `permissions: id-token: write`, and the file made in this very run"
                )
            found = got.data.decode("utf-8", "replace")
        token = found.strip() if source.name is None else _field_of(found, source.name)
        if not _SENDABLE.fullmatch(token):
            raise NoTokenError(f"{NO_JSON_FIELD}, so {NAME} cannot be told who this workload is")
        self.trust.redactor.hide(Secret(token))
        return token


def _field_of(text: str, name: str) -> str:
    try:
        stated: object = json.loads(text)
    except (ValueError, RecursionError):
        stated = None
    value = stated.get(name) if isinstance(stated, dict) else None
    return value if isinstance(value, str) else ""


def _asked(credential: Workload) -> list[Endpoint]:
    return [credential.source.place] if isinstance(credential.source, AskedAt) else []


def _existing(ca_file: Path | None) -> Path | None:
    if ca_file is not None and not ca_file.is_file():
        raise NoTokenError(f"{ca_file} cannot be used as caFile: there is no such file")
    return ca_file


def _by_key(credential: Key, workspace: Workspace, scopes: tuple[str, ...]) -> Any:  # noqa: ANN401 - untyped library
    from google.oauth2 import service_account  # noqa: PLC0415 - heavy

    fields = {
        "type": KEY_FIELDS,
        "client_email": credential.email,
        "private_key_id": credential.key_id,
        "private_key": credential.private_key.reveal(),
        "token_uri": workspace.places.token.url,
    }
    make: Any = service_account.Credentials.from_service_account_info
    try:
        return make(fields, scopes=list(scopes), subject=workspace.subject)
    except Exception:  # noqa: BLE001, S110 - whatever is wrong with a key, the library's words hold parts of it
        pass
    raise NoTokenError(
        f"the key in the Google credential {workspace.reference} cannot be read. Make a new one in the Cloud console"
    )


def _by_workload(credential: Workload, workspace: Workspace, scopes: tuple[str, ...], trust: Trust) -> Any:  # noqa: ANN401 - untyped library
    """Who the workload is, exchanged for a token that lets it sign for its service account, which acts as the admin."""
    from google.auth import identity_pool, impersonated_credentials  # noqa: PLC0415 - heavy

    pool: Any = identity_pool.Credentials
    impersonating: Any = impersonated_credentials.Credentials
    source = pool(
        audience=credential.audience,
        subject_token_type=credential.subject_type,
        token_url=f"{workspace.places.sts.url}/v1/token",
        subject_token_supplier=_Supplier(credential.source, trust, workspace.folder),
        scopes=list(scopes),
    )
    return impersonating(
        source, target_principal=credential.email, target_scopes=list(scopes), subject=workspace.subject
    )


def _word_in(error: Exception) -> str:
    """Google's one word for an error; wherever the library has put the answer, nothing else of it is taken."""
    for part in reversed(error.args):
        stated: object = part
        if isinstance(part, str):
            try:
                stated = json.loads(part)
            except (ValueError, RecursionError):
                continue
        if isinstance(stated, Mapping):
            told = stated.get("error")
            word = told.get("status") if isinstance(told, Mapping) else told
            if isinstance(word, str) and _WORD.fullmatch(word):
                return word
    return ""


def _token(text: object, expiry: object, now: float, place: str) -> Token:
    if not isinstance(text, str) or not _SENDABLE.fullmatch(text):
        raise NoTokenError(f"{NAME} ({place}) answered, but its answer holds no token that could be used")
    left = USUAL_SECONDS
    if isinstance(expiry, datetime):
        left = (expiry.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
    good_for = min(max(left, 0.0), LONGEST_SECONDS)
    return Token(secret=Secret(text), until=now + max(good_for - EARLY, good_for / 2))
