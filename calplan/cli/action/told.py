"""What came of a step, in words and numbers for the runner."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from calplan.cli.action.asked import Asked, Command
from calplan.cli.action.runner import fenced
from calplan.cli.action.words import Files, without_account
from calplan.cli.exit_codes import MEANING, ExitCode
from calplan.impact.outcome import DISCONNECTED
from calplan.plan.gates import GateStatus

MOST_OF_A_LOG: Final = 512 * 1024
MOST_OF_A_LOG_IN_A_COMMENT: Final = 60_000
NO_SECRETS: Final = (
    "This change comes from where no secrets are given, so the account was not read: these are checks of the text"
    " alone. With `snapshot` a plan is made from a frozen state instead."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a step did: its exit code, and what it printed."""

    asked: Asked
    code: ExitCode
    log: str

    @property
    def files(self) -> Files:
        """Where it wrote."""
        return Files(folder=self.asked.folder)


def status_of(result: Result) -> int:
    """The exit status of the step. Changes in a plan are its result, and waiting for a person is no failure."""
    fine = {Command.PLAN: (ExitCode.CHANGES,), Command.APPLY: (ExitCode.WAITING,)}
    return 0 if result.code in fine.get(result.asked.command, ()) else result.code.value


def outputs_of(result: Result) -> dict[str, str]:
    """The outputs of the action, each a text and empty where there is nothing to tell."""
    files, document = result.files, _document(result)
    impact, changes = document.get("impact"), document.get("resource_changes", document.get("changes"))
    counts = impact.get("counts") if isinstance(impact, Mapping) else None
    return {
        "exit-code": str(result.code.value),
        "account": _text(document.get("account")),
        "changes": str(len(changes)) if isinstance(changes, list) else "",
        "disconnected": "" if counts is None else str(sum(counts.get(one.value, 0) for one in DISCONNECTED)),
        "refused": _refused(document.get("gates")),
        "waiting": "true" if result.code is ExitCode.WAITING else "false",
        "run": _text(document.get("run")),
        "plan": str(files.plan) if files.plan.exists() else "",
        "report": str(files.report) if files.report.exists() else "",
        "markdown": str(files.markdown) if files.markdown.exists() else "",
        "folder": str(result.asked.folder),
    }


def account_of(result: Result) -> str | None:
    """The account that was asked for, or that the command found."""
    return result.asked.account or _text(_document(result).get("account")) or None


def markdown_of(result: Result) -> str | None:
    """The plan as Markdown, where one came about."""
    file = result.files.markdown
    return file.read_text(encoding="utf-8") if file.exists() else None


def summary_of(result: Result) -> str:
    """What the summary of the job says: the plan where there is one, else what the command printed."""
    markdown = markdown_of(result)
    if markdown is not None:
        return markdown if result.code is ExitCode.DONE else f"{markdown}\n{ended(result)}\n"
    parts = [heading(result), ended(result), *([NO_SECRETS] if without_account(result.asked) else [])]
    text = "\n\n".join([*parts, fenced(result.log, MOST_OF_A_LOG)])
    checklist = result.files.checklist
    return f"{text}\n{checklist.read_text(encoding='utf-8')}" if checklist.exists() else text


def comment_of(result: Result) -> str:
    """What stands below the marker of a comment where there is no plan: that, and what was printed."""
    parts = [heading(result), ended(result), *([NO_SECRETS] if without_account(result.asked) else [])]
    return "\n\n".join([*parts, fenced(result.log, MOST_OF_A_LOG_IN_A_COMMENT)])


def heading(result: Result) -> str:
    """The first line of what is told of a command without a plan."""
    return f"## calplan {result.asked.command.value}"


def ended(result: Result) -> str:
    """The exit code and what it means."""
    return f"Exit code {result.code.value}: {MEANING[result.code]}."


def _document(result: Result) -> Mapping[str, object]:
    """What the command wrote as data; nothing where it did not come so far."""
    file = result.files.document
    if not file.exists():
        return {}
    read = json.loads(file.read_text(encoding="utf-8"))
    return read if isinstance(read, dict) else {}


def _refused(gates: object) -> str:
    if not isinstance(gates, list):
        return ""
    return str(sum(one["status"] == GateStatus.REFUSE.value for one in gates))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
