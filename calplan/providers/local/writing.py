"""The local platform as an apply sees it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self, assert_never

from calplan.model.account import AssistantPair, Observed, PrivateAccess, TenantFacts
from calplan.model.levels import GroupModel, Groups
from calplan.model.settings import AccountSettings
from calplan.model.unknown import Unknown
from calplan.plan.actions import (
    Action,
    Consent,
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
from calplan.providers.base import Capabilities, Receipt, Undo, Users, forget
from calplan.providers.local.platform import CAPABILITIES, LocalPlatform
from calplan.providers.local.translation import Clock, provider_errors
from calplan.sandbox.account.account import NOT_STATED, Account, Written


class WritableLocalPlatform:
    """An account that can be written; every read shows it as it stands at that moment.

    ``model`` is how this platform chooses among groups: of that the file says nothing.

    Raises:
        ProviderError: there is no account at ``path``, or it cannot be opened for writing.
    """

    capabilities: Capabilities = CAPABILITIES

    def __init__(self, path: Path, clock: Clock, model: GroupModel = NOT_STATED) -> None:
        self._path = path
        self._clock = clock
        with provider_errors(path):
            self._account = Account.open(path, model)

    def perform(self, action: Action, _undo: Undo = forget) -> Receipt:
        """Make one action true, with all it does to users; performing it twice is harmless.

        Raises:
            ProviderError: nothing changed, or ``outcome_unknown`` is set because it is unclear whether it did.
        """
        with provider_errors(self._path):
            done = written(self._account, action)
        return Receipt(at=self._clock(), changed=done.changed)

    def finish(self, action: Action, _half: Mapping[str, str]) -> Receipt:
        """Make one action true: here no write has two parts."""
        return self.perform(action)

    def read_settings(self) -> Observed[AccountSettings]:
        with LocalPlatform(self._path, self._clock) as now:
            return now.read_settings()

    def read_groups(self) -> Observed[Groups]:
        with LocalPlatform(self._path, self._clock) as now:
            return now.read_groups()

    def read_users(self) -> Users:
        return LocalPlatform(self._path, self._clock).read_users()

    def read_tenant(self) -> Observed[TenantFacts] | None:
        with LocalPlatform(self._path, self._clock) as now:
            return now.read_tenant()

    def read_assistants(self, _hosts: frozenset[str] | None = None) -> Observed[Mapping[AssistantPair, PrivateAccess]]:
        with LocalPlatform(self._path, self._clock) as now:
            return now.read_assistants()

    def read_consents(self, consent: Consent, users: frozenset[str] | None) -> frozenset[str] | Unknown:
        with LocalPlatform(self._path, self._clock) as now:
            return now.read_consents(consent, users)

    def close(self) -> None:
        """Lets go of the file; using the platform afterwards is an error."""
        self._account.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def written(account: Account, action: Action) -> Written:
    """Let the simulated platform make one action true."""
    match action:
        case EnsureGrant(scopes=scopes):
            return account.ensure_grant(scopes)
        case RevokeStale(consent=consent, users=users):
            return account.revoke(consent.value, users)
        case SetEnabled(on=on):
            return account.set_enabled(on)
        case SetLock(on=on):
            return account.set_locked(on)
        case SetDomains(domains=domains):
            return account.set_domains(domains)
        case SetService(service=service):
            return account.set_service(service)
        case SetConsent(on=on):
            return account.set_consent(on)
        case SetOAuth(on=on):
            return account.set_oauth(on)
        case SetSync(on=on):
            return account.set_sync(on)
        case SetOverride(group=group, setting=setting, value=value):
            return account.set_override(group, setting, value)
        case SetPrivateAccess(pair=pair, access=access):
            return account.set_private_access(pair, access)
        case _:
            assert_never(action)
