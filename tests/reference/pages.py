"""Which pages are generated, and of what."""

from collections.abc import Callable, Iterator
from typing import Final

from calplan.policyfile.schema import GROUPS_FILE, KINDS, SETTINGS
from tests.reference.catalogue_pages import capabilities_page, packs_page, users_file_page
from tests.reference.code_pages import (
    codes_page,
    decision_table_page,
    gates_page,
    guardrail_variables_page,
    outcomes_page,
    readings_page,
)
from tests.reference.command_page import commands_page, environment_page, exit_codes_page
from tests.reference.schema_page import schema_page

SIGN: Final = "<!-- Written by `python -m tests.reference`; change what it is made from, not this. -->"
OUTPUTS: Final = ("plan", "apply", "check", "drift", "why")

SINGLE: Final[dict[str, Callable[[], Iterator[str]]]] = {
    "commands.md": commands_page,
    "exit-codes.md": exit_codes_page,
    "environment.md": environment_page,
    "outcomes.md": outcomes_page,
    "decision-table.md": decision_table_page,
    "readings.md": readings_page,
    "gates.md": gates_page,
    "codes.md": codes_page,
    "guardrail-variables.md": guardrail_variables_page,
    "capabilities.md": capabilities_page,
    "packs.md": packs_page,
    "users-file.md": users_file_page,
}


def pages() -> dict[str, str]:
    """The text of every generated page, by its path below ``docs/reference``."""
    made = {name: page() for name, page in SINGLE.items()}
    for kind, name in KINDS.items():
        schema = f"Begins with `apiVersion: calplan/v1` and `kind: {kind}`. The schema: `calplan schema {kind}`."
        made[f"documents/{name}.md"] = schema_page(name, kind, schema)
    made["documents/settings.md"] = schema_page(
        SETTINGS,
        "Settings file",
        "What `sandbox create --settings` and `create.settings` read. The schema: `calplan schema settings`.",
    )
    made["documents/groups-file.md"] = schema_page(
        GROUPS_FILE,
        "Groups file",
        "What `sandbox create --groups` and `create.groups` read. The schema: `calplan schema groups-file`.",
    )
    for name in OUTPUTS:
        schema = f"What `calplan {name} -o json` writes. The schema: `calplan schema {name}`."
        made[f"outputs/{name}.md"] = schema_page(name, f"Output of {name}", schema)
    return {name: "\n".join([SIGN, "", *lines]).rstrip("\n") + "\n" for name, lines in made.items()}
