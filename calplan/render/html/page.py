"""What the report's page says, section by section, as values that its template only has to lay out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from calplan.impact.outcome import NextStep, Notice
from calplan.model.plural import plural
from calplan.plan.document import GateDocument, PlanDocument, ResourceChange, RuleUse, Shares
from calplan.render.counts import MANUAL, REFUSE, WARNING
from calplan.render.guide import path_in_words
from calplan.render.html.charts import Segment, share, stacked
from calplan.render.step_wording import changes_by_address, cost_in_words, doer_of, figures, reasons, step_in_words
from calplan.render.values import Difference, change_sign, differences, origin_marks
from calplan.render.wording import AFFECTED_NAMES, OUTCOME_NAMES, outcome_of_rule, rule_in_words

LARGEST: Final = 5
"""Reasons shown on the first screen."""
FEW: Final = 6
"""Gates that refuse and still have room on the first screen in full size."""
MOST_BARS: Final = 12
"""Groups or domains drawn as bars at once; the others stand below a fold."""
MOST_FOLDED: Final = 500
HARMED: Final = frozenset(OUTCOME_NAMES[:6])
DISCONNECTED: Final = OUTCOME_NAMES[:4]
STATUS: Final = {"refuse": "refused", "overridden": "lifted", "pass": "passed"}
TOLD: Final = {
    Notice.NO_PROMPT: "not told",
    Notice.UNKNOWN: "nobody knows",
    Notice.PROMPT: "asked to set up",
    Notice.PROMPT_POSSIBLE: "may be asked",
    Notice.NONE: "nothing to tell",
}
"""What a user is told, short enough for a column."""
NEXT: Final = {
    NextStep.BLOCKED_DISABLED: "barred: switched off",
    NextStep.BLOCKED_DOMAIN: "barred: domain",
    NextStep.BLOCKED_PLATFORM: "barred: no Windows",
    NextStep.BLOCKED_HYBRID: "barred: on premises",
    NextStep.TENANT_ADMIN_CONSENT: "admin must consent",
    NextStep.UNKNOWN: "not known",
    NextStep.CONSENT_UNKNOWN: "authorise, if allowed",
    NextStep.TELL_THEN_AUTHORISE: "tell, then authorise",
    NextStep.ENTER_PASSWORD: "enter a password",
    NextStep.AUTHORISE_ON_WINDOWS: "authorise on Windows",
    NextStep.CONSENT_BY_USER: "authorise and consent",
    NextStep.AUTHORISE: "authorise",
    NextStep.VERIFY_BEFORE_SAVE: "test the login first",
    NextStep.UPGRADE_CLIENT: "upgrade the client",
    NextStep.MAY_SET_UP: "may set up",
    NextStep.NONE: "nothing",
}
"""What has to happen next, short enough for a column."""
SPANS: Final = (
    ("lose", "lose their connection"),
    ("told", "of these, asked to set up again"),
    ("not_told", "of these, not told"),
    ("cannot_return", "cannot set up or come back alone"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One row of the decision table, and how many users it concerns."""

    rule: str
    users: int
    says: str
    certainty: str
    source: str
    outcome: str
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A number of users, from certain to possible."""

    words: str
    certain: int
    possible: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One group or domain: how many users it has, how many of them are harmed, and its bar."""

    name: str
    users: int
    harmed: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One value that differs; ``first`` where it is the first of its setting."""

    address: str
    sign: str
    difference: Difference
    first: bool
    source: str
    how: tuple[str, ...]
    users: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One write: what it does, who does it, what it costs, where in the portal, and why it stands where it does."""

    id: str
    order: str
    doer: str
    by_hand: bool
    cost: str
    hurts: bool
    path: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRow:
    """One gate with its status in words."""

    gate: GateDocument
    status: str
    word: str
    figures: str


def headline(document: PlanDocument) -> str:
    """The plan in one sentence."""
    changes, counts = document["resource_changes"], document["impact"]["counts"]
    if not changes:
        return "No changes: the account is as the policy wants it"
    lost = sum(counts.get(name, 0) for name in DISCONNECTED)
    active = document["impact"]["population"]["active"]
    many = plural(len(changes), "change")
    return f"{many}: {lost:,} of {active:,} users lose their connection" if lost else f"{many}: nobody is disconnected"


