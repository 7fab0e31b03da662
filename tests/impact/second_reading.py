"""A forecast with one reading taken the other way, user by user: slow, and without any thought of whom it concerns."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from calplan.diff import Transition
from calplan.impact.client_readings import prompts_of
from calplan.impact.decide import decide
from calplan.impact.facts import case_of, cohort_of
from calplan.impact.otherwise import Basis
from calplan.impact.outcome import Outcome, UserOutcome
from calplan.impact.readings import Reading
from calplan.impact.terms import Terms
from calplan.model.account import TenantFacts
from calplan.model.domain import domain_of
from calplan.model.settings import AccountSettings
from calplan.model.user import RawFacts, decode
from tests import make

Outcomes = dict[str, UserOutcome]
NOBODY_ELSEWHERE: Mapping[str, str] = {}


def read_otherwise(
    move: Transition,
    users: Mapping[str, RawFacts],
    tenant: TenantFacts,
    *otherwise: Reading,
    mailboxes: Mapping[str, str] = NOBODY_ELSEWHERE,
) -> Outcomes:
    """The outcome of every active user, with these readings taken the other way."""
    terms = Terms(move=move, read_otherwise=frozenset(otherwise))
    found = {}
    for email, raw in users.items():
        address = mailboxes.get(email, email) if Reading.A11 in otherwise else email
        facts = decode(raw)
        cohort = replace(cohort_of(facts, domain_of(address), 0), prompts=prompts_of(facts, frozenset(otherwise)))
        if cohort.active:
            found[email] = decide(case_of(terms, cohort, tenant), last_client_only=False)
    return found


def moved(was: Outcomes, now: Outcomes) -> dict[str, int]:
    """By how much each count moves from one forecast to another of the same users."""
    counts: Counter[str] = Counter()
    for outcomes, sign in ((was, -1), (now, 1)):
        for one in outcomes.values():
            counts[one.outcome.value] += sign
            told = one.connection.value == "lost" and one.notice.value == "prompt"
            counts["told"] += sign * told
    return {name: counts[name] for name in (*(one.value for one in Outcome), "told") if counts[name]}


@dataclass(frozen=True, kw_only=True)
class Case:
    """``users`` by what stands before the ``@`` of corp.example, or by a whole address.

    ``otherwise`` names those whose forecast is another one, with its outcome and all its rows.
    """

    says: str
    reading: Reading
    before: AccountSettings = field(default_factory=make.account)
    after: AccountSettings
    users: Mapping[str, RawFacts]
    mailboxes: Mapping[str, str] = field(default_factory=dict)
    tenant: TenantFacts = field(default_factory=make.tenant)
    otherwise: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.reading.value}: {self.says}"

    @property
    def people(self) -> dict[str, RawFacts]:
        return {address(name): raw for name, raw in self.users.items()}

    @property
    def basis(self) -> Basis:
        move = Transition(before=self.before, after=self.after)
        everybody = make.population(self.people, mailboxes=self.mailboxes)
        return Basis(assessment=make.assess_move(move, everybody, self.tenant), tenant=self.tenant)


def address(name: str) -> str:
    return name if "@" in name else f"{name}@corp.example"
