"""Whether calplan can do its work at Microsoft: secret, token, permissions, application, clock. It only reads."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from calplan.policyfile.documents import StatedProvider
from calplan.providers.checkup import Check, doubtful, failed, passed
from calplan.providers.errors import NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.http.client import Reader
from calplan.providers.http.retry import Time, server_time
from calplan.providers.microsoft.calls import Calls, quoted
from calplan.providers.microsoft.connecting import Clock, Tenant, server_of, tenant_of
from calplan.providers.microsoft.grants import GRAPH_APP, principals_of
from calplan.providers.microsoft.permissions import CONSENTS, MAILBOXES, POLICY, WRITING, AnyOf
from calplan.providers.trust import Trust

SKEW: Final = timedelta(seconds=60)
APP: Final = "calplan's application in Microsoft Entra (API permissions, application permissions of Microsoft Graph)"


def check_microsoft(
    stated: StatedProvider, file: Path, trust: Trust, clock: Clock, time: Time | None = None
) -> Iterator[Check]:
    """What a look at the tenant finds, up to what makes going on useless."""
    tenant = tenant_of(stated, file)
    try:
        server = server_of(stated, file, trust, time)
    except ProviderError as error:
        yield failed("secret", error, "provide what `credential` of the Microsoft provider names")
        return
    yield passed("secret", "the credential of the Microsoft provider is at hand")
    try:
        reader = Reader(server)
    except ProviderError as error:
        yield failed("caFile", error, "correct `caFile` of the Microsoft provider")
        return
    with reader:
        calls = Calls(reader, server.time)
        try:
            granted = calls.permissions()
        except ProviderError as error:
            yield failed("token", error, _about_token(error))
            return
        yield passed("token", f"{tenant.source} gave one to application {tenant.client_id}")
        yield from _permissions(granted)
        if granted is not None and granted.isdisjoint(CONSENTS):
            return
        try:
            yield _application(calls, tenant)
            yield _clock(reader, clock)
        except ProviderError as error:
            yield failed("application", error, "see the line above it for permissions; else try again later")


def _about_token(error: ProviderError) -> str:
    if isinstance(error, UnreachableError):
        return "make `endpoints.login`, or Microsoft's own address, reachable from this machine"
    if isinstance(error, NotAuthorisedError):
        return "compare `tenantId`, `clientId` and the credential with the application in Microsoft Entra"
    return "correct `endpoints` of the provider in the Account document"


def _permissions(granted: frozenset[str] | None) -> Iterator[Check]:
    """The permissions that are there against those that each command needs."""
    if granted is None:
        yield doubtful("permissions", "the token does not tell them", f"look at {APP}")
        return
    yield _needed("permissions to plan", CONSENTS, granted, necessary=True)
    yield _needed("permission to read what users may consent to", POLICY, granted, necessary=False)
    yield _needed("permission to see where mailboxes lie", MAILBOXES, granted, necessary=False)
    yield _needed("permission to apply", WRITING, granted, necessary=False)


def _needed(subject: str, any_of: AnyOf, granted: frozenset[str], *, necessary: bool) -> Check:
    """Whether one of several permissions is there, the least of them first."""
    least = any_of[0]
    if not granted.isdisjoint(any_of):
        return passed(subject, "granted")
    fix = f"add {least} to {APP} and consent to it as an administrator"
    if necessary:
        return failed(subject, NotAuthorisedError(f"missing: {least}"), fix)
    return doubtful(subject, f"missing: {least}", fix)


def _application(calls: Calls, tenant: Tenant) -> Check:
    """Whether the vendor's application is known to the tenant."""
    if principals_of(calls, tenant.app_id).client is None:
        found = f"nobody in {tenant.source} ever consented to application {tenant.app_id}"
        return doubtful(
            "application", found, "see that `appId` is the vendor's application; else nothing is to be done"
        )
    return passed("application", f"application {tenant.app_id} is known to {tenant.source}")


def _clock(reader: Reader, clock: Clock) -> Check:
    """How far the clock of this machine is from Microsoft's: assertions and ages of evidence rest on it."""
    answer = reader.get("servicePrincipals", query={"$filter": f"appId eq {quoted(GRAPH_APP)}", "$select": "id"})
    theirs = server_time(answer.headers)
    if theirs is None:
        return doubtful(
            "clock", "Microsoft did not say what time it is", "compare this machine's clock with another one"
        )
    skew = clock() - theirs
    if abs(skew) <= SKEW:
        return passed("clock", f"within {SKEW.seconds} seconds of Microsoft's")
    side = "ahead of" if skew > timedelta() else "behind"
    seconds = abs(round(skew.total_seconds()))
    return doubtful("clock", f"this machine is {seconds:,} seconds {side} Microsoft", "set the clock of this machine")
