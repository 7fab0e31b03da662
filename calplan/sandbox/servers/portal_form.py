"""What a person typed into a form of the portal, as a value to be saved or as what is wrong with it.

``ServiceForm`` has every field of the form as text, so that a form with a mistake is shown again as it was filled in. A
password is taken note of and let go: it is in no form that is shown, in no log, and in no account.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from calplan.model.domain import BadDomainError, Domain
from calplan.model.permissions import Permission, Permissions
from calplan.model.service import (
    BadEwsUrlError,
    EwsUrl,
    ExchangeEws,
    ExchangeMapi,
    Google,
    Impersonation,
    Office365Ews,
    Office365Graph,
    Service,
)
from calplan.model.unknown import Unknown
from calplan.sandbox.servers.portal_words import EXCHANGE_VERSIONS

OFFICE365: Final = "office365"
EXCHANGE: Final = "exchange"
GOOGLE: Final = "google"
EWS: Final = "ews"
GRAPH: Final = "graph"
MAPI: Final = "mapi"
TICKED: Final = "on"
LONGEST_LIST: Final = 1000

Mistakes = Mapping[str, str]
"""What is wrong, by the name of the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceForm:
    """The form of the default service, filled in."""

    service: str = ""
    authorise: str = GRAPH
    method: str = EWS
    ews_url: str = ""
    calendar: str = "none"
    contacts: str = "none"
    impersonate: bool = False
    account: str = ""
    password_typed: bool = False
    version: str = "2016"

    @classmethod
    def of(cls, service: Service | Unknown) -> Self:
        """The form as it shows a service that is saved."""
        match service:
            case Office365Graph(permissions=levels):
                return cls(service=OFFICE365, calendar=levels.calendar.value, contacts=levels.contacts.value)
            case Google(permissions=levels):
                return cls(service=GOOGLE, calendar=levels.calendar.value, contacts=levels.contacts.value)
            case Office365Ews(ews_url=url):
                return cls(service=OFFICE365, authorise=EWS, ews_url=url.text)
            case ExchangeMapi():
                return cls(service=EXCHANGE, method=MAPI)
            case ExchangeEws(ews_url=url, impersonation=Impersonation() as acting):
                return cls(
                    service=EXCHANGE,
                    ews_url=url.text,
                    impersonate=True,
                    account=acting.account,
                    version=acting.exchange_version,
                )
            case ExchangeEws(ews_url=url):
                return cls(service=EXCHANGE, ews_url=url.text)
            case Unknown():
                return cls()

    @classmethod
    def filled_in(cls, posted: Mapping[str, str]) -> Self:
        """The form as a browser sends it; what is not sent is not ticked."""
        return cls(
            service=posted.get("service", ""),
            authorise=posted.get("authorise", GRAPH),
            method=posted.get("method", EWS),
            ews_url=posted.get("ews_url", "").strip(),
            calendar=_level(posted, "calendar"),
            contacts=_level(posted, "contacts"),
            impersonate=posted.get("impersonate") == TICKED,
            account=posted.get("account", "").strip(),
            password_typed=bool(posted.get("password")),
            version=posted.get("version", ""),
        )


def _level(posted: Mapping[str, str], name: str) -> str:
    """The level that two boxes stand for; whoever may write may read."""
    if posted.get(f"{name}_write") == TICKED:
        return Permission.WRITE.value
    return Permission.READ.value if posted.get(f"{name}_read") == TICKED else Permission.NONE.value


@dataclass(slots=True)
class ServiceReading:
    """Reads a form into the service it asks for; ``mistakes`` says what keeps it from being one."""

    form: ServiceForm
    saved: Service | Unknown
    mistakes: dict[str, str] = field(default_factory=dict)

    def service(self) -> Service | None:
        """The service, or ``None`` where something is wrong."""
        service = self._service()
        return None if self.mistakes else service

    def _service(self) -> Service | None:
        match self.form.service, self.form.authorise, self.form.method:
            case "office365", "graph", _:
                levels = self._permissions()
                return None if levels is None else Office365Graph(permissions=levels)
            case "office365", "ews", _:
                url = self._url()
                return None if url is None else Office365Ews(ews_url=url)
            case "google", _, _:
                levels = self._permissions()
                return None if levels is None else Google(permissions=levels)
            case "exchange", _, "mapi":
                return ExchangeMapi()
            case "exchange", _, "ews":
                url, acting = self._url(), self._impersonation()
                return None if url is None else ExchangeEws(ews_url=url, impersonation=acting)
            case _:
                self._wrong("service", "Choose a service.")
                return None

    def _wrong(self, name: str, what: str) -> None:
        self.mistakes[name] = what

    def _permissions(self) -> Permissions | None:
        calendar, contacts = Permission(self.form.calendar), Permission(self.form.contacts)
        if calendar is contacts is Permission.NONE:
            self._wrong("calendar_read", "Choose a permission for the calendar or for contacts.")
            return None
        return Permissions(calendar=calendar, contacts=contacts)

    def _url(self) -> EwsUrl | None:
        try:
            return EwsUrl.parse(self.form.ews_url)
        except BadEwsUrlError as error:
            self._wrong("ews_url", f"Enter the address of the server: {error}.")
            return None

    def _impersonation(self) -> Impersonation | Unknown | None:
        before = self.saved.impersonation if isinstance(self.saved, ExchangeEws) else None
        if not self.form.impersonate:
            # What nobody knows stays as it is: the form could not show it.
            return before if isinstance(before, Unknown) else None
        if "@" not in self.form.account:
            self._wrong("account", "Enter the address of the impersonation account.")
        if self.form.version not in EXCHANGE_VERSIONS:
            self._wrong("version", "Choose the version of the server.")
        had = before if isinstance(before, Impersonation) else None
        if not self.form.password_typed and (had is None or had.account != self.form.account.lower()):
            self._wrong("password", "Enter the password of the impersonation account.")
        return Impersonation(
            account=self.form.account,
            exchange_version=self.form.version,
            password_version=_version_after(had, typed=self.form.password_typed),
        )


def _version_after(had: Impersonation | None, *, typed: bool) -> int | Unknown:
    """The number of the password: a new one for each that is typed, since nobody can compare passwords."""
    if had is None:
        return 1
    if not typed:
        return had.password_version
    return 1 if isinstance(had.password_version, Unknown) else had.password_version + 1


def domains_in(text: str) -> tuple[frozenset[Domain], Mistakes]:
    """The domains of a list with commas, and what is wrong with it."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        return frozenset(), {"domains": "Enter at least one domain."}
    if len(parts) > LONGEST_LIST:
        return frozenset(), {"domains": f"Enter at most {LONGEST_LIST} domains."}
    found = list(_parsed(parts))
    wrong = [part for part, domain in found if domain is None]
    if wrong:
        return frozenset(), {"domains": f"{', '.join(wrong)}: no domain; put a comma between two."}
    return frozenset(domain for _, domain in found if domain is not None), {}


def _parsed(parts: list[str]) -> Iterator[tuple[str, Domain | None]]:
    for part in parts:
        try:
            yield part, Domain.parse(part)
        except BadDomainError:
            yield part, None
