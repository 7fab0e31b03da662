"""The decision table as data (the CSV of the specification) and as conditions written a second time."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.impact.oracle import Reading, key_of, outside


@dataclass(frozen=True)
class Line:
    """One line of the CSV."""

    rule: str
    when_change: str
    user_condition: str
    connection: str
    notice: str
    next_step: str
    certainty: str
    source: str
    outcome: str


def read_table() -> dict[str, Line]:
    text = (Path(__file__).parent.parent / "data" / "decision_table.csv").read_text("utf-8")
    return {row["rule"]: Line(**row) for row in csv.DictReader(text.splitlines())}


TABLE: Final = read_table()

Condition = Callable[[Reading], bool]


def lists_differ(one: Reading) -> bool:
    return one.before.allowed_domains != one.after.allowed_domains


def mapi_and_locked(one: Reading) -> bool:
    return one.to_mapi and one.after.locked is True


def unlocked_key_change(one: Reading) -> bool:
    return one.key_changed and one.after.locked is False


def hybrid_and_locked(one: Reading) -> bool:
    return one.to_graph and one.after.locked is True and one.mailbox == "on-premises"


def on_windows_otherwise(one: Reading) -> bool:
    otherwise = one.connected and one.user.raw.service != "exchange-mapi"
    return one.to_mapi and one.hits and one.windows == "yes" and otherwise


def facts_conflict(one: Reading) -> bool:
    on_graph = one.connected and one.user.raw.service == "office365-graph" and one.fit == "equal"
    return one.perhaps or on_graph


STANDING_ALONE: Final[dict[str, Condition]] = {
    "R03a": lambda one: one.before.enabled is True and one.connected,
    "R03b": lambda one: one.before.enabled is True and one.nothing,
    "R03c": lambda one: one.before.enabled is True and one.perhaps,
    "R03d": lambda one: one.before.enabled is False,
}
"""Rows of an account that is off after the change."""

CONDITIONS: Final[dict[str, Condition]] = {
    "R04": lambda one: one.before.enabled is False,
    "R05a1": lambda one: one.stays_outside and one.lost,
    "R05a2": lambda one: one.stays_outside and one.hits and one.nothing,
    "R05a3": lambda one: one.stays_outside and not one.lost and not (one.hits and one.nothing),
    "R05b": lambda one: one.newly_outside and one.connected,
    "R05c": lambda one: one.newly_outside and one.nothing,
    "R05d": lambda one: one.newly_outside and one.perhaps,
    "R06": lambda one: (
        lists_differ(one) and not outside(one.user.email, one.before) and not outside(one.user.email, one.after)
    ),
    "R07": lambda one: outside(one.user.email, one.before) and not outside(one.user.email, one.after),
    "R08a1": lambda one: one.cut_by_platform,
    "R08a2": lambda one: one.to_mapi and one.hits and one.windows == "no" and one.nothing,
    "R08a3": lambda one: one.to_mapi and one.hits and one.windows == "no" and one.perhaps,
    "R08b1": lambda one: one.to_mapi and one.hits and one.windows == "yes" and one.held == ("exchange-mapi",),
    "R08b2": lambda one: on_windows_otherwise(one) and one.prompts == "yes",
    "R08b3": lambda one: on_windows_otherwise(one) and one.prompts == "no",
    "R08b4": lambda one: on_windows_otherwise(one) and one.prompts == "unknown",
    "R08b5": lambda one: one.to_mapi and one.hits and one.windows == "yes" and not one.connected,
    "R08c1": lambda one: (
        mapi_and_locked(one) and (one.hits or one.lost) and one.windows == "unknown" and not one.nothing
    ),
    "R08c2": lambda one: one.to_mapi and one.hits and one.windows == "unknown" and one.nothing,
    "R08d": lambda one: one.to_mapi and unlocked_key_change(one) and one.windows != "yes",
    "R09a": lambda one: one.gained,
    "R09b": lambda one: one.newly_impersonated and one.mailbox == "on-premises" and not one.user.clients.impersonates,
    "R09c1": lambda one: one.newly_impersonated and one.mailbox == "cloud",
    "R09c2": lambda one: one.newly_impersonated and one.mailbox == "unknown",
    "R09d1": lambda one: one.cut_by_impersonation and one.prompts == "no",
    "R09d2": lambda one: one.cut_by_impersonation and one.prompts != "no",
    "R09d3": lambda one: one.no_longer_impersonated and not one.taken and one.perhaps_impersonated,
    "R09e": lambda one: one.login_changed and (one.impersonated or one.perhaps_impersonated),
    "R10a": lambda one: one.hits and one.connected and one.fit == "equal",
    "R10b1": lambda one: one.cut_by_lock and one.prompts == "yes",
    "R10b2": lambda one: one.cut_by_lock and one.prompts == "no",
    "R10b3": lambda one: one.cut_by_lock and one.prompts == "unknown",
    "R10c1": lambda one: one.hits and not one.gained and one.nothing and one.prompts != "no",
    "R10c2": lambda one: one.hits and not one.gained and one.nothing and one.prompts == "no",
    "R10d": lambda one: one.hits and (one.perhaps or (one.connected and one.fit == "unknown")),
    "R11a": lambda one: unlocked_key_change(one) and not one.nothing,
    "R11b": lambda one: unlocked_key_change(one) and one.nothing,
    "R11c": lambda one: one.before.locked is True and one.after.locked is False,
    "R12a": lambda one: one.must_authorise_graph and one.after.consent_for_account is True and one.consent == "covered",
    "R12b": lambda one: (
        one.must_authorise_graph and one.after.consent_for_account is False and one.consent == "covered"
    ),
    "R12c1": lambda one: one.must_authorise_graph and one.consent == "missing" and one.lost,
    "R12c2": lambda one: one.must_authorise_graph and one.consent == "missing" and one.nothing,
    "R12d": lambda one: (
        one.must_authorise_graph
        and isinstance(one.tenant.grant, frozenset)
        and one.tenant.grant - {"User.Read"} != one.needed
    ),
    "R12e": lambda one: one.must_authorise_graph and one.consent == "unknown",
    "R12f": lambda one: one.must_authorise_graph and one.consent == "own",
    "R12g": lambda one: one.before.consent_for_account is not one.after.consent_for_account,
    "R13a1": lambda one: one.cut_by_oauth and one.prompts == "no",
    "R13a2": lambda one: one.cut_by_oauth and one.prompts != "no",
    "R13b": lambda one: (
        one.oauth_comes and not one.perhaps and not (one.office365 and one.auth in ("basic", "unknown"))
    ),
    "R13c": lambda one: one.oauth_comes and (one.perhaps or (one.office365 and one.auth == "unknown")),
    "R13d": lambda one: one.before.enforce_oauth is True and one.after.enforce_oauth is False,
    "R14": lambda one: one.key_changed and key_of(one.after)[0] in ("exchange-ews", "office365-ews"),
    "R15a": lambda one: hybrid_and_locked(one) and one.lost,
    "R15b": lambda one: hybrid_and_locked(one) and one.hits and one.nothing,
    "R15c": lambda one: hybrid_and_locked(one) and one.hits and not one.lost and facts_conflict(one),
    "R15d": lambda one: one.to_graph and unlocked_key_change(one) and one.mailbox == "on-premises",
    "R15e": lambda one: (
        one.to_graph and one.after.locked is True and one.mailbox == "unknown" and (one.hits or one.lost)
    ),
    "R16": lambda one: one.before.bidirectional_sync is not one.after.bidirectional_sync,
}
"""Every other row but R00, R01, R02 and R17."""


def rows_of(one: Reading) -> set[str]:
    """The ids of the rows that fire."""
    if one.before == one.after:
        return {"R01"}
    conditions = CONDITIONS if one.after.enabled else STANDING_ALONE
    return {rule for rule, holds in conditions.items() if holds(one)} or {"R01"}


PRECEDENCE: Final = (
    "disconnected_blocked",
    "disconnected_silent",
    "disconnected_notice_unknown",
    "disconnected_prompted",
    "blocked",
    "at_risk",
    "prompted",
    "automatic",
    "unaffected",
)
NOTICES: Final = ("no_prompt", "unknown", "prompt", "prompt_possible", "none")
NEXT_STEPS: Final = (
    "blocked:disabled",
    "blocked:domain",
    "blocked:platform",
    "blocked:hybrid",
    "tenant_admin_consent",
    "unknown",
    "consent_unknown",
    "tell_then_authorise",
    "enter_password",
    "authorise_on_windows",
    "consent_by_user",
    "authorise",
    "verify_before_save",
    "upgrade_client",
    "may_set_up",
    "none",
)
STRONG_TO_WEAK: Final = ("documented", "facts", "design", "inferred", "assumed", "ambiguous", "unknown")
BY_CLIENT: Final = {"yes": "prompt", "no": "no_prompt", "unknown": "unknown"}


@dataclass(frozen=True)
class Expected:
    """What the table says of one user."""

    outcome: str
    connection: str
    notice: str
    next_step: str
    certainty: str


def expected(one: Reading, rules: set[str]) -> Expected:
    """The outcome and facets of semantics (d), from the CSV and the rows that fire."""
    lines = [TABLE[rule] for rule in rules]
    outcome = min((line.outcome for line in lines), key=PRECEDENCE.index)
    said = {line.connection for line in lines}
    state = "none" if one.nothing else "unknown" if one.perhaps else "kept"
    link = next((word for word in ("lost", "at_risk", "gained") if word in said), state)
    carriers = [line for line in lines if line.connection == link] if link in ("lost", "at_risk") else lines
    notices = [BY_CLIENT[one.prompts] if line.notice == "by_client" else line.notice for line in carriers]
    deciding = [line for line in lines if line.outcome == outcome]
    certainties = [
        "unknown" if line.rule.startswith("R05") and one.user.email.endswith("not a domain") else line.certainty
        for line in deciding
    ]
    next_step = min((line.next_step for line in lines), key=NEXT_STEPS.index)
    return Expected(
        outcome=outcome,
        connection=link,
        notice=min(notices, key=NOTICES.index),
        next_step="none" if outcome == "automatic" else next_step,
        certainty=max(certainties, key=STRONG_TO_WEAK.index),
    )
