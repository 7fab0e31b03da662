"""How an account at Zoom is opened: for a plan with a client that can only read, for an apply with one that writes."""

from calplan.policyfile.documents import AccountDocument
from calplan.providers.base import Platform, WritablePlatform
from calplan.providers.catalog import Opening
from calplan.providers.http.client import Reader, Writer
from calplan.providers.http.retry import Time
from calplan.providers.zoom.calls import Calls, WritingCalls
from calplan.providers.zoom.connecting import server_of
from calplan.providers.zoom.platform import ZoomPlatform
from calplan.providers.zoom.writing import WritableZoomPlatform


def read_zoom(account: AccountDocument, opening: Opening, time: Time | None = None) -> Platform:
    """The account, to be read only."""
    return ZoomPlatform(Calls(Reader(server_of(account, opening, time))), account, opening.clock)


def write_zoom(account: AccountDocument, opening: Opening, time: Time | None = None) -> WritablePlatform:
    """The account, to be written."""
    return WritableZoomPlatform(WritingCalls(Writer(server_of(account, opening, time))), account, opening.clock)