def remarks(document: PlanDocument) -> str:
    """What else has to be known at once: who acts, what refuses, what is wrong."""
    changes = document["resource_changes"]
    by_hand = sum(change["mode"] == MANUAL for change in changes)
    refused = sum(gate["status"] == REFUSE for gate in document["gates"])
    warnings = sum(one["severity"] == WARNING for one in document["diagnostics"])
    words = []
    if by_hand:
        words.append(f"{by_hand} of the changes by hand")
    if refused:
        words.append(f"{plural(refused, 'gate refuses', 'gates refuse')} an apply" if changes else "nothing to apply")
    if warnings:
        words.append(plural(warnings, "warning"))
    return ", ".join(words)


def spans(document: PlanDocument) -> tuple[Span, ...]:
    """The ranges of the forecast."""
    impact = document["impact"]
    bounds = impact["ranges"] | {"told": [impact["told"], impact["told"]]}
    return tuple(
        Span(words=words, certain=bounds[name][0], possible=bounds[name][1]) for name, words in SPANS if name in bounds
    )


def largest_reasons(document: PlanDocument) -> tuple[Reason, ...]:
    """The rows that concern most users who are affected."""
    uses = [use for use in document["impact"]["by_rule"] if outcome_of_rule(use["rule"]) in AFFECTED_NAMES]
    uses.sort(key=lambda use: -use["users"])
    most = uses[0]["users"] if uses else 0
    return tuple(_reason(use, most) for use in uses[:LARGEST])


def every_reason(document: PlanDocument) -> tuple[Reason, ...]:
    """Every row that fired, in the order of the decision table."""
    uses = document["impact"]["by_rule"]
    most = max((use["users"] for use in uses), default=0)
    return tuple(_reason(use, most) for use in uses)


def _reason(use: RuleUse, most: int) -> Reason:
    return Reason(
        rule=use["rule"],
        users=use["users"],
        says=rule_in_words(use["rule"]),
        certainty=use["certainty"],
        source=use["source"],
        outcome=outcome_of_rule(use["rule"]) or "",
        width=share(use["users"], most),
    )


def bars(shares: Sequence[Shares]) -> tuple[Bar, ...]:
    """Groups or domains as bars, those with most harm first; they are as long as the largest of them is large."""
    most = max((sum(one["counts"].values()) for one in shares), default=0)
    found = (
        Bar(
            name=one["name"],
            users=sum(one["counts"].values()),
            harmed=sum(users for name, users in one["counts"].items() if name in HARMED),
            segments=stacked(one["counts"], most),
        )
        for one in shares
    )
    return tuple(sorted(found, key=lambda bar: (-bar.harmed, -bar.users, bar.name)))


def change_rows(document: PlanDocument) -> tuple[ChangeRow, ...]:
    """Every value that changes."""
    since = document.get("origin_since")
    return tuple(row for change in document["resource_changes"] for row in _rows(change, since))


def _rows(change: ResourceChange, since: str | None) -> tuple[ChangeRow, ...]:
    source = change["source"]
    done = "by hand" if change["mode"] == MANUAL else "by calplan"
    return tuple(
        ChangeRow(
            address=change["address"],
            sign=change_sign(change),
            difference=difference,
            first=number == 0,
            source="" if source is None else f"{source['file']}:{source['line']}",
            how=(done, change["reversibility"], *origin_marks(change, since)),
            users=change.get("users"),
        )
        for number, difference in enumerate(differences(change))
    )


def step_rows(document: PlanDocument) -> tuple[StepRow, ...]:
    """The writes in their order."""
    changes, steps = changes_by_address(document), document["steps"]
    return tuple(
        StepRow(
            id=step["id"],
            order=step_in_words(step, changes),
            doer=doer_of(step["mode"], step["provider"]),
            by_hand=step["mode"] == MANUAL,
            cost=cost_in_words(step),
            hurts=any(step["expected"].values()),
            path=path_in_words(step),
            why=why,
        )
        for step, why in zip(steps, reasons(steps), strict=True)
    )


def gate_rows(document: PlanDocument) -> tuple[GateRow, ...]:
    """The gates: those that refuse first, then what was lifted, then the rest."""
    words = STATUS if document["resource_changes"] else {**STATUS, REFUSE: "would refuse"}
    order = [*STATUS]
    rows = [
        GateRow(gate=gate, status=gate["status"], word=words.get(gate["status"], gate["status"]), figures=figures(gate))
        for gate in document["gates"]
    ]
    return tuple(sorted(rows, key=lambda row: order.index(row.status) if row.status in order else len(order)))
