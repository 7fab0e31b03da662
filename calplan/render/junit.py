"""Results as JUnit XML, which CI systems show beside the tests of programs.

GitLab shows the class and the name of a case and knows it again by both; it parses 500,000 cases of a pipeline at most,
and no node that is very large. Source: GitLab Docs, "Unit test reports" and "GitLab.com settings", read 2026-11.
"""

from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, Final

from calplan.model.diagnostic import Severity
from calplan.model.plural import plural
from calplan.plan.scenario import ScenarioResult, Verdict
from calplan.render.findings import Finding, Placed, lines_of, placed
from calplan.render.scenarios import failure_lines, place_of
from calplan.render.source_root import SourceRoot
from calplan.render.untrusted import for_terminal

if TYPE_CHECKING:
    from junitparser import JUnitXml, TestCase

MOST_CASES: Final = 500_000
NO_FILE: Final = "calplan"
"""The suite of what belongs to no file."""


def scenarios_junit(results: Sequence[ScenarioResult]) -> str:
    """A suite for each file and a case for each Scenario. It holds no time, so the same results are the same text.

    What XML cannot hold, such as a control character, is written as a visible escape.
    """
    from junitparser import JUnitXml, TestSuite  # noqa: PLC0415 - it brings an XML library, which few runs need

    report = JUnitXml("calplan test")
    for file, cases in groupby(results, key=lambda one: one.position.file):
        suite = TestSuite(for_terminal(file))
        suite.add_testcases([_case(one) for one in cases])
        report.add_testsuite(suite)
    return _written(report)


def findings_junit(findings: Sequence[Finding], *, root: SourceRoot, command: str, most: int = MOST_CASES) -> str:
    """A suite for each file and a case for each finding: an error fails, what is waived is skipped, the rest passes.

    A warning passes with its text as output, since JUnit has no warnings. Where nothing was found there is one case
    that says so: some readers take a report without cases for a broken one.
    """
    from junitparser import JUnitXml, TestCase, TestSuite  # noqa: PLC0415 - as above

    everything = placed(findings, root)
    kept = everything if len(everything) <= most else everything[: most - 1]
    report = JUnitXml(f"calplan {command}")
    seen: Counter[tuple[str, str]] = Counter()
    for path, members in groupby(sorted(kept, key=lambda one: one.path or ""), key=lambda one: one.path):
        suite = TestSuite(for_terminal(path or NO_FILE))
        suite.add_testcases([_finding_case(one, seen) for one in members])
        report.add_testsuite(suite)
    if said := _of_the_whole(len(everything), len(kept)):
        suite = TestSuite(NO_FILE)
        suite.add_testcase(TestCase(said, classname=NO_FILE))
        report.add_testsuite(suite)
    return _written(report)


def _of_the_whole(found: int, kept: int) -> str:
    if found > kept:
        return f"{plural(found - kept, 'more finding')} left out"
    return "" if found else "nothing was found"


def _finding_case(one: Placed, seen: Counter[tuple[str, str]]) -> "TestCase":
    """A case whose name holds no line, so that it is the same one after lines were moved."""
    from junitparser import Failure, Skipped, TestCase  # noqa: PLC0415 - as above

    finding = one.finding
    lines = lines_of(finding)
    path, name = for_terminal(one.path or NO_FILE), f"{for_terminal(finding.rule)}: {lines[0]}"
    seen[path, name] += 1
    number = seen[path, name]
    case = TestCase(name if number == 1 else f"{name} ({number})", classname=path)
    place = "" if finding.position is None else f"{path}:{finding.position.line}:{finding.position.column}:"
    text = "\n".join([place, *lines] if place else lines)
    if finding.suppressed is not None:
        case.result = [Skipped(f"waived: {for_terminal(finding.suppressed)}")]
    elif finding.level is Severity.ERROR:
        told = Failure(lines[0], for_terminal(finding.rule))
        told.text = text
        case.result = [told]
    else:
        case.system_out = f"{finding.level.value}: {text}"
    return case


def _written(report: "JUnitXml") -> str:
    report.update_statistics()
    written = BytesIO()
    report.write(written)
    return written.getvalue().decode("utf-8") + "\n"


def _case(one: ScenarioResult) -> "TestCase":
    from junitparser import Failure, TestCase  # noqa: PLC0415 - as above

    case = TestCase(for_terminal(one.name), classname=for_terminal(one.position.file))
    if one.verdict is Verdict.FAILED:
        lines = [line for failure in one.failures for line in failure_lines(failure)]
        told = Failure(lines[0], "Scenario")
        told.text = "\n".join([f"{place_of(one.position)}:", *lines])
        case.result = [told]
    return case
