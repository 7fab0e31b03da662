"""One account to be planned, and what comes back: plain values that travel between processes and hold no secret."""

import io
from collections.abc import Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass, replace
from datetime import date

from calplan.cli import clock
from calplan.cli.chosen import Chosen
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.inventory import FromInventory
from calplan.cli.main import faulted
from calplan.cli.planned import Before, plan_chosen
from calplan.cli.previous import LastRun, past_in
from calplan.plan.fleet import Forecast, forecast_of
from calplan.plan.planfile import pack
from calplan.providers.http.paces import Paces


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An account to be planned as of a day, and how.

    Secrets are references in it, which are resolved where the account is read. ``last`` is the run that was applied
    last; ``packed`` asks for the file of the plan, beside its numbers.
    """

    chosen: Chosen
    as_of: date | None = None
    kept: FromInventory | None = None
    state: str | None = None
    last: LastRun | None = None
    packed: bool = False

    @property
    def account(self) -> str:
        """The account's name."""
        return self.chosen.account.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of an order: the forecast and the plan's file, or the code and the reason for which there is none.

    ``said`` is what a plan of this account alone says on stderr.
    """

    account: str
    code: ExitCode
    forecast: Forecast | None = None
    error: str | None = None
    plan: bytes | None = None
    said: str = ""


def plan_accounts(orders: Sequence[Order]) -> tuple[Reply, ...]:
    """The replies to orders, one after the other; none of them keeps the others from being planned.

    Accounts that are read with one credential share its pace.
    """
    paces = Paces()
    return tuple(plan_account(order, paces) for order in orders)


def plan_account(order: Order, paces: Paces) -> Reply:
    """The reply to one order; whatever goes wrong is said in it."""
    with redirect_stderr(io.StringIO()) as said:
        reply = _reply(order, paces)
    return replace(reply, said=said.getvalue())


def _reply(order: Order, paces: Paces) -> Reply:
    try:
        planned = plan_chosen(
            order.chosen,
            Before(past=past_in(order.last)),
            as_of=order.as_of,
            state=order.state,
            kept=order.kept,
            paces=paces,
        )
        plan = pack(planned.parts, created_at=clock.stamp()) if order.packed else None
    except StopError as stop:
        return Reply(account=order.account, code=stop.code, error=str(stop).removeprefix("error: "))
    except Exception as fault:  # noqa: BLE001 - a fault over one account must not hide the others
        code = faulted(fault)
        return Reply(account=order.account, code=code, error=f"a fault of calplan: {type(fault).__name__}")
    code = ExitCode.INVALID if planned.plan.errored else ExitCode.DONE
    return Reply(account=order.account, code=code, forecast=forecast_of(planned.document), plan=plan)
