"""Drift on a terminal: what is otherwise than the policy wants, since when, and whom setting it back would hurt."""

from collections.abc import Iterator
from typing import Final

from calplan.plan.document import PlanDocument, ResourceChange
from calplan.plan.drift import DriftDocument, MoveBeside
from calplan.render.changes_text import change_text, kept_text, moves_text
from calplan.render.colour import Line, Style, finished
from calplan.render.counts import ERROR, users_in_words
from calplan.render.plan_json import canonical_json
from calplan.render.steps_text import diagnostics_text, evidence_text
from calplan.render.values import setting_in_words, value_in_words

NOBODY: Final = "which of the two moved is not known: no applied run that says so is kept here"


def drift_json(document: DriftDocument) -> Iterator[str]:
    """The drift as ``schemas/drift.schema.json`` has it; equal documents give equal bytes."""
    yield f"{canonical_json(document)}\n"


def drift_text(
    document: DriftDocument, *, colour: bool, width: int | None, plan: PlanDocument | None = None
) -> Iterator[str]:
    """The drift, line by line; the last line is the greppable one.

    With the plan that would set it back also what is as wanted or left alone, and on what evidence.
    """
    yield from finished(_lines(document), colour=colour, width=width)
    if plan is not None:
        yield from finished(_beside(plan), colour=colour, width=width)
    yield from finished([Line(drift_line(document), Style.STRONG, whole=True)], colour=colour, width=None)


def drift_line(document: DriftDocument) -> str:
    """Both counts, and what setting the account back would do to its users."""
    return (
        f"Drift: {len(document['changes'])} otherwise than the policy wants, "
        f"{len(document['unmanaged'])} moved that it leaves alone. "
        f"Setting it back: {users_in_words(document['impact']['counts'])}."
    )


def _lines(document: DriftDocument) -> Iterator[Line]:
    account, since = document["account"], document["since"]
    if document["changes"]:
        yield Line(f"{account} is otherwise than its policy wants it (live -> wanted)", Style.STRONG)
        for change in document["changes"]:
            yield from change_text(change, since=None)
            yield Line(f"      {origin_in_words(change, since)}", Style.FAINT)
    else:
        yield Line(f"No drift. {account} is as the policy wants it.", Style.GOOD)
    yield Line()
    if document["unmanaged"]:
        yield Line(f"Moved since {since}, and the policy leaves it alone (left at -> live)", Style.STRONG)
        yield from (Line(f"  {_move(one)}", Style.WARN) for one in document["unmanaged"])
        yield Line()
    yield from moves_text(document["already_happened"])
    yield from diagnostics_text([one for one in document["diagnostics"] if one["severity"] == ERROR])


def _beside(plan: PlanDocument) -> Iterator[Line]:
    kept = list(kept_text(plan))
    if kept:
        yield Line("As wanted, or left alone", Style.STRONG)
        yield from kept
        yield Line()
    yield from evidence_text(plan, verbose=True)


def origin_in_words(change: ResourceChange, since: str | None) -> str:
    """Where a difference comes from, in a sentence."""
    words = {
        "commit": f"the policy wants something else than at {since}; the account is as it was left",
        "drift": f"changed in the account since {since}; the policy is as it was",
        "both": f"changed in the account since {since}, and the policy wants something else as well",
    }
    then_or_now = f"which of the two moved is not known: nobody knows how it stood at {since}, or how it stands now"
    return words.get(change["origin"], NOBODY if since is None else then_or_now)


def _move(one: MoveBeside) -> str:
    left, live = value_in_words(one["left_at"]), value_in_words(one["live"])
    return f"{one['address']} ({setting_in_words(one['address'])}): {left} -> {live}"
