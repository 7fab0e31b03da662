"""Where the account is otherwise than its policy wants it, where that comes from, and what moved beside the policy."""

from collections.abc import Iterator, Mapping
from typing import Final, TypedDict

from calplan.model.unknown import UNKNOWN, Tri, Unknown
from calplan.plan.addresses import GRANT_ADDRESS
from calplan.plan.document import (
    DiagnosticDocument,
    ImpactDocument,
    Json,
    MovesDocument,
    PlanDocument,
    ResourceChange,
)
from calplan.plan.levels_document import levels_of
from calplan.plan.origin import Base, left_at, same

FORMAT_VERSION: Final = "1.0"


class MoveBeside(TypedDict):
    """Something that the policy leaves alone and that is otherwise than it was left; null is not set."""

    address: str
    left_at: Json
    live: Json


class DriftDocument(TypedDict):
    """What ``calplan drift -o json`` prints.

    ``changes`` are what would set the account back, as a plan has them: ``before`` is live, ``after`` is wanted.
    ``since`` is what the account was last left in order by, ``None`` where nothing is remembered.
    """

    format_version: str
    account: str
    as_of: str
    plan_id: str
    since: str | None
    changes: list[ResourceChange]
    unmanaged: list[MoveBeside]
    already_happened: MovesDocument
    impact: ImpactDocument
    diagnostics: list[DiagnosticDocument]
    errored: bool


def drift_document(document: PlanDocument, policy: Mapping[str, object], base: Base | None) -> DriftDocument:
    """The drift that a fresh plan of an account shows; ``policy`` is its policy in canonical form."""
    return {
        "format_version": FORMAT_VERSION,
        "account": document["account"],
        "as_of": document["as_of"],
        "plan_id": document["plan_id"],
        "since": None if base is None else base.since,
        "changes": document["resource_changes"],
        "unmanaged": [] if base is None else [*_beside(document, policy, base)],
        "already_happened": document["already_happened"],
        "impact": document["impact"],
        "diagnostics": document["diagnostics"],
        "errored": document["errored"],
    }


def _beside(document: PlanDocument, policy: Mapping[str, object], base: Base) -> Iterator[MoveBeside]:
    """What is certainly otherwise than it was left, and no business of the policy."""
    levels = levels_of(document)[0]
    for address in sorted(document["unmanaged"]):
        live: Json | Unknown = UNKNOWN if address in document["unknown"] else document["prior_state"][address]
        yield from _moved(address, left_at(base, address, levels), live)
    if "groups" not in policy:
        then, now = base.document["levels"]["planned"], document["levels"]["prior"]
        names = {one["id"]: one["name"] for one in (*base.document["levels"]["groups"], *document["levels"]["groups"])}
        if then is not None and now is not None:
            for group in sorted(then.keys() | now.keys()):
                yield from _moved(f"groups[{names.get(group, group)}]", then.get(group), now.get(group))
    grant = document["tenant"]["grant"]
    if grant is not None and GRANT_ADDRESS not in {change["address"] for change in document["resource_changes"]}:
        yield from _moved(GRANT_ADDRESS, left_at(base, GRANT_ADDRESS, levels), [*grant])


def _moved(address: str, then: Json | Unknown, now: Json | Unknown) -> Iterator[MoveBeside]:
    if same(then, now) is Tri.NO and not isinstance(then, Unknown) and not isinstance(now, Unknown):
        yield {"address": address, "left_at": then, "live": now}
