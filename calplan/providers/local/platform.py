"""The local platform as a plan sees it: every read shows the account at one and the same moment."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, Self
from weakref import finalize

from calplan.model.account import AssistantPair, Evidence, Observed, PrivateAccess, TenantFacts
from calplan.model.levels import Groups
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import Unknown
from calplan.model.user import UserBatch
from calplan.plan.actions import Consent
from calplan.providers.base import Ability, Capabilities, Capability, Users
from calplan.providers.errors import UnreachableError
from calplan.providers.local.translation import Clock, provider_errors
from calplan.providers.observing import Observe, Progress, unobserved
from calplan.sandbox.account.consents import google_tokens, grants
from calplan.sandbox.account.read import (
    count_users,
    read_assistants,
    read_groups,
    read_owner,
    read_settings,
    read_tenant,
    read_users,
)
from calplan.sandbox.account.store import open_read_only, reading

OWN_FILE: Final = "the account is a file of calplan's own"
CAPABILITIES: Final = Capabilities(
    platform="local",
    table={
        **{one.value: Capability(ability=Ability.WRITE, source=OWN_FILE) for one in Setting},
        "groups": Capability(ability=Ability.WRITE, source=OWN_FILE),
        "office365.tenantGrant": Capability(ability=Ability.WRITE, source=OWN_FILE),
        "office365.revokeStale": Capability(ability=Ability.WRITE, source=OWN_FILE),
        "google.revokeStale": Capability(ability=Ability.WRITE, source=OWN_FILE),
        "privateEvents": Capability(ability=Ability.WRITE, source=OWN_FILE),
        "users": Capability(ability=Ability.READ, source=OWN_FILE),
    },
)


class LocalPlatform:
    """An account that can only be read, by SQLite's own guarantee as much as by this type.

    Each read is a short transaction of its own, so that a plan in progress keeps nobody from writing. If somebody does,
    later reads refuse: a plan is made of one moment or not at all.

    Raises:
        ProviderError: there is no account at ``path``, or it cannot be read.
    """

    capabilities: Capabilities = CAPABILITIES

    def __init__(self, path: Path, clock: Clock, *, observe: Observe = unobserved) -> None:
        self._path = path
        self._observe = observe
        self._now = clock()
        self._moment: int | None = None
        with provider_errors(path):
            self._connection = open_read_only(path)
        # A plan asks for no more than the protocol has, and that knows no end: the file is let go with the object.
        self._let_go = finalize(self, self._connection.close)

    def read_settings(self) -> Observed[AccountSettings]:
        with self._view() as connection:
            evidence = replace(self._evidence("settings", 1), account=read_owner(connection))
            return Observed(value=read_settings(connection, self._path), evidence=evidence)

    def read_groups(self) -> Observed[Groups]:
        with self._view() as connection:
            groups = read_groups(connection, self._path)
        return Observed(value=groups, evidence=self._evidence("groups", len(groups.known)))

    def read_users(self) -> Users:
        """Every user by address. The stream holds its view of the account until it is read to the end or closed."""
        with self._view() as connection:
            evidence = self._evidence("users", count_users(connection))
        return Users(batches=self._batches(evidence.records), evidence=evidence)

    def read_tenant(self) -> Observed[TenantFacts] | None:
        with self._view() as connection:
            tenant = read_tenant(connection, self._path)
        return None if tenant is None else Observed(value=tenant, evidence=self._evidence("tenant", 1))

    def read_assistants(self, _hosts: frozenset[str] | None = None) -> Observed[Mapping[AssistantPair, PrivateAccess]]:
        with self._view() as connection:
            pairs = read_assistants(connection)
        return Observed(value=pairs, evidence=self._evidence("assistants", len(pairs)))

    def read_consents(self, consent: Consent, users: frozenset[str] | None) -> frozenset[str] | Unknown:
        with self._view() as connection:
            if consent is Consent.GOOGLE:
                held = frozenset(one.email for one in google_tokens(connection))
            else:
                held = frozenset(one.email for one in grants(connection) if one.scopes)
            return held if users is None else held & users

    def close(self) -> None:
        """Lets go of the file; reading afterwards is an error."""
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _batches(self, total: int) -> Iterator[UserBatch]:
        done = 0
        with self._view() as connection:
            for batch in read_users(connection):
                yield batch
                done += len(batch.emails)
                self._observe(Progress(source=self._path.name, what="users", done=done, total=total))

    def _evidence(self, kind: str, records: int) -> Evidence:
        source = f"local account {self._path.name}"
        return Evidence(source=source, kind=kind, as_of=self._now, records=records, complete=True, live=True)

    @contextmanager
    def _view(self) -> Iterator[sqlite3.Connection]:
        """A transaction on the account as it stood at the first read.

        Raises:
            UnreachableError: somebody wrote to it since.
        """
        if self._connection.in_transaction:
            # A stream of users is open: whoever reads beside it shares its view.
            yield self._connection
            return
        with provider_errors(self._path), reading(self._connection):
            self._connection.execute("SELECT count(*) FROM settings").fetchone()
            (moment,) = self._connection.execute("PRAGMA data_version").fetchone()
            if self._moment not in (None, moment):
                message = f"{self._path} was written to while it was being read; start again"
                raise UnreachableError(message)
            self._moment = moment
            yield self._connection
