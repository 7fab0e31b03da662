"""What rules say, in a form that tests can compare: code, severity, and the place."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from calplan.model.diagnostic import Diagnostic, Position
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.settings import AccountSettings, WantedSettings
from calplan.model.user import RawFacts
from calplan.plan.build import build_plan
from calplan.plan.plan import Plan
from tests import make
from tests.policyfile.make import DAY, judged, policy

Said = tuple[str, str, str]
"""Code, severity, and the text at the place in the document, or the address."""

LEGACY = GroupModel(kind="legacy")
KNOWN = (Group(id="g1", name="Executives"), Group(id="g2", name="Staff"), Group(id="g3", name="Labs"))
EXECUTIVES, STAFF, LABS = (one.name for one in KNOWN)


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


def member(group: str, service: str = "google") -> RawFacts:
    """A connected user of one group, by its id."""
    levels = () if service == "exchange-mapi" else ("write", "read")
    return make.facts(service, *levels, groups=(group,), primary_group=group)


def grouped(
    before: AccountSettings | None = None,
    after: WantedSettings | None = None,
    users: Mapping[str, RawFacts] | None = None,
    live: tuple[GroupOverride, ...] = (),
) -> make.Scene:
    """An account with three groups, resolved by the older model."""
    return make.Scene(
        before=before or make.account(),
        after=after or WantedSettings(),
        users=users or {},
        groups=Groups(known=KNOWN, overrides=live),
        group_model=LEGACY,
    )


def summaries(plan: Plan, code: str) -> list[str]:
    """The sentences of a plan under a code."""
    return [one.summary for one in with_code(plan.diagnostics, code)]
