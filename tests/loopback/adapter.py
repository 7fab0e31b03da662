"""An adapter for the five routes, as a real one is built: on ``providers/http``, for documents of type ``zoom``."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from calplan.model.account import AssistantPair, Evidence, Observed, PrivateAccess, TenantFacts
from calplan.model.levels import Groups
from calplan.model.policy import CalendarPolicy
from calplan.model.service import ExchangeEws, Impersonation
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.model.user import RawFacts, UserBatch
from calplan.plan.actions import Action, Consent, SetService
from calplan.policyfile.documents import AccountDocument, ZoomPlatform
from calplan.policyfile.service_value import reference_of
from calplan.policyfile.values import beside, mapping, text
from calplan.providers.base import (
    Ability,
    Capabilities,
    Capability,
    Platform,
    Receipt,
    Undo,
    Users,
    WritablePlatform,
    forget,
)
from calplan.providers.catalog import Adapter, Opening
from calplan.providers.checkup import Check, passed
from calplan.providers.endpoints import Endpoint
from calplan.providers.errors import ProviderError
from calplan.providers.http.answer import Answer, Kind, Meaning, by_status
from calplan.providers.http.client import Reader, Writer
from calplan.providers.http.retry import Patience, Time
from calplan.providers.http.server import Server
from calplan.providers.http.tokens import Grant
from calplan.providers.secrets import resolve
from calplan.providers.zoom.portal_labels import LABELS
from tests.loopback.protocol import action_out, groups_in, settings_in, tenant_in

CAPABILITIES: Final = Capabilities(
    platform="zoom",
    table=dict.fromkeys(
        (*(one.value for one in Setting), "groups", "office365.tenantGrant", "privateEvents"),
        Capability(ability=Ability.WRITE, source="five routes"),
    ),
)
BY_HAND: Final = Capabilities(
    platform="zoom",
    table={
        **dict.fromkeys(
            (*(one.value for one in Setting), "groups"), Capability(ability=Ability.ATTEST, source="a person")
        ),
        **dict.fromkeys(
            ("office365.tenantGrant", "privateEvents"), Capability(ability=Ability.WRITE, source="five routes")
        ),
    },
    labels=LABELS,
)
"""The same account where its settings are a person's: only the grant and the privileges are written."""
PATIENCE: Final = Patience(attempts=3, in_all=60.0, connect=5.0, write=5.0, read=0.5)


@dataclass(slots=True)
class Standing:
    """Time in which pauses take no time."""

    passed: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.passed += seconds

    def time(self) -> Time:
        return Time(
            now=lambda: datetime.now(UTC) + timedelta(seconds=self.passed),
            ticks=lambda: time.monotonic() + self.passed,
            sleep=self.sleep,
            chance=lambda: 0.5,
        )


@dataclass(slots=True)
class FiveRoutesPlatform:
    """The account behind five routes, as a plan sees it."""

    _reader: Reader
    _opening: Opening
    capabilities: Capabilities = field(default=CAPABILITIES)

    def read_settings(self) -> Observed[AccountSettings]:
        stated = self._stated()
        owner = stated["account"]
        evidence = self._evidence("settings", 1, account=UNKNOWN if owner is None else owner)
        return Observed(value=settings_in(stated["settings"]), evidence=evidence)

    def read_groups(self) -> Observed[Groups]:
        groups = groups_in(cast("Mapping[str, Any]", self._reader.get("groups").json()))
        return Observed(value=groups, evidence=self._evidence("groups", len(groups.known)))

    def read_users(self) -> Users:
        first = self._page(0)
        return Users(batches=self._batches(first), evidence=self._evidence("users", first["total"]))

    def read_consents(self, _consent: Consent, _users: frozenset[str] | None) -> frozenset[str] | Unknown:
        return UNKNOWN

    def read_tenant(self) -> Observed[TenantFacts] | None:
        tenant = tenant_in(self._stated()["tenant"])
        return None if tenant is None else Observed(value=tenant, evidence=self._evidence("tenant", 1))

    def read_assistants(self, _hosts: frozenset[str] | None = None) -> Observed[Mapping[AssistantPair, PrivateAccess]]:
        pairs = {
            AssistantPair(user=user, assistant=assistant): PrivateAccess(access)
            for user, assistant, access in self._stated()["assistants"]
        }
        return Observed(value=pairs, evidence=self._evidence("assistants", len(pairs)))

    def _stated(self) -> Mapping[str, Any]:
        return cast("Mapping[str, Any]", self._reader.get("settings").json())

    def _page(self, number: int) -> Mapping[str, Any]:
        return cast("Mapping[str, Any]", self._reader.get("users", query={"page": number}).json())

    def _batches(self, page: Mapping[str, Any]) -> Iterator[UserBatch]:
        while True:
            rows = page["users"]
            yield UserBatch(
                emails=[email for email, _, _ in rows],
                facts=[RawFacts(*facts) for _, facts, _ in rows],
                mailboxes={email: mailbox for email, _, mailbox in rows if mailbox is not None},
            )
            if page["next"] is None:
                return
            page = self._page(page["next"])

    def _evidence(self, kind: str, records: int, account: Any = UNKNOWN) -> Evidence:  # noqa: ANN401 - or its name
        return Evidence(
            source="five routes",
            kind=kind,
            as_of=self._opening.clock(),
            records=records,
            complete=True,
            live=True,
            account=account,
        )


