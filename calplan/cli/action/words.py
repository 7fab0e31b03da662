"""The command line that a step runs, and the files that come of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from calplan.cli.action.asked import Asked, Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where a step writes: what is kept of it as an artifact, and beside that what only the runner reads."""

    folder: Path

    @property
    def plan(self) -> Path:
        return self.folder / "plan.calplan"

    @property
    def report(self) -> Path:
        return self.folder / "report.html"

    @property
    def markdown(self) -> Path:
        return self.folder / "plan.md"

    @property
    def document(self) -> Path:
        return self.folder / "result.json"

    @property
    def checklist(self) -> Path:
        return self.folder / "checklist.md"

    @property
    def annotations(self) -> Path:
        return self.folder / "annotations.txt"


def without_account(asked: Asked) -> bool:
    """Whether a plan is asked for that could not read the account: whoever asks gets no secrets, nor any snapshot."""
    return asked.command is Command.PLAN and asked.event.stranger and asked.snapshot is None


def words_of(asked: Asked) -> tuple[str, ...]:
    """The command line; whatever stands for a path comes last, behind the sign that no more options follow."""
    if without_account(asked):
        return (Command.VALIDATE.value, *_findings(asked), "--", asked.path)
    account = () if asked.account is None else ("--account", asked.account)
    named = (*account, *asked.more)
    match asked.command:
        case Command.PLAN:
            return (asked.command.value, *_planned(asked), *named, "--", asked.path)
        case Command.APPLY:
            return (asked.command.value, *_applied(asked))
        case Command.DRIFT:
            return (asked.command.value, *_told(asked), *named, "--", asked.path)
        case Command.CHECK:
            return (asked.command.value, *_told(asked), *_annotated(asked), *named, "--", asked.path)
        case Command.VALIDATE:
            return (asked.command.value, *_findings(asked), *asked.more, "--", asked.path)
        case _:
            assert_never(asked.command)


def checklist_words(asked: Asked) -> tuple[str, ...] | None:
    """What writes the steps by hand of the plan that was applied; a run that is gone on with lists its own."""
    if asked.plan is None:
        return None
    return ("show", "-o", f"checklist={Files(folder=asked.folder).checklist}", "--", asked.plan)


def _planned(asked: Asked) -> Iterator[str]:
    files = Files(folder=asked.folder)
    # Whoever may read the log of a job is not whoever may know who is connected to what.
    yield from (*_told(asked), *_annotated(asked), "--users", "none")
    yield from ("-o", f"markdown={files.markdown}", "-o", f"html={files.report}")
    if asked.event.stranger and asked.snapshot is not None:
        yield from ("--snapshot", asked.snapshot)
    else:
        yield from ("--out", str(files.plan))
    if asked.redact:
        yield "--redact"


def _applied(asked: Asked) -> Iterator[str]:
    yield from _told(asked)
    if asked.who:
        yield from ("--by", asked.who)
    if asked.resume is not None:
        yield from ("--resume", asked.resume, "--path", asked.path, *asked.more)
        return
    assert asked.plan is not None, "an apply has a plan or goes on with a run"
    account = () if asked.account is None else ("--account", asked.account)
    yield from (*account, *asked.more, "--", asked.plan, asked.path)


def _findings(asked: Asked) -> tuple[str, ...]:
    return ("-o", "text", *_annotated(asked))


def _told(asked: Asked) -> tuple[str, ...]:
    """Text for the log, and the same as data."""
    return ("-o", "text", "-o", f"json={Files(folder=asked.folder).document}")


def _annotated(asked: Asked) -> tuple[str, ...]:
    return ("-o", f"github={Files(folder=asked.folder).annotations}")
