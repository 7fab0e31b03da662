"""The figures of assumptions from another side: planned again over inputs that say what the other reading would."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from calplan.model.user import RawFacts, text_list
from calplan.plan.plan import Plan
from tests import make
from tests.impact.cases import CORP
from tests.impact.worlds import CLIENTS, HELD, Clients

TAILS = ("corp.example", "emea.corp.example", "partner.example")
MAILBOXES = ("cloud", "on-premises", "unknown")
CROWD: dict[str, RawFacts] = {
    f"u{number:03}@{TAILS[number % 3]}": held._replace(
        clients=text_list([*clients.versions]), mailbox_location=MAILBOXES[number % 7 % 3]
    )
    for number, (held, clients) in enumerate(product(HELD, CLIENTS))
}
ELSEWHERE = {email: email.replace("@emea.", "@") for email in CROWD if "@emea." in email}
TO_GRAPH = make.account(service=make.graph(), locked=True, consent_for_account=True, allowed_domains=CORP)
EXCHANGE = make.account(service=make.exchange())
IMPERSONATED = make.account(service=make.exchange(impersonation=make.impersonation()), locked=True)
PLAIN = make.Scene(after=make.wanted(TO_GRAPH), users=CROWD)
NOT_GRANTED = replace(PLAIN, facts_of_tenant=make.tenant(()))
IN_THE_CLOUD = {email: one for email, one in CROWD.items() if one.service and one.mailbox_location == "cloud"}


def with_users(scene: make.Scene, change: Callable[[RawFacts], RawFacts]) -> make.Scene:
    return replace(scene, users={email: change(one) for email, one in scene.users.items()})


def with_clients(scene: make.Scene, clients: dict[tuple[str, ...], tuple[str, ...]]) -> make.Scene:
    """Users with these clients get those instead."""
    texts = {text_list([*old]): text_list([*new]) for old, new in clients.items()}
    return with_users(scene, lambda one: one._replace(clients=texts.get(one.clients, one.clients)))


def differing(one: RawFacts) -> RawFacts:
    """On Google with other levels than the account's, if on Google at all."""
    levels = (one.calendar, one.contacts)
    differs = one.service != "google" or levels == ("none", "none")
    return one if differs else one._replace(calendar="read", contacts="none")


def fitting(one: RawFacts) -> RawFacts:
    """With the account's levels, if on Graph."""
    return one._replace(calendar="write", contacts="read") if one.service == "office365-graph" else one


def mixed(clients: Clients) -> bool:
    return len(clients.versions) > 1 and clients.prompts == "yes"


LOCKED_ON_GOOGLE = replace(PLAIN, after=make.wanted(make.account(locked=True)))
UNDER_THE_LOCK = replace(PLAIN, before=make.account(locked=True))
UNLOCKED = make.account(service=make.graph(), consent_for_account=True, allowed_domains=CORP)
IMPERSONATION_COMES = replace(PLAIN, before=EXCHANGE, after=make.wanted(IMPERSONATED))
DEFAULT_ALONE = replace(PLAIN, after=make.wanted(UNLOCKED), users=IN_THE_CLOUD)

REBUILT = {
    "A01": (LOCKED_ON_GOOGLE, with_users(LOCKED_ON_GOOGLE, differing)),
    "A02": (PLAIN, with_users(PLAIN, fitting)),
    "A04": (DEFAULT_ALONE, replace(DEFAULT_ALONE, after=make.wanted(TO_GRAPH))),
    "A06": (UNDER_THE_LOCK, replace(PLAIN, after=make.wanted(UNLOCKED))),
    "A09": (
        NOT_GRANTED,
        replace(NOT_GRANTED, after=replace(NOT_GRANTED.after, allowed_domains=make.domains(*TAILS[:2]))),
    ),
    "A11": (
        replace(PLAIN, mailboxes=ELSEWHERE),
        replace(PLAIN, users={ELSEWHERE.get(email, email): one for email, one in CROWD.items()}),
    ),
    "A15": (
        IMPERSONATION_COMES,
        with_users(IMPERSONATION_COMES, lambda one: one._replace(mailbox_location="cloud")),
    ),
    "A18": (PLAIN, with_clients(PLAIN, {one.versions: () for one in CLIENTS if mixed(one)})),
    "A19": (
        PLAIN,
        with_clients(PLAIN, {(): ("5.5.0",), ("-",): ("5.5.0",), (make.OLD_WINDOWS, "-"): (make.OLD_WINDOWS, "5.5.0")}),
    ),
    "A20": (PLAIN, with_clients(PLAIN, {("5.2.45106.0831(mac)",): ("5.5.0(mac)",)})),
    "A23": (NOT_GRANTED, replace(NOT_GRANTED, facts_of_tenant=make.tenant())),
}


def figures(plan: Plan) -> dict[str, int]:
    return {**{outcome.value: number for outcome, number in plan.impact.counts.items()}, "told": plan.impact.told}


@pytest.mark.parametrize("name", REBUILT)
def test_the_figures_are_those_of_a_plan_over_what_the_other_reading_says(name: str) -> None:
    taken, rebuilt = REBUILT[name]
    plan = taken.plan()
    (if_wrong,) = [one.if_wrong for one in plan.assumptions if one.reading.value == name]
    was, now = figures(plan), figures(rebuilt.plan())
    assert if_wrong == {key: now[key] - was[key] for key in was if now[key] != was[key]}
    assert if_wrong
