"""A plan as Markdown for a pull request: counts for everybody to see, names only when asked for."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final
from urllib.parse import quote

from calplan.model.plural import plural
from calplan.plan.document import (
    DiagnosticDocument,
    GateDocument,
    PlanDocument,
    PlanUsers,
    ResourceChange,
    UserDocument,
)
from calplan.render.changes_text import NO_GROUPS, unread_in_words
from calplan.render.counts import MANUAL, REFUSE, population_in_words, ranges_in_words, summary_line, users_in_words
from calplan.render.evidence import assumption_in_words, evidence_in_words, is_weighty, made_at, snapshot_in_words
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
from calplan.render.users_text import TOP, ShowUsers, facets_in_words, worst_first
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


def marker(account: str) -> str:
    """The hidden comment by which a bot finds its own comment again; another account has another marker."""
    return f"<!-- calplan:{quote(account, safe='', errors='surrogatepass').replace('--', '-%2D')} -->"


def plan_markdown(document: PlanDocument, users: PlanUsers, *, show_users: ShowUsers = "none") -> Iterator[str]:
    """The plan, line by line."""
    return (f"{line}\n" for line in _plan(document, users, show_users))


def _plan(document: PlanDocument, users: PlanUsers, show_users: ShowUsers) -> Iterator[str]:
    pen = Pen(addresses=show_users != "none")
    yield marker(document["account"])
    yield f"## Calendar plan for {pen.code(document['account'])}"
    yield ""
    yield f"**{summary_line(document)}**"
    yield ""
    if (words := snapshot_in_words(document)) is not None:
        yield f"{pen.prose(words[0].upper() + words[1:])}."
        yield ""
    if document["resource_changes"]:
        yield from _settings(document, pen)
        yield from _users(document)
        if show_users != "none":
            yield from _names(document, users, pen, everybody=show_users == "all")
    else:
        yield "No changes."
        yield ""
    yield from _unread(document, pen)
    yield from _moves(document, pen)
    yield from _gates(document, pen)
    yield from _steps(document, pen)
    yield from _by_hand(document, pen)
    yield from _diagnostics(document, pen)
    yield from _assumptions(document, pen)
    yield from _evidence(document, pen)


def _settings(document: PlanDocument, pen: Pen) -> Iterator[str]:
    yield "### Settings"
    yield ""
    yield "| Setting | Before | After | Policy | Done |"
    yield "|---|---|---|---|---|"
    changes = document["resource_changes"]
    for change in changes:
        if pen.addresses or not change["address"].startswith(PAIRS):
            yield from _rows(change, document.get("origin_since"), pen)
    pairs = sum(change["address"].startswith(PAIRS) for change in changes)
    if pairs and not pen.addresses:
        yield f"| {plural(pairs, 'scheduling privilege')} | | | | |"
    yield ""
    said = {change["reversibility"] for change in changes}
    yield from (f"- `{word}`: {words}" for word, words in REVERSIBILITY.items() if word in said)
    yield ""


def _unread(document: PlanDocument, pen: Pen) -> Iterator[str]:
    if document["unknown"]:
        yield f"{pen.prose(unread_in_words(sorted(document['unknown'])))}."
        yield ""


def _rows(change: ResourceChange, since: str | None, pen: Pen) -> Iterator[str]:
    source = change["source"]
    where = "" if source is None else pen.code(f"{source['file']}:{source['line']}")
    done = "by hand" if change["mode"] == "manual" else "by calplan"
    done = ", ".join([done, *map(pen.prose, (change["reversibility"], *origin_marks(change, since)))])
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


def _users(document: PlanDocument) -> Iterator[str]:
    impact = document["impact"]
    yield "### Users"
    yield ""
    yield f"{population_in_words(impact)}."
    yield ""
    yield "| Users | Outcome | Why |"
    yield "|---:|---|---|"
    for name in OUTCOME_NAMES:
        if impact["counts"].get(name):
            rules = [use["rule"] for use in impact["by_rule"] if outcome_of_rule(use["rule"]) == name]
            why = "; ".join(f"{rule}: {rule_in_words(rule)}" for rule in rules) if name in AFFECTED_NAMES else ""
            yield f"| {impact['counts'][name]} | {outcome_in_words(name)} | {why} |"
    yield ""
    yield from (f"- {words}" for words in ranges_in_words(impact))
    without = impact.get("without_grant_step")
    if without is not None:
        yield f"- without the step that widens the tenant-wide grant: {users_in_words(without['counts'])}"
    yield ""


def _names(document: PlanDocument, users: PlanUsers, pen: Pen, *, everybody: bool) -> Iterator[str]:
    impact = document["impact"]
    total = sum(impact["counts"].get(name, 0) for name in AFFECTED_NAMES)
    if not total:
        return
    yield "| User | Outcome | What happens | Rules |"
    yield "|---|---|---|---|"
    listed = worst_first(impact, users)
    for user in listed if everybody else islice(listed, TOP):
        yield _name(user, pen)
    yield ""
    if total > TOP and not everybody:
        yield f"... and {total - TOP} more."
        yield ""


def _name(user: UserDocument, pen: Pen) -> str:
    texts = (user["outcome"], facets_in_words(user), " ".join(user["rules"]))
    return f"| {' | '.join([pen.code(user['email']), *map(pen.prose, texts)])} |"


def _moves(document: PlanDocument, pen: Pen) -> Iterator[str]:
    happened = document["already_happened"]
    if not happened["moves"]:
        return
    since = pen.prose(str(happened["since"]))
    yield f"### Already happened since {since}, and no part of this plan"
    yield ""
    for one in happened["moves"]:
        before, after = (pen.prose(listed(groups) or NO_GROUPS) for groups in (one["from"], one["to"]))
        yield f"- {plural(one['users'], 'user')} moved from {before} to {after}, where other settings hold"
    yield ""


def _gates(document: PlanDocument, pen: Pen) -> Iterator[str]:
    if not document["gates"]:
        return
    idle = not document["resource_changes"]
    words = WITHOUT_CHANGES if idle else STATUS
    yield "### Gates"
    yield ""
    if idle and any(gate["status"] == REFUSE for gate in document["gates"]):
        yield NOTHING_TO_APPLY
        yield ""
    yield "| Gate | Watches | Status | Figure | Limit |"
    yield "|---|---|---|---|---|"
    yield from (_gate(gate, pen, words) for gate in document["gates"])
    yield ""


def _gate(gate: GateDocument, pen: Pen, words: Mapping[str, str]) -> str:
    status = words.get(gate["status"]) or pen.prose(gate["status"])
    watched = pen.prose(gate_in_words(gate["id"]))
    return (
        f"| {pen.code(gate['id'])} | {watched} | {status} | {pen.prose(gate['actual'])} | {pen.prose(gate['limit'])} |"
    )


def _steps(document: PlanDocument, pen: Pen) -> Iterator[str]:
    if not document["steps"]:
        return
    changes = changes_by_address(document)
    yield "### Steps"
    yield ""
    steps = document["steps"]
    for number, (step, reason) in enumerate(zip(steps, reasons(steps), strict=True), start=1):
        doer = pen.prose(doer_of(step["mode"], step["provider"]))
        why = f" <sub>{pen.prose(reason)}</sub>" if reason else ""
        path = path_in_markdown(step, pen)
        where = f"; in {path}" if path else ""
        yield f"{number}. {pen.prose(step_in_words(step, changes))} ({doer}; {cost_in_words(step)}){where}{why}"
    yield ""
    words = [*order_in_words(document["order"])]
    if words:
        yield " ".join(map(pen.prose, words))
        yield ""


def _by_hand(document: PlanDocument, pen: Pen) -> Iterator[str]:
    """The checklist of what a person does, where there is anything."""
    if any(step["mode"] == MANUAL for step in document["steps"]):
        yield "### Steps by hand"
        yield ""
        yield from steps_by_hand(document, pen)
        yield ""


def _diagnostics(document: PlanDocument, pen: Pen) -> Iterator[str]:
    if not document["diagnostics"]:
        return
    yield "### Errors, warnings and notes"
    yield ""
    yield from (_diagnostic(one, pen) for one in document["diagnostics"])
    yield ""
    if document["errored"]:
        yield "This plan has errors: it is not saved and cannot be applied."
        yield ""


def _diagnostic(one: DiagnosticDocument, pen: Pen) -> str:
    place = one["range"]
    where = "" if place is None else f" ({pen.code(place_in_words(place))})"
    detail = "; ".join(one["detail"].splitlines())
    more = f" {pen.prose(detail)}" if detail else ""
    return f"- **{pen.prose(one['severity'])}** {pen.code(one['code'])}: {pen.prose(one['summary'])}{where}.{more}"


def _assumptions(document: PlanDocument, pen: Pen) -> Iterator[str]:
    """The readings that move a count if they are wrong, and the others by name; nothing where there is no change."""
    assumptions = document["assumptions"]
    if not assumptions or not document["resource_changes"]:
        return
    yield "### Assumptions"
    yield ""
    weighty = [one for one in assumptions if is_weighty(one)]
    yield from (f"- {pen.prose(assumption_in_words(one))}" for one in weighty)
    others = [one["id"] for one in assumptions if one not in weighty]
    if others:
        yield f"- {'also ' if weighty else ''}{pen.prose(', '.join(others))}: `calplan explain ID`"
    yield ""


def _evidence(document: PlanDocument, pen: Pen) -> Iterator[str]:
    if document["evidence"]:
        now = made_at(document)
        yield f"Evidence: {'; '.join(pen.prose(evidence_in_words(one, now)) for one in document['evidence'])}."