@dataclass(slots=True)
class WritableFiveRoutesPlatform(FiveRoutesPlatform):
    """The account behind five routes, as an apply sees it."""

    _writer: Writer = field(kw_only=True)
    _account: AccountDocument = field(kw_only=True)

    def perform(self, action: Action, _undo: Undo = forget) -> Receipt:
        """Make one action true; what it needs to know of secrets is resolved here and nowhere before."""
        address, value = action_out(action)
        content = {"value": value, **self._password(action)}
        answer = self._writer.write("PUT", "settings", address, content=content, idempotent=True).json()
        if not isinstance(answer, dict):
            raise ProviderError("the server did not say what it did", outcome_unknown=True)
        return Receipt(at=self._opening.clock(), changed=answer["changed"] is True)

    def finish(self, action: Action, _half: Mapping[str, str]) -> Receipt:
        """Here no write has two parts."""
        return self.perform(action)

    def _password(self, action: Action) -> dict[str, str]:
        service = action.service if isinstance(action, SetService) else None
        acting = service.impersonation if isinstance(service, ExchangeEws) else None
        if not isinstance(acting, Impersonation) or acting.password_from is None:
            return {}
        secret = resolve(acting.password_from, self._opening.trust, self._account.file.parent)
        return {"password": secret.reveal()}


def adapter_of(able: Capabilities) -> Adapter:
    """The adapter, able to do what it is said to be."""

    def read(account: AccountDocument, opening: Opening) -> Platform:
        return FiveRoutesPlatform(Reader(_server(account, opening)), opening, able)

    def write(account: AccountDocument, opening: Opening) -> WritablePlatform:
        writer = Writer(_server(account, opening))
        return WritableFiveRoutesPlatform(writer, opening, able, _writer=writer, _account=account)

    return Adapter(read=read, write=write, capabilities=lambda: able, check=_check)


def _server(account: AccountDocument, opening: Opening) -> Server:
    assert isinstance(account.platform, ZoomPlatform)
    stated = account.platform.stated
    endpoints = {
        "api": "https://api.zoom.us",
        "token": "https://zoom.us/oauth/token",
        **mapping(stated.get("endpoints")),
    }
    reference = reference_of(mapping(stated["credential"])["from"])
    assert reference is not None
    ca_file = stated.get("caFile")
    grant = Grant(
        endpoint=Endpoint.parse(text(endpoints["token"])),
        client=text(stated["clientId"]),
        secret=resolve(reference, opening.trust, account.file.parent),
        form={"grant_type": "account_credentials", "account_id": text(stated["accountId"])},
    )
    return Server(
        name="Zoom",
        api=Endpoint.parse(text(endpoints["api"])),
        grant=grant,
        ca_file=None if ca_file is None else beside(account.file, text(ca_file)),
        judge=judge,
        patience=PATIENCE,
        time=Standing().time(),
        redactor=opening.trust.redactor,
    )


def judge(answer: Answer) -> Meaning:
    """The meaning of an answer, with what the server says of a refusal."""
    meaning = by_status(answer)
    stated = None if meaning.kind is Kind.FINE else answer.json()
    words = stated.get("message") if isinstance(stated, dict) else None
    return Meaning(kind=meaning.kind, words=words if isinstance(words, str) else "")


def _check(account: AccountDocument, _policy: CalendarPolicy | None, opening: Opening) -> Iterator[Check]:
    with Reader(_server(account, opening)) as reader:
        reader.get("settings")
    yield passed("account", "it answers")


FIVE_ROUTES: Final = adapter_of(CAPABILITIES)
