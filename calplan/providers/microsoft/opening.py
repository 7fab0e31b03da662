"""How a Microsoft tenant is opened for a plan: with a client that can only read."""

from pathlib import Path

from calplan.policyfile.documents import StatedProvider
from calplan.providers.base import EvidenceProvider
from calplan.providers.http.client import Reader
from calplan.providers.http.retry import Time
from calplan.providers.microsoft.calls import Calls
from calplan.providers.microsoft.connecting import Clock, server_of, tenant_of
from calplan.providers.microsoft.tenant import MicrosoftTenant
from calplan.providers.observing import Observe, unobserved
from calplan.providers.trust import Trust


def read_microsoft(
    stated: StatedProvider,
    file: Path,
    trust: Trust,
    clock: Clock,
    time: Time | None = None,
    *,
    probe_mailboxes: bool = True,
    observe: Observe = unobserved,
) -> EvidenceProvider:
    """The tenant, to be read only; ``file`` is the Account document. ``probe_mailboxes`` asks where mailboxes lie.

    Raises:
        ProviderError: its credential cannot be resolved.
    """
    server = server_of(stated, file, trust, time, observe)
    calls = Calls(Reader(server), server.time)
    return MicrosoftTenant(calls, tenant_of(stated, file), clock, probe_mailboxes=probe_mailboxes)
