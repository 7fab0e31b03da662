"""The report of an apply as data: what ``apply -o json`` writes, whatever became of the apply."""

from typing import Final, Literal, NotRequired, TypedDict

from calplan.apply.verification_document import VerificationDocument
from calplan.plan.document import GateDocument

FORMAT_VERSION: Final = "1.0"

StepResult = Literal["done", "already", "failed", "unknown", "waiting", "not_started"]
"""``already``: the step was true without this apply. ``unknown``: nobody knows whether it was written."""


class AppliedStep(TypedDict):
    """One step of the plan and what became of it."""

    id: str
    mode: str
    op: str
    address: str
    result: StepResult
    message: NotRequired[str]


class OverrideDocument(TypedDict):
    """One gate that was lifted, by whom and why."""

    gate: str
    limit: str
    actual: str
    reason: str
    who: str


class MovedDocument(TypedDict):
    """One part of a saved plan that no longer holds."""

    part: str
    how: str


class ApplyDocument(TypedDict):
    """An apply from its beginning to its end. What it did not come to is null or empty."""

    format_version: str
    calplan_version: str
    account: str | None
    plan_id: str | None
    run: str | None
    resumed: bool
    who: str
    started_at: str
    finished_at: str
    status: str
    exit_code: int
    error: str | None
    steps: list[AppliedStep]
    gates: list[GateDocument]
    overrides: list[OverrideDocument]
    stale: list[MovedDocument]
    verification: VerificationDocument | None
