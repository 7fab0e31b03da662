"""Who a workflow of GitHub is, in an assertion that GitHub signs and Microsoft was told to believe."""

import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from calplan.providers.endpoints import HTTPS_PORT, BadEndpointError, Endpoint
from calplan.providers.errors import InvalidAccountError, NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.secret import Secret
from calplan.providers.trust import Trust

AUDIENCE: Final = "api://AzureADTokenExchange"
URL: Final = "ACTIONS_ID_TOKEN_REQUEST_URL"
TOKEN: Final = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105 - the name of a variable
GITHUB: Final = ".actions.githubusercontent.com"
_PLAIN: Final = re.compile(r"https?://[a-z0-9.:\[\]-]+(/[A-Za-z0-9_.~%/-]*)?(\?[A-Za-z0-9_.~%=&-]*)?")
_SENDABLE: Final = re.compile(r"[\x21-\x7e]+")
OK: Final = 200


def workflow_assertion(trust: Trust, ca_file: Path | None) -> Secret:
    """The assertion that GitHub gives the workflow in which calplan runs.

    Raises:
        NotAuthorisedError: this is no workflow, or it may not have one.
        InvalidAccountError: the workflow's surroundings lead elsewhere than to GitHub; nothing was sent.
        UnreachableError: GitHub does not answer.
    """
    url, token = os.environ.get(URL, ""), os.environ.get(TOKEN, "")
    if not url or not token:
        raise NotAuthorisedError(
            "the credential is `federated` without `from`, so a workflow of GitHub has to say who calplan is, and"
            f" {URL if not url else TOKEN} is not set. Run it there with `permissions: id-token: write`"
        )
    endpoint = _trusted(url, trust)
    if not _SENDABLE.fullmatch(token):
        raise NotAuthorisedError(f"{TOKEN} holds something that no header can; nothing was sent")
    trust.redactor.hide(Secret(token))
    found = _asked(url, endpoint, token, ca_file if endpoint.is_loopback else None)
    if isinstance(found, ProviderError):
        raise found
    trust.redactor.hide(found)
    return found


def _trusted(url: str, trust: Trust) -> Endpoint:
    """The place that assertions come from: GitHub, this machine, or a host that whoever runs calplan vouches for.

    Raises:
        InvalidAccountError: it is another one.
    """
    endpoint: Endpoint | None = None
    if _PLAIN.fullmatch(url):
        parts = urlsplit(url)
        try:
            endpoint = Endpoint.parse(f"{parts.scheme}://{parts.netloc}")
        except BadEndpointError:
            endpoint = None
    if endpoint is None:
        raise InvalidAccountError(f"{URL} is not written as one plain https address; nothing was sent there")
    is_github = endpoint.host.endswith(GITHUB) and endpoint.port == HTTPS_PORT
    is_vouched_for = endpoint.scheme == "https" and endpoint.place in trust.allow_hosts
    if not (is_github or endpoint.is_loopback or is_vouched_for):
        raise InvalidAccountError(
            f"{URL} leads to {endpoint.place}, which is no host below {GITHUB[1:]}; nothing was sent there. Have"
            " whoever runs calplan list the host in CALPLAN_ALLOW_HOSTS if it is meant"
        )
    return endpoint


def _asked(url: str, endpoint: Endpoint, token: str, ca_file: Path | None) -> Secret | ProviderError:
    """What GitHub answers; an error of the library holds the request with its token, so it is left behind here."""
    from calplan.providers.http.session import session  # noqa: PLC0415 - it leads a heavy library

    address = f"{url}{'&' if '?' in url else '?'}audience={AUDIENCE.replace(':', '%3A').replace('/', '%2F')}"
    who = f"the issuer of workflow identities ({endpoint.place})"
    try:
        with session(endpoint, ca_file=ca_file) as opened:
            answer = opened.get(address, headers={"authorization": f"bearer {token}", "accept": "application/json"})
            status, stated = answer.status_code, answer.json() if answer.status_code == OK else None
    except ValueError:
        return UnreachableError(f"{who} answers with something that is not JSON")
    except OSError:
        return UnreachableError(f"{who} could not be reached")
    value = stated.get("value") if isinstance(stated, dict) else None
    if status == OK and isinstance(value, str) and _SENDABLE.fullmatch(value):
        return Secret(value)
    if status == OK:
        return UnreachableError(f"{who} answers without an assertion")
    if status in (401, 403):
        return NotAuthorisedError(
            f"{who} gives no assertion (status {status}). The job needs `permissions: id-token: write`"
        )
    return UnreachableError(f"{who} has trouble of its own (status {status}). Run the command again later")
