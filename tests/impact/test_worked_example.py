"""The worked example of semantics (i): 26 users, from Google to Graph with lock and domains."""

from itertools import permutations

import pytest

from calplan.impact.outcome import Outcome
from calplan.impact.population import Population
from calplan.impact.summary import Impact, Range, summarise
from calplan.model.settings import AccountSettings
from calplan.model.user import RawFacts
from calplan.plan.writes import settings_after
from tests import make

BEFORE = make.account()
AFTER = make.account(
    service=make.graph(), locked=True, allowed_domains=make.domains("corp.example", "emea.corp.example")
)
TENANT = make.tenant(("Calendars.ReadWrite", "Contacts.Read"))
NARROW_OLD = ("google", "write", "read")

# How many, where, who; and what the specification says of them.
GROUPS = (
    (8, "corp.example", make.facts(*NARROW_OLD), "disconnected_prompted", "R06 R10b1 R12b"),
    (2, "corp.example", make.facts(*NARROW_OLD, clients=(make.OLD_WINDOWS,)), "disconnected_silent", "R06 R10b2 R12b"),
    (1, "emea.corp.example", make.facts(*NARROW_OLD, clients=()), "disconnected_notice_unknown", "R06 R10b3 R12b"),
    (
        5,
        "corp.example",
        make.facts("office365-graph", "write", "read", clients=(make.NEW_MAC,)),
        "unaffected",
        "R06 R10a",
    ),
    (2, "corp.example", make.facts("office365-graph", "read", "read"), "disconnected_prompted", "R06 R10b1 R12b"),
    (2, "partner.example", make.facts(*NARROW_OLD), "disconnected_blocked", "R05b R10b1 R12b"),
    (3, "corp.example", make.facts(), "prompted", "R06 R10c1 R12b"),
    (1, "partner.example", make.facts(), "blocked", "R05c R10c1 R12b"),
    (1, "corp.example", make.facts("unknown"), "at_risk", "R06 R10d"),
    (1, "corp.example", make.facts(*NARROW_OLD, status="inactive"), None, ""),
)


def users() -> dict[str, RawFacts]:
    return {
        f"u{number}-{each}@{domain}": raw
        for number, (size, domain, raw, _, _) in enumerate(GROUPS)
        for each in range(size)
    }


@pytest.fixture(scope="module")
def people() -> Population:
    return make.population(users())


@pytest.fixture(scope="module")
def impact() -> Impact:
    return summarise(make.assessment(BEFORE, AFTER, users(), TENANT))


@pytest.mark.parametrize("number", range(len(GROUPS)))
def test_every_group_of_users_has_the_outcome_and_the_rows_of_the_table(number: int) -> None:
    _, domain, raw, outcome, rules = GROUPS[number]
    one = make.forecast(BEFORE, AFTER, raw, email=f"ann@{domain}", facts_of_tenant=TENANT)
    if outcome is None:
        assert one is None
    else:
        assert one is not None
        assert (one.outcome.value, " ".join(one.rules)) == (outcome, rules)


def test_the_numbers_are_those_of_the_specification(impact: Impact) -> None:
    assert (impact.users, impact.active, impact.excluded, impact.connected) == (26, 25, 1, 20)
    assert (impact.lose, impact.told) == (Range(certain=15, possible=16), 12)
    assert impact.not_told == Range(certain=2, possible=4)
    assert impact.cannot_return == Range(certain=3, possible=4)


def test_the_counts_partition_the_active_users(impact: Impact) -> None:
    counts = {outcome.value: count for outcome, count in impact.counts.items()}
    assert counts == {
        "disconnected_blocked": 2,
        "disconnected_silent": 2,
        "disconnected_notice_unknown": 1,
        "disconnected_prompted": 10,
        "blocked": 1,
        "at_risk": 1,
        "prompted": 3,
        "automatic": 0,
        "unaffected": 5,
    }
    assert sum(counts.values()) == impact.active
    assert impact.unknown_certainty == 2


def test_domains_and_rules_are_counted(impact: Impact) -> None:
    domains = {share.name: sum(share.counts.values()) for share in impact.by_domain}
    assert domains == {"corp.example": 21, "emea.corp.example": 1, "partner.example": 3}
    rules = {use.rule: use.users for use in impact.by_rule}
    assert rules == {
        "R05b": 2,
        "R05c": 1,
        "R06": 22,
        "R10a": 5,
        "R10b1": 12,
        "R10b2": 2,
        "R10b3": 1,
        "R10c1": 4,
        "R10d": 1,
        "R12b": 19,
    }


