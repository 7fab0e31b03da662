"""A platform and the sources beside it, as one: whoever plans or applies need not know which of them knows what."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from calplan.impact.stated import Stated
from calplan.model.account import AssistantPair, Evidence, Observed, PrivateAccess, TenantFacts
from calplan.model.levels import Groups
from calplan.model.proof import Basis
from calplan.model.service import ServiceType, type_of
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN, Unknown, Unmanaged
from calplan.model.user import UserBatch
from calplan.plan.actions import Action, Consent, EnsureGrant, RevokeStale
from calplan.plan.beside import BesidePlatform
from calplan.plan.edits import EditLog
from calplan.plan.evidence_findings import evidence_findings
from calplan.plan.joining import Joined, Sources, join
from calplan.plan.leftovers import address_of
from calplan.providers.base import (
    Ability,
    Capabilities,
    Clock,
    EvidenceProvider,
    KeepsLog,
    Memory,
    Platform,
    Receipt,
    Undo,
    Users,
    WritableEvidenceProvider,
    WritablePlatform,
    forget,
)
from calplan.providers.errors import ProviderError
from calplan.providers.first_seen import first_seen, keep_seen
from calplan.providers.last_known import SOURCE as LAST_KNOWN
from calplan.providers.last_known import keep_known, last_known

CONSENTS_ON: Final = {
    Consent.GOOGLE: frozenset({Basis.GOOGLE_TOKENS, Basis.GOOGLE_LOG}),
    Consent.OFFICE365: frozenset({Basis.MICROSOFT_GRANTS}),
}
GRANT: Final = "office365.tenantGrant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The sources beside a platform. Evidence about users older than ``max_age`` is not remembered."""

    providers: tuple[EvidenceProvider, ...]
    files: tuple[Stated, ...]
    memory: Memory
    clock: Clock
    max_age: timedelta


@dataclass(slots=True, kw_only=True)
class JoinedPlatform:
    """A platform that can only be read, with all that sources beside it know of its users.

    The sources are opened by ``opened`` once somebody asks for users, the tenant or consents: until then no secret of
    theirs is resolved. ``able`` is what they can do.
    """

    platform: Platform
    opened: Callable[[], Beside]
    able: tuple[Capabilities, ...]
    _beside: Beside | None = field(default=None, repr=False)
    _settings: AccountSettings | None = None
    _groups: Groups | None = None
    _joined: Joined | None = field(default=None, repr=False)

    @property
    def beside(self) -> Beside:
        """The sources.

        Raises:
            ProviderError: one cannot be opened.
        """
        if self._beside is None:
            self._beside = self.opened()
        return self._beside

    @property
    def capabilities(self) -> Capabilities:
        """What the platform can do, and each source in its place."""
        return together(self.platform.capabilities, self.able)

    def read_settings(self) -> Observed[AccountSettings]:
        read = self.platform.read_settings()
        self._settings = read.value
        return read

    def read_groups(self) -> Observed[Groups]:
        read = self.platform.read_groups()
        self._groups = read.value
        return read

    def read_users(self) -> Users:
        """The platform's users with what the sources know; what that came to is told once they were read."""
        live = self.live()
        witnesses = tuple(one.read_people() for one in self.beside.providers)
        users = self.platform.read_users()
        known, seen = last_known(self.beside.memory), first_seen(self.beside.memory)
        joined = self._joined = Joined()
        sources = Sources(
            witnesses=witnesses,
            files=self.beside.files,
            last_known=known,
            first_seen=seen,
            live=live,
            at=self.beside.clock(),
            max_age=self.beside.max_age,
        )

        def batches() -> Iterator[UserBatch]:
            yield from join(users.batches, sources, joined)
            keep_known(self.beside.memory, known, joined.established, sources.at, sources.max_age)
            whole = all(one.evidence.complete for one in witnesses)
            keep_seen(self.beside.memory, seen, joined.seen, whole=whole)

        def told() -> BesidePlatform:
            evidence = (*(one.evidence for one in witnesses), *_used(joined))
            return BesidePlatform(evidence=evidence, findings=evidence_findings(joined, witnesses), joined=joined)

        return replace(users, batches=batches(), beside=told)

    def read_tenant(self) -> Observed[TenantFacts] | None:
        """What Microsoft says of the tenant where it is asked, else what the platform stores."""
        asked = (one.read_tenant() for one in self.beside.providers)
        return next((one for one in asked if one is not None), None) or self.platform.read_tenant()

    def read_consents(self, consent: Consent, users: frozenset[str] | None) -> frozenset[str] | Unknown:
        address = address_of(consent)
        if address not in self.capabilities.others:
            return self.platform.read_consents(consent, users)
        provider = next(one for one in self.beside.providers if _writes(one.capabilities, address))
        if users is not None:
            return provider.read_consents(users)
        if self._joined is None:
            return UNKNOWN
        held = (self._joined.holders.get(basis, set()) for basis in CONSENTS_ON[consent])
        return frozenset().union(*held)

    def read_assistants(self, hosts: frozenset[str] | None = None) -> Observed[Mapping[AssistantPair, PrivateAccess]]:
        return self.platform.read_assistants(hosts)

    def recent_edits(self, since: datetime) -> EditLog:
        """The platform's operation log.

        Raises:
            ProviderError: it has none, or it cannot be read.
        """
        if isinstance(self.platform, KeepsLog):
            return self.platform.recent_edits(since)
        raise ProviderError("the platform keeps no log of what is edited")

    def live(self) -> frozenset[ServiceType] | Unknown:
        """The services that hold for anybody now."""
        settings = self.read_settings().value if self._settings is None else self._settings
        groups = self.read_groups().value if self._groups is None else self._groups
        return live_services(settings, groups)


