"""What a step on GitHub leaves beside its log: the summary that people read, and the numbers that later steps use.

The runner names a file for each in ``GITHUB_STEP_SUMMARY`` and ``GITHUB_OUTPUT``. Both are added to, because what an
earlier command of the same step wrote there has to stay.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from calplan.cli.output import say
from calplan.plan.document import PlanDocument, PlanUsers
from calplan.render.counts import REFUSE, WARNING
from calplan.render.fitting import LEAST, SUMMARY
from calplan.render.markdown import plan_markdown
from calplan.render.users_text import ShowUsers

SUMMARY_FILE: Final = "GITHUB_STEP_SUMMARY"
OUTPUT_FILE: Final = "GITHUB_OUTPUT"
DISCONNECTED: Final = "disconnected"


def tell_github(document: PlanDocument, users: PlanUsers, *, show_users: ShowUsers) -> None:
    """Add a plan to the summary and to the outputs of the step, as far as there is such a step.

    What cannot be written is said and stops nothing: the plan itself has been shown.
    """
    summary, outputs = (os.environ.get(name) for name in (SUMMARY_FILE, OUTPUT_FILE))
    if summary:
        room = SUMMARY - _length(Path(summary))
        if room < LEAST:
            say(f"note: the summary of this step has no room left for the plan ({SUMMARY_FILE})")
        else:
            _add(SUMMARY_FILE, Path(summary), plan_markdown(document, users, show_users=show_users, budget=room))
    if outputs:
        _add(OUTPUT_FILE, Path(outputs), (f"{name}={value}\n" for name, value in outputs_of(document)))


def outputs_of(document: PlanDocument) -> Iterator[tuple[str, str]]:
    """The numbers of a plan by which a later step may decide; each is a number, a digest, or true or false."""
    counts, changes = document["impact"]["counts"], document["resource_changes"]
    yield "plan_id", document["plan_id"]
    yield "changes", str(len(changes))
    yield "disconnected", str(sum(number for name, number in counts.items() if name.startswith(DISCONNECTED)))
    yield "gates_refused", str(sum(gate["status"] == REFUSE for gate in document["gates"]) if changes else 0)
    yield "warnings", str(sum(one["severity"] == WARNING for one in document["diagnostics"]))
    yield "errored", "true" if document["errored"] else "false"


def _length(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _add(name: str, file: Path, lines: Iterator[str]) -> None:
    try:
        with file.open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.writelines(lines)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        say(f"note: {file}, which {name} names, cannot be written: {reason}")
