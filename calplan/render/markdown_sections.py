"""The sections of a plan in Markdown, as lists that may be cut between entries and never within one."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from calplan.model.plural import plural
from calplan.plan.document import DiagnosticDocument, GateDocument, PlanDocument, ResourceChange
from calplan.render.changes_text import NO_GROUPS, unread_in_words
from calplan.render.compared import Told, moved_since, since_title
from calplan.render.counts import (
    ERROR,
    MANUAL,
    REFUSE,
    WARNING,
    population_in_words,
    ranges_in_words,
    users_in_words,
)
from calplan.render.evidence import assumption_in_words, evidence_in_words, is_weighty, made_at
from calplan.render.fitting import TOO_LONG, Section
from calplan.render.guide import path_in_markdown, steps_by_hand
from calplan.render.pen import Pen
from calplan.render.step_wording import (
    changes_by_address,
    cost_in_words,
    doer_of,
    gate_in_words,
    order_in_words,
    reasons,
    step_in_words,
)
from calplan.render.steps_text import NOTHING_TO_APPLY
from calplan.render.values import REVERSIBILITY, Difference, differences, origin_marks, place_in_words
from calplan.render.wording import (
    AFFECTED_NAMES,
    OUTCOME_NAMES,
    listed,
    outcome_in_words,
    outcome_of_rule,
    rule_in_words,
)

PAIRS: Final = "privateEvents["
STATUS: Final = {"pass": "passed", "refuse": "**refused**", "overridden": "lifted"}
WITHOUT_CHANGES: Final = {**STATUS, REFUSE: "would refuse"}
REFUSED_FIRST: Final = (REFUSE, "overridden")
WORST_FIRST: Final = (ERROR, WARNING)
FIVE_CELLS: Final = f"| {TOO_LONG} | | | | |"


def settings(document: PlanDocument, pen: Pen) -> Section:
    """What changes, value by value. Without addresses the scheduling privileges are only counted."""
    changes = document["resource_changes"]
    since_when = document.get("origin_since")
    rows = [
        row
        for change in changes
        if pen.addresses or not change["address"].startswith(PAIRS)
        for row in _rows(change, since_when, pen)
    ]
    pairs = sum(change["address"].startswith(PAIRS) for change in changes)
    if pairs and not pen.addresses:
        rows.append(f"| {plural(pairs, 'scheduling privilege')} | | | | |")
    said = {change["reversibility"] for change in changes}
    words = [f"- `{word}`: {words}" for word, words in REVERSIBILITY.items() if word in said]
    return Section(
        head=("### Settings", ""),
        above=("| Setting | Before | After | Policy | Done |", "|---|---|---|---|---|"),
        entries=tuple(rows),
        tail=(*words, ""),
        noun=("value that changes", "values that change"),
        stand_in=FIVE_CELLS,
    )


def _rows(change: ResourceChange, since_when: str | None, pen: Pen) -> Iterator[str]:
    source = change["source"]
    where = "" if source is None else pen.code(f"{source['file']}:{source['line']}")
    done = "by hand" if change["mode"] == MANUAL else "by calplan"
    done = ", ".join([done, *map(pen.prose, (change["reversibility"], *origin_marks(change, since_when)))])
    for number, one in enumerate(differences(change)):
        name = pen.code(change["address"])
        if one.path and one.sign == "~":
            name += f" {pen.code(one.path)}"
        if number == 0 and "users" in change:
            name += f" ({plural(change['users'], 'user')})"
        before, after = _sides(one)
        yield f"| {name} | {_cell(before, pen)} | {_cell(after, pen)} | {where} | {done} |"


def _sides(one: Difference) -> tuple[str, str]:
    if one.sign == "~":
        return one.before, one.after
    return (one.path, "") if one.sign == "-" else ("", one.path)


def _cell(text: str, pen: Pen) -> str:
    return pen.code(text) if text else ""


def users_in_numbers(document: PlanDocument) -> Iterator[str]:
    """How many users meet which outcome, and why."""
    impact = document["impact"]
    yield from ("### Users", "", f"{population_in_words(impact)}.", "")
    yield from outcome_rows(document, why=True)
    yield ""
    yield from (f"- {words}" for words in ranges_in_words(impact))
    without = impact.get("without_grant_step")
    if without is not None:
        yield f"- without the step that widens the tenant-wide grant: {users_in_words(without['counts'])}"
    yield ""


def outcome_rows(document: PlanDocument, *, why: bool) -> Iterator[str]:
    """The outcomes that somebody meets, as a table."""
    impact = document["impact"]
    yield "| Users | Outcome | Why |" if why else "| Users | Outcome |"
    yield "|---:|---|---|" if why else "|---:|---|"
    for name in OUTCOME_NAMES:
        if impact["counts"].get(name):
            row = f"| {impact['counts'][name]} | {outcome_in_words(name)} |"
            yield f"{row} {_reasons(document, name)} |" if why else row


def _reasons(document: PlanDocument, name: str) -> str:
    if name not in AFFECTED_NAMES:
        return ""
    rules = [use["rule"] for use in document["impact"]["by_rule"] if outcome_of_rule(use["rule"]) == name]
    return "; ".join(f"{rule}: {rule_in_words(rule)}" for rule in rules)


def since(document: PlanDocument, pen: Pen) -> Iterator[Section]:
    """What moved since an earlier plan, with the names of users only where addresses are shown."""
    compared = document.get("since_plan")
    if compared is not None:
        told = moved_since(document, addresses=pen.addresses)
        entries = tuple(f"- {pen.prose(one.words)}{_named(one, pen)}" for one in told)
        yield Section(
            head=(f"### {pen.prose(since_title(compared))}", ""),
            entries=entries,
            noun=("difference to that plan", "differences to that plan"),
        )


def _named(one: Told, pen: Pen) -> str:
    if not one.emails or not pen.addresses:
        return ""
    more = f" and {one.unnamed} more" if one.unnamed else ""
    return f": {', '.join(map(pen.code, one.emails))}{more}"


def unread(document: PlanDocument, pen: Pen) -> Iterator[Section]:
    """The settings nobody could read."""
    if document["unknown"]:
        yield Section(head=(f"{pen.prose(unread_in_words(sorted(document['unknown'])))}.", ""))


def already_happened(document: PlanDocument, pen: Pen) -> Iterator[Section]:
    """Who changed groups since an earlier plan."""
    happened = document["already_happened"]
    if happened["moves"]:
        entries = []
        for one in happened["moves"]:
            before, after = (pen.prose(listed(groups) or NO_GROUPS) for groups in (one["from"], one["to"]))
            moved = f"- {plural(one['users'], 'user')} moved from {before} to {after}, where other settings hold"
            entries.append(moved)
        title = f"### Already happened since {pen.prose(str(happened['since']))}, and no part of this plan"
        yield Section(head=(title, ""), entries=tuple(entries), noun=("move between groups", "moves between groups"))


def gates(document: PlanDocument, pen: Pen) -> Iterator[Section]:
    """The gates, those that refuse first."""
    if not document["gates"]:
        return
    idle = not document["resource_changes"]
    words = WITHOUT_CHANGES if idle else STATUS
    refusing = any(gate["status"] == REFUSE for gate in document["gates"])
    yield Section(
        head=("### Gates", "", *((NOTHING_TO_APPLY, "") if idle and refusing else ())),
        above=("| Gate | Watches | Status | Figure | Limit |", "|---|---|---|---|---|"),
        entries=tuple(_gate(gate, pen, words) for gate in sorted(document["gates"], key=_refused_first)),
        noun=("gate", "gates"),
        stand_in=FIVE_CELLS,
    )


def _refused_first(gate: GateDocument) -> int:
    return REFUSED_FIRST.index(gate["status"]) if gate["status"] in REFUSED_FIRST else len(REFUSED_FIRST)


def _gate(gate: GateDocument, pen: Pen, words: Mapping[str, str]) -> str:
    status = words.get(gate["status"]) or pen.prose(gate["status"])
    watched = pen.prose(gate_in_words(gate["id"]))
    return (
        f"| {pen.code(gate['id'])} | {watched} | {status} | {pen.prose(gate['actual'])} | {pen.prose(gate['limit'])} |"
    )


def steps(document: PlanDocument, pen: Pen) -> Iterator[Section]:
    """The writes in their order, with who makes them and what each costs."""
    found = document["steps"]
    if not found:
        return
    changes = changes_by_address(document)
    entries = []
    for number, (step, reason) in enumerate(zip(found, reasons(found), strict=True), start=1):
        doer = pen.prose(doer_of(step["mode"], step["provider"]))
        why = f" <sub>{pen.prose(reason)}</sub>" if reason else ""
        path = path_in_markdown(step, pen)
        where = f"; in {path}" if path else ""
        entries.append(
            f"{number}. {pen.prose(step_in_words(step, changes))} ({doer}; {cost_in_words(step)}){where}{why}"
        )
    words = [*order_in_words(document["order"])]
    yield Section(
        head=("### Steps", ""),
        entries=tuple(entries),
        tail=(" ".join(map(pen.prose, words)), "") if words else (),
        noun=("step", "steps"),
        stand_in=f"1. {TOO_LONG}",
    )


def by_hand(document: PlanDocument, pen: Pen) -> Iterator[Section]:
    """The checklist of what a person does, where there is anything."""
    number = sum(step["mode"] == MANUAL for step in document["steps"])
    if number:
        yield Section(
            head=("### Steps by hand", ""),
            entries=("\n".join(steps_by_hand(document, pen)),),
            fold=f"How {plural(number, 'step is', 'steps are')} done by hand",
            dispensable=f"how {plural(number, 'step is', 'steps are')} done by hand (`calplan show PLAN -o checklist`)",
        )


def diagnostics(document: PlanDocument, pen: Pen) -> Iterator[Section]:
    """Errors, warnings and notes, the worst first."""
    found = sorted(document["diagnostics"], key=_worst_first)
    if found:
        refused = "This plan has errors: it is not saved and cannot be applied."
        yield Section(
            head=("### Errors, warnings and notes", ""),
            entries=tuple(_diagnostic(one, pen) for one in found),
            tail=(refused, "") if document["errored"] else (),
            noun=("finding", "findings"),
        )


def _worst_first(one: DiagnosticDocument) -> int:
    return WORST_FIRST.index(one["severity"]) if one["severity"] in WORST_FIRST else len(WORST_FIRST)


def _diagnostic(one: DiagnosticDocument, pen: Pen) -> str:
    place = one["range"]
    where = "" if place is None else f" ({pen.code(place_in_words(place))})"
    detail = "; ".join(one["detail"].splitlines())
    more = f" {pen.prose(detail)}" if detail else ""
    return f"- **{pen.prose(one['severity'])}** {pen.code(one['code'])}: {pen.prose(one['summary'])}{where}.{more}"


def assumptions(document: PlanDocument, pen: Pen) -> Iterator[Section]:
    """The readings that move a count if they are wrong, and the others by name; nothing where there is no change."""
    found = document["assumptions"]
    if not found or not document["resource_changes"]:
        return
    weighty = [one for one in found if is_weighty(one)]
    others = [one["id"] for one in found if one not in weighty]
    also = f"- {'also ' if weighty else ''}{pen.prose(', '.join(others))}: `calplan explain ID`"
    yield Section(
        head=("### Assumptions", ""),
        entries=(*(f"- {pen.prose(assumption_in_words(one))}" for one in weighty), *([also] if others else [])),
        noun=("assumption", "assumptions"),
    )


def plan_line(document: PlanDocument, pen: Pen) -> Section:
    """What the plan rests on, and its id, by which an approval can name it."""
    now = made_at(document)
    evidence: Iterable[str] = (pen.prose(evidence_in_words(one, now)) for one in document["evidence"])
    rests = (f"Evidence: {'; '.join(evidence)}.", "") if document["evidence"] else ()
    made_by = f"Plan {pen.code(document['plan_id'])}, by calplan {pen.code(document['calplan_version'])}."
    return Section(head=(*rests, made_by))
