"""How an account at Zoom is opened for a plan: with a client that can only read."""

from calplan.policyfile.documents import AccountDocument
from calplan.providers.base import Memory, Platform
from calplan.providers.http.client import Reader
from calplan.providers.http.paces import Paces
from calplan.providers.http.retry import Time
from calplan.providers.observing import Observe, unobserved
from calplan.providers.trust import Trust
from calplan.providers.zoom.calls import Calls
from calplan.providers.zoom.connecting import Clock, server_of
from calplan.providers.zoom.platform import ZoomPlatform


def read_zoom(
    account: AccountDocument,
    trust: Trust,
    clock: Clock,
    time: Time | None = None,
    *,
    observe: Observe = unobserved,
    reading: Memory | None = None,
    paces: Paces | None = None,
) -> Platform:
    """The account, to be read only; ``paces`` are those of other accounts, ``reading`` keeps how far it came."""
    return ZoomPlatform(Calls(Reader(server_of(account, trust, time, observe, paces=paces))), account, clock, reading)
