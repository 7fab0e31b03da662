"""The policies that Scenarios try, read from the files they name."""

import os
from datetime import date
from pathlib import Path
from typing import Final

from calplan.model.diagnostic import Diagnostic, Severity, errors_in
from calplan.model.policy import CalendarPolicy
from calplan.plan.validity.said import said_of_text
from calplan.policyfile.documents import ScenarioDocument
from calplan.policyfile.line_numbers import shown_name
from calplan.policyfile.policy_document import policy_document
from calplan.policyfile.row_source import InvalidFileError
from calplan.policyfile.single_file import single_document

SCHEMA: Final = "calendar-policy"


def tried_policies(
    scenarios: tuple[ScenarioDocument, ...], as_of: date
) -> tuple[tuple[CalendarPolicy, ...], tuple[Diagnostic, ...]]:
    """The policy of each Scenario, and the errors in them; with errors the rest is short.

    Each file is read once, however many Scenarios try its policy, and what is wrong with it is said once. Dated rules
    are judged as of the given day.
    """
    read: dict[Path, CalendarPolicy | tuple[Diagnostic, ...]] = {}
    found = [_meant(_policy_of(scenario, read), as_of) for scenario in scenarios]
    errors = dict.fromkeys(error for one in found if isinstance(one, tuple) for error in errors_in(one))
    return tuple(one for one in found if isinstance(one, CalendarPolicy)), tuple(errors)


def _meant(found: CalendarPolicy | tuple[Diagnostic, ...], as_of: date) -> CalendarPolicy | tuple[Diagnostic, ...]:
    """The policy, or what its meaning is refused for."""
    if isinstance(found, tuple):
        return found
    return errors_in(said_of_text(found, as_of)) or found


def _policy_of(
    scenario: ScenarioDocument, read: dict[Path, CalendarPolicy | tuple[Diagnostic, ...]]
) -> CalendarPolicy | tuple[Diagnostic, ...]:
    file = scenario.policy
    if isinstance(file, CalendarPolicy):
        return file
    if not os.path.isfile(file):  # noqa: PTH113 - the other one raises where a name is too long
        return (_no_file(file, scenario),)
    if file not in read:
        read[file] = _policy_in(file)
    return read[file]


def _policy_in(file: Path) -> CalendarPolicy | tuple[Diagnostic, ...]:
    try:
        document, _ = single_document(file, SCHEMA)
    except InvalidFileError as error:
        return error.diagnostics
    return policy_document(document, file).policy


def _no_file(file: Path, scenario: ScenarioDocument) -> Diagnostic:
    return Diagnostic(
        code="D-UNREADABLE",
        severity=Severity.ERROR,
        summary=f"there is no file `{shown_name(file)}`",
        why="it should hold the policy that this Scenario tries",
        help="the path is relative to the file that holds the Scenario",
        position=scenario.policy_position,
    )
