"""A chosen account planned as ``calplan plan`` does it: by what is known of it from before, with users old or new."""

from datetime import date
from typing import TYPE_CHECKING

from calplan.cli.inventory import FromInventory, people_of, reading_of
from calplan.cli.previous import Past
from calplan.cli.wiring import Chosen, Planned, make_plan, open_account
from calplan.plan.build import Live
from calplan.plan.moves import Previous

if TYPE_CHECKING:
    from calplan.providers.http.paces import Paces


def plan_chosen(
    chosen: Chosen,
    past: Past | None,
    *,
    named: bool = False,
    as_of: date | None = None,
    state: str | None = None,
    kept: FromInventory | None = None,
    paces: "Paces | None" = None,
) -> Planned:
    """The plan of an account; ``named`` says that its past is a plan that somebody named.

    Raises:
        StopError: the account cannot be read.
    """

    def earlier(live: Live) -> Previous | None:
        return past.users if past is not None and (named or live.groups.value.overrides) else None

    return make_plan(
        chosen,
        open_account(chosen.account, state, reading_of(chosen.account, kept, state), paces),
        as_of=as_of,
        earlier=earlier,
        base=None if past is None else past.base,
        people=people_of(chosen, kept, state),
    )
