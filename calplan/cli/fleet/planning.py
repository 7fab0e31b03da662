"""Plans a fleet: chooses its accounts, has them planned, keeps each plan as it comes, and shows what they come to."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calplan import __version__
from calplan.cli.exit_codes import WORST_FIRST, ExitCode, StopError
from calplan.cli.fleet.batches import batches_of, groups_of
from calplan.cli.fleet.choosing import Fleet, choose_fleet
from calplan.cli.fleet.dispatch import dispatch
from calplan.cli.fleet.lanes import Lane, processes
from calplan.cli.fleet.order import Order, Reply
from calplan.cli.fleet.outputs import Outputs
from calplan.cli.inventory import FromInventory
from calplan.cli.output import emit, say
from calplan.cli.place import place_of
from calplan.cli.previous import LastRun, kept_run
from calplan.cli.runs import peek
from calplan.cli.shown import Look
from calplan.cli.trust import in_automation, unguarded
from calplan.plan.fleet import FleetAccount, FleetDocument, fleet_document
from calplan.plan.planfile import signed
from calplan.plan.signature import SigningKey
from calplan.providers.credentials import credentials_of
from calplan.render.fleet import fleet_json, fleet_text
from calplan.render.untrusted import for_terminal
from calplan.state.errors import StateError

if TYPE_CHECKING:
    from calplan.state.store import Store

FEW: Final = 8
"""Embedded accounts for which another process is worth its beginning."""
BEFORE_ALL: Final = (ExitCode.FAULT, ExitCode.USAGE)
"""What stands before every other code: then nobody knows what else is true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where accounts are planned: in this many processes, or on the cluster at an address; and where their state is."""

    jobs: int | None = None
    executor: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for: which accounts of PATHs, how and where they are planned, and where results go."""

    paths: tuple[Path, ...]
    names: tuple[str, ...]
    outputs: Outputs
    look: Look
    as_of: date | None = None
    kept: FromInventory | None = None
    where: Where = field(default_factory=Where)
    batch: int | None = None
    key: SigningKey | None = None
    detailed: bool = False


def plan_fleet(request: Request) -> ExitCode:
    """Plan the accounts, show what they come to, and give the worst of their exit codes.

    Raises:
        StopError: nothing could be planned, or it was interrupted.
    """
    if (warning := unguarded()) is not None:
        say(warning)
    fleet = choose_fleet(request.paths, request.names, request.as_of)
    request.outputs.begin()
    heard = Heard(request, len(fleet.chosen) + len(fleet.refused))
    for reply in fleet.refused:
        heard.hear(reply)
    try:
        _plan_all(request, fleet, heard.hear)
    except KeyboardInterrupt:
        message = f"interrupted after {len(heard.accounts)} of {heard.number} accounts; no plan was written in part"
        raise StopError(ExitCode.INTERRUPTED, message) from None
    codes = [ExitCode(one["exit_code"]) for one in heard.accounts]
    code = worst_of([*codes, ExitCode.INVALID] if fleet.unread else codes)
    document = fleet_document(heard.accounts, version=__version__, exit_code=code.value, unread=fleet.unread)
    _show(document, request.outputs)
    return code


def worst_of(codes: Sequence[ExitCode]) -> ExitCode:
    """The code that is said for several accounts."""
    return min(codes, key=_rank, default=ExitCode.DONE)


def _rank(code: ExitCode) -> int:
    return (*BEFORE_ALL, *WORST_FIRST).index(code)


