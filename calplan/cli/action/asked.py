"""What a step was given: its inputs, and the event it runs for."""

import json
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final, Self

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.providers.secret import Secret

PREFIX: Final = "CALPLAN_ACTION_"
"""How the variables begin by which ``action.yml`` hands on its inputs; none is ever pasted into a script."""
SWITCH: Final = {"true": True, "false": False, "": False}
TRUSTING_STRANGERS: Final = frozenset({"pull_request_target", "workflow_run", "issue_comment"})
"""Events that run with the secrets of the repository while somebody else's documents may be checked out."""
BOT_WITHOUT_SECRETS: Final = "dependabot[bot]"


class Command(Enum):
    """A command that a step can run."""

    PLAN = "plan"
    APPLY = "apply"
    DRIFT = "drift"
    CHECK = "check"
    VALIDATE = "validate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a workflow runs for. ``stranger``: by somebody whose runs get no secrets, such as a fork."""

    name: str
    pull_request: int | None = None
    stranger: bool = False

    @classmethod
    def of(cls, surroundings: Mapping[str, str]) -> Self:
        """The event that the runner's variables and payload tell of.

        Raises:
            StopError: the payload cannot be read, or the event hands secrets to strangers.
        """
        name = surroundings.get("GITHUB_EVENT_NAME", "")
        if name in TRUSTING_STRANGERS:
            message = (
                f"error: on {name} a workflow has the secrets of the repository whoever asks for the change, so its"
                " documents could reach them; run this on pull_request instead"
            )
            raise StopError(ExitCode.USAGE, message)
        asked = _payload(surroundings).get("pull_request")
        if not isinstance(asked, dict):
            return cls(name=name)
        number = asked.get("number")
        return cls(
            name=name,
            pull_request=number if isinstance(number, int) else None,
            stranger=_home(asked, "head") is None
            or _home(asked, "head") != _home(asked, "base")
            or surroundings.get("GITHUB_ACTOR") == BOT_WITHOUT_SECRETS,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a step is to do. ``more`` are further arguments of the command line; ``folder`` is where its files go."""

    command: Command
    event: Event
    folder: Path
    path: str
    account: str | None = None
    plan: str | None = None
    resume: str | None = None
    snapshot: str | None = None
    redact: bool = False
    more: tuple[str, ...] = ()
    who: str = ""
    has_state: bool = False
    comment: bool = False
    author: str = ""
    token: Secret | None = field(default=None, repr=False)

    @classmethod
    def of(cls, surroundings: MutableMapping[str, str], folder: Path) -> Self:
        """What the variables ask for. The token is taken out of them, so that nothing that runs later finds it.

        Raises:
            StopError: they ask for what cannot be.
        """
        token = surroundings.pop(f"{PREFIX}TOKEN", "").strip()
        given = {name: surroundings.get(f"{PREFIX}{name}", "").strip() for name in INPUTS}
        asked = cls(
            command=_command(given["COMMAND"]),
            event=Event.of(surroundings),
            folder=folder,
            path=given["PATH"] or ".",
            account=given["ACCOUNT"] or None,
            plan=given["PLAN"] or None,
            resume=given["RESUME"] or None,
            snapshot=given["SNAPSHOT"] or None,
            redact=_switch("redact", given["REDACT"]),
            more=tuple(line.strip() for line in given["ARGUMENTS"].splitlines() if line.strip()),
            who=surroundings.get("GITHUB_TRIGGERING_ACTOR") or surroundings.get("GITHUB_ACTOR", ""),
            has_state=bool(surroundings.get("CALPLAN_STATE")),
            comment=_switch("comment", given["COMMENT"]),
            author=given["COMMENT_AUTHOR"],
            token=Secret(token) if token else None,
        )
        if asked.command is Command.APPLY:
            _stop_unless_appliable(asked)
        return asked


INPUTS: Final = (
    *("COMMAND", "PATH", "ACCOUNT", "PLAN", "RESUME", "SNAPSHOT"),
    *("REDACT", "ARGUMENTS", "COMMENT", "COMMENT_AUTHOR"),
)


def _stop_unless_appliable(asked: Asked) -> None:
    """Stop an apply that nobody agreed to, or that could not be gone on with.

    Raises:
        StopError: which it is.
    """
    if asked.event.pull_request is not None:
        raise StopError(ExitCode.USAGE, "error: an apply runs on a branch that was agreed to, never for a pull request")
    if (asked.plan is None) == (asked.resume is None):
        message = "error: an apply takes either plan, the file that a plan job saved, or resume, the id of a run"
        raise StopError(ExitCode.USAGE, message)
    if not asked.has_state and not any(one.partition("=")[0] == "--state" for one in asked.more):
        message = (
            "error: CALPLAN_STATE names no state that outlives this runner, so the run lock, the journal and the"
            " history would be lost with it, and a run that waits for a person could never be gone on with"
        )
        raise StopError(ExitCode.USAGE, message)


def _command(word: str) -> Command:
    try:
        return Command(word)
    except ValueError:
        known = ", ".join(one.value for one in Command)
        raise StopError(ExitCode.USAGE, f"error: command is {word!r}; it takes one of {known}") from None


def _switch(name: str, word: str) -> bool:
    if word not in SWITCH:
        raise StopError(ExitCode.USAGE, f"error: {name} is {word!r}; it takes true or false")
    return SWITCH[word]


def _payload(surroundings: Mapping[str, str]) -> Mapping[str, object]:
    file = surroundings.get("GITHUB_EVENT_PATH")
    if not file:
        return {}
    try:
        read = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        message = "error: GITHUB_EVENT_PATH names no event that can be read, so nobody knows whose change this is"
        raise StopError(ExitCode.USAGE, message) from error
    return read if isinstance(read, dict) else {}


def _home(asked: Mapping[str, object], side: str) -> object:
    """The id of the repository that one side of a pull request lies in, or ``None`` where that was deleted."""
    place = asked.get(side)
    repository = place.get("repo") if isinstance(place, dict) else None
    return repository.get("id") if isinstance(repository, dict) else None
