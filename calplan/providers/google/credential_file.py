"""A credential file, read as what a stranger wrote: it says who calplan is, and never where anything is sent.

Files of both kinds name addresses that a vendor's library would believe. Here the Account document alone says where
tokens come from. A file that names another place is refused: whoever wrote it wanted a credential to go there.
See https://cloud.google.com/docs/authentication/external/externally-sourced-credentials.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from calplan.model.service import SecretReference
from calplan.providers.endpoints import HTTPS_PORT, BadEndpointError, Endpoint
from calplan.providers.errors import NotAuthorisedError
from calplan.providers.google.workspace import TOKEN, CredentialKind, Places, Workspace
from calplan.providers.redaction import names_a_secret
from calplan.providers.secret import Secret
from calplan.providers.trust import Trust

GITHUB: Final = ".actions.githubusercontent.com"
"""Where GitHub gives a workflow its identity: a host of its own for each part of the world."""
TYPES: Final = {CredentialKind.KEY: "service_account", CredentialKind.WORKLOAD: "external_account"}
OTHER_SOURCES: Final = {
    "executable": "it starts a program, which calplan does for no file",
    "environment_id": "it is for AWS",
    "certificate": "it is a certificate",
}
TOKEN_URIS: Final = frozenset(
    {
        TOKEN,
        "https://accounts.google.com/o/oauth2/token",
        "https://www.googleapis.com/oauth2/v3/token",
        "https://www.googleapis.com/oauth2/v4/token",
    }
)
"""What Google itself wrote into key files over the years; nothing is sent there on a file's word."""
_EMAIL: Final = re.compile(r"[A-Za-z0-9._-]{1,100}@[a-z0-9.-]{1,200}")
_AUDIENCE: Final = re.compile(r"//iam\.googleapis\.com/[A-Za-z0-9/._-]{1,400}")
_SUBJECT_TYPE: Final = re.compile(r"urn:ietf:params:oauth:token-type:(jwt|id_token|id-token|saml2)")
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
_QUERY: Final = re.compile(r"[\x21\x24-\x7e]{0,1000}")
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,100}")
_HEADER: Final = re.compile(r"[\x20-\x7e]{0,8000}")
_FIELD: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_PEM: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/=\r\n]+-----END [A-Z ]*PRIVATE KEY-----\s*")


class CredentialFileError(NotAuthorisedError):
    """A credential file cannot or must not be used (exit code 9); nothing was sent, and nothing of it is repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of a service account; ``email`` is the account."""

    email: str
    key_id: str
    private_key: Secret = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAt:
    """An address that tells who the workload is; ``headers`` hold a secret, ``name`` is the answer's field."""

    url: str
    place: Endpoint
    headers: Secret = field(repr=False)
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFrom:
    """A file that tells who the workload is; ``name`` is its field where it holds JSON."""

    reference: SecretReference
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """The identity of a workload, which stands for a service account at Google; ``source`` tells who it is."""

    email: str
    audience: str
    subject_type: str
    source: AskedAt | ReadFrom


class _Unusable(Exception):  # noqa: N818 - it never leaves this module
    """Why a file is refused."""


def credential_in(content: Secret, workspace: Workspace, trust: Trust) -> Key | Workload:
    """Who a credential file says calplan is.

    Raises:
        CredentialFileError: it is no such file, or it names a place that nobody vouches for.
    """
    try:
        return _credential(_fields(content), workspace, trust)
    except _Unusable as error:
        reason = str(error)
    raise CredentialFileError(
        f"the Google credential {workspace.reference} is refused: {reason}. Nothing was sent; see"
        " `credential` of the provider in the Account document"
    )


def _fields(content: Secret) -> Mapping[str, object]:
    try:
        stated: object = json.loads(content.reveal())
    except (ValueError, RecursionError):
        stated = None
    if not isinstance(stated, dict):
        raise _Unusable("it is no JSON object")
    return stated


def _credential(fields: Mapping[str, object], workspace: Workspace, trust: Trust) -> Key | Workload:
    wanted = TYPES[workspace.kind]
    if fields.get("type") != wanted:
        raise _Unusable(f'it is not of the type "{wanted}", which `kind: {workspace.kind.value}` stands for')
    if workspace.kind is CredentialKind.KEY:
        return _key(fields, workspace.places, trust)
    return _workload(fields, workspace.places, trust)


