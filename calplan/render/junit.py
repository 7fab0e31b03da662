"""Results as JUnit XML, which CI systems show beside the tests of programs."""

from collections.abc import Sequence
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING

from calplan.plan.scenario import ScenarioResult, Verdict
from calplan.render.scenarios import failure_lines, place_of
from calplan.render.untrusted import for_terminal

if TYPE_CHECKING:
    from junitparser import TestCase


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
