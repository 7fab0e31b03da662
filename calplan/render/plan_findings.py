"""A plan's diagnostics and the gates that refuse it, as findings at lines of the policy."""

from collections.abc import Iterator
from typing import Final

from calplan.model.diagnostic import Position, Severity
from calplan.model.settings import Setting
from calplan.plan.document import DiagnosticDocument, GateDocument, PlanDocument
from calplan.plan.gates import GateStatus
from calplan.render.findings import Finding
from calplan.render.step_wording import gate_advice, gate_in_words

LIMITS: Final = "limit."
ABOUT: Final = {
    "limit.pairs": "privateEvents",
    "live.unknown": Setting.ENABLED.value,
    "rule.V17": Setting.SERVICE.value,
    "rule.V25": Setting.ALLOWED_DOMAINS.value,
}
"""The setting that a gate is about. The other limits are about whatever costs most; time and evidence about no line."""


def plan_findings(document: PlanDocument) -> tuple[Finding, ...]:
    """What a plan has to say, as findings. Gates that were lifted or let it pass are none."""
    said = [_of_diagnostic(one) for one in document["diagnostics"]]
    refused = [gate for gate in document["gates"] if gate["status"] == GateStatus.REFUSE.value]
    return (*said, *(_of_gate(gate, document) for gate in refused))


def _of_diagnostic(one: DiagnosticDocument) -> Finding:
    place = one["range"]
    position = None
    if place is not None:
        start, length = place["start"], place["end"]["column"] - place["start"]["column"]
        position = Position(file=place["filename"], line=start["line"], column=start["column"], length=max(1, length))
    return Finding(
        rule=one["code"],
        level=Severity(one["severity"]),
        message=one["summary"],
        detail=one["detail"],
        position=position,
    )


def _of_gate(gate: GateDocument, document: PlanDocument) -> Finding:
    name = gate["id"]
    would = "refuses this plan" if document["resource_changes"] else "would refuse a change"
    return Finding(
        rule=name,
        level=Severity.ERROR,
        message=f"the gate {name} {would}: {gate_in_words(name)}",
        detail=f"limit: {gate['limit']}\nactual: {gate['actual']}\nowner: {gate['owner']}\nhelp: {gate_advice(name)}",
        position=_place_of(name, document),
        subject=name,
    )


def _place_of(gate: str, document: PlanDocument) -> Position | None:
    """The line of the policy that asks for the change a gate is about, where there is one."""
    sources = {change["address"]: change["source"] for change in document["resource_changes"]}
    if gate in ABOUT:
        asked = [address for address in sources if address.startswith(ABOUT[gate])]
    else:
        asked = list(_costliest(document)) if gate.startswith(LIMITS) else []
    for address in asked:
        if (source := sources.get(address)) is not None:
            return Position(file=source["file"], line=source["line"], column=source["column"])
    return None


def _costliest(document: PlanDocument) -> Iterator[str]:
    """The addresses of the changes, the one first whose step disconnects most users."""
    cost: dict[str, int] = {}
    for step in document["steps"]:
        cost[step["address"]] = max(cost.get(step["address"], 0), sum(step["expected"].values()))
    addresses = [change["address"] for change in document["resource_changes"]]
    yield from sorted(addresses, key=lambda address: -cost.get(address, 0))
