"""``calplan test``: policies tried on accounts that are made up."""

from datetime import date, datetime
from pathlib import Path

import click

from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import emit, targets
from calplan.cli.reading import documents, stop_if_errors
from calplan.cli.shown import as_of_option, color_option, day_of, in_colour, output_option
from calplan.model.limits import Limits, MaxEvidenceAge
from calplan.model.policy import CalendarPolicy
from calplan.plan.build import Terms
from calplan.plan.scenario import SOURCE, ScenarioResult, Verdict, failures, scenario_plan
from calplan.policyfile.documents import ScenarioDocument
from calplan.policyfile.tried_policy import tried_policies
from calplan.render.junit import scenarios_junit
from calplan.render.scenarios import NOTHING_TO_JUDGE, scenarios_json, scenarios_text

FORMATS = ("text", "json")


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Also write the results as JUnit XML.")
@as_of_option
@output_option(FORMATS)
@color_option
def test(path: Path, junit: Path | None, *, as_of: datetime | None, output: tuple[str, ...], color: str) -> ExitCode:
    """Run the Scenario documents of PATH: plan each policy for the account that is given, and compare.

    Nothing is read but PATH and the policy files that Scenarios name, and nothing is kept. What a Scenario does not
    state of its account is unknown, as it would be of a real one; groups it does not name override nothing.

    A policy that `validate` refuses is an invalid document here too (exit 3), and no Scenario runs. A policy that is
    refused only once it is planned for the given account fails its Scenario, with the code. Limits and other gates
    belong to an account and are not looked at; private events need assistants and are not tried either.

    A failing Scenario exits 1.
    """
    outputs = targets(output, FORMATS, saved_to=junit)
    today = day_of(as_of) or clock.today()
    reading = documents((path,), today)
    if not reading.scenarios:
        raise StopError(ExitCode.INVALID, f"error: there is no Scenario in {path}, so nothing was tested")
    policies, errors = tried_policies(reading.scenarios, today)
    stop_if_errors(errors)
    terms = _terms(as_of=today)
    results = [_run(one, policy, terms) for one, policy in zip(reading.scenarios, policies, strict=True)]
    if junit is not None:
        emit((scenarios_junit(results),), junit)
    for target in outputs:
        if target.format == "json":
            emit(scenarios_json(results), target.file)
        else:
            emit(scenarios_text(results, colour=in_colour(color, target.file)), target.file)
    return _code(results)


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


def _run(scenario: ScenarioDocument, policy: CalendarPolicy, terms: Terms) -> ScenarioResult:
    plan = scenario_plan(scenario.given, policy, terms, ())
    found = failures(plan, scenario.expectations)
    judged = Verdict.PASSED if scenario.expectations else Verdict.NOT_JUDGED
    verdict = Verdict.FAILED if found else judged
    return ScenarioResult(name=scenario.name, position=scenario.position, verdict=verdict, failures=found)


def _code(results: list[ScenarioResult]) -> ExitCode:
    """The exit code of a run.

    Raises:
        StopError: nothing was judged, which would look like success.
    """
    verdicts = {one.verdict for one in results}
    if verdicts == {Verdict.NOT_JUDGED}:
        raise StopError(ExitCode.INVALID, f"error: {NOTHING_TO_JUDGE}")
    return ExitCode.FAULT if Verdict.FAILED in verdicts else ExitCode.DONE
