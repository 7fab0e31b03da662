"""What a plan leaves in a step on GitHub beside the log: the summary that people read, and numbers for later steps."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from calplan.cli.output import say
from calplan.cli.step_files import add_to_summary, give, room_in_summary
from calplan.impact.outcome import DISCONNECTED
from calplan.plan.document import PlanDocument, PlanUsers
from calplan.render.counts import REFUSE, WARNING
from calplan.render.fitting import LEAST, SUMMARY
from calplan.render.markdown import plan_markdown
from calplan.render.users_text import ShowUsers

SUMMARY_FILE: Final = "GITHUB_STEP_SUMMARY"
OUTPUT_FILE: Final = "GITHUB_OUTPUT"


def tell_github(document: PlanDocument, users: PlanUsers, *, show_users: ShowUsers) -> None:
    """Add a plan to the summary and to the outputs of the step, as far as there is such a step.

    What cannot be written is said and stops nothing: the plan itself has been shown.
    """

    def summarise(file: Path) -> None:
        budget = max(LEAST, min(SUMMARY, room_in_summary(file)))
        add_to_summary(file, "".join(plan_markdown(document, users, show_users=show_users, budget=budget)))

    _write(SUMMARY_FILE, summarise)
    _write(OUTPUT_FILE, lambda file: give(file, outputs_of(document)))


def outputs_of(document: PlanDocument) -> Mapping[str, str]:
    """What a later step may decide by."""
    counts = document["impact"]["counts"]
    return {
        "plan-id": document["plan_id"],
        "account": document["account"],
        "changes": str(len(document["resource_changes"])),
        "disconnected": str(sum(counts.get(one.value, 0) for one in DISCONNECTED)),
        "refused": str(sum(gate["status"] == REFUSE for gate in document["gates"])),
        "warnings": str(sum(one["severity"] == WARNING for one in document["diagnostics"])),
        "errored": "true" if document["errored"] else "false",
    }


def _write(name: str, write: Callable[[Path], None]) -> None:
    """Write the file that a variable names, if it does."""
    place = os.environ.get(name)
    if not place:
        return
    try:
        write(Path(place))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        say(f"note: {place}, which {name} names, cannot be written: {reason}")
