"""The probe, pointed at a simulated Exchange server, with pauses that take no time."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from calplan.model.service import EwsUrl, ExchangeEws, Impersonation, Office365Ews, SecretReference
from calplan.policyfile.documents import StatedProvider
from calplan.providers.checkup import Check, Verdict
from calplan.providers.exchange.attempts import PATIENCE
from calplan.providers.exchange.probing import probe_exchange
from calplan.providers.http.retry import Patience
from calplan.providers.trust import Trust
from tests.providers.zoom.make import Passing
from tests.sandbox.servers.exchange_stage import EVE, SERVICE, USERNAME
from tests.sandbox.servers.stage import Stage

SECRET: Final = "CALPLAN_SECRET_EWS"
FROM_ENV: Final = SecretReference(kind="env", parts=(("env", SECRET),))
QUICK: Final = replace(PATIENCE, connect=5.0, read=5.0, in_all=20.0)


def policy(
    stage: Stage,
    *,
    version: str = "2016",
    account: str | None = SERVICE,
    password: SecretReference | None = FROM_ENV,
    path: str = "/EWS/Exchange.asmx",
) -> ExchangeEws:
    """The service of a policy that leads to a stage."""
    host = stage.url.partition("://")[2]
    stated = (
        None if account is None else Impersonation(account=account, exchange_version=version, password_from=password)
    )
    # Made by hand, since a policy's text may not say http.
    return ExchangeEws(ews_url=EwsUrl(f"{stage.url}{path}", host), impersonation=stated)


def at(url: str) -> ExchangeEws:
    """The service of a policy that leads to a server of another kind."""
    impersonation = Impersonation(account=SERVICE, exchange_version="2016", password_from=FROM_ENV)
    ews = EwsUrl(f"{url}/EWS/Exchange.asmx", url.partition("://")[2])
    return ExchangeEws(ews_url=ews, impersonation=impersonation)


def stated(stage: Stage, **more: str) -> StatedProvider:
    """What an Account document states of the provider; a blank takes a part away."""
    parts = {"probeMailbox": EVE, "username": USERNAME, "caFile": str(stage.authority), **more}
    return StatedProvider(type="exchange", stated={"type": "exchange", **{k: v for k, v in parts.items() if v}})


def probe(
    stage: Stage,
    service: ExchangeEws | Office365Ews | None = None,
    *,
    passing: Passing | None = None,
    trust: Trust | None = None,
    patience: Patience = QUICK,
    **more: str,
) -> tuple[Check, ...]:
    """What a probe finds."""
    return probe_exchange(
        stated(stage, **more),
        Path("corp/account.yaml"),
        service or policy(stage),
        Path("corp/policy.yaml"),
        trust or Trust(),
        (passing or Passing()).time(),
        patience=patience,
    )


def rows(checks: tuple[Check, ...]) -> list[tuple[str, str]]:
    """Each check as its verdict and subject."""
    return [(one.verdict.value, one.subject) for one in checks]


def last(checks: tuple[Check, ...]) -> Check:
    """The one that ended it."""
    assert checks[-1].verdict is Verdict.FAIL
    return checks[-1]
