"""The probe of an Exchange server: one mailbox opened, with the real library, or one error."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from calplan.providers.checkup import Verdict
from calplan.providers.exchange.builds import SUBJECT
from calplan.sandbox.servers.exchange.vendor import SERVICE, Exchange
from tests.contract.scene import Read, Scene, State
from tests.providers.exchange.make import QUICK, SECRET, probe
from tests.providers.zoom.make import Passing
from tests.sandbox.servers.exchange_stage import EVE, PASSWORD, exchange_serving
from tests.sandbox.servers.stage import Stage

READING = frozenset({"ConvertId", "GetFolder", "ResolveNames"})
CHECKS = ["EWS answer", "EWS sign-in", SUBJECT, "impersonation: calendar", "impersonation: contacts"]


@dataclass(kw_only=True)
class AtExchange(Scene):
    """A probe; "connected" is a mailbox whose calendar and contacts were both opened."""

    stage: Stage
    exchange: Exchange
    passing: Passing
    everybody: Mapping[str, State]
    missing = "ApplicationImpersonation"
    patience = QUICK.in_all
    survives_drops = False

    def read(self) -> Read:
        checks = probe(self.stage, passing=self.passing)
        last = checks[-1]
        if last.verdict is Verdict.FAIL:
            assert last.error is not None
            raise type(last.error)(f"{last.found}: {last.fix}")
        subjects = [one.subject for one in checks if one.verdict is Verdict.OK]
        return Read(people={EVE: State.CONNECTED if subjects == CHECKS else State.UNKNOWN})

    def changed(self) -> list[str]:
        return [one.operation for one in self.exchange.asked if one.operation not in READING]

    def trouble(self, kind: str, times: int = 1) -> None:
        self.stage.fault(f"POST {SERVICE}:{kind}x{times}")

    def forbid(self) -> None:
        self.exchange.keys = replace(self.exchange.keys, may_impersonate=False)

    def asked(self) -> list[str]:
        return self.stage.asked()

    def paused(self) -> float:
        return self.passing.passed


@contextmanager
def exchange(patch: pytest.MonkeyPatch, *, empty: bool = False) -> Iterator[AtExchange]:
    """An Exchange server with a mailbox to probe."""
    assert not empty, "a probe is of one mailbox"
    patch.setenv(SECRET, PASSWORD)
    with exchange_serving(patch) as (stage, server):
        yield AtExchange(stage=stage, exchange=server, passing=Passing(), everybody={EVE: State.CONNECTED})
