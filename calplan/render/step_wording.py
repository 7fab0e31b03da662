"""The steps and gates of a plan in words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, assert_never

from calplan.model.plural import plural
from calplan.model.settings import Setting
from calplan.plan.document import GateDocument, Json, PlanDocument, ResourceChange
from calplan.plan.kinds import StepKind
from calplan.plan.steps_document import OrderDocument, StepDocument, TollDocument
from calplan.plan.writes import KEYS
from calplan.render.values import GROUP, entries, value_in_words
from calplan.render.wording import listed, service_in_words

MOST_NAMES: Final = 8
"""Longer lists stand in the table of changes; a step says how many there are."""

GATE: Final = {
    "limit.disconnected": "users who lose their connection",
    "limit.silent": "users who lose it and are not certainly told",
    "limit.blocked": "users who cannot set up or come back alone",
    "limit.unknown": "users at risk because a fact is missing",
    "limit.pairs": "scheduling privileges that change",
    "live.unknown": "whether the integration is on must be known",
    "evidence.age": "how old the evidence is",
    "rule.V17": "proof that users can reconnect through Microsoft Graph",
    "rule.V25": "nobody may shut out those who run the integration",
    "window": "the time is inside a window for changes",
    "freeze": "no freeze is in force",
    "notice": "the people concerned were told in time",
}
GATE_ADVICE: Final = {
    "limit.disconnected": "Split the change, or tell the users and let the owner lift the gate.",
    "limit.silent": "Write to these users; no client will tell them.",
    "limit.blocked": "Look at what bars them: domain, platform, mailbox or consent.",
    "limit.unknown": "Find out the missing facts; `calplan why USER` names them.",
    "limit.pairs": "Change fewer privileges at once.",
    "live.unknown": "Look in the portal and attest integration.enabled in the PortalRecord.",
    "evidence.age": "Read the users again, attest the portal again in the PortalRecord, or renew the tenant facts.",
    "rule.V17": "Read the tenant-wide grant, or let the plan make sure of it with `tenantGrant: ensure`.",
    "rule.V25": "Add the domain that is missing to allowedDomains.",
    "window": "Apply when a window is open.",
    "freeze": "Apply after the freeze.",
    "notice": "Tell the users (`calplan notify PLAN --render DIR` writes the messages) and record the receipt.",
}

KIND: Final = {
    StepKind.GRANT: "the tenant-wide grant",
    StepKind.DISABLE: "turning the integration off",
    StepKind.UNLOCK: "unlocking",
    StepKind.DOMAINS: "the domains",
    StepKind.KEY: "the service",
    StepKind.CONSENT: "consent on behalf of the account",
    StepKind.LOCK: "the lock",
    StepKind.OAUTH: "OAuth 2.0",
    StepKind.ENABLE: "turning the integration on",
    StepKind.SYNC: "sync in both directions",
    StepKind.REVOKE: "leftover consents",
    StepKind.PRIVATE_EVENTS: "private events",
}
"""Kinds of steps as a sentence lists them in their order."""
AT: Final = {"google.revokeStale": "Google", "office365.revokeStale": "Microsoft"}
INHERITED_KEY: Final = {
    KEYS[Setting.ENABLED]: "whether the integration is on",
    KEYS[Setting.LOCKED]: "whether the settings are locked",
    KEYS[Setting.SERVICE]: "which service is the default",
    KEYS[Setting.BIDIRECTIONAL_SYNC]: "whether sync goes in both directions",
}
"""What the account decides where a group states nothing of its own."""


def step_in_words(step: StepDocument, changes: Mapping[str, ResourceChange]) -> str:
    """What a step does, as an order to whoever does it."""
    address = step["address"]
    try:
        kind = StepKind(step["op"])
    except ValueError:
        return f"{step['op']} {address}"
    if address.startswith(GROUP):
        return _group_order(kind, address, changes)
    change = changes.get(address)
    return _order(kind, None if change is None else change["change"]["after"], address)


def orders_of(document: PlanDocument) -> dict[str, str]:
    """Every step of a plan in words, by its id."""
    changes = changes_by_address(document)
    return {step["id"]: step_in_words(step, changes) for step in document["steps"]}


def _group_order(kind: StepKind, address: str, changes: Mapping[str, ResourceChange]) -> str:
    """What a step does to what a group states; without a statement of its own the group inherits."""
    group, _, key = address.rpartition("].")
    change = changes.get(f"{group}]")
    after = None if change is None else change["change"]["after"]
    where = f"for the group {group.removeprefix(GROUP)}"
    if not isinstance(after, dict) or key not in after:
        return f"{where}, let the account decide {INHERITED_KEY.get(key, key)}"
    return f"{where}, {'lock the settings' if kind is StepKind.LOCK else _order(kind, after[key], address)}"


def _order(kind: StepKind, after: Json, address: str) -> str:  # noqa: C901 - one line for each kind
    match kind:
        case StepKind.GRANT:
            return f"make sure the tenant-wide Microsoft grant holds {_names(after, 'scope')}"
        case StepKind.DISABLE:
            return "turn the integration off"
        case StepKind.UNLOCK:
            return "take the lock off"
        case StepKind.DOMAINS:
            return "allow any domain" if after == "any" else f"allow only {_names(after, 'domain')}"
        case StepKind.KEY:
            return f"set the default service to {service_with_details(after)}"
        case StepKind.CONSENT:
            return f"turn consent on behalf of the account {'on' if after else 'off'}"
        case StepKind.LOCK:
            return "lock the settings for every user"
        case StepKind.OAUTH:
            return "enforce OAuth 2.0 for Office 365" if after else "stop enforcing OAuth 2.0 for Office 365"
        case StepKind.ENABLE:
            return "turn the integration on"
        case StepKind.SYNC:
            return f"turn sync in both directions {'on' if after else 'off'}"
        case StepKind.REVOKE:
            return f"revoke the consents left over at {AT.get(address, address)}"
        case StepKind.PRIVATE_EVENTS:
            return _private_access(address, after)
        case _:
            assert_never(kind)


def service_with_details(service: Json) -> str:
    """A service with what was chosen for it: ``Google (calendar read, contacts none)``."""
    if not isinstance(service, dict):
        return value_in_words(service)
    details = []
    permissions = service.get("permissions")
    if isinstance(permissions, dict):
        details += [f"{name} {value_in_words(level)}" for name, level in sorted(permissions.items())]
    if "ewsUrl" in service:
        details.append(f"at {value_in_words(service['ewsUrl'])}")
    impersonation = service.get("impersonation")
    if isinstance(impersonation, dict):
        details.append(f"impersonation as {value_in_words(impersonation.get('account'))}")
    elif impersonation is not None:
        details.append(f"impersonation {value_in_words(impersonation)}")
    name = service_in_words(value_in_words(service.get("type")))
    return f"{name} ({', '.join(details)})" if details else name


def value_with_details(value: Json, *, unknown: bool) -> str:
    """A value on one line, a service with what was chosen for it."""
    if isinstance(value, dict) and "type" in value:
        return service_with_details(value)
    return value_in_words(value, unknown=unknown)


def _private_access(address: str, after: Json) -> str:
    user, _, assistant = address.partition("[")[2].removesuffix("]").partition(",")
    verb = "may manage" if after == "managed" else "no longer sees"
    return f"see to it that {assistant} {verb} private events of {user}"


def _names(value: Json, noun: str) -> str:
    names = entries(value)
    if not names:
        return value_in_words(value)
    return listed(names) if len(names) <= MOST_NAMES else plural(len(names), noun)


def order_in_words(order: OrderDocument) -> Iterator[str]:
    """What was found by walking every order of the steps, where there is more than one."""
    toll, naive = order["toll"], order["naive_toll"]
    if order["candidates"] > 1 and (toll["lose"] or naive["lose"]):
        lose = plural(toll["lose"], "user")
        tried = f"Of {order['candidates']} possible orders none disconnects fewer users than this one: {lose}"
        on_the_way = f", {order['surplus']} of them only on the way" if order["surplus"] else ""
        yield f"{tried}{on_the_way}{_again(toll)}."
        if toll != naive:
            yield (
                f"Down the portal's page ({', then '.join(map(kind_in_words, order['naive']))}) it would be "
                f"{plural(naive['lose'], 'user')}{_again(naive)}{_untold(naive)}."
            )
    if order["surplus"]:
        lose = plural(order["surplus"], "user loses", "users lose")
        yield f"On the way {lose} a connection whom the change as a whole would leave alone."


def _again(toll: TollDocument) -> str:
    """How many losses there are beyond one for each user."""
    again = toll["losses"] - toll["lose"]
    return f", with {plural(toll['losses'], 'loss', 'losses')} because some come back in between" if again else ""


def _untold(toll: TollDocument) -> str:
    """How often somebody loses a connection and is not certainly told."""
    untold = toll["not_told"]
    return f"; in {plural(untold, 'case')} the user is not certainly told" if untold else ""


def kind_in_words(name: str) -> str:
    """A kind of step as a sentence lists it; that of a newer calplan stands for itself."""
    try:
        return KIND[StepKind(name)]
    except ValueError:
        return name


def reasons(steps: Iterable[StepDocument]) -> Iterator[str]:
    """Why each step stands where it does; empty where the reason is that of the step before."""
    before = ""
    for step in steps:
        yield "" if step["why"] == before else step["why"]
        before = step["why"]


def cost_in_words(step: StepDocument) -> str:
    """How many users lose their connection by a step, and how many may."""
    lost, at_risk = (step["expected"].get(what, 0) for what in ("disconnected", "at_risk"))
    if not lost:
        return f"may disconnect {plural(at_risk, 'user')}" if at_risk else "disconnects nobody"
    return f"disconnects {plural(lost, 'user')}" + (f", and may disconnect {at_risk} more" if at_risk else "")


def doer_of(mode: str, provider: str) -> str:
    """Who does something: the provider, or a person."""
    return "by hand" if mode == "manual" else provider


def changes_by_address(document: PlanDocument) -> dict[str, ResourceChange]:
    """The changes of a plan, to be found by their address."""
    return {change["address"]: change for change in document["resource_changes"]}


def gate_in_words(gate: str) -> str:
    """What a gate watches."""
    if gate.startswith("guardrail."):
        return f"the guardrail {gate.partition('.')[2]}"
    return GATE.get(gate, gate)


def gate_advice(gate: str) -> str:
    """What to do about a gate that refuses."""
    if gate.startswith("guardrail."):
        return "Change the policy, or let the owner of the rule grant a waiver."
    return GATE_ADVICE.get(gate, "")


def figures(gate: GateDocument) -> str:
    """The figure and the limit of a gate; for a guardrail, what it asks and what was found."""
    if gate["id"].startswith("guardrail."):
        return f"{gate['limit']}; {gate['actual']}"
    return f"{gate['actual']}, limit {gate['limit']}"


def gate_figures(gate: GateDocument) -> str:
    """The figure and the limit of a gate, and whom to ask."""
    return figures(gate) + (f" (ask {gate['owner']})" if gate["owner"] else "")