# Losses at once, step by step, of every order of domains (D), key (K) and lock (L).
ORDERS = {
    "DKL": (2, 0, 13),
    "KDL": (0, 2, 13),
    "KLD": (0, 15, 0),
    "DLK": (2, 7, 11),
    "LDK": (7, 2, 11),
    "LKD": (7, 13, 0),
}


# The same while users authorise again in between: losses step by step, and users who lose at least once.
PATIENT = {
    "DKL": ((2, 0, 13), 15),
    "KDL": ((0, 2, 13), 15),
    "KLD": ((0, 15, 2), 15),
    "DLK": ((2, 7, 18), 20),
    "LDK": ((7, 2, 18), 20),
    "LKD": ((7, 20, 2), 20),
}


def states_of(order: str) -> list[AccountSettings]:
    writes = {write.address: write for write in make.direct_writes(BEFORE, AFTER)}
    named = {"D": "allowedDomains", "K": "integration.service", "L": "integration.locked"}
    states = [BEFORE]
    for letter in order:
        states.append(settings_after(writes[named[letter]].action, states[-1]))
    return states


@pytest.mark.parametrize("order", sorted(PATIENT))
def test_losses_step_by_step_while_users_authorise_again(order: str) -> None:
    found = make.assessment(BEFORE, AFTER, users(), TENANT)
    tolls = make.tolls_by_state(states_of(order), found, TENANT, patient=True)
    assert (tuple(toll.events for toll in tolls), sum(toll.users for toll in tolls)) == PATIENT[order]


@pytest.mark.parametrize("order", sorted(map("".join, permutations("DKL"))))
def test_losses_step_by_step_in_every_order(people: Population, order: str) -> None:
    found = make.assessment(BEFORE, AFTER, users(), TENANT)
    losses = make.losses_by_state(states_of(order), found, TENANT)
    assert losses == ORDERS[order]
    assert sum(losses) == {"D": 20, "K": 15, "L": 20}[order[0]] or order == "DKL"


def test_reverting_without_the_lock_disconnects_nobody_and_with_it_everybody() -> None:
    """After the apply 21 users hold Graph: those who had it, those who came back, those prompted, and the unknown."""
    on_graph = {
        email: raw._replace(service="office365-graph", calendar="write", contacts="read")
        for email, raw in users().items()
        if raw.status == "active" and "partner" not in email and raw.service not in ("unknown", "")
    }
    not_yet = {email: raw for email, raw in users().items() if email.startswith("u6")}
    unknown = {email: raw for email, raw in users().items() if email.startswith("u8")}
    everybody = {**on_graph, **not_yet, **unknown}
    unlocked = summarise(make.assessment(AFTER, make.account(), everybody))
    locked = summarise(make.assessment(AFTER, make.account(locked=True), everybody))
    assert unlocked.counts[Outcome.UNAFFECTED] == unlocked.active
    assert locked.lose == Range(certain=len(on_graph), possible=len(on_graph) + 1)
    assert (locked.counts[Outcome.DISCONNECTED_SILENT], locked.counts[Outcome.DISCONNECTED_NOTICE_UNKNOWN]) == (2, 1)
    assert (locked.counts[Outcome.PROMPTED], locked.counts[Outcome.AT_RISK]) == (3, 1)


def test_the_plan_walks_all_six_orders_and_says_what_the_naive_one_would_cost() -> None:
    scene = make.Scene(before=BEFORE, after=make.wanted(AFTER), users=users(), facts_of_tenant=TENANT)
    document = scene.parts().document
    assert document["order"] == {
        "chosen": ["set_domains", "set_service", "lock"],
        "canonical": True,
        "groups_first": False,
        "naive": ["lock", "set_service", "set_domains"],
        "candidates": 6,
        "toll": {"lose": 15, "losses": 15, "not_told": 3},
        "naive_toll": {"lose": 20, "losses": 29, "not_told": 3},
        "surplus": 0,
    }
    assert [(step["op"], step["expected"]) for step in document["steps"]] == [
        ("set_domains", {"disconnected": 2, "at_risk": 0}),
        ("set_service", {"disconnected": 0, "at_risk": 0}),
        ("lock", {"disconnected": 13, "at_risk": 1}),
    ]
    assert "; before the service 5 more users would lose a connection and 7 users would" in document["steps"][2]["why"]
