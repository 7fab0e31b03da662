"""Google as an apply sees it: left over tokens can be taken away, those of the configured applications alone."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from calplan.plan.actions import Action, Consent, RevokeStale
from calplan.policyfile.documents import StatedProvider
from calplan.providers.base import Memory, Receipt, WritableEvidenceProvider
from calplan.providers.errors import ProviderError
from calplan.providers.google.calls import NOT_FOUND, TOKENS, USERS, token_of
from calplan.providers.google.connecting import Clock, servers_of, stated_workspace
from calplan.providers.google.directory import Entrant
from calplan.providers.google.evidence import NO_CLIENTS, GoogleEvidence
from calplan.providers.google.kept import Held, Sweep
from calplan.providers.google.workspace import NAME
from calplan.providers.http.client import Writer
from calplan.providers.http.retry import Time
from calplan.providers.http.said import RefusedError
from calplan.providers.observing import Observe, Progress, unobserved
from calplan.providers.trust import Trust

WORK: Final = "users whose tokens are revoked"


@dataclass(slots=True)
class _Done:
    """How much was done before something went wrong."""

    users: int = 0
    tokens: int = 0


class WritableGoogleEvidence(GoogleEvidence):
    """One customer of Google's that can also be written."""

    def perform(self, action: Action) -> Receipt:
        """Take away what these users let the configured applications do; nothing of any other user or application.

        Raises:
            ProviderError: nothing changed, or ``outcome_unknown`` is set.
        """
        users = _whose(action)
        if not self._workspace.clients:
            raise ProviderError(f"{NO_CLIENTS}. Nothing was revoked")
        directory = self._listed()
        if directory.failure is not None:
            raise ProviderError(
                f"the users of the Google directory were not all read, so nothing was revoked: {directory.failure}"
            )
        wanted = {one.id: one for one in directory.named(users).values()}
        sweep = self._sweeping.kept(self._clock())
        done = _Done()
        with Writer(self._servers.tokens()) as writer:
            for one in wanted.values():
                writer.observe(Progress(source=NAME, what=WORK, done=done.users, total=len(wanted)))
                try:
                    self._revoke(writer, one, done)
                except ProviderError as error:
                    _remember(sweep, one, None)
                    raise _left_open(error, done, len(wanted)) from None
                done.users += 1
                _remember(sweep, one, {})
        return Receipt(at=self._clock(), changed=done.tokens > 0)

    def _revoke(self, writer: Writer, one: Entrant, done: _Done) -> None:
        """Take away each token of one user that is there: it is looked at first, by the client id it must have."""
        for client in sorted(self._workspace.clients):
            if token_of(writer, one.id, client) is None:
                continue
            try:
                writer.write("DELETE", *USERS, one.id, TOKENS, client, idempotent=True)
            except RefusedError as error:
                # It may be the second of two tries, the first of which took it away.
                if error.status != NOT_FOUND:
                    raise
            done.tokens += 1


def _whose(action: Action) -> frozenset[str]:
    if isinstance(action, RevokeStale) and action.consent is Consent.GOOGLE:
        return action.users
    raise ProviderError("Google has nothing to do with this setting; nothing was changed")


def _remember(sweep: Sweep | None, one: Entrant, held: Held) -> None:
    """Keep what somebody holds now, where it was kept that he held something."""
    if sweep is not None and sweep.held.get(one.id):
        sweep.add({one.id: held})


def _left_open(error: ProviderError, done: _Done, users: int) -> ProviderError:
    """The error of one user, with what had been done for others by then."""
    if done.tokens == 0:
        return error
    return ProviderError(
        f"the tokens of {done.users:,} of {users:,} users are revoked, and not those of the others: {error}. Applying"
        " it again goes on with them",
        outcome_unknown=True,
    )


def write_google(  # noqa: PLR0917 - what every source of evidence is opened with
    stated: StatedProvider,
    file: Path,
    trust: Trust,
    clock: Clock,
    memory: Memory,
    max_age: timedelta,
    time: Time | None = None,
    *,
    observe: Observe = unobserved,
) -> WritableEvidenceProvider:
    """The customer that a provider of the document ``file`` states, to be written; see ``read_google``.

    Raises:
        ProviderError: its credential cannot be resolved, or must not be used.
    """
    workspace = stated_workspace(stated, file)
    return WritableGoogleEvidence(workspace, servers_of(workspace, trust, time, observe), clock, memory, max_age)
