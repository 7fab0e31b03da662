"""How Google is opened for a plan: with clients that can only read."""

from datetime import timedelta
from pathlib import Path

from calplan.policyfile.documents import StatedProvider
from calplan.providers.base import EvidenceProvider, Memory
from calplan.providers.credentials import google_credential
from calplan.providers.google.connecting import Clock, servers_of, stated_workspace
from calplan.providers.google.evidence import GoogleEvidence
from calplan.providers.http.paces import Paces
from calplan.providers.http.retry import Time
from calplan.providers.observing import Observe, unobserved
from calplan.providers.trust import Trust


def read_google(  # noqa: PLR0917 - what every source of evidence is opened with
    stated: StatedProvider,
    file: Path,
    trust: Trust,
    clock: Clock,
    memory: Memory,
    max_age: timedelta,
    time: Time | None = None,
    *,
    observe: Observe = unobserved,
    paces: Paces | None = None,
) -> EvidenceProvider:
    """The customer that a provider of the document ``file`` states, to be read only.

    What ``memory`` keeps counts until it is as old as ``max_age``; ``paces`` are those of other accounts as well.

    Raises:
        ProviderError: its credential cannot be resolved, or must not be used.
    """
    workspace = stated_workspace(stated, file)
    name = google_credential(stated.stated, file)
    servers = servers_of(workspace, trust, time, observe, paces=paces, name=name)
    return GoogleEvidence(workspace, servers, clock, memory, max_age)
