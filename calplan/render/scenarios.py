"""What became of Scenarios, for people and for programs."""

from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from calplan.model.diagnostic import Position
from calplan.model.plural import plural
from calplan.plan.document import FORMAT_VERSION
from calplan.plan.scenario import (
    CountDiffers,
    Facet,
    Failure,
    GuardrailsDiffer,
    NoForecast,
    Refused,
    ScenarioResult,
    UserDiffers,
    UserExpectation,
    Verdict,
)
from calplan.render.colour import Style, paint
from calplan.render.plan_json import canonical_json
from calplan.render.untrusted import for_terminal

STYLE: Final = {Verdict.PASSED: Style.GOOD, Verdict.FAILED: Style.BAD}
MOST_USERS: Final = 5
"""Users named where their number is not as expected."""


def scenarios_text(results: Sequence[ScenarioResult], *, colour: bool = False) -> Iterator[str]:
    """A line for each Scenario with what is not as expected below it, then one line with the numbers."""
    for one in results:
        head = f"{one.verdict.value}: {for_terminal(one.name)}  [{place_of(one.position)}]"
        yield f"{paint(head, STYLE[one.verdict], on=colour)}\n"
        for failure in one.failures:
            yield "".join(f"  {line}\n" for line in failure_lines(failure))
    failed = any(one.verdict is Verdict.FAILED for one in results)
    yield f"{paint(summary_of(results), Style.BAD if failed else Style.GOOD, on=colour)}\n"


def scenarios_json(results: Sequence[ScenarioResult]) -> Iterator[str]:
    """The same as one object."""
    report = {
        "format_version": FORMAT_VERSION,
        "passed": _count(results, Verdict.PASSED),
        "failed": _count(results, Verdict.FAILED),
        # Everything can be judged now; the key stays for whoever reads it.
        "not_judged": 0,
        "scenarios": [_scenario(one) for one in results],
    }
    yield f"{canonical_json(report)}\n"


def summary_of(results: Sequence[ScenarioResult]) -> str:
    """The line whose parts add up to the Scenarios."""
    passed, failed = _count(results, Verdict.PASSED), _count(results, Verdict.FAILED)
    return f"Scenarios: {passed} passed, {failed} failed, of {len(results)}."


def failure_lines(failure: Failure) -> list[str]:
    """What was expected and where, what came out, and why; harmless to print."""
    match failure:
        case UserDiffers(expectation=one):
            return [f"{_expected_of(one)}, and has {failure.actual}", f"  rows that fired: {', '.join(failure.rules)}"]
        case NoForecast(expectation=one):
            return [
                f"{_expected_of(one)}, and has no forecast at all",
                f"  the user is {failure.status.value}, and only active users are forecast (R00)",
            ]
        case CountDiffers(expectation=count):
            expected = f"{place_of(count.position)}: {plural(count.expected, 'user')} with the outcome"
            return [f"{expected} {count.outcome.value} expected, {len(failure.users)} found", *_named(failure)]
        case GuardrailsDiffer(expectation=rules):
            what = f"{place_of(rules.position)}: the guardrails that fire are others than expected"
            return [what, *_rules_of("do not fire", failure.missing), *_rules_of("fire", failure.extra)]
        case Refused(error=error):
            place = "" if error.position is None else f"{place_of(error.position)}: "
            return [f"{place}the policy is refused: {error.code}, {for_terminal(error.summary)}"]
        case _:
            assert_never(failure)


def _rules_of(what: str, rules: Sequence[str]) -> list[str]:
    return [f"  {what}: {', '.join(map(for_terminal, rules))}"] if rules else []


def place_of(position: Position) -> str:
    """File and line, as editors and terminals make links of them."""
    return f"{for_terminal(position.file)}:{position.line}"


def _expected_of(one: UserExpectation) -> str:
    expected = f"{_words(one.facet)} {for_terminal(one.expected)}"
    return f"{place_of(one.position)}: {for_terminal(one.email)} was expected to have {expected}"


def _named(failure: CountDiffers) -> list[str]:
    if not failure.users:
        return []
    more = len(failure.users) - MOST_USERS
    names = [for_terminal(email) for email in failure.users[:MOST_USERS]]
    return [f"  found: {', '.join(names)}{f' and {more} more' if more > 0 else ''}"]


def _words(facet: Facet) -> str:
    match facet:
        case Facet.OUTCOME | Facet.CONNECTION | Facet.NOTICE | Facet.CERTAINTY:
            return f"the {facet.value}"
        case Facet.NEXT_STEP:
            return "the next step"
        case Facet.RULES:
            return "the rows"
        case _:
            assert_never(facet)


def _count(results: Sequence[ScenarioResult], verdict: Verdict) -> int:
    return sum(one.verdict is verdict for one in results)


def _scenario(one: ScenarioResult) -> dict[str, object]:
    return {
        "name": one.name,
        "verdict": one.verdict.value,
        "file": one.position.file,
        "line": one.position.line,
        "failures": [_failure(failure) for failure in one.failures],
    }


def _failure(failure: Failure) -> dict[str, object]:
    match failure:
        case UserDiffers(expectation=one):
            stated = _stated(one.position, one.facet.value, one.expected)
            return {**stated, "email": one.email, "actual": failure.actual, "rules": list(failure.rules)}
        case NoForecast(expectation=one):
            stated = _stated(one.position, one.facet.value, one.expected)
            return {**stated, "email": one.email, "actual": None, "status": failure.status.value}
        case CountDiffers(expectation=count):
            stated = _stated(count.position, count.outcome.value, count.expected)
            return {**stated, "actual": len(failure.users), "users": list(failure.users)}
        case GuardrailsDiffer(expectation=rules):
            return {
                "file": rules.position.file,
                "line": rules.position.line,
                "what": "guardrails",
                "expected": sorted(rules.expected),
                "missing": list(failure.missing),
                "extra": list(failure.extra),
            }
        case Refused(error=error):
            return {"code": error.code, "summary": error.summary}
        case _:
            assert_never(failure)


def _stated(position: Position, what: str, expected: str | int) -> dict[str, object]:
    return {"file": position.file, "line": position.line, "what": what, "expected": expected}
