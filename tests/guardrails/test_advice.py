"""Whatever is wrong with an expression, it is said what, why, and what to do."""

import pytest

from calplan.guardrails.advice import ELSE
from calplan.guardrails.cel import CelEngine
from calplan.guardrails.compiled import Compiled, compiled
from calplan.guardrails.mentions import Fault

ENGINE = CelEngine()


def faults(expression: str) -> tuple[Fault, ...]:
    found = compiled(ENGINE, expression, each_user=False)
    assert not isinstance(found, Compiled), expression
    return found


@pytest.mark.parametrize(
    "expression, code, advice",
    [
        ("policy.integration.locked ==", "C-COMPILE", "it ends too early: write what is missing there"),
        ("policy.integration.locked = true", "C-COMPILE", "to compare two values write `==`"),
        ("'abc", "C-COMPILE", "end the text with the quote that it begins with"),
        ("today == '1' & true", "C-COMPILE", "to ask for two things at once write `&&`"),
        ("today == '1' | true", "C-COMPILE", "to ask for one of two things write `||`"),
        (
            "1 + true == 2",
            "C-COMPILE",
            "give it values of the kinds it takes; `int()` and `string()` turn one into another",
        ),
        (f"{'(' * 70}true{')' * 70}", "C-COMPILE", "nest it less deeply, or make two rules of it"),
        ("today == '1' )", "C-COMPILE", ELSE),
        ("foo(policy)", "C-COMPILE", "variables: policy, live, plan, account, today"),
        ("policy.integration.locked", "C-TYPE", "compare what it gives with a value, for example `== true`"),
        ("policy.integration.locked == 'yes'", "C-TYPE", "compare it with true or false, without quotes"),
        ("account.owner == 3", "C-TYPE", "compare it with a text in quotes, or with null"),
        ("policy.integration == null", "C-TYPE", "ask for one of its fields: enabled, locked, service"),
        ("policy.integration.locked.on == true", "C-PATH", "compare it with true or false, without quotes"),
        ("plan.steps.first == 's1'", "C-PATH", "ask for its entries, with `exists`, `all` or `in`"),
        ("policy.integration.lockd == true", "C-PATH", "did you mean `locked`? fields: enabled, locked, service"),
    ],
)
def test_every_fault_says_why_and_what_to_do(expression: str, code: str, advice: str) -> None:
    (fault,) = faults(expression)
    assert (fault.code, fault.help) == (code, advice)
    assert fault.why


def test_a_word_that_is_never_there_says_why_it_matters() -> None:
    (fault,) = faults("policy.integration.service.type == 'googl'")
    assert fault.code == "C-WORD"
    assert fault.why == "a comparison that is never true makes a rule that always gives the same answer"
    assert fault.help.startswith("did you mean 'google'?")
