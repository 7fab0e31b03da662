"""Tokens for Graph, asked for by Microsoft's library over a connection of ours, with its failures put into words."""

import json
import ssl
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from calplan.providers.endpoints import VENDOR_HOSTS, Endpoint
from calplan.providers.errors import InvalidAccountError, NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.http.answer import Answer
from calplan.providers.http.retry import Patience, Time, in_words
from calplan.providers.http.tokens import Token, token_in
from calplan.providers.microsoft.credentials import Credential
from calplan.providers.microsoft.listening import Listening, StoppedError, Trouble, codes_in

PATIENCE: Final = Patience(attempts=4, in_all=60.0)
ADVICE: Final[Mapping[int, str]] = {
    # https://learn.microsoft.com/entra/identity-platform/reference-error-codes
    90002: "there is no such tenant; compare `tenantId` and `cloud`",
    50034: "there is no such account in the tenant",
    700016: "the tenant has no application with this `clientId`; compare both",
    7000215: "the secret is not the application's; it is the value of one that is wanted, not its id",
    7000222: "the secret has expired; make a new one",
    700027: "the application has no such certificate, or it has expired; upload it",
    700024: "the assertion is not valid at this time; set the clock of this machine",
    70021: "no federated credential of the application matches issuer, subject and audience of the assertion",
    700211: "no federated credential of the application matches the issuer of the assertion",
    700212: "no federated credential of the application matches the audience of the assertion",
    700213: "no federated credential of the application matches the subject of the assertion",
    53003: "a Conditional Access policy of the tenant forbids it",
}
_FAILURES: Final = (OSError, ValueError, LookupError, TypeError, RuntimeError)
"""What the library lets through beside its own error: of ``requests``, of JSON, of documents that lack something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """The application that calplan is in a tenant, and where it signs in: at the first of ``logins``."""

    tenant_id: str
    client_id: str
    logins: tuple[Endpoint, ...]
    scope: str
    ca_file: Path | None

    @property
    def authority(self) -> str:
        """The address of the tenant where it signs in."""
        return f"{self.logins[0].url}/{quote(self.tenant_id, safe='')}"


class SigningIn:
    """Where tokens for Graph come from. Nothing is kept: whoever asks keeps the token until it is used up."""

    def __init__(self, registration: Registration, credential: Credential, time: Time) -> None:
        self._registration = registration
        self._credential = credential
        self._time = time

    def token(self, now: float) -> Token:
        """A token with the application's permissions as its scopes, where it tells them.

        Raises:
            ProviderError: there is none.
        """
        login = self._registration.logins[0]
        if login.scheme != "https":
            raise InvalidAccountError(
                f"`endpoints.login` is {login.url}, and Microsoft's library signs in over https alone. Give an https"
                " address, with `caFile` for a certificate of your own"
            )
        given = self._given()
        if isinstance(given, ProviderError):
            raise given
        # As an answer, so that every token is held to the same rules.
        return token_in(Answer(status=200, headers={}, body=json.dumps(given).encode(), place=login.place), now)

    def _given(self) -> Mapping[str, object] | ProviderError:
        """What is answered in the end, asked for as often as is sensible."""
        time = self._time
        end = time.ticks() + PATIENCE.in_all
        tries = 1
        while True:
            outcome = self._once()
            if not isinstance(outcome, Trouble):
                return outcome
            pause = (outcome.wait or 0.0) + PATIENCE.pause_before(tries + 1, time.chance())
            over = time.ticks() + pause > end
            if not outcome.again or tries >= PATIENCE.attempts or over:
                return self._error(outcome, tries)
            time.sleep(pause)
            tries += 1

    def _once(self) -> Mapping[str, object] | Trouble:
        """One try. It makes everything anew: the library would keep a token that Graph does not take any more."""
        try:
            revealed = self._credential.reveal()
        except UnreachableError as error:
            return Trouble(reason=str(error), again=True, is_whole=True)
        from msal import ConfidentialClientApplication  # noqa: PLC0415 - heavy
        from msal.exceptions import MsalError  # noqa: PLC0415 - heavy

        from calplan.providers.http.session import session  # noqa: PLC0415 - it leads a heavy library

        stated = self._registration
        # The vendor's own hosts name issuers that the library knows how to take only as a plain authority.
        is_vendor = stated.logins[0].host in VENDOR_HOSTS["microsoft"]
        with session(*stated.logins, ca_file=stated.ca_file) as opened:
            listening = Listening(opened)
            try:
                application = ConfidentialClientApplication(
                    stated.client_id,
                    client_credential=revealed,
                    authority=stated.authority if is_vendor else None,
                    oidc_authority=None if is_vendor else stated.authority,
                    instance_discovery=False,
                    azure_region=ConfidentialClientApplication.DISABLE_MSAL_FORCE_REGION,
                    http_client=listening,
                )
                result: dict[str, object] = application.acquire_token_for_client([stated.scope])
            except StoppedError as stopped:
                return stopped.trouble
            except MsalError:
                return Trouble(reason="it has trouble of its own", again=True)
            except _FAILURES as error:
                return _of_failure(error, stated)
        return _refused(result) if "access_token" not in result else {**result, "scope": _roles(result)}

    def _error(self, trouble: Trouble, tries: int) -> ProviderError:
        """The error that a trouble ends in: one sentence, with Microsoft's code and without its words."""
        who = f"Microsoft's sign-in ({self._registration.logins[0].place})"
        if trouble.is_whole:
            return UnreachableError(trouble.reason)
        if trouble.is_refusal:
            return NotAuthorisedError(f"{who} does not let calplan in: {trouble.reason}")
        if trouble.wait is not None:
            when = in_words(trouble.wait, self._time.now())
            return UnreachableError(f"{who} takes no more requests before {when}. Run the command again after that")
        often = f", tried {tries} times" if tries > 1 else ""
        return UnreachableError(f"{who} gives no token: {trouble.reason}{often}")


