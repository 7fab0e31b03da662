"""Whether calplan can do its work at Zoom: secret, token, scopes, clock, account. All of it only reads."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from calplan.model.policy import CalendarPolicy
from calplan.model.unknown import UNMANAGED, Unknown
from calplan.policyfile.documents import AccountDocument
from calplan.providers.checkup import Check, doubtful, failed, passed
from calplan.providers.errors import NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.http.answer import Answer
from calplan.providers.http.client import Reader
from calplan.providers.http.retry import Time, server_time
from calplan.providers.trust import Trust
from calplan.providers.zoom.calls import Calls, MissingScopeError
from calplan.providers.zoom.connecting import Clock, account_id, server_of
from calplan.providers.zoom.messages import UserPage, decoded
from calplan.providers.zoom.platform import ZoomPlatform
from calplan.providers.zoom.routes import HINTS, PLAN, PRIVATE_EVENTS, USERS, WRITES, Route

SKEW: Final = timedelta(seconds=60)
APP: Final = "the server-to-server OAuth app at marketplace.zoom.us"


def check_zoom(
    account: AccountDocument, policy: CalendarPolicy | None, trust: Trust, clock: Clock, time: Time | None = None
) -> Iterator[Check]:
    """What a look at the account finds, up to what makes going on useless."""
    yield _record(account)
    try:
        server = server_of(account, trust, time)
        reader = Reader(server)
    except ProviderError as error:
        yield failed("secret", error, "provide what `platform.credential` of the Account document names")
        return
    yield passed("secret", "the credential of the platform is at hand")
    with reader:
        try:
            granted = reader.sign_in().scopes
        except ProviderError as error:
            yield failed("token", error, _about_token(error))
            return
        yield passed("token", f"Zoom gave one; it acts as the owner of account {account_id(account)}")
        yield from _scopes(granted, private_events=policy is not None and policy.private_events is not None)
        try:
            calls = Calls(reader)
            answer = calls.answer(USERS, query={"status": "active", "page_size": 1})
            page = decoded(answer, UserPage, USERS.shown())
        except MissingScopeError:
            return
        except ProviderError as error:
            yield failed("account", error, "see the line above it for scopes; else try again later")
            return
        count = f": {page.total_records:,} active users" if isinstance(page.total_records, int) else ""
        yield passed("account", f"{server.api.place} answers for account {account_id(account)}{count}")
        yield _clock(answer, clock)
        yield from _domains(ZoomPlatform(calls, account, clock), policy)


def _record(account: AccountDocument) -> Check:
    """What is known of the settings, which no token helps with."""
    attested = account.attested
    if attested is None:
        fix = "look at the settings in the portal and state them in a PortalRecord document beside the Account document"
        return doubtful(
            "settings", "there is no PortalRecord, so every setting is unknown: Zoom has no API for them", fix
        )
    return passed("settings", f"PortalRecord {attested.name}, attested by {attested.by} on {attested.at:%Y-%m-%d}")


def _about_token(error: ProviderError) -> str:
    if isinstance(error, UnreachableError):
        return "make `platform.endpoints.token`, or Zoom's own address, reachable from this machine"
    if isinstance(error, NotAuthorisedError):
        return f"compare `platform.accountId`, `clientId` and the secret with {APP}, and see that it is activated"
    return "correct `platform.endpoints` in the Account document"


def _scopes(granted: frozenset[str] | None, *, private_events: bool) -> Iterator[Check]:
    """The scopes that are there against those that each command needs."""
    if granted is None:
        yield doubtful("scopes", "Zoom did not say which it granted", f"look at the scopes of {APP}")
        return
    planning = (*PLAN, *PRIVATE_EVENTS) if private_events else PLAN
    yield _needed("scopes to plan", planning, granted, necessary=True)
    why = "private events" if private_events else "private events, which no policy here manages"
    yield _needed(f"scopes to apply {why}", WRITES, granted, necessary=private_events)
    yield _needed("other scopes", HINTS, granted, necessary=False)


def _needed(subject: str, routes: tuple[Route, ...], granted: frozenset[str], *, necessary: bool) -> Check:
    missing = ", ".join(dict.fromkeys(one.scope for one in routes if not one.allowed_by(granted)))
    if not missing:
        return passed(subject, "all granted")
    fix = f"add them to {APP} and activate it again"
    if necessary:
        return failed(subject, NotAuthorisedError(f"missing: {missing}"), fix)
    return doubtful(subject, f"missing: {missing}", fix)


def _clock(answer: Answer, clock: Clock) -> Check:
    """How far the clock of this machine is from Zoom's: ages of evidence rest on it."""
    theirs = server_time(answer.headers)
    if theirs is None:
        return doubtful("clock", "Zoom did not say what time it is", "compare this machine's clock with another one")
    skew = clock() - theirs
    seconds = abs(round(skew.total_seconds()))
    if abs(skew) <= SKEW:
        return passed("clock", f"within {SKEW.seconds} seconds of Zoom's")
    side = "ahead of" if skew > timedelta() else "behind"
    return doubtful("clock", f"this machine is {seconds:,} seconds {side} Zoom", "set the clock of this machine")


def _domains(platform: ZoomPlatform, policy: CalendarPolicy | None) -> Iterator[Check]:
    """The domains that a policy lets in, against those that the account manages; nothing where nobody may know."""
    allowed = UNMANAGED if policy is None else policy.settings.allowed_domains
    if not isinstance(allowed, frozenset):
        return
    try:
        managed = platform.managed_domains()
    except ProviderError as error:
        yield doubtful("domains", str(error), "nothing rests on it; compare allowedDomains with the portal by hand")
        return
    if isinstance(managed, Unknown):
        return
    foreign = sorted({one.name for one in allowed} - managed)
    if foreign:
        found = f"the account does not manage {', '.join(foreign)}, which allowedDomains lets in"
        yield doubtful("domains", found, "see that it is meant: whoever has an address there may integrate")
        return
    yield passed("domains", "the account manages every domain that allowedDomains lets in")
