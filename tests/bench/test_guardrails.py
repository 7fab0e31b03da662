"""What forty rules cost over a plan of 100,000 users, beside the plan itself in the same run."""

import statistics
import time
from dataclasses import replace
from pathlib import Path

import pytest

from calplan.cli.chosen import choose
from calplan.cli.guarding import account_facts, results_of
from calplan.cli.wiring import make_plan, open_account
from calplan.guardrails.crowd import PlannedCrowd
from calplan.guardrails.results import Status
from calplan.guardrails.rules import NO_GUARDRAILS
from calplan.impact.outcome import Link, Notice, Outcome
from calplan.sandbox.account.plausible import plausible_account
from tests.bench.told import Ratio, Tell

USERS = 100_000
RUNS = 5
DOCUMENTS = """\
apiVersion: calplan/v1
kind: CalendarPolicy
metadata: {name: big, account: big}
spec:
  integration:
    locked: true
    service: {type: office365-graph, permissions: {calendar: write, contacts: read}}
  allowedDomains: [contoso.com, emea.contoso.com]
---
apiVersion: calplan/v1
kind: Account
metadata: {name: big}
spec:
  platform: {type: local, path: big.db}
---
"""
HEAD = "apiVersion: calplan/v1\nkind: Guardrails\nmetadata: {name: forty}\nspec:\n  rules:\n"
RULE = '  - {{id: R{number}, severity: {severity}, {each}expression: "{expression}", message: m}}\n'


def of_the_plan() -> list[str]:
    """Twenty rules about the plan as a whole."""
    counts = [f"plan.impact.counts.{outcome.value} <= {10_000}" for outcome in Outcome]
    return [
        *counts,
        "policy.office365.enforceOAuth != false",
        "policy.allowedDomains != 'any' && size(policy.allowedDomains) < 10",
        "live.integration.enabled == true || policy.integration.enabled != false",
        "plan.changes.all(c, c.reversibility != 'irreversible')",
        "plan.impact.by_group.all(g, g.counts.disconnected_silent < 1000)",
        "plan.impact.by_domain.all(d, d.counts.blocked < 1000)",
        "plan.diagnostics.all(d, d.severity != 'error')",
        "account.platform.type == 'local'",
        "plan.impact.ranges.lose[1] < plan.impact.population.active",
        "plan.steps.all(s, s.mode == 'api')",
        "today < '2999-01-01'",
    ]


def of_each_user() -> list[str]:
    """Twenty rules about each user, over every field that tells many apart."""
    return [
        *(f"user.outcome != '{outcome.value}'" for outcome in tuple(Outcome)[:4]),
        *(f"user.connection != '{link.value}' || user.notice != 'no_prompt'" for link in tuple(Link)[:3]),
        *(f"user.notice != '{notice.value}' || user.groups == null" for notice in tuple(Notice)[:3]),
        "user.groups == null || !('Executives' in user.groups && user.connection == 'lost')",
        "user.clients.all(c, !c.startsWith('4.'))",
        "user.clients.exists(c, c.startsWith('6.')) || user.outcome != 'prompted'",
        "user.domain != 'partner.example'",
        "user.own_grant == null || user.own_grant.all(s, s.startsWith('C'))",
        "user.mailbox_location != 'on-premises' || user.service != 'office365-graph'",
        "user.rules.all(r, r != 'R10c') && user.certainty != 'unknown'",
        "user.next_step != 'unknown' && user.auth != 'basic'",
        "!(user.calendar == 'write' && user.contacts == 'write') || user.connection == 'kept'",
        "size(user) == 20 && user.status == 'active'",
    ]


def guardrails() -> str:
    rules = [(one, "") for one in of_the_plan()] + [(one, "each: user, ") for one in of_each_user()]
    assert len(rules) == 40
    return HEAD + "".join(
        RULE.format(number=number, severity=("deny", "warn", "audit")[number % 3], each=each, expression=expression)
        for number, (expression, each) in enumerate(rules)
    )


@pytest.mark.bench
def test_forty_rules_cost_less_than_the_plan_they_are_held_against(
    tmp_path: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plausible_account(Path("big.db"), users=USERS, seed=1)
    Path("documents.yaml").write_text(DOCUMENTS + guardrails(), encoding="utf-8")
    times: dict[str, list[float]] = {"plan": [], "reading the rules": [], "asking the rules": []}
    for _ in range(RUNS):
        begin = time.perf_counter()
        chosen = choose((Path(),))
        read = time.perf_counter()
        bare = replace(chosen, guardrails=NO_GUARDRAILS)
        planned = make_plan(bare, open_account(bare.account))
        made = time.perf_counter()
        facts = account_facts(chosen.account)
        results = results_of(planned.plan, planned.document, planned.policy, chosen.guardrails, facts)
        asked = time.perf_counter()
        times["plan"].append(made - read)
        times["reading the rules"].append(read - begin)
        times["asking the rules"].append(asked - made)
    plan, reading, asking = (statistics.median(times[name]) for name in times)
    classes = len(PlannedCrowd(planned.plan).classes)
    fired = sum(one.fires for one in results)
    what = f"asking forty rules, {classes:,} classes, {fired} fire"
    tell(Ratio(what=what, figure=f"{asking:.2f} s", beside="the plan", ratio=asking / plan))
    cost = reading + asking
    what = "with reading the rules"
    tell(Ratio(what=what, figure=f"{cost:.2f} s", beside="the plan", ratio=cost / plan, bound="above 1"))
    # What fails is cheap; only answers count.
    assert [one.status for one in results].count(Status.ERROR) == 0
    assert len(results) == 40
    assert reading + asking < plan