@dataclass(slots=True, kw_only=True)
class WritableJoinedPlatform(JoinedPlatform):
    """The same, to be written; each action goes to whoever can do it. ``opened_to_write`` opens the sources for it."""

    writing: WritablePlatform
    opened_to_write: Callable[[], tuple[WritableEvidenceProvider, ...]]
    _writers: tuple[WritableEvidenceProvider, ...] | None = field(default=None, repr=False)

    def perform(self, action: Action, undo: Undo = forget) -> Receipt:
        """Make one action true.

        Raises:
            ProviderError: nothing changed, or ``outcome_unknown`` is set.
        """
        writer = self._writer(action)
        return self.writing.perform(action, undo) if writer is None else writer.perform(action)

    def finish(self, action: Action, half: Mapping[str, str]) -> Receipt:
        return self.writing.finish(action, half)

    def read_tenant(self) -> Observed[TenantFacts] | None:
        """What whoever writes the tenant-wide grant reads of the tenant at this moment."""
        writer = self._writer_of(GRANT)
        return self.writing.read_tenant() if writer is None else writer.read_tenant()

    def _writer(self, action: Action) -> WritableEvidenceProvider | None:
        match action:
            case EnsureGrant():
                return self._writer_of(GRANT)
            case RevokeStale(consent=consent):
                return self._writer_of(address_of(consent))
            case _:
                return None

    def _writer_of(self, address: str) -> WritableEvidenceProvider | None:
        """The source that writes what stands at an address, where it is not the platform."""
        if address not in self.capabilities.others:
            return None
        if self._writers is None:
            self._writers = self.opened_to_write()
        return next(one for one in self._writers if _writes(one.capabilities, address))


def together(platform: Capabilities, sources: tuple[Capabilities, ...]) -> Capabilities:
    """What a platform can do, and each source beside it in its place."""
    table, others = dict(platform.table), dict[str, str]()
    for source in sources:
        for address, one in source.table.items():
            if one.ability is Ability.WRITE:
                table[address], others[address] = one, source.platform
    return replace(platform, table=table, others=others)


def live_services(settings: AccountSettings, groups: Groups) -> frozenset[ServiceType] | Unknown:
    """The services of the account and of groups that state one; unknown where one of them was not read."""
    if isinstance(settings.service, Unknown):
        return UNKNOWN
    if isinstance(groups.overrides, Unknown):
        return UNKNOWN if groups.known else frozenset({type_of(settings.service)})
    stated = (one.service for one in groups.overrides)
    return frozenset({type_of(settings.service), *(type_of(one) for one in stated if not isinstance(one, Unmanaged))})


def _writes(able: Capabilities, address: str) -> bool:
    return able.of(address).ability is Ability.WRITE


def _used(joined: Joined) -> Iterator[Evidence]:
    """Evidence for files and for what was known last, where anything of it was used."""
    for source, records in sorted(joined.used.items()):
        name = LAST_KNOWN if source == Basis.LAST_KNOWN.value else source
        yield Evidence(source=name, kind="users", as_of=joined.ages[source], records=records, complete=True)
