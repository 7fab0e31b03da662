"""Plan documents for tests of renderers, made from a few words."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from calplan.impact.decide import ROWS
from calplan.impact.outcome import Outcome
from calplan.plan.document import (
    FORMAT_VERSION,
    Assumption,
    ChangeBody,
    DiagnosticDocument,
    EvidenceDocument,
    GateDocument,
    ImpactDocument,
    Json,
    PlanDocument,
    Population,
    ResourceChange,
    RuleUse,
    SourceSpan,
    UserColumns,
    UserDocument,
)
from calplan.plan.steps_document import OrderDocument, StepDocument, TollDocument

CHAOS: Final = "\x1b[2J\r\n::error::\u202e|`<b>@all\u200b=1+#"
"""What an attacker would like to call a group, a domain or an account."""

PRIOR: Final[dict[str, Json]] = {
    "integration.enabled": True,
    "integration.locked": False,
    "integration.service": {"type": "google", "permissions": {"calendar": "write", "contacts": "read"}},
    "allowedDomains": "any",
    "bidirectionalSync": False,
    "office365.consentForAccount": False,
    "office365.enforceOAuth": False,
}
WANTED: Final[dict[str, Json]] = PRIOR | {
    "integration.locked": True,
    "integration.service": {"type": "office365-graph", "permissions": {"calendar": "write", "contacts": "read"}},
    "allowedDomains": ["contoso.com", "emea.contoso.com"],
}


@dataclass(frozen=True)
class Users:
    """Users in memory, sorted by address."""

    everybody: Sequence[UserDocument]

    def columns(self, outcomes: frozenset[str] | None = None) -> Iterator[UserColumns]:
        rows = list(self.rows(outcomes))
        boxes = {row["email"]: row["mailbox"] for row in rows if "mailbox" in row}
        shared = [cast("UserDocument", {**row, "email": ""}) for row in rows]
        for one in shared:
            one.pop("mailbox", None)
        yield UserColumns([row["email"] for row in rows], shared, boxes)

    def rows(self, outcomes: frozenset[str] | None = None) -> Iterator[UserDocument]:
        return (user for user in self.everybody if outcomes is None or user["outcome"] in outcomes)

    def find(self, email: str) -> UserDocument | None:
        return next((user for user in self.everybody if user["email"] == email), None)


def lines_of(pieces: Iterable[str]) -> list[str]:
    """The lines that pieces of text come to, each with its end."""
    return "".join(pieces).splitlines(keepends=True)


def user(email: str, rule: str = "R10b1", *others: str, groups: Sequence[str] = ("Sales",)) -> UserDocument:
    """A user whose outcome is that of a row of the decision table."""
    row = ROWS[rule]
    assert row.outcome is not None
    notice = row.notice.value if row.notice.value != "by_client" else "prompt"
    return {
        "email": email,
        "status": "active",
        "groups": list(groups),
        "clients": ["6.5.3.8712(win)"],
        "service": "google",
        "calendar": "write",
        "contacts": "read",
        "auth": "oauth",
        "mailbox_location": "cloud",
        "own_grant": [],
        "outcome": row.outcome.value,
        "connection": "kept" if row.connection.value == "same" else row.connection.value,
        "notice": notice,
        "next_step": row.next_step.value,
        "certainty": row.certainty.value,
        "rules": sorted({rule, *others}),
    }


def users(*rows: UserDocument) -> Users:
    """Users as a plan holds them."""
    return Users(sorted(rows, key=lambda row: row["email"]))


def some_users() -> Users:
    """One or two users with each outcome."""
    return users(
        user("anna@contoso.com"),
        user("bob@contoso.com", "R10b2"),
        user("cy@contoso.com", "R10b3"),
        user("dan@partner.example", "R05b", "R10b1"),
        user("eve@partner.example", "R05c", "R10c1"),
        user("fay@contoso.com", "R10d"),
        user("gus@contoso.com", "R10c1", groups=()),
        user("hal@contoso.com", "R09a"),
        user("ida@contoso.com", "R10a", "R06"),
    )


def change(
    address: str, before: Json, after: Json, *, unknown: bool = False, sensitive: bool = False
) -> ResourceChange:
    """One setting that changes, by hand if it is the lock."""
    body: ChangeBody = {
        "actions": ["update"],
        "before": before,
        "after": after,
        "before_unknown": unknown,
        "before_sensitive": sensitive,
        "after_sensitive": sensitive,
    }
    return {
        "address": address,
        "mode": "manual" if address == "integration.locked" else "api",
        "origin": "unknown",
        "change": body,
        "source": place(),
        "reversibility": "reversible" if address == "bidirectionalSync" else "setting-only",
    }


def place(file: str = "contoso.yaml", line: int = 8) -> SourceSpan:
    return {"file": file, "line": line, "column": 14}


def changes_between(prior: Mapping[str, Json], wanted: Mapping[str, Json]) -> list[ResourceChange]:
    """A change for each setting that differs."""
    return [change(name, prior[name], wanted[name]) for name in prior if prior[name] != wanted[name]]


def step(number: int, op: str, address: str, *, lost: int = 0, mode: str = "api") -> StepDocument:
    return {
        "id": f"s{number}",
        "mode": mode,
        "provider": "local",
        "op": op,
        "address": address,
        "depends_on": [f"s{number - 1}"] if number > 1 else [],
        "expected": {"disconnected": lost},
        "why": "because it hurts fewest here",
    }


STEPS: Final = (
    ("set_domains", "allowedDomains"),
    ("set_service", "integration.service"),
    ("lock", "integration.locked"),
)


def steps_for(changes: Sequence[ResourceChange]) -> list[StepDocument]:
    """A step for each of the usual changes; the lock costs three users, and a person sets it."""
    addresses = {one["address"] for one in changes}
    needed = [(op, address) for op, address in STEPS if address in addresses]
    return [
        step(number, op, address, lost=3 if op == "lock" else 0, mode="manual" if op == "lock" else "api")
        for number, (op, address) in enumerate(needed, start=1)
    ]


def order_of(changes: Sequence[ResourceChange]) -> OrderDocument:
    """The usual order of the steps, which loses fewer users than the naive one."""
    chosen = [one["op"] for one in steps_for(changes)]
    spared: TollDocument = {"lose": 3, "losses": 3, "not_told": 1}
    naive: TollDocument = {"lose": 5, "losses": 7, "not_told": 2}
    return {
        "chosen": chosen,
        "canonical": True,
        "groups_first": False,
        "naive": chosen[::-1],
        "candidates": 6,
        "toll": spared,
        "naive_toll": naive if len(chosen) > 1 else spared,
        "surplus": 0,
    }


def gate(name: str, status: str = "pass") -> GateDocument:
    return {"id": name, "status": status, "limit": "5% of 9 users = 0", "actual": "4", "owner": "admin@contoso.com"}


def diagnostic(
    code: str = "V09", severity: str = "warning", summary: str = "only Windows users keep it"
) -> DiagnosticDocument:
    return {
        "code": code,
        "severity": severity,
        "summary": summary,
        "detail": "why: MAPI serves Windows only\nhelp: choose another service",
        "range": {"filename": "contoso.yaml", "start": {"line": 8, "column": 5}, "end": {"line": 8, "column": 9}},
    }


def evidence(source: str = "zoom", *, kind: str = "users", stale: bool = False) -> EvidenceDocument:
    return {
        "source": source,
        "kind": kind,
        "as_of": None if stale else "2026-11-22T09:00:00+00:00",
        "records": 9,
        "complete": not stale,
        "stale": stale,
    }


def impact_of(everybody: Users) -> ImpactDocument:
    """The numbers these users add up to."""
    counts = Counter(one["outcome"] for one in everybody.rows())
    rules = Counter(rule for one in everybody.rows() for rule in one["rules"])
    lose = sum(number for name, number in counts.items() if name.startswith("disconnected"))
    population: Population = {
        "users": len(everybody.everybody) + 1,
        "active": len(everybody.everybody),
        "excluded": 1,
        "connected": lose,
        "connection_unknown": 0,
    }
    return {
        "population": population,
        "counts": {outcome.value: counts[outcome.value] for outcome in Outcome},
        "ranges": {"lose": [lose, lose + counts["at_risk"]], "not_told": [0, 1], "cannot_return": [2, 2]},
        "told": counts["disconnected_prompted"],
        "unknown_certainty": 0,
        "by_group": [{"name": "Sales", "counts": dict(counts)}],
        "by_domain": [{"name": "contoso.com", "counts": dict(counts)}],
        "by_rule": [use(rule, rules[rule]) for rule in ROWS if rule in rules],
    }


def use(rule: str, number: int) -> RuleUse:
    row = ROWS[rule]
    return {"rule": rule, "users": number, "certainty": row.certainty.value, "source": " ".join(row.sentences)}


def plan(
    everybody: Users | None = None,
    *,
    account: str = "contoso",
    prior: Mapping[str, Json] = PRIOR,
    wanted: Mapping[str, Json] = WANTED,
    changes: Sequence[ResourceChange] | None = None,
    steps: Sequence[StepDocument] | None = None,
    gates: Sequence[GateDocument] = (),
    diagnostics: Sequence[DiagnosticDocument] = (),
    sources: Sequence[EvidenceDocument] | None = None,
    assumptions: Sequence[Assumption] = (),
    unknown: Sequence[str] = (),
) -> PlanDocument:
    """A plan for these users; it goes from Google to Graph with a lock unless told otherwise."""
    listed = changes_between(prior, wanted) if changes is None else list(changes)
    return {
        "format_version": FORMAT_VERSION,
        "calplan_version": "0.1.0",
        "plan_id": "sha256:" + "0" * 64,
        "account": account,
        "as_of": "2026-11-22",
        "resource_changes": listed,
        "prior_state": dict(prior),
        "planned_values": dict(wanted),
        "unknown": list(unknown),
        "unmanaged": ["bidirectionalSync"],
        "levels": {"model": None, "order": [], "groups": [], "prior": {}, "planned": {}},
        "tenant": {"hybrid": False, "grant": ["Calendars.ReadWrite", "Contacts.Read"], "user_consent": []},
        "already_happened": {"since": None, "moves": []},
        "impact": impact_of(some_users() if everybody is None else everybody),
        "order": order_of(listed),
        "steps": steps_for(listed) if steps is None else list(steps),
        "gates": list(gates),
        "diagnostics": list(diagnostics),
        "evidence": [evidence()] if sources is None else list(sources),
        "assumptions": list(assumptions),
        "errored": any(one["severity"] == "error" for one in diagnostics),
    }


def unchanged(everybody: Users | None = None) -> PlanDocument:
    """A plan with nothing to do."""
    return plan(everybody or users(user("ida@contoso.com", "R01")), wanted=PRIOR)
