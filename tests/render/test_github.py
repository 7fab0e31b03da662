"""Findings and plans as annotations of GitHub."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given
from pytest_snapshot.plugin import Snapshot

from calplan.model.diagnostic import Severity
from calplan.render.findings import Finding
from calplan.render.github import github, plan_github
from tests.render.found import EACH, ERROR, ROOT, WAIVED, WORDS, at, commands, hostile
from tests.render.make import CHAOS, diagnostic, gate, plan, some_users

SHOWN = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def log_of(findings: Sequence[Finding]) -> str:
    return "".join(github(findings, root=ROOT))


def test_every_kind_of_finding_becomes_an_annotation(snapshot: Snapshot) -> None:
    snapshot.assert_match(log_of(EACH), "log.txt")


def test_nothing_found_annotates_nothing() -> None:
    assert log_of([]) == "Findings: 0 errors, 0 warnings, 0 notes.\n"


def test_a_runner_reads_back_what_was_found_and_where() -> None:
    odd = replace(ERROR, rule="A,B:C", message="100% of 1,000: all", position=at(3, 5, 4, "a, b: c%.yaml"))
    (command,) = commands(log_of([odd]))
    assert command.name == "error"
    assert command.properties == {
        "file": "corp/a, b: c%.yaml",
        "line": "3",
        "endLine": "3",
        "col": "5",
        "endColumn": "8",
        "title": "A,B:C",
    }
    assert command.data == f"100% of 1,000: all\n{ERROR.detail}"


def test_what_is_waived_is_a_notice() -> None:
    (command,) = commands(log_of([WAIVED]))
    assert (command.name, command.properties["title"]) == ("notice", f"{WAIVED.rule} (waived)")


@pytest.mark.parametrize("number, annotated, logged", [(9, 9, 0), (10, 10, 0), (11, 9, 2), (40, 9, 31)])
@pytest.mark.parametrize("level", Severity)
def test_beyond_ten_of_a_level_the_tenth_says_how_many_more_and_the_log_has_them(
    level: Severity, number: int, annotated: int, logged: int
) -> None:
    log = log_of([replace(ERROR, level=level, position=at(line)) for line in range(1, number + 1)])
    of_level = [one for one in commands(log) if one.name == SHOWN[level]]
    assert len(of_level) == min(number, 10)
    assert [one.properties["line"] for one in of_level if "line" in one.properties] == [
        str(line) for line in range(1, annotated + 1)
    ]
    assert log.count(f": {level.value}[V01]: ") == logged
    if logged:
        assert of_level[-1].data.startswith(f"{logged} more {level.value}s. ")


def test_each_level_has_its_own_ten_and_errors_come_first() -> None:
    found = [replace(ERROR, level=level, position=at(line)) for level in Severity for line in range(1, 31)]
    names = [one.name for one in commands(log_of(found)) if one.name not in {"group", "endgroup"}]
    assert Counter(names) == {"error": 10, "warning": 10, "notice": 10}
    assert names == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10


@given(WORDS)
@example("\n::stop-commands::x")
@example("%0A::add-mask::x")
@example("##[error]x")
@example(CHAOS)
def test_hostile_words_start_no_command(word: str) -> None:
    one = hostile(word)
    log = log_of([one, *(replace(one, suppressed=None, position=at(line)) for line in range(1, 13))])
    assert all(line.isprintable() for line in log.split("\n"))
    found = list(commands(log))
    expected = ["error"] * 10 + ["notice", "group", "endgroup"]
    assert [command.name for command in found] == expected
    # Also where a reader turns the escapes back and then looks again, no line is a command of its own.
    assert [again for command in found for again in commands(f"{command.data}\n")] == []


def test_a_plan_annotates_its_diagnostics_and_the_gates_that_refuse_it(snapshot: Snapshot) -> None:
    document = plan(
        some_users(),
        diagnostics=(diagnostic(), {**diagnostic("P-LEVELS"), "range": None}),
        gates=(gate("limit.disconnected", "refuse"), gate("window", "refuse"), gate("limit.silent", "overridden")),
    )
    snapshot.assert_match("".join(plan_github(document, root=ROOT)), "log.txt")


@pytest.mark.parametrize(
    "name, line",
    [
        ("limit.disconnected", "21"),
        ("limit.unknown", "21"),
        ("rule.V17", "21"),
        ("rule.V25", "23"),
        ("live.unknown", None),
        ("limit.pairs", None),
        ("window", None),
        ("evidence.age", None),
        ("guardrail.X", None),
    ],
)
def test_a_gate_points_at_the_line_of_the_policy_it_is_about(name: str, line: str | None) -> None:
    document = plan(some_users(), gates=(gate(name, "refuse"),))
    lines = {"integration.service": 21, "integration.locked": 22, "allowedDomains": 23}
    for change in document["resource_changes"]:
        assert change["source"] is not None
        change["source"]["line"] = lines[change["address"]]
    for step in document["steps"]:
        step["expected"] = {"disconnected": 5 if step["address"] == "integration.service" else 1, "at_risk": 0}
    (command,) = commands("".join(plan_github(document, root=ROOT)))
    assert (command.name, command.properties.get("line")) == ("error", line)
