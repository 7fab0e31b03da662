"""A test of a policy: an account that is made up, what must come out of planning it, and where the plan differs."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from calplan.impact.outcome import Outcome, UserOutcome
from calplan.impact.population import populate
from calplan.model.account import Evidence, Observed, TenantFacts
from calplan.model.diagnostic import Diagnostic, Position, errors_in
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import CalendarPolicy
from calplan.model.settings import AccountSettings
from calplan.model.user import Status, UserBatch
from calplan.plan.build import Live, Terms, build_plan
from calplan.plan.plan import Plan


class Facet(Enum):
    """What of a user's forecast can be expected."""

    OUTCOME = "outcome"
    CONNECTION = "connection"
    NOTICE = "notice"
    NEXT_STEP = "next_step"
    CERTAINTY = "certainty"
    RULES = "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An account as a Scenario makes it up. ``groups`` are those that users and settings name, with their overrides."""

    settings: AccountSettings
    tenant: TenantFacts
    users: UserBatch
    groups: Groups = field(default_factory=Groups)
    group_model: GroupModel = field(default_factory=GroupModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserExpectation:
    """What one facet of a user's forecast must be; rows are written sorted, parted by blanks."""

    email: str
    facet: Facet
    expected: str
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountExpectation:
    """How many users must have an outcome."""

    outcome: Outcome
    expected: int
    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailExpectation:
    """Which rules must fire: these, and no others. Waivers play no part, so that a test does not end with one."""

    expected: frozenset[str]
    position: Position = field(compare=False)


Expectation = UserExpectation | CountExpectation | GuardrailExpectation


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDiffers:
    """A user's forecast is another one; ``rules`` are the rows that fired."""

    expectation: UserExpectation
    actual: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoForecast:
    """Something was expected of a user who is not active, so that there is no forecast."""

    expectation: UserExpectation
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class CountDiffers:
    """Another number of users has an outcome: these."""

    expectation: CountExpectation
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailsDiffer:
    """Other rules fire than expected; ``missing`` do not, ``extra`` do."""

    expectation: GuardrailExpectation
    missing: tuple[str, ...]
    extra: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The policy cannot be planned for this account, so that nothing can be expected of the plan."""

    error: Diagnostic


Failure = UserDiffers | NoForecast | CountDiffers | GuardrailsDiffer | Refused


class Verdict(Enum):
    """How a Scenario ended."""

    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """What became of one Scenario, and where it stands."""

    name: str
    position: Position
    verdict: Verdict
    failures: tuple[Failure, ...] = ()


SOURCE: Final = "the Scenario"


def scenario_plan(given: Given, policy: CalendarPolicy, terms: Terms, diagnostics: tuple[Diagnostic, ...]) -> Plan:
    """The plan for an account that is made up; everything given was read just now."""
    population = populate([given.users])
    live = Live(
        settings=Observed(value=given.settings, evidence=_evidence("settings", 1, terms)),
        groups=Observed(value=_groups(given, policy), evidence=_evidence("groups", len(given.groups.known), terms)),
        population=population,
        users=_evidence("users", len(population), terms),
        tenant=(Observed(value=given.tenant, evidence=_evidence("tenant", 1, terms)),),
        assistants=None,
    )
    return build_plan(policy, live, replace(terms, group_model=given.group_model), diagnostics)


def _groups(given: Given, policy: CalendarPolicy) -> Groups:
    """The groups of the account: those given, and those the policy names, which may have no user among the given."""
    named = {one.group for one in policy.groups or ()} - given.groups.ids.keys()
    known = (*given.groups.known, *(Group(id=word, name=word) for word in sorted(named)))
    return Groups(known=known, overrides=given.groups.overrides)


def failures(
    plan: Plan, expectations: tuple[Expectation, ...], fired: frozenset[str] = frozenset()
) -> tuple[Failure, ...]:
    """Where a plan is not as expected; ``fired`` are the rules that do not hold. Of a plan with errors only these."""
    refusals = tuple(Refused(error=error) for error in errors_in(plan.diagnostics))
    return refusals or tuple(_differences(plan, expectations, fired))


def _evidence(kind: str, records: int, terms: Terms) -> Evidence:
    return Evidence(source=SOURCE, kind=kind, as_of=terms.at, records=records, complete=True, live=True)


def _differences(plan: Plan, expectations: tuple[Expectation, ...], fired: frozenset[str]) -> Iterator[Failure]:
    for one in expectations:
        match one:
            case UserExpectation():
                yield from _user_difference(plan, one)
            case CountExpectation():
                users = tuple(
                    email for email, had in plan.assessment.each() if had is not None and had.outcome is one.outcome
                )
                if len(users) != one.expected:
                    yield CountDiffers(expectation=one, users=users)
            case GuardrailExpectation(expected=expected):
                missing, extra = sorted(expected - fired), sorted(fired - expected)
                if missing or extra:
                    yield GuardrailsDiffer(expectation=one, missing=tuple(missing), extra=tuple(extra))


def _user_difference(plan: Plan, expectation: UserExpectation) -> Iterator[Failure]:
    outcome = plan.assessment.outcome(expectation.email)
    if outcome is None:
        population = plan.assessment.population
        number = population.class_of(expectation.email)
        assert number is not None, "whoever is expected to be anything is among the given users"
        yield NoForecast(expectation=expectation, status=population.classes[number].status)
        return
    actual = _facet(outcome, expectation.facet)
    if actual != expectation.expected:
        yield UserDiffers(expectation=expectation, actual=actual, rules=outcome.rules)


def _facet(outcome: UserOutcome, facet: Facet) -> str:
    match facet:
        case Facet.OUTCOME:
            return outcome.outcome.value
        case Facet.CONNECTION:
            return outcome.connection.value
        case Facet.NOTICE:
            return outcome.notice.value
        case Facet.NEXT_STEP:
            return outcome.next_step.value
        case Facet.CERTAINTY:
            return outcome.certainty.value
        case Facet.RULES:
            return " ".join(outcome.rules)
