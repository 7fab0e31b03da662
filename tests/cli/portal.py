"""A platform whose settings only a person sees and changes: what was attested stands for them, a file for users."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from calplan.model.account import AssistantPair, Evidence, Observed, PrivateAccess, TenantFacts
from calplan.model.levels import Group, Groups
from calplan.model.policy import CalendarPolicy
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.plan.actions import Action, Consent, SetPrivateAccess
from calplan.plan.edits import EditLog
from calplan.policyfile.documents import AccountDocument
from calplan.policyfile.users_file import UsersFile, batches
from calplan.providers import catalog
from calplan.providers.base import Ability, Capabilities, Capability, Receipt, Undo, Users, forget
from calplan.providers.catalog import Adapter, Opening
from calplan.providers.checkup import Check
from calplan.providers.errors import ProviderError
from tests.cli.make import LOCKED, UNLIMITED, USERS, Spec, folder, write

PORTAL: Final = Capability(ability=Ability.ATTEST, source="the portal alone")
CAPABILITIES: Final = Capabilities(
    platform="zoom",
    table={
        **dict.fromkeys((*(one.value for one in Setting), "groups", "office365.tenantGrant"), PORTAL),
        "privateEvents": Capability(ability=Ability.WRITE, source="by API"),
    },
)
PAIR: Final = AssistantPair(user="ann@corp.example", assistant="pa@corp.example")
NOTHING_SEEN: Final = AccountSettings(
    enabled=UNKNOWN,
    locked=UNKNOWN,
    service=UNKNOWN,
    allowed_domains=UNKNOWN,
    bidirectional_sync=UNKNOWN,
    consent_for_account=UNKNOWN,
    enforce_oauth=UNKNOWN,
)
SEEN: Final = {
    "integration": {
        "enabled": True,
        "locked": False,
        "service": {"type": "google", "permissions": {"calendar": "write", "contacts": "read"}},
    },
    "allowedDomains": "any",
    "bidirectionalSync": False,
    "office365": {"consentForAccount": True, "enforceOAuth": False},
    "groups": [],
}


Recent = Callable[[datetime], EditLog]


@dataclass(slots=True)
class PortalPlatform:
    """The account as a Zoom account is read: settings from the PortalRecord, users and privileges from elsewhere."""

    account: AccountDocument
    now: Callable[[], datetime]
    pairs: dict[AssistantPair, PrivateAccess]
    capabilities: Capabilities = field(default=CAPABILITIES)

    def read_settings(self) -> Observed[AccountSettings]:
        attested = self.account.attested
        settings = NOTHING_SEEN if attested is None else attested.settings
        return Observed(value=settings, evidence=self._portal())

    def read_groups(self) -> Observed[Groups]:
        attested = self.account.attested
        known = (Group(id="g1", name="Executives"), Group(id="g2", name="Staff"))
        overrides = UNKNOWN if attested is None else attested.overrides
        return Observed(value=Groups(known=known, overrides=overrides), evidence=self._portal())

    def read_users(self) -> Users:
        rows = UsersFile(self.account.file.parent / "users.ndjson")
        return Users(batches=batches(rows), evidence=self._live("users", 4))

    def read_consents(self, _consent: Consent, _users: frozenset[str] | None) -> frozenset[str] | Unknown:
        return UNKNOWN

    def read_tenant(self) -> Observed[TenantFacts] | None:
        return None

    def read_assistants(self, _hosts: frozenset[str] | None = None) -> Observed[Mapping[AssistantPair, PrivateAccess]]:
        return Observed(value=dict(self.pairs), evidence=self._live("assistants", len(self.pairs)))

    def perform(self, action: Action, _undo: Undo = forget) -> Receipt:
        if not isinstance(action, SetPrivateAccess):
            raise ProviderError("there is no way to write that by API")
        self.pairs[action.pair] = action.access
        return Receipt(at=self.now(), changed=True)

    def finish(self, action: Action, _half: Mapping[str, str]) -> Receipt:
        return self.perform(action)

    def _live(self, kind: str, records: int) -> Evidence:
        return Evidence(source="zoom", kind=kind, as_of=self.now(), records=records, complete=True, live=True)

    def _portal(self) -> Evidence:
        attested = self.account.attested
        return Evidence(
            source="no PortalRecord"
            if attested is None
            else f"PortalRecord {attested.name}, attested by {attested.by}",
            kind="portal",
            as_of=None if attested is None else attested.at,
            records=1,
            complete=True,
            account=self.account.name,
        )


@dataclass(slots=True)
class LoggedPortalPlatform(PortalPlatform):
    """The same where the platform keeps an operation log."""

    log: Recent = field(kw_only=True)

    def recent_edits(self, since: datetime) -> EditLog:
        return self.log(since)


def _nothing_to_check(_account: AccountDocument, _policy: CalendarPolicy | None, _opening: Opening) -> Iterator[Check]:
    return iter(())


def attested_platform(patch: pytest.MonkeyPatch, log: Recent | None = None) -> dict[AssistantPair, PrivateAccess]:
    """Put the platform into the catalog; gives its scheduling privileges."""
    pairs = {PAIR: PrivateAccess.HIDDEN}

    def open_it(account: AccountDocument, opening: Opening) -> PortalPlatform:
        if log is None:
            return PortalPlatform(account, opening.clock, pairs)
        return LoggedPortalPlatform(account, opening.clock, pairs, log=log)

    patch.setitem(
        catalog.CATALOG,
        "zoom",
        Adapter(read=open_it, write=open_it, capabilities=lambda: CAPABILITIES, check=_nothing_to_check),
    )
    return pairs


def zoom_folder(
    path: Path,
    *,
    policy: Spec | None = LOCKED,
    seen: Spec | None = SEEN,
    at: datetime | None = None,
    by: str = "ann@corp.example",
    users: Iterable[Mapping[str, object]] = USERS,
    **account: object,
) -> Path:
    """A folder with a Zoom account, its policy, its users, and what was attested of it."""
    corp = folder(path, policy=policy, users=users)
    (corp / "live.yaml").unlink()
    platform = {
        "type": "zoom",
        "accountId": "a1",
        "clientId": "c1",
        "credential": {"kind": "secret", "from": {"env": "CALPLAN_SECRET_ZOOM"}},
    }
    spec = {"platform": platform, "owner": "admin@corp.example", "limits": UNLIMITED, **account}
    write(corp / "account.yaml", "Account", {"name": "corp"}, spec)
    if seen is not None:
        attest_all(corp, seen, at=at, by=by)
    return corp


def attest_all(corp: Path, seen: Spec, *, at: datetime | None = None, by: str = "ann@corp.example") -> Path:
    """Write the PortalRecord of the account as a person would; gives its file."""
    file = corp / "portal-record.yaml"
    write(file, "PortalRecord", {"name": "corp", "account": "corp"}, seen)
    when = (at or datetime.now(UTC)).isoformat(timespec="seconds")
    attested = f'"attested": {{"by": "{by}", "at": "{when}", "portal": "admin portal"}}'
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text.rstrip().removesuffix('}')}, {attested}}}\n", encoding="utf-8")
    return file