class Heard:
    """The replies as they come: said on stderr, their plans kept, and only their numbers held."""

    def __init__(self, request: Request, number: int) -> None:
        self.number = number
        self.accounts: list[FleetAccount] = []
        self._request = request

    def hear(self, reply: Reply) -> None:
        """Take note of one reply."""
        account = for_terminal(reply.account)
        said = "".join(f"{account}: {line}\n" for line in reply.said.splitlines() if line)
        file = self._kept(reply)
        changes = reply.forecast is not None and reply.forecast["changes"] > 0
        code = ExitCode.CHANGES if reply.code is ExitCode.DONE and changes and self._request.detailed else reply.code
        entry = FleetAccount(
            account=reply.account,
            exit_code=code.value,
            forecast=reply.forecast,
            error=reply.error,
            plan=None if file is None else str(file),
        )
        self.accounts.append(entry)
        say(f"{said}[{len(self.accounts)}/{self.number}] {account}: {_in_words(entry)}")

    def _kept(self, reply: Reply) -> Path | None:
        if reply.plan is None or reply.forecast is None:
            return None
        key, outputs = self._request.key, self._request.outputs
        plan = reply.plan if key is None else signed(reply.plan, key)
        return outputs.keep(reply.account, plan, self._request.look, errored=reply.forecast["errored"])


def _in_words(one: FleetAccount) -> str:
    forecast = one["forecast"]
    if forecast is None:
        return f"not planned ({one['exit_code']}): {(one['error'] or '').splitlines()[0]}"
    if forecast["errored"]:
        return f"planned, with errors, so not saved: {', '.join(forecast['errors'])}"
    refused = f", refused by {', '.join(forecast['refused_by'])}" if forecast["refused_by"] else ""
    return f"{forecast['changes']} to change{refused}"


def _plan_all(request: Request, fleet: Fleet, hear: Callable[[Reply], None]) -> None:
    if not fleet.chosen:
        return
    packed = request.outputs.need_plans
    orders = [Order(chosen=one, as_of=request.as_of, kept=request.kept, packed=packed) for one in fleet.chosen]
    with _lanes(request, orders) as lanes, _completed(request) as completed:
        batches = batches_of(orders, sum(lane.room for lane in lanes), request.batch)
        dispatch(batches, lanes, completed, hear)


def _lanes(request: Request, orders: Sequence[Order]) -> AbstractContextManager[Sequence[Lane]]:
    if request.where.executor is not None:
        from calplan.cli.fleet.cluster import cluster  # noqa: PLC0415 - Dask is an extra
        from calplan.cli.fleet.elsewhere import Surroundings  # noqa: PLC0415 - as above

        return cluster(request.where.executor, Surroundings.of_this(automated=in_automation()))
    groups = groups_of(orders)
    # An embedded account is read faster than a process begins.
    embedded = not any(credentials_of(order.chosen.account) for order in orders)
    wanted = request.where.jobs or min(os.cpu_count() or 1, len(groups) // (FEW if embedded else 1))
    return processes(max(1, min(wanted, len(groups))))


@contextmanager
def _completed(request: Request) -> "Iterator[Callable[[Order], Order]]":
    """Adds to an order what the state knows of its account, when its turn comes: plans of all would fill the memory.

    A state with a password does not leave this machine: workers of a cluster have their own CALPLAN_STATE.
    """
    local = request.where.executor is None or place_of(request.where.state).file is not None
    state = request.where.state if local else None
    with ExitStack() as stack:
        store: Store | None = None
        try:
            store = stack.enter_context(peek(request.where.state))
        except StopError as stop:
            say(f"note: what moved since the last run is not known: {str(stop).removeprefix('error: ')}")
        yield lambda order: replace(order, state=state, last=None if store is None else _last(store, order.account))


def _last(store: "Store", account: str) -> LastRun | None:
    try:
        return kept_run(store, account)
    except StateError as error:
        say(f"{for_terminal(account)}: note: what moved since the last run is not known: {error}")
        return None


def _show(document: FleetDocument, outputs: Outputs) -> None:
    plans = None if outputs.plans is None else str(outputs.plans)
    for target in outputs.summary:
        if target.format == "json":
            emit(fleet_json(document), target.file)
        else:
            emit(fleet_text(document, lambda code: _rank(ExitCode(code)), plans), target.file)
