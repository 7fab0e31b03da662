"""The XML that Exchange answers with."""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from starlette.responses import Response

from calplan.sandbox.servers.exchange.keys import Build

XML: Final = "text/xml; charset=utf-8"
SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
TYPES: Final = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES: Final = "http://schemas.microsoft.com/exchange/services/2006/messages"
ERRORS: Final = "http://schemas.microsoft.com/exchange/services/2006/errors"
FOLDERS: Final = {"calendar": ("CalendarFolder", "IPF.Appointment"), "contacts": ("ContactsFolder", "IPF.Contact")}


def header_of(build: Build, schema: str | None) -> str:
    """The header of every answer."""
    names = ("MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber")
    numbers = " ".join(f'{name}="{number}"' for name, number in zip(names, build, strict=True))
    named = "" if schema is None else f" Version={quoteattr(schema)}"
    return f'<s:Header><t:ServerVersionInfo xmlns:t="{TYPES}" {numbers}{named}/></s:Header>'


def _enveloped(header: str, body: str) -> bytes:
    whole = f'<s:Envelope xmlns:s="{SOAP}">{header}<s:Body>{body}</s:Body></s:Envelope>'
    return f'<?xml version="1.0" encoding="utf-8"?>{whole}'.encode()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is answered instead of the operation's own answer; ``back_off`` is in milliseconds."""

    code: str
    words: str
    back_off: int | None = None

    def response(self, header: str) -> Response:
        """The fault as it is sent."""
        wait = (
            ""
            if self.back_off is None
            else f'<t:MessageXml xmlns:t="{TYPES}"><t:Value Name="BackOffMilliseconds">{self.back_off}</t:Value>'
            "</t:MessageXml>"
        )
        words = escape(self.words)
        body = (
            f'<s:Fault><faultcode xmlns:a="{TYPES}">a:{self.code}</faultcode><faultstring xml:lang="en-US">{words}'
            f'</faultstring><detail><e:ResponseCode xmlns:e="{ERRORS}">{self.code}</e:ResponseCode>'
            f'<e:Message xmlns:e="{ERRORS}">{words}</e:Message>{wait}</detail></s:Fault>'
        )
        return Response(_enveloped(header, body), 500, media_type=XML)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that an operation states in its own answer; ``more`` is XML that goes with it."""

    code: str
    words: str
    more: str = ""


def answered(header: str, operation: str, outcome: str | Refusal) -> Response:
    """The answer of an operation: what it gives, or why it does not."""
    match outcome:
        case Refusal(code=code, words=words, more=more):
            kind, inside = "Error", f"<m:MessageText>{escape(words)}</m:MessageText><m:ResponseCode>{code}"
            inside += "</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>"
            inside += f"<m:MessageXml>{more}</m:MessageXml>" if more else ""
        case _:
            kind, inside = "Success", f"<m:ResponseCode>NoError</m:ResponseCode>{outcome}"
    message = f'<m:{operation}ResponseMessage ResponseClass="{kind}">{inside}</m:{operation}ResponseMessage>'
    body = f"<m:ResponseMessages>{message}</m:ResponseMessages>"
    whole = f'<m:{operation}Response xmlns:m="{MESSAGES}" xmlns:t="{TYPES}">{body}</m:{operation}Response>'
    return Response(_enveloped(header, whole), media_type=XML)


def busy_inside(header: str, operation: str) -> Response:
    """A busy server's answer with status 200: the true error is named inside of another."""
    values = {"InnerErrorResponseCode": "ErrorServerBusy", "InnerErrorMessageText": "The server cannot service this."}
    inner = "".join(f'<t:Value Name="{name}">{value}</t:Value>' for name, value in values.items())
    return answered(header, operation, Refusal("ErrorInternalServerError", "An internal server error occurred.", inner))


def folder(mailbox: str, name: str) -> str:
    """The header of a folder, as ``GetFolder`` gives it."""
    kind, holds = FOLDERS[name]
    identity = b64encode(sha256(f"{mailbox}\0{name}".encode()).digest()).decode()
    return (
        f'<m:Folders><t:{kind}><t:FolderId Id="{identity}" ChangeKey="AgAAABYAAAA"/>'
        f"<t:FolderClass>{holds}</t:FolderClass><t:DisplayName>{name.title()}</t:DisplayName>"
        f"<t:TotalCount>0</t:TotalCount></t:{kind}></m:Folders>"
    )


def resolution(mailbox: str) -> str:
    """The one mailbox that a name stands for."""
    name = escape(mailbox)
    return (
        '<m:ResolutionSet TotalItemsInView="1" IncludesLastItemInRange="true"><t:Resolution><t:Mailbox>'
        f"<t:Name>{name}</t:Name><t:EmailAddress>{name}</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType>"
        "<t:MailboxType>Mailbox</t:MailboxType></t:Mailbox></t:Resolution></m:ResolutionSet>"
    )


TIME_ZONES: Final = (
    "<m:TimeZoneDefinitions>"
    '<t:TimeZoneDefinition Id="UTC" Name="(UTC) Coordinated Universal Time"/>'
    "</m:TimeZoneDefinitions>"
)
