"""The documents of a folder as typed values. ``reader`` makes them; nothing in them is still text to be understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from calplan.model.account import TenantFacts
from calplan.model.diagnostic import Position
from calplan.model.levels import GroupModel
from calplan.model.limits import Limits, MaxEvidenceAge, Tolerance
from calplan.model.policy import Attested, CalendarPolicy
from calplan.model.times import Freeze, Notice, Windows
from calplan.policyfile.document import Plain

if TYPE_CHECKING:
    from calplan.guardrails.rules import Guardrails
    from calplan.plan.scenario import Expectation, Given

PlainMapping = Mapping[str, Plain]
"""A part of a document that its consumer reads: valid by its schema, still in the words of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """A CalendarPolicy and the file it stands in."""

    policy: CalendarPolicy
    file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateFiles:
    """The files a local account is made of on first use."""

    users: Path
    settings: Path
    tenant: Path | None = None
    groups: Path | None = None
    assistants: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPlatform:
    """An account embedded in one file; paths are complete, relative to the working directory or absolute."""

    path: Path
    create: CreateFiles | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoomPlatform:
    """An account at the vendor, as its document states it."""

    stated: PlainMapping


Platform = LocalPlatform | ZoomPlatform


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionsFile:
    """A provider that is a users file."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedProvider:
    """A provider of another type (``microsoft``, ``google``, ``exchange``), as its document states it."""

    type: str
    stated: PlainMapping


Provider = ConnectionsFile | StatedProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDocument:
    """An account: where it lives, where evidence comes from, and what its owner puts up with.

    ``positions`` maps ``platform``, ``platform.path``, ``platform.create``, ``providers[0]``, ``limits.silent`` ... to
    their places. Each list of ``windows`` has to let a change through; one document states at most one. ``notice`` is
    ``None`` where there is no such gate, and names its receipt as complete as other paths.
    """

    name: str
    platform: Platform
    providers: tuple[Provider, ...] = ()
    groups: GroupModel = field(default_factory=GroupModel)
    owner: str | None = None
    limits: Limits = field(default_factory=Limits)
    max_evidence_age: MaxEvidenceAge = field(default_factory=MaxEvidenceAge)
    tolerance: Tolerance = field(default_factory=Tolerance)
    windows: tuple[Windows, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    notice: Notice | None = None
    attested: Attested | None = None
    positions: Mapping[str, Position] = field(default_factory=dict, compare=False)
    file: Path = field(default_factory=Path, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantFactsDocument:
    """What is known of the Microsoft tenant. ``account`` is ``None`` where it holds for every account of the folder."""

    name: str
    account: str | None
    facts: TenantFacts
    as_of: datetime | None
    source: str | None
    position: Position = field(compare=False)
    file: Path = field(default_factory=Path, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalRecordDocument:
    """What a person attested of one account, and the file that says so."""

    account: str
    attested: Attested
    position: Position = field(compare=False)
    file: Path = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioDocument:
    """A test of a policy. ``policy`` is the policy itself, or the file that holds it."""

    name: str
    given: "Given"
    policy: CalendarPolicy | Path
    expectations: "tuple[Expectation, ...]"
    position: Position = field(compare=False)
    policy_position: Position = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailsDocument:
    """Rules over plans, compiled, and waivers of single ones."""

    name: str
    guardrails: "Guardrails"
    position: Position = field(compare=False)
    file: Path = field(compare=False)


Document = (
    PolicyDocument
    | AccountDocument
    | TenantFactsDocument
    | PortalRecordDocument
    | ScenarioDocument
    | GuardrailsDocument
)
