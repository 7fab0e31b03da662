"""The plan as data: what ``plan.json`` holds and every renderer reads (interface section 4).

A renderer is given a ``PlanDocument`` and the ``PlanUsers`` beside it, be they fresh or from a saved file, so that
``plan`` and ``show`` cannot differ.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple, NotRequired, Protocol, TypedDict

from calplan.plan.steps_document import OrderDocument, StepDocument

FORMAT_VERSION = "1.0"

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


class ChangeBody(TypedDict):
    """Before and after of one resource; a value nobody could read is null with ``before_unknown``."""

    actions: list[str]
    before: Json
    after: Json
    before_unknown: bool
    before_sensitive: bool
    after_sensitive: bool


class SourceSpan(TypedDict):
    """Where in the policy a change was asked for; 1-based."""

    file: str
    line: int
    column: int


class ResourceChange(TypedDict):
    """One setting, group, grant or scheduling privilege that changes; ``users`` are the active users of a group."""

    address: str
    mode: str
    origin: str
    change: ChangeBody
    source: SourceSpan | None
    reversibility: str
    users: NotRequired[int]


class Population(TypedDict):
    """How many users there are, and how many of them count."""

    users: int
    active: int
    excluded: int
    connected: int
    connection_unknown: int


class Shares(TypedDict):
    """The outcome counts of one group or domain; outcomes nobody has are left out."""

    name: str
    counts: dict[str, int]


class RuleUse(TypedDict):
    """How many users one row fired for, how sure it is, and the sentences of the article it rests on."""

    rule: str
    users: int
    certainty: str
    source: str


class Counts(TypedDict):
    """Counts of another forecast than the plan's own."""

    counts: dict[str, int]


class ImpactDocument(TypedDict):
    """The forecast in numbers; ``counts`` names every outcome and adds up to the active users."""

    population: Population
    counts: dict[str, int]
    ranges: dict[str, list[int]]
    told: int
    unknown_certainty: int
    without_grant_step: NotRequired[Counts]
    by_group: list[Shares]
    by_domain: list[Shares]
    by_rule: list[RuleUse]


class GateDocument(TypedDict):
    """One gate: its status is pass, refuse or overridden."""

    id: str
    status: str
    limit: str
    actual: str
    owner: str


class BaselineDocument(TypedDict):
    """A line of a published benchmark."""

    framework: str
    version: str
    id: str


class WaiverDocument(TypedDict):
    """Why a rule is set aside, who answers for it, and the last day it is."""

    reason: str
    owner: str
    expires: str


class GuardrailDocument(TypedDict):
    """One rule of the organisation held against the plan: its status is pass, violated, waived or error.

    ``users`` is how many users it does not hold for, null for a rule about the whole plan; ``emails`` are the first of
    them. ``why`` says what went wrong where the rule could not be evaluated, which denies whatever its severity.
    """

    id: str
    severity: str
    status: str
    denies: bool
    message: str
    users: int | None
    emails: list[str]
    baselines: list[BaselineDocument]
    position: SourceSpan
    why: NotRequired[str]
    waiver: NotRequired[WaiverDocument]


class Place(TypedDict):
    """A line and a column, 1-based."""

    line: int
    column: int


class Range(TypedDict):
    """A span in a file."""

    filename: str
    start: Place
    end: Place


class DiagnosticDocument(TypedDict):
    """One diagnostic; ``detail`` holds why and what to do."""

    code: str
    severity: str
    summary: str
    detail: str
    range: Range | None


class EvidenceDocument(TypedDict):
    """One source of facts: when it was true, how many records, whether it was read to its end, and if it is too old."""

    source: str
    kind: str
    as_of: str | None
    records: int
    complete: bool
    stale: bool


class Assumption(TypedDict):
    """A reading the forecast rests on, and what the counts become if it is wrong, if computed."""

    id: str
    text: str
    if_wrong: dict[str, int] | None


class GroupDocument(TypedDict):
    """A group that states something, or has a place in the order of priorities."""

    id: str
    name: str


class LevelsDocument(TypedDict):
    """How groups are resolved, and what each states before and after, by its id; null where nobody read that."""

    model: Literal["legacy", "priority"] | None
    order: list[str]
    groups: list[GroupDocument]
    prior: dict[str, Json] | None
    planned: dict[str, Json] | None


class TenantDocument(TypedDict):
    """What was read of the Microsoft tenant, before the plan widens its grant; null is unknown."""

    hybrid: bool | None
    grant: list[str] | None
    user_consent: list[str] | None


MoveDocument = TypedDict("MoveDocument", {"from": list[str], "to": list[str], "users": int, "emails": list[str]})
"""Users who went from some groups to others, so that other settings hold for them."""


class MovesDocument(TypedDict):
    """Moves between groups since an earlier plan, which ``since`` names; they have acted already."""

    since: str | None
    moves: list[MoveDocument]


