"""Whether what a plan file holds has the form of a plan, so that nothing stumbles over it later.

A saved plan carries its own digests, so whoever forges one can make them fit: nothing in it may be taken on trust.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from jsonschema import Draft202012Validator
from referencing import Registry

from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.model.citation import Certainty
from calplan.model.settings import Setting
from calplan.plan.levels_document import levels_of
from calplan.plan.planfile import SavedPlan
from calplan.plan.user_facts import states_facts, texts
from calplan.policyfile.schema import schema_of

DEEPEST: Final = 12
"""Lists and objects within each other; a plan has no more than nine."""
WORDS: Final = {
    "outcome": frozenset(one.value for one in Outcome),
    "connection": frozenset(one.value for one in Link),
    "notice": frozenset(one.value for one in Notice),
    "next_step": frozenset(one.value for one in NextStep),
    "certainty": frozenset(one.value for one in Certainty),
}
ADDRESSES: Final = frozenset(one.value for one in Setting)


def fault_in(saved: SavedPlan) -> str | None:
    """What is not as in a plan, in a few words, or ``None``."""
    document: object = saved.document
    if not _plain(document, DEEPEST):
        return "plan.json holds what no plan holds"
    # The empty registry knows no way to fetch anything.
    validator = Draft202012Validator(schema_of("plan"), registry=Registry())
    error = next(validator.iter_errors(document), None)
    if error is not None:
        return f"plan.json is not as its schema says, at {error.json_path}"
    for name in ("prior_state", "planned_values"):
        if saved.document[name].keys() != ADDRESSES:
            return f"plan.json does not state every setting in {name}"
    try:
        levels_of(saved.document)
    except (ValueError, KeyError, TypeError, AttributeError):
        return "plan.json states settings that no account can have"
    return _fault_in_users(saved)


def _fault_in_users(saved: SavedPlan) -> str | None:
    """What is wrong with a row, or that the rows are not those that the plan counts: whoever agrees reads the counts.

    The rows decide whether more harm is done now than was shown, so a plan must not show less than they hold.
    """
    found: Counter[str] = Counter()
    on_the_way, last, number = 0, "", 0
    try:
        for number, row in enumerate(saved.users.rows(), start=1):
            if not _is_user(row):
                return f"users.ndjson is no user in line {number}"
            if row["email"] <= last:
                return f"users.ndjson is not sorted by address, each once, at line {number}"
            last = row["email"]
            found[row["outcome"]] += 1
            on_the_way += row.get("lost_on_the_way", False)
    except (ValueError, RecursionError):
        return f"users.ndjson cannot be read after line {number}"
    impact, surplus = saved.document["impact"], saved.document["order"]["surplus"]
    if +Counter(impact["counts"]) != found or impact["population"]["active"] != number or surplus != on_the_way:
        return "plan.json counts other users than users.ndjson lists"
    return None


def _plain(value: object, depth: int) -> bool:
    """Whether a value is made of text, whole numbers, words, lists and objects, and is not nested too deeply."""
    if isinstance(value, dict):
        return depth > 0 and all(_plain(one, depth - 1) for one in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_plain(one, depth - 1) for one in value)
    return not isinstance(value, float)


def _is_user(row: object) -> bool:
    return (
        isinstance(row, Mapping)
        and states_facts(row)
        and texts(row.get("rules"))
        and all(isinstance(row.get(key), str) and row[key] in words for key, words in WORDS.items())
        and isinstance(row.get("lost_on_the_way", False), bool)
    )
