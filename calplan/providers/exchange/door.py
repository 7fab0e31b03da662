"""Knocking at a server without credentials: what it says tells whether a password may be brought there at all."""

from collections.abc import Callable
from typing import Final

from calplan.providers.exchange.heard import Ear, Heard
from calplan.providers.exchange.line import Line, ask_nameless
from calplan.providers.exchange.outcomes import Failure, at_the_door
from calplan.providers.exchange.task import SignIn, Target

ENVELOPE: Final = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"'
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Body>'
    '<m:ConvertId DestinationFormat="EntryId"><m:SourceIds>'
    '<t:AlternateId Format="EwsId" Id="DUMMY" Mailbox="DUMMY"/>'
    "</m:SourceIds></m:ConvertId></s:Body></s:Envelope>"
)
"""A question that concerns nobody's mailbox."""


def knock(
    target: Target, line: Callable[[], Line], ear: Ear, timeout: tuple[float, float], sign_in: SignIn | None
) -> frozenset[str] | Failure:
    """The ways of signing in that the server offers; a failure where ``sign_in`` is none of them, or it is no EWS."""
    ear.last = Heard()
    ask_nameless(line, target.url, ENVELOPE.encode(), timeout)
    outcome = at_the_door(ear.last, sign_in)
    return ear.last.schemes if outcome is None else Failure(outcome=outcome, heard=ear.last, wait=ear.last.wait)
