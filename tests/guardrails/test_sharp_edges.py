"""The sharp edges of the library that evaluates CEL: at none of them anything is taken for a yes."""

import sys
from datetime import UTC, datetime
from threading import Thread
from typing import Any, cast

import pytest
from cel_expr_python import cel

from calplan.guardrails.cel import CelEngine
from calplan.guardrails.engine import BadExpressionError, Failed, Verdict
from calplan.guardrails.results import Status
from calplan.guardrails.rules import RuleSeverity
from tests import make
from tests.guardrails.make import ENGINE, each_user, result, rule, waiver
from tests.make import Scene

EMPTY = Scene()
WRONG = {
    "a key that is not there": "policy.zz == 1",
    "a key below a value": "policy.a.b == 1",
    "a field of null": "policy.nothing.b == 1",
    "a division by zero": "1 / policy.zero == 1",
    "a bad regular expression": "policy.text.matches(policy.bad)",
    "no such overload": "1 in policy.one",
    "a value that is no boolean": "policy.text || policy.text",
}
VALUES: dict[str, Any] = {
    "policy": {"a": 1, "nothing": None, "zero": 0, "text": "x", "bad": "[", "one": 1, "yes": True, "no": False}
}


def ask(expression: str, values: object = None) -> Verdict | Failed:
    """An expression asked as it is, whatever its variables hold."""
    program = ENGINE.compile(expression, each_user=False)
    return program.ask(cast("Any", VALUES if values is None else values))


@pytest.mark.parametrize("expression", WRONG.values(), ids=WRONG)
def test_a_run_time_error_is_no_answer_though_the_library_returns_it_as_a_value(expression: str) -> None:
    answer = ask(expression)
    assert isinstance(answer, Failed)
    assert answer.why


def test_the_text_of_an_error_would_count_as_true() -> None:
    environment = cel.NewEnv(variables={"x": cel.Type.DYN})
    returned = environment.compile("x.missing == 1").eval(data={"x": {}})
    assert returned.type() != cel.Type.BOOL
    assert bool(returned.value())


def test_a_variable_that_nobody_gave_is_no_answer() -> None:
    assert isinstance(ask("live.a == 1"), Failed)


@pytest.mark.parametrize("severity", RuleSeverity)
def test_an_evaluation_that_fails_denies_whatever_the_severity_of_its_rule(severity: RuleSeverity) -> None:
    found = result(EMPTY, rule("plan.impact.told / 0 == 1", severity=severity))
    assert (found.status, found.denies, found.why) == (Status.ERROR, True, "divide by zero")


def test_an_evaluation_that_fails_denies_though_the_rule_is_waived() -> None:
    found = result(EMPTY, rule("plan.impact.told / 0 == 1"), waiver())
    assert (found.status, found.denies) == (Status.ERROR, True)


def test_an_evaluation_that_fails_for_one_class_denies_and_counts_those_users() -> None:
    scene = Scene(users={"ann@corp.example": make.facts("google"), "bo@corp.example": make.facts(groups=None)})
    found = result(scene, each_user("!('Executives' in user.groups)"))
    assert (found.status, found.denies, found.users, found.emails) == (Status.ERROR, True, 1, ("bo@corp.example",))
    held = result(scene, each_user("user.groups == null || !('Executives' in user.groups)"))
    assert held.status is Status.PASS


def test_or_and_and_swallow_errors_so_that_a_misspelt_field_is_refused_when_the_rule_is_read() -> None:
    assert ask("policy.zz == 1 || true") is Verdict.HOLDS
    assert ask("policy.zz == 1 && false") is Verdict.BROKEN
    with pytest.raises(AssertionError, match="C-PATH"):
        rule("policy.office365.enforceOAth == true || true")


def test_text_is_no_number_and_through_a_variable_nobody_says_so() -> None:
    with pytest.raises(BadExpressionError):
        ENGINE.compile("'1' == 1", each_user=False)
    assert ask("policy.text == 1") is Verdict.BROKEN
    assert ask("policy.one == 1.0") is Verdict.HOLDS
    assert ask("policy.yes == 1") is Verdict.BROKEN
    with pytest.raises(AssertionError, match="C-TYPE"):
        rule("policy.office365.enforceOAuth == 'true'")


@pytest.mark.parametrize("expression", ["1", "'yes'", "policy.a", "policy.yes", "null", "[true]", "today"])
def test_a_rule_that_gives_something_else_than_true_or_false_is_refused_when_it_is_read(expression: str) -> None:
    with pytest.raises(BadExpressionError) as refused:
        ENGINE.compile(expression, each_user=False)
    assert refused.value.code == "C-TYPE"


