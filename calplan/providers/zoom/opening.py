"""How an account at Zoom is opened: for a plan with a client that can only read, for an apply with one that writes."""

from calplan.policyfile.documents import AccountDocument
from calplan.providers.base import Platform, WritablePlatform
from calplan.providers.http.client import Reader, Writer
from calplan.providers.http.retry import Time
from calplan.providers.trust import Trust
from calplan.providers.zoom.calls import Calls, WritingCalls
from calplan.providers.zoom.connecting import Clock, server_of
from calplan.providers.zoom.platform import ZoomPlatform
from calplan.providers.zoom.writing import WritableZoomPlatform


def read_zoom(account: AccountDocument, trust: Trust, clock: Clock, time: Time | None = None) -> Platform:
    """The account, to be read only."""
    return ZoomPlatform(Calls(Reader(server_of(account, trust, time))), account, clock)


def write_zoom(account: AccountDocument, trust: Trust, clock: Clock, time: Time | None = None) -> WritablePlatform:
    """The account, to be written."""
    return WritableZoomPlatform(WritingCalls(Writer(server_of(account, trust, time))), account, clock)
