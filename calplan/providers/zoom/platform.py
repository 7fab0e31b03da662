"""The account at Zoom as a plan sees it: people, groups and privileges by API, settings as a person attested them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from calplan.model.account import AssistantPair, Evidence, Observed, PrivateAccess, TenantFacts
from calplan.model.levels import Groups
from calplan.model.policy import Attested, GroupOverride
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.plan.actions import Consent
from calplan.plan.edits import EditLog
from calplan.policyfile.documents import AccountDocument
from calplan.providers.base import Capabilities, Memory, Users
from calplan.providers.errors import InvalidAccountError, NotAuthorisedError
from calplan.providers.zoom.assistants import privileges_of
from calplan.providers.zoom.calls import Calls, MissingScopeError
from calplan.providers.zoom.capabilities import CAPABILITIES
from calplan.providers.zoom.connecting import Clock, account_id
from calplan.providers.zoom.groups import Membership, groups_of, known
from calplan.providers.zoom.kept import KeptLists
from calplan.providers.zoom.messages import DomainList, GroupRow
from calplan.providers.zoom.operation_log import edits_since
from calplan.providers.zoom.people import People
from calplan.providers.zoom.routes import ASSISTANTS, MANAGED_DOMAINS, PLAN

OWN: Final = "me"
NOTHING_ATTESTED: Final = AccountSettings(
    enabled=UNKNOWN,
    locked=UNKNOWN,
    service=UNKNOWN,
    allowed_domains=UNKNOWN,
    bidirectional_sync=UNKNOWN,
    consent_for_account=UNKNOWN,
    enforce_oauth=UNKNOWN,
)


class ZoomPlatform:
    """An account at the vendor that can only be read."""

    capabilities: Capabilities = CAPABILITIES

    def __init__(self, calls: Calls, account: AccountDocument, clock: Clock, reading: Memory | None = None) -> None:
        self._calls = calls
        self._account = account
        self._clock = clock
        self._lists = None if reading is None else KeptLists(reading, account_id(account), clock)
        self._groups: tuple[GroupRow, ...] | None = None
        self._people: People | None = None

    def read_settings(self) -> Observed[AccountSettings]:
        """What was attested of the account; without a record nothing is known."""
        self._calls.require(*PLAN)
        attested = self._account.attested
        settings = NOTHING_ATTESTED if attested is None else attested.settings
        return Observed(value=settings, evidence=_of_record(attested, self._account.name))

    def read_groups(self) -> Observed[Groups]:
        """The groups that there are, with the overrides that were attested."""
        self._groups = groups_of(self._calls)
        groups = Groups(known=known(self._groups), overrides=UNKNOWN)
        attested = self._account.attested
        if attested is not None and not isinstance(attested.overrides, Unknown):
            groups = replace(groups, overrides=_by_id(attested.overrides, groups, attested.name))
        return Observed(value=groups, evidence=self._evidence("groups", len(groups.known)))

    def read_users(self) -> Users:
        """Every user, active ones first. Of their connections the vendor shows nothing."""
        groups = groups_of(self._calls) if self._groups is None else self._groups
        self._people = People(self._calls, Membership(self._calls, groups), self._lists)
        count, batches = self._people.read()
        return Users(batches=batches, evidence=self._evidence("users", count), last_client_only=True)

    def read_tenant(self) -> Observed[TenantFacts] | None:
        """Nothing: the vendor stores no facts of a Microsoft tenant that it shows."""
        return None

    def read_assistants(self, hosts: frozenset[str] | None = None) -> Observed[Mapping[AssistantPair, PrivateAccess]]:
        """Every scheduling privilege that these hosts gave, or every active user with a licence."""
        self._calls.require(ASSISTANTS)
        found = privileges_of(self._calls, self._licensed() if hosts is None else hosts)
        evidence = self._evidence("assistants", len(found.pairs))
        return Observed(value=found.pairs, evidence=replace(evidence, complete=found.complete))

    def read_consents(self, _consent: Consent, _users: frozenset[str] | None) -> frozenset[str] | Unknown:
        """Unknown: what users consented to elsewhere the vendor does not show."""
        return UNKNOWN

    def recent_edits(self, since: datetime) -> EditLog:
        """What was edited in the portal since then: a hint, and never how anything stands."""
        return edits_since(self._calls, since, self._clock())

    def managed_domains(self) -> frozenset[str] | Unknown:
        """The domains that the account manages; unknown where the application or the account may not ask."""
        try:
            self._calls.require(MANAGED_DOMAINS)
        except MissingScopeError:
            return UNKNOWN
        try:
            found = self._calls.get(MANAGED_DOMAINS, OWN, kind=DomainList)
        except NotAuthorisedError:
            return UNKNOWN
        return frozenset(one.domain.strip().lower() for one in found.domains)

    def _licensed(self) -> frozenset[str]:
        """The active users with a licence, as they were listed last."""
        people = self._people
        if people is None or not people.read_to_the_end:
            batches = self.read_users().batches
            people = self._people
            for _batch in batches:
                pass
        assert people is not None, "users were read above"
        return frozenset(people.licensed)

    def _evidence(self, kind: str, records: int) -> Evidence:
        return Evidence(
            source=f"Zoom account {account_id(self._account)}",
            kind=kind,
            as_of=self._clock(),
            records=records,
            complete=True,
            live=True,
        )


def _of_record(attested: Attested | None, account: str) -> Evidence:
    if attested is None:
        return Evidence(source="no PortalRecord", kind="portal", as_of=None, records=0, complete=True, account=account)
    return Evidence(
        source=f"PortalRecord {attested.name}, attested by {attested.by}",
        kind="portal",
        as_of=attested.at,
        records=1,
        complete=True,
        account=account,
    )


def _by_id(overrides: tuple[GroupOverride, ...], groups: Groups, record: str) -> tuple[GroupOverride, ...]:
    """The overrides with the id of each group; a word that names none any more stands for itself.

    Raises:
        InvalidAccountError: a name is that of several groups, or two words name one group.
    """
    found: dict[str, GroupOverride] = {}
    for one in overrides:
        named = [group.id for group in groups.known if group.name == one.group]
        if len(named) > 1 and one.group not in {group.id for group in groups.known}:
            ids = ", ".join(named)
            raise InvalidAccountError(
                f"PortalRecord {record} speaks of group {one.group}, and {len(named)} groups have this name: write the"
                f" id of the one that is meant ({ids})"
            )
        group = groups.id_of(one.group)
        if group in found:
            raise InvalidAccountError(f"PortalRecord {record} states group {groups.name_of(group)} twice; remove one")
        found[group] = replace(one, group=group)
    return tuple(found[group] for group in sorted(found))
