"""From what a document states to servers that can be spoken to: one for each scope, so that a missing one is named."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from calplan.policyfile.documents import StatedProvider
from calplan.providers.endpoints import BadEndpointError
from calplan.providers.errors import InvalidAccountError
from calplan.providers.google.credential_file import credential_in
from calplan.providers.google.judging import judge_directory, judge_log
from calplan.providers.google.pace import DIRECTORY_PER_SECOND, LOG_PER_SECOND, Pace
from calplan.providers.google.signing_in import GoogleTokens
from calplan.providers.google.workspace import (
    LOG_SCOPE,
    NAME,
    TOKENS_SCOPE,
    USERS_SCOPE,
    Workspace,
    workspace_of,
)
from calplan.providers.http.answer import Judge
from calplan.providers.http.paces import Paces
from calplan.providers.http.retry import Patience, Time
from calplan.providers.http.server import Server
from calplan.providers.observing import Observe, unobserved
from calplan.providers.secrets import resolve
from calplan.providers.trust import Trust

Clock = Callable[[], datetime]
Serve = Callable[[], Server]
"""A server for one client; those for several clients share their tokens and their pace."""
IN_DIRECTORY: Final = Patience(attempts=8, in_all=180.0)
"""Its quota is that of a minute: who waits for two of them has waited for the next one."""
IN_LOG: Final = Patience(attempts=7, in_all=300.0, pause=5.0, longest_pause=60.0)
"""https://developers.google.com/admin-sdk/reports/v1/limits: begin at five seconds, double, five to seven tries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Google by what it is asked for; ``observe`` hears how far that has come."""

    users: Serve
    tokens: Serve
    log: Serve
    observe: Observe = unobserved


def servers_of(
    workspace: Workspace,
    trust: Trust,
    time: Time | None = None,
    observe: Observe = unobserved,
    *,
    paces: Paces | None = None,
    name: str = "",
) -> Servers:
    """The servers of a workspace, its credential resolved and looked through; ``paces`` know that credential by a name.

    Raises:
        ProviderError: the credential cannot be resolved, or must not be used.
    """
    passing = time or Time()
    credential = credential_in(resolve(workspace.reference, trust, workspace.folder), workspace, trust)
    shared = paces or Paces()
    directory = shared.of(f"{name} directory", lambda: Pace(per_second=DIRECTORY_PER_SECOND, ticks=passing.ticks))
    log = shared.of(f"{name} log", lambda: Pace(per_second=LOG_PER_SECOND, ticks=passing.ticks))

    def serve(scope: str, judge: Judge, pace: Pace, patience: Patience) -> Serve:
        tokens = GoogleTokens(workspace, credential, (scope,), trust)
        return lambda: Server(
            name=NAME,
            api=workspace.places.admin,
            grant=tokens.share(),
            ca_file=workspace.ca_file,
            judge=judge,
            pacer=pace,
            patience=patience,
            time=passing,
            redactor=trust.redactor,
            observe=observe,
        )

    return Servers(
        users=serve(USERS_SCOPE, judge_directory(USERS_SCOPE), directory, IN_DIRECTORY),
        tokens=serve(TOKENS_SCOPE, judge_directory(TOKENS_SCOPE), directory, IN_DIRECTORY),
        log=serve(LOG_SCOPE, judge_log(LOG_SCOPE), log, IN_LOG),
        observe=observe,
    )


def stated_workspace(stated: StatedProvider, file: Path) -> Workspace:
    """What the document ``file`` states.

    Raises:
        InvalidAccountError: an endpoint cannot be used.
    """
    try:
        return workspace_of(stated, file)
    except BadEndpointError as error:
        wrong = str(error)
    raise InvalidAccountError(f"an endpoint of the Google provider in {file} cannot be used: {wrong}")
