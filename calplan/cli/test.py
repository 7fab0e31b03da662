"""``calplan test``: policies tried on accounts that are made up."""

from datetime import date, datetime
from pathlib import Path

import click

from calplan import __version__
from calplan.cli import clock, completing
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.guarding import account_facts, results_of
from calplan.cli.options import as_of_option, day_of, output_option
from calplan.cli.output import emit, targets
from calplan.cli.packs import pack_option, with_packs
from calplan.cli.reading import documents, stop_if_errors
from calplan.cli.terminal import color_option, in_colour
from calplan.guardrails.rules import Guardrails
from calplan.guardrails.values import AccountFacts
from calplan.model.limits import Limits, MaxEvidenceAge
from calplan.model.policy import CalendarPolicy
from calplan.plan.as_document import as_document
from calplan.plan.build import Terms
from calplan.plan.fingerprint import canonical_policy
from calplan.plan.plan import Plan
from calplan.plan.scenario import SOURCE, GuardrailExpectation, ScenarioResult, Verdict, failures, scenario_plan
from calplan.policyfile.documents import ScenarioDocument
from calplan.policyfile.guardrails_together import joined
from calplan.policyfile.reader import Reading
from calplan.policyfile.tried_policy import tried_policies
from calplan.render.junit import scenarios_junit
from calplan.render.scenarios import scenarios_json, scenarios_text

FORMATS = ("text", "json")


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".", shell_complete=completing.documents)
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Also write the results as JUnit XML.")
@pack_option
@as_of_option
@output_option(FORMATS)
@color_option
def test(
    path: Path,
    junit: Path | None,
    *,
    packs: tuple[str, ...],
    as_of: datetime | None,
    output: tuple[str, ...],
    color: str,
) -> ExitCode:
    """Run the Scenario documents of PATH: plan each policy for the account that is given, and compare.

    Nothing is read but PATH and the policy files that Scenarios name, and nothing is kept. What a Scenario does not
    state of its account is unknown, as it would be of a real one; groups it does not name override nothing.

    A policy that `validate` refuses is an invalid document here too (exit 3), and no Scenario runs. A policy that is
    refused only once it is planned for the given account fails its Scenario, with the code. Limits and other gates
    belong to an account and are not looked at; private events need assistants and are not tried either. Guardrails are
    those of PATH and of `--pack`: `then.guardrails` names the rules that must fire, all of them, whatever their waivers
    say.

    A failing Scenario exits 1.
    """
    outputs = targets(output, FORMATS, saved_to=junit)
    today = day_of(as_of) or clock.today()
    reading = documents(with_packs((path,), packs), today)
    if not reading.scenarios:
        raise StopError(ExitCode.INVALID, f"error: there is no Scenario in {path}, so nothing was tested")
    policies, errors = tried_policies(reading.scenarios, today)
    stop_if_errors(errors)
    terms = _terms(as_of=today)
    guardrails = joined(reading.guardrails)
    results = [
        _run(one, policy, terms, guardrails, _facts(reading, policy))
        for one, policy in zip(reading.scenarios, policies, strict=True)
    ]
    if junit is not None:
        emit((scenarios_junit(results),), junit)
    for target in outputs:
        if target.format == "json":
            emit(scenarios_json(results), target.file)
        else:
            emit(scenarios_text(results, colour=in_colour(color, target.file)), target.file)
    return ExitCode.FAULT if any(one.verdict is Verdict.FAILED for one in results) else ExitCode.DONE


def _terms(as_of: date) -> Terms:
    """The terms of an account of which nothing but its settings and people is made up."""
    return Terms(
        limits=Limits(),
        ages=MaxEvidenceAge(),
        owner="",
        as_of=as_of,
        at=clock.now(),
        modes={},
        provider=SOURCE,
    )


def _facts(reading: Reading, policy: CalendarPolicy) -> AccountFacts:
    """What rules may know of the account: the policy's own, or the only one there is; else nothing is stated."""
    named = [one for one in reading.accounts if one.name == policy.account]
    known = named or (reading.accounts if len(reading.accounts) == 1 else ())
    return account_facts(known[0]) if known else AccountFacts()


def _run(
    scenario: ScenarioDocument, policy: CalendarPolicy, terms: Terms, guardrails: Guardrails, account: AccountFacts
) -> ScenarioResult:
    plan = scenario_plan(scenario.given, policy, terms, ())
    fired: frozenset[str] = frozenset()
    if any(isinstance(one, GuardrailExpectation) for one in scenario.expectations):
        fired = _fired(plan, guardrails, account)
    found = failures(plan, scenario.expectations, fired)
    verdict = Verdict.FAILED if found else Verdict.PASSED
    return ScenarioResult(name=scenario.name, position=scenario.position, verdict=verdict, failures=found)


def _fired(plan: Plan, guardrails: Guardrails, account: AccountFacts) -> frozenset[str]:
    """The ids of the rules that do not hold for a plan, waived or not."""
    document = as_document(plan, version=__version__, users_hash="", policy_hash="")
    results = results_of(plan, document, canonical_policy(plan.policy), guardrails, account)
    return frozenset(one.rule.id for one in results if one.fires)
