"""The rows of the decision table as the shipped scenarios state them, and what the table says shows for each."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from calplan.policyfile.loader import load
from tests.impact.table import BY_CLIENT, TABLE
from tests.impact.worlds import CLIENTS

FACETS: Final = ("outcome", "notice", "next_step", "certainty")
NO_SCENARIO: Final = frozenset({"R02", "R17"})
"""No setting concerns scheduling add-ons, and private events concern pairs."""
BY_ABSENCE: Final = "R00"

SHOWN_BY: Final[Mapping[str, Mapping[str, str]]] = {
    "R05a1": {"notice": "R10b1"},
    "R05a2": {"notice": "R10c1"},
    "R08a2": {"notice": "R10c1"},
    "R08b3": {"next_step": "R10b2"},
    "R08b4": {"next_step": "R10b3"},
    "R08b5": {"notice": "R10c2", "next_step": "R10c2"},
    "R12a": {"notice": "R10c2", "next_step": "R10c2"},
    "R12b": {"notice": "R10c2", "next_step": "R10c2"},
    "R12c1": {"notice": "R10b1"},
    "R12c2": {"notice": "R10c1"},
    "R12d": {"notice": "R10c2", "next_step": "R10c2"},
    "R12e": {"notice": "R10c2"},
    "R12f": {"notice": "R10c2", "next_step": "R10c2"},
    "R15a": {"notice": "R10b1"},
    "R15b": {"notice": "R10c1"},
}
"""Rows that never fire alone: for each facet that is not theirs to show, the row beside them whose word is stronger.

``R08b3`` needs a loss by the lock, for example, so ``R10b2`` fires too, and its next step is the more pressing one.
Every other facet of every row shows: the user has the row's own outcome, notice, next step and certainty.
"""
PROMPTS: Final = {one.versions: one.prompts for one in CLIENTS}


def shipped_scenarios(repository: Path) -> dict[str, dict[str, Any]]:
    """The ``spec`` of every shipped scenario by the row it is named after."""
    files = sorted((repository / "examples" / "scenarios").glob("*.yaml"))
    documents = [document for file in files for document in load(file).documents]
    specs: dict[str, dict[str, Any]] = {}
    for document in documents:
        name, spec = document.at(("metadata", "name")), document.at(("spec",))
        assert isinstance(name, str)
        assert isinstance(spec, dict)
        row = name.partition(":")[0]
        assert row not in specs, f"two scenarios for {row}"
        specs[row] = spec
    return specs


def only_user(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The one user of a scenario of a row."""
    (user,) = spec["given"]["users"]
    assert isinstance(user, dict)
    return user


def from_the_table(row: str, user: Mapping[str, Any]) -> dict[str, str]:
    """Outcome, notice, next step and certainty of a user whom this row decides, in the words of the table."""
    found = {facet: getattr(TABLE[SHOWN_BY.get(row, {}).get(facet, row)], facet) for facet in FACETS}
    if found["notice"] == "by_client":
        found["notice"] = BY_CLIENT[PROMPTS[tuple(user["clients"])]]
    return found