def test_a_choice_that_turns_out_to_be_no_boolean_is_no_answer() -> None:
    assert isinstance(ask("policy.yes ? policy.text == 'x' : policy.text == 'y'"), Verdict)
    assert isinstance(ask("policy.text && true"), Failed)


NUMBERS = "[" + ",".join(["1"] * 101) + "]"
SIXTY = "[" + ",".join(["1"] * 60) + "]"


def test_the_budget_of_iterations_is_for_all_loops_of_one_evaluation_and_a_spent_one_is_no_answer() -> None:
    spent = ask(f"{NUMBERS}.all(x, {NUMBERS}.all(y, x == y))")
    assert isinstance(spent, Failed)
    assert "budget" in spent.why
    assert ask(f"{SIXTY}.all(x, {SIXTY}.all(y, x == y))") is Verdict.HOLDS
    many = {"policy": {"many": [1] * 9999, "more": [1] * 10_001}}
    assert ask("policy.many.all(x, x == 1)", many) is Verdict.HOLDS
    assert isinstance(ask("policy.more.all(x, x == 1)", many), Failed)
    assert ask("size(policy.more) == 10001 && 1 in policy.more", many) is Verdict.HOLDS


@pytest.mark.parametrize(
    "value",
    [datetime(2026, 1, 1, tzinfo=UTC), (1, 2), {1, 2}, 2**64, object(), "\udc80", {1: 2}],
    ids=["a time", "a tuple", "a set", "a number beyond 64 bits", "an object", "half a character", "a number as key"],
)
def test_a_value_that_the_library_does_not_take_is_no_answer(value: object) -> None:
    assert isinstance(ask("policy.a == 1", {"policy": {"a": value} if not isinstance(value, dict) else value}), Failed)


def test_a_complaint_of_the_compiler_keeps_its_line_and_column() -> None:
    with pytest.raises(BadExpressionError) as refused:
        ENGINE.compile("true\n&& plicy == 1", each_user=False)
    assert refused.value.at == len("true\n&& ")
    with pytest.raises(BadExpressionError) as refused:
        ENGINE.compile("'\U0001f600é' == plicy", each_user=False)
    assert refused.value.at == len("'\U0001f600é' == ")


def test_an_expression_that_is_no_text_of_characters_does_not_compile() -> None:
    with pytest.raises(BadExpressionError):
        ENGINE.compile("policy.a == '\udc80'", each_user=False)


def test_regular_expressions_are_re2_and_take_no_time() -> None:
    assert ask("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a+)+$')") is Verdict.BROKEN
    assert isinstance(ask("'a'.matches('(?=a)')"), Failed)


def test_extensions_of_text_are_not_there() -> None:
    with pytest.raises(BadExpressionError, match="lowerAscii"):
        ENGINE.compile("'A'.lowerAscii() == 'a'", each_user=False)


@pytest.mark.parametrize(
    "expression",
    ["(" * 40 + "true" + ")" * 40, "1" + "+1" * 1500 + " == 2", "policy" + ".a" * 1500 + " == 1"],
    ids=["parentheses", "sums", "fields"],
)
def test_what_is_nested_too_deeply_does_not_compile_and_is_no_fault(expression: str) -> None:
    with pytest.raises(BadExpressionError):
        ENGINE.compile(expression, each_user=False)


def test_as_many_terms_as_a_document_can_hold_compile() -> None:
    assert ask(" && ".join(["true"] * 500)) is Verdict.HOLDS


def test_there_is_no_clock_in_an_expression() -> None:
    for name in ("now()", "now", "getDate() == 1"):
        with pytest.raises(BadExpressionError):
            ENGINE.compile(name, each_user=False)
    values = {"today": "2026-11-22"}
    assert ask("today < '2027-01-01'", values) is Verdict.HOLDS
    assert ask("timestamp(today + 'T00:00:00Z').getFullYear() == 2026", values) is Verdict.HOLDS
    assert isinstance(ask("timestamp(today).getFullYear() == 2026", values), Failed)


def test_one_program_may_be_asked_from_several_threads() -> None:
    program = ENGINE.compile("policy.a == 1", each_user=False)
    answers: list[Verdict | Failed] = []

    def work(number: int) -> None:
        answers.extend(program.ask({"policy": {"a": number % 2}}) for _ in range(500))

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers.count(Verdict.HOLDS), answers.count(Verdict.BROKEN)) == (1000, 1000)


def test_without_the_library_no_rule_is_taken_for_one_that_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cel_expr_python", None)
    with pytest.raises(BadExpressionError, match="cel-expr-python is not installed"):
        CelEngine().compile("true", each_user=False)
