"""Rules, waivers and their results for tests, without documents."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from calplan.guardrails.cel import CelEngine
from calplan.guardrails.compiled import Compiled, compiled
from calplan.guardrails.crowd import Crowd, PlannedCrowd
from calplan.guardrails.evaluate import evaluate
from calplan.guardrails.mentions import Fault
from calplan.guardrails.results import Result
from calplan.guardrails.rules import Baseline, Guardrails, Rule, RuleSeverity, Waiver
from calplan.guardrails.values import AccountFacts, values_of
from calplan.model.diagnostic import Position
from calplan.plan.document import PlanDocument
from calplan.plan.fingerprint import canonical_policy
from tests.make import Scene

HERE: Final = Position(file="guardrails.yaml", line=6, column=11)
ENGINE: Final = CelEngine()
NOBODY: Final = AccountFacts()


def rule(
    expression: str,
    *,
    name: str = "RULE",
    severity: RuleSeverity = RuleSeverity.DENY,
    each_user: bool = False,
    baselines: tuple[Baseline, ...] = (),
) -> Rule:
    """A rule whose expression is sound."""
    found = compiled(ENGINE, expression, each_user=each_user)
    assert isinstance(found, Compiled), found
    return Rule(
        id=name,
        severity=severity,
        expression=expression,
        message=f"{name} has to hold",
        program=found.program,
        mentions=found.mentions,
        each_user=each_user,
        baselines=baselines,
        position=HERE,
    )


def each_user(expression: str, name: str = "RULE") -> Rule:
    return rule(expression, name=name, each_user=True)


def faults(expression: str, *, each_user: bool = False) -> list[tuple[str, str, str]]:
    """What is wrong with an expression: the codes, what they point at, and the summaries."""
    found = compiled(ENGINE, expression, each_user=each_user)
    return [] if isinstance(found, Compiled) else [(one.code, pointed(one, expression), one.summary) for one in found]


def pointed(fault: Fault, expression: str) -> str:
    return expression[fault.at : fault.at + fault.length]


def waiver(name: str = "RULE", expires: date = date(2027, 6, 30)) -> Waiver:
    return Waiver(rule=name, reason="it is wanted", owner="admin@corp.example", expires=expires, position=HERE)


def document_of(scene: Scene) -> PlanDocument:
    return scene.parts().document


def results(
    scene: Scene,
    rules: Sequence[Rule],
    *,
    waivers: Sequence[Waiver] = (),
    account: AccountFacts = NOBODY,
    crowd: Crowd | None = None,
) -> tuple[Result, ...]:
    """How rules stand for the plan of a scene."""
    values = values_of(document_of(scene), canonical_policy(scene.policy), account)
    guardrails = Guardrails(rules=tuple(rules), waivers=tuple(waivers))
    return evaluate(guardrails, values, crowd or PlannedCrowd(scene.plan()), scene.as_of)


def result(scene: Scene, one: Rule, *waivers: Waiver) -> Result:
    (found,) = results(scene, [one], waivers=waivers)
    return found
