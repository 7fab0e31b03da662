"""What rules say, in a form that tests can compare: code, severity, and the place."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from calplan.model.diagnostic import Diagnostic, Position
from calplan.model.policy import GroupOverride
from calplan.plan.build import build_plan
from calplan.plan.plan import Plan
from tests import make
from tests.policyfile.make import DAY, judged, policy

Said = tuple[str, str, str]
"""Code, severity, and the text at the place in the document, or the address."""


def text_said(spec: str, as_of: date = DAY) -> tuple[Diagnostic, ...]:
    """Everything said of a policy with these lines."""
    return judged(policy(spec), as_of=as_of).diagnostics


def at_its_place(diagnostic: Diagnostic, spec: str) -> str:
    """What stands in the document at the place of a diagnostic, to the end of the line."""
    assert diagnostic.position is not None
    line = policy(spec).splitlines()[diagnostic.position.line - 1]
    return line[diagnostic.position.column - 1 :]


def with_code(diagnostics: Iterable[Diagnostic], code: str) -> list[Diagnostic]:
    return [one for one in diagnostics if one.code == code]


def planned(scene: make.Scene, groups: tuple[GroupOverride, ...] | None = None, by: str | None = None) -> Plan:
    """The plan of a scene whose policy says where each of its settings stands: in a file of that name."""
    stated = {setting.value for setting in scene.after.managed} | {"metadata.account"}
    domains = scene.after.allowed_domains
    names = [f"allowedDomains[{one}]" for one in sorted(domains)] if isinstance(domains, frozenset) else []
    inner = ["integration.service.type"] if "integration.service" in stated else []
    addresses = [*sorted(stated), *inner, *names, *(f"groups[{one.group}]" for one in groups or ())]
    positions = {address: Position(file=address, line=1, column=1) for address in addresses}
    wanted = replace(scene.policy, positions=positions, groups=groups)
    return build_plan(wanted, scene.live, replace(scene.terms, by=by), ())


def plan_said(plan: Plan, code: str) -> list[Said]:
    """Code, severity and place of what a plan says under a code; the place is in brackets where it has no line."""
    return [
        (one.code, one.severity.value, f"({one.address})" if one.position is None else one.position.file)
        for one in with_code(plan.diagnostics, code)
    ]