def _key(fields: Mapping[str, object], places: Places, trust: Trust) -> Key:
    private_key = fields.get("private_key")
    if not isinstance(private_key, str) or not _PEM.fullmatch(private_key):
        raise _Unusable("its `private_key` is no key in PEM form")
    trust.redactor.hide(Secret(private_key))
    stated = fields.get("token_uri")
    if stated not in (None, places.token.url, *TOKEN_URIS):
        raise _Unusable(f"its `token_uri` is another address than {places.token.url}, where keys are used")
    return Key(
        email=_matching(fields, "client_email", _EMAIL),
        key_id=_matching(fields, "private_key_id", _KEY_ID),
        private_key=Secret(private_key),
    )


def _workload(fields: Mapping[str, object], places: Places, trust: Trust) -> Workload:
    exchange = f"{places.sts.url}/v1/token"
    if fields.get("token_url", exchange) != exchange:
        raise _Unusable(f"its `token_url` is another address than {exchange}, where identities are exchanged")
    source = fields.get("credential_source")
    if not isinstance(source, dict):
        raise _Unusable("it has no `credential_source`")
    for name, why in OTHER_SOURCES.items():
        if name in source:
            raise _Unusable(f"its `credential_source` has `{name}`: {why}")
    return Workload(
        email=_target(fields, places),
        audience=_matching(fields, "audience", _AUDIENCE),
        subject_type=_matching(fields, "subject_token_type", _SUBJECT_TYPE),
        source=_source(source, trust),
    )


def _target(fields: Mapping[str, object], places: Places) -> str:
    """The service account that the workload stands for."""
    stated = fields.get("service_account_impersonation_url")
    before, after = f"{places.iam.url}/v1/projects/-/serviceAccounts/", ":generateAccessToken"
    if not isinstance(stated, str):
        raise _Unusable("it has no `service_account_impersonation_url`, and only a service account can act as an admin")
    if not stated.startswith(before) or not stated.endswith(after):
        raise _Unusable(f"its `service_account_impersonation_url` does not lie at {places.iam.url}")
    email = stated.removeprefix(before).removesuffix(after)
    if not _EMAIL.fullmatch(email):
        raise _Unusable("its `service_account_impersonation_url` names no service account")
    return email


def _source(source: Mapping[str, object], trust: Trust) -> AskedAt | ReadFrom:
    url, file = source.get("url"), source.get("file")
    name = _field_name(source.get("format"))
    if isinstance(url, str) and file is None:
        return AskedAt(url=url, place=_trusted(url, trust), headers=_headers(source.get("headers"), trust), name=name)
    if isinstance(file, str) and file and url is None:
        return ReadFrom(reference=SecretReference(kind="file", parts=(("file", file),)), name=name)
    raise _Unusable("its `credential_source` needs either `url` or `file`")


def _field_name(stated: object) -> str | None:
    """The field of a JSON object that holds the token, or ``None`` where it is text and nothing else."""
    fields = {} if stated is None else stated
    kind = fields.get("type", "text") if isinstance(fields, dict) else None
    if kind == "text":
        return None
    name = fields.get("subject_token_field_name") if isinstance(fields, dict) and kind == "json" else None
    if not isinstance(name, str) or not _FIELD.fullmatch(name):
        raise _Unusable("the `format` of its `credential_source` is none that calplan knows")
    return name


def _trusted(url: str, trust: Trust) -> Endpoint:
    """Where an address leads, its query left aside."""
    base, _, query = url.partition("?")
    try:
        place = Endpoint.parse(base)
    except BadEndpointError as error:
        raise _Unusable(f"the `url` of its `credential_source` cannot be used: {error}") from None
    if not _QUERY.fullmatch(query):
        raise _Unusable("the `url` of its `credential_source` has a query that cannot be sent")
    of_github = place.host.endswith(GITHUB) and place.port == HTTPS_PORT and place.scheme == "https"
    if of_github or place.is_loopback or (place.scheme == "https" and place.place in trust.allow_hosts):
        return place
    raise _Unusable(
        f"the `url` of its `credential_source` leads to {place.place}, which is neither GitHub's nor listed in"
        " CALPLAN_ALLOW_HOSTS"
    )


def _headers(stated: object, trust: Trust) -> Secret:
    """The headers to ask with, as JSON: what lets a workload ask who it is stands in them."""
    headers = {} if stated is None else stated
    if not isinstance(headers, dict) or not all(
        isinstance(value, str) and _HEADER_NAME.fullmatch(str(name)) and _HEADER.fullmatch(value)
        for name, value in headers.items()
    ):
        raise _Unusable("the `headers` of its `credential_source` cannot be sent")
    for name, value in headers.items():
        if value and names_a_secret(str(name)):
            trust.redactor.hide(Secret(value.rpartition(" ")[2] or value))
    return Secret(json.dumps(headers))


def _matching(fields: Mapping[str, object], name: str, form: re.Pattern[str]) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _Unusable(f"its `{name}` is missing or not written as Google writes it")
    return value