def _refused(result: Mapping[str, object]) -> Trouble:
    """Why no token was given."""
    codes = codes_in(result)
    advice = next((ADVICE[code] for code in codes.numbers if code in ADVICE), None)
    named = ", ".join(f"AADSTS{code}" for code in codes.numbers) or codes.word or "it does not say why"
    return Trouble(reason=f"{named}{f' ({advice})' if advice else ''}", is_refusal=True)


def _of_failure(error: BaseException, stated: Registration) -> Trouble:
    """What a failure of the library or of its connection means."""
    from calplan.providers.http.session import ForeignRequestError  # noqa: PLC0415 - it leads a heavy library

    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, ForeignRequestError):
            return Trouble(reason="it leads to another host, where nothing was sent. Correct `endpoints.login`")
        if isinstance(chain, ssl.SSLCertVerificationError):
            return Trouble(reason=f"its certificate is not trusted ({chain.verify_message})")
        if isinstance(chain, TimeoutError):
            return Trouble(reason="it did not answer in time", again=True)
        chain = chain.__cause__ or chain.__context__
    if isinstance(error, OSError):
        return Trouble(reason="no connection came about, or it broke", again=True)
    return Trouble(
        reason=f"what it publishes about itself does not belong to {stated.authority}: the issuer or an address in it"
        " is missing or another's. Correct `endpoints.login` or `tenantId`",
        is_refusal=True,
    )


def _roles(result: Mapping[str, object]) -> str | None:
    """The application's permissions as the token states them, or ``None`` where nobody can read it.

    Nothing is verified and nothing rests on it but what is worth asking for: Graph decides what is allowed.
    """
    middle = str(result.get("access_token")).split(".")[1:2]
    try:
        claims = json.loads(urlsafe_b64decode(middle[0] + "=" * (-len(middle[0]) % 4))) if middle else None
    except (ValueError, RecursionError):
        return None
    roles = claims.get("roles") if isinstance(claims, dict) else None
    return " ".join(one for one in roles if isinstance(one, str)) if isinstance(roles, list) else None
