"""What an account was meant to be: by an earlier text of its policy, which nobody need ever have applied."""

from dataclasses import dataclass, replace

from calplan.model.policy import CalendarPolicy
from calplan.plan.as_document import as_document
from calplan.plan.build import Live, Terms, build_plan
from calplan.plan.fingerprint import canonical_policy
from calplan.plan.origin import Base, BaseKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """An earlier text of a policy; ``since`` names it, as ``the policy at origin/main``."""

    since: str
    policy: CalendarPolicy


def base_of(meant: Meant, live: Live, terms: Terms) -> Base:
    """What the account would have been left at, had this policy been applied to it as it is."""
    plan = build_plan(meant.policy, replace(live, previous=None), terms, ())
    # The digests are those of an identity that nobody asks for.
    document = as_document(plan, version="", users_hash="", policy_hash="")
    return Base(since=meant.since, document=document, policy=canonical_policy(meant.policy), kind=BaseKind.MEANT)
