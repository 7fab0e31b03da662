"""A chosen account planned as ``calplan plan`` does it: by what is known of it from before, with users old or new."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from calplan.cli.chosen import Chosen
from calplan.cli.inventory import FromInventory, people_of, reading_of
from calplan.cli.previous import Past
from calplan.cli.wiring import FrozenAccount, Planned, make_plan, open_account
from calplan.plan.build import Live
from calplan.plan.compared import compared
from calplan.plan.meant import Meant
from calplan.plan.moves import Previous
from calplan.plan.origin import Base, BaseKind

if TYPE_CHECKING:
    from calplan.providers.http.paces import Paces


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a plan is told against: what is known from before, ``named`` if by a plan that somebody named.

    ``meant`` is what the account was meant to be, in place of what the past left it at.
    """

    past: Past | None = None
    named: bool = False
    meant: Meant | None = None

    @property
    def left(self) -> Base | Meant | None:
        """What the account was left at, or meant to be."""
        if self.meant is not None or self.past is None:
            return self.meant
        return replace(self.past.base, kind=BaseKind.COMPARED) if self.named else self.past.base


def plan_chosen(
    chosen: Chosen,
    before: Before,
    *,
    frozen: FrozenAccount | None = None,
    as_of: date | None = None,
    state: str | None = None,
    kept: FromInventory | None = None,
    paces: "Paces | None" = None,
) -> Planned:
    """The plan of an account, or of a snapshot in its place.

    Raises:
        StopError: the account cannot be read.
    """
    past = before.past

    def earlier(live: Live) -> Previous | None:
        # Nobody of an earlier plan is found again by a pseudonym.
        if past is None or (frozen is not None and frozen.frozen.redacted):
            return None
        return past.users if before.named or live.groups.value.overrides else None

    planned = make_plan(
        chosen,
        frozen or open_account(chosen.account, state, reading_of(chosen.account, kept, state), paces),
        as_of=as_of,
        earlier=earlier,
        base=before.left,
        people=people_of(chosen, kept, state),
    )
    if past is not None and before.named:
        planned.document["since_plan"] = compared(past.saved, planned.document, planned.users)
    return planned
