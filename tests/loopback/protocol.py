"""Five routes over a simulated account, as its server answers them and as its adapter reads them.

``POST /token``, ``GET /settings``, ``GET /users?page=``, ``GET /groups``, ``PUT /settings/<address>``.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from calplan.diff import canonical, canonical_service
from calplan.model.account import AssistantPair, PrivateAccess, TenantFacts
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.service import ExchangeEws, ExchangeMapi, Google, Office365Ews, Office365Graph, Service
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, UNMANAGED, Unknown, Unmanaged
from calplan.plan.actions import (
    Action,
    EnsureGrant,
    RevokeStale,
    SetConsent,
    SetDomains,
    SetEnabled,
    SetLock,
    SetOAuth,
    SetOverride,
    SetPrivateAccess,
    SetService,
    SetSync,
)
from calplan.plan.as_document import as_json
from calplan.plan.levels_document import json_of, stated_values
from calplan.policyfile.policy_document import domains_of, overrides_of
from calplan.policyfile.service_value import service_of
from calplan.providers.local.platform import LocalPlatform
from calplan.providers.local.writing import written
from calplan.sandbox.account.account import Account
from calplan.sandbox.account.errors import AccountError
from tests.loopback.server import Asked, Reply

USERS_PER_PAGE: Final = 2
TOKEN: Final = "t0ken-canary-5521-{number}"
GRANT: Final = "office365.tenantGrant"
PAIR: Final = "privateEvents"
SERVICES: Final = (Office365Graph, Office365Ews, ExchangeEws, ExchangeMapi, Google)
FLAGS: Final[Mapping[str, Any]] = {
    Setting.ENABLED.value: SetEnabled,
    Setting.LOCKED.value: SetLock,
    Setting.CONSENT_FOR_ACCOUNT.value: SetConsent,
    Setting.ENFORCE_OAUTH.value: SetOAuth,
    Setting.BIDIRECTIONAL_SYNC.value: SetSync,
}


def settings_out(settings: AccountSettings) -> dict[str, object]:
    """Settings by address; null is unknown."""
    return {address: as_json(address, value) for address, value in canonical(settings).items()}


def settings_in(stated: Mapping[str, Any]) -> AccountSettings:
    def known(setting: Setting) -> Any:  # noqa: ANN401 - whatever stands there
        value = stated[setting.value]
        return UNKNOWN if value is None else value

    service, domains = known(Setting.SERVICE), known(Setting.ALLOWED_DOMAINS)
    return AccountSettings(
        enabled=known(Setting.ENABLED),
        locked=known(Setting.LOCKED),
        service=UNKNOWN if isinstance(service, Unknown) else service_of(service),
        allowed_domains=UNKNOWN if isinstance(domains, Unknown) else domains_of(domains),
        bidirectional_sync=known(Setting.BIDIRECTIONAL_SYNC),
        consent_for_account=known(Setting.CONSENT_FOR_ACCOUNT),
        enforce_oauth=known(Setting.ENFORCE_OAUTH),
    )


def groups_out(groups: Groups) -> dict[str, object]:
    overrides = None if isinstance(groups.overrides, Unknown) else [_override(one) for one in groups.overrides]
    return {"groups": [{"id": one.id, "name": one.name} for one in groups.known], "overrides": overrides}


def _override(one: GroupOverride) -> dict[str, object]:
    stated = {name: json_of(value) for name, value in stated_values(one).items()}
    return {"group": one.group, **stated}


def groups_in(stated: Mapping[str, Any]) -> Groups:
    overrides = stated["overrides"]
    known = tuple(Group(id=one["id"], name=one["name"]) for one in stated["groups"])
    return Groups(known=known, overrides=UNKNOWN if overrides is None else overrides_of(overrides))


def tenant_out(tenant: TenantFacts | None) -> object:
    if tenant is None:
        return None
    facts = {"hybrid": tenant.hybrid, "grant": tenant.grant, "user_consent": tenant.user_consent}
    return {
        name: None if isinstance(value, Unknown) else value if isinstance(value, bool) else sorted(value)
        for name, value in facts.items()
    }


def tenant_in(stated: Mapping[str, Any] | None) -> TenantFacts | None:
    if stated is None:
        return None
    scopes = {name: UNKNOWN if stated[name] is None else frozenset(stated[name]) for name in ("grant", "user_consent")}
    hybrid = UNKNOWN if stated["hybrid"] is None else stated["hybrid"]
    return TenantFacts(hybrid=hybrid, grant=scopes["grant"], user_consent=scopes["user_consent"])


def action_out(action: Action) -> tuple[str, object]:
    """The address that a write goes to, and what it writes there."""
    match action:
        case EnsureGrant(scopes=scopes):
            return GRANT, sorted(scopes)
        case SetDomains(domains=domains):
            return Setting.ALLOWED_DOMAINS.value, sorted(map(str, domains)) if isinstance(domains, frozenset) else "any"
        case SetService(service=service):
            return Setting.SERVICE.value, json_of(canonical_service(service))
        case SetOverride(group=group, setting=setting, value=value):
            return f"groups.{group}.{setting.value}", _overriding(value)
        case SetPrivateAccess(pair=pair, access=access):
            return PAIR, [pair.user, pair.assistant, access.value]
        case RevokeStale():
            raise AssertionError("there is no route for it")
        case _:
            return next(address for address, kind in FLAGS.items() if isinstance(action, kind)), action.on


def _overriding(value: bool | Service | Unmanaged) -> object:
    if isinstance(value, Unmanaged):
        return None
    return json_of(canonical_service(value)) if isinstance(value, SERVICES) else value


def action_in(address: str, value: Any) -> Action:  # noqa: ANN401 - whatever the body holds
    if address.startswith("groups."):
        _, group, setting = address.split(".", 2)
        wanted = UNMANAGED if value is None else service_of(value) if isinstance(value, dict) else value
        return SetOverride(group=group, setting=Setting(setting), value=wanted)
    match address:
        case "office365.tenantGrant":
            return EnsureGrant(scopes=frozenset(value))
        case Setting.ALLOWED_DOMAINS.value:
            return SetDomains(domains=domains_of(value))
        case Setting.SERVICE.value:
            return SetService(service=service_of(value))
        case "privateEvents":
            pair = AssistantPair(user=value[0], assistant=value[1])
            return SetPrivateAccess(pair=pair, access=PrivateAccess(value[2]))
        case _:
            action: Action = FLAGS[address](on=value)
            return action


class FiveRoutes:
    """Answers for one account to whoever holds the secret. Tokens end when ``expire`` is called."""

    def __init__(self, account: Path, secret: str, client: str = "app", model: GroupModel | None = None) -> None:
        self._account = account
        self._model = model or GroupModel()
        self._proof = "Basic " + b64encode(f"{client}:{secret}".encode()).decode()
        self._given = 0
        self._good: set[str] = set()
        self.puts = 0

    def expire(self) -> None:
        """End every token that was given."""
        self._good.clear()

    def answer(self, asked: Asked) -> Reply:
        if (asked.method, asked.path) == ("POST", "/token"):
            return self._token(asked)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self._good:
            return _reply({"code": 124, "message": "Invalid access token."}, 401)
        if asked.method == "PUT" and asked.path.startswith("/settings/"):
            return self._put(unquote(asked.path.removeprefix("/settings/")), json.loads(asked.body))
        if asked.method == "GET" and asked.path in ("/settings", "/users", "/groups"):
            with LocalPlatform(self._account, lambda: datetime.now(UTC)) as now:
                return _reply(self._read(now, asked))
        return _reply({"message": "no such route"}, 404)

    def _token(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != self._proof:
            return _reply({"error": "invalid_client"}, 401)
        self._given += 1
        token = TOKEN.format(number=self._given)
        self._good.add(token)
        return _reply({"access_token": token, "token_type": "bearer", "expires_in": 3600})

    def _read(self, now: LocalPlatform, asked: Asked) -> object:
        if asked.path == "/groups":
            return groups_out(now.read_groups().value)
        if asked.path == "/users":
            return _page(now, int(parse_qs(asked.query)["page"][0]))
        settings, tenant = now.read_settings(), now.read_tenant()
        owner = settings.evidence.account
        pairs = [[pair.user, pair.assistant, access.value] for pair, access in now.read_assistants().value.items()]
        return {
            "account": None if isinstance(owner, Unknown) else owner,
            "settings": settings_out(settings.value),
            "tenant": tenant_out(None if tenant is None else tenant.value),
            "assistants": pairs,
        }

    def _put(self, address: str, stated: Mapping[str, Any]) -> Reply:
        self.puts += 1
        try:
            with Account.open(self._account, self._model) as account:
                done = written(account, action_in(address, stated["value"]))
        except AccountError as error:
            return _reply({"message": str(error)}, 400)
        return _reply({"changed": done.changed})


def _page(now: LocalPlatform, page: int) -> object:
    columns = [
        (email, list(facts), batch.mailboxes.get(email))
        for batch in now.read_users().batches
        for email, facts in zip(batch.emails, batch.facts, strict=True)
    ]
    some = columns[page * USERS_PER_PAGE : (page + 1) * USERS_PER_PAGE]
    more = len(columns) > (page + 1) * USERS_PER_PAGE
    return {"users": some, "total": len(columns), "next": page + 1 if more else None}


def _reply(value: object, status: int = 200) -> Reply:
    return Reply(status=status, body=json.dumps(value).encode())