class ChangeComparedDocument(TypedDict):
    """A change that is in one of two plans only, which is null in the other, or that differs between them."""

    address: str
    then: ChangeBody | None
    now: ChangeBody | None


OutcomeMoveDocument = TypedDict(
    "OutcomeMoveDocument", {"from": str | None, "to": str | None, "users": int, "emails": list[str]}
)
"""Users who went from one outcome to another, of which one is harm; null is no active user. The first of those who are
active now are named."""


class GateComparedDocument(TypedDict):
    """A gate whose status is another one; null where there is no such gate."""

    id: str
    then: str | None
    now: str | None


class ComparedDocument(TypedDict):
    """What moved since an earlier plan: its id, when it was made, its counts, and what differs."""

    plan_id: str
    created_at: str
    counts: dict[str, int]
    changes: list[ChangeComparedDocument]
    users: list[OutcomeMoveDocument]
    gates: list[GateComparedDocument]


class SnapshotDocument(TypedDict):
    """When the snapshot was taken that a plan was made from, and how old it was then, in seconds."""

    taken_at: str
    age: int


class PlanDocument(TypedDict):
    """The whole plan but its users.

    ``prior_state`` and ``planned_values`` hold every setting by address, null where unknown; ``unknown`` and
    ``unmanaged`` list the addresses of settings nobody read or the policy leaves alone. ``origin_since`` names the run
    or plan that origins are told against, where one is known. ``guardrails`` is there where there are any rules, and
    ``group_names`` where users state groups by other words than their names. ``redacted`` marks a plan with pseudonyms
    for addresses, ``snapshot`` one for which nothing live was read. ``since_plan`` is there where an earlier plan was
    named to be compared with.
    """

    format_version: str
    calplan_version: str
    plan_id: str
    account: str
    as_of: str
    resource_changes: list[ResourceChange]
    prior_state: dict[str, Json]
    planned_values: dict[str, Json]
    unknown: list[str]
    unmanaged: list[str]
    levels: LevelsDocument
    tenant: TenantDocument
    already_happened: MovesDocument
    impact: ImpactDocument
    order: OrderDocument
    steps: list[StepDocument]
    gates: list[GateDocument]
    guardrails: NotRequired[list[GuardrailDocument]]
    diagnostics: list[DiagnosticDocument]
    evidence: list[EvidenceDocument]
    assumptions: list[Assumption]
    errored: bool
    origin_since: NotRequired[str]
    redacted: NotRequired[bool]
    snapshot: NotRequired[SnapshotDocument]
    group_names: NotRequired[dict[str, str]]
    since_plan: NotRequired[ComparedDocument]


class FactsDocument(TypedDict):
    """What is known of one user, in the words of users files.

    A fact nobody states is left out, which is not the same as an empty one. ``evidence`` says on what the connection
    rests where that is not the platform's own word.
    """

    email: str
    status: str
    groups: NotRequired[list[str]]
    primary_group: NotRequired[str]
    clients: list[str]
    service: NotRequired[str]
    ews_host: NotRequired[str]
    calendar: NotRequired[str]
    contacts: NotRequired[str]
    auth: NotRequired[str]
    mailbox: NotRequired[str]
    mailbox_location: NotRequired[str]
    own_grant: NotRequired[list[str]]
    evidence: NotRequired[str]


class UserDocument(FactsDocument):
    """One active user: the facts rules used, and the forecast.

    ``lost_on_the_way`` marks a user who loses the connection between two steps though the change as a whole would leave
    it.
    """

    outcome: str
    connection: str
    notice: str
    next_step: str
    certainty: str
    rules: list[str]
    lost_on_the_way: NotRequired[bool]


class UserColumns(NamedTuple):
    """Some users by address. Those who are alike share one document, whose ``email`` is empty and which stays as it is.

    ``mailboxes`` holds, by login address, those that differ.
    """

    emails: list[str]
    alike: list[UserDocument]
    mailboxes: Mapping[str, str]


class PlanUsers(Protocol):
    """The active users of a plan, sorted by address."""

    def columns(self, outcomes: frozenset[str] | None = None) -> Iterator[UserColumns]:
        """The users with one of these outcomes, or all of them, some at a time; cheap when few match."""
        ...

    def rows(self, outcomes: frozenset[str] | None = None) -> Iterator[UserDocument]:
        """The same users one by one, each with a document of his own."""
        ...

    def find(self, email: str) -> UserDocument | None:
        """The active user with this login address (lower case), if there is one."""
        ...


def rows_of(columns: Iterable[UserColumns]) -> Iterator[UserDocument]:
    """Users one by one."""
    for emails, alike, mailboxes in columns:
        for email, one in zip(emails, alike, strict=True):
            row: UserDocument = {**one, "email": email}
            if email in mailboxes:
                row["mailbox"] = mailboxes[email]
            yield row
