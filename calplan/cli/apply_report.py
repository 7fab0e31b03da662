"""What an apply did, gathered while it runs and written as JSON however it ends."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, assert_never

import click

from calplan import __version__
from calplan.apply.document import FORMAT_VERSION, AppliedStep, ApplyDocument, OverrideDocument, StepResult
from calplan.apply.flow import Done, Failed, Waiting
from calplan.apply.verification_document import VerificationDocument
from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import Target, emit, say
from calplan.plan.document import PlanDocument
from calplan.plan.staleness import Moved
from calplan.render.plan_json import canonical_json

APPLIED: Final = "applied"


@dataclass(slots=True, kw_only=True)
class ApplyReport:
    """An apply as far as it came. ``results`` are the steps by id, in words of ``ApplyDocument``."""

    who: str
    started_at: str = field(default_factory=lambda: clock.stamp().isoformat())
    resumed: bool = False
    account: str | None = None
    plan: PlanDocument | None = None
    run: str | None = None
    status: str = "failed"
    error: str | None = None
    results: dict[str, tuple[StepResult, str | None]] = field(default_factory=dict)
    overrides: Sequence[OverrideDocument] = ()
    stale: Sequence[Moved] = ()
    verification: VerificationDocument | None = None

    def intends(self, step: str) -> None:
        """Note that a step is begun: until it is told how it went, nobody knows whether it was written."""
        self.results[step] = ("unknown", None)

    def took(self, step: str, result: Done | Failed | Waiting) -> None:
        """Note how a step went."""
        match result:
            case Done(changed=changed):
                self.results[step] = ("done" if changed else "already", None)
            case Failed(message=message, outcome_unknown=unknown):
                self.results[step] = ("unknown" if unknown else "failed", message)
            case Waiting():
                self.results[step] = ("waiting", None)
            case _:
                assert_never(result)

    def document(self, code: ExitCode) -> ApplyDocument:
        """The report as data."""
        plan = self.plan
        return {
            "format_version": FORMAT_VERSION,
            "calplan_version": __version__,
            "account": self.account,
            "plan_id": None if plan is None else plan["plan_id"],
            "run": self.run,
            "resumed": self.resumed,
            "who": self.who,
            "started_at": self.started_at,
            "finished_at": clock.stamp().isoformat(),
            "status": self.status,
            "exit_code": code.value,
            "error": self.error,
            "steps": [] if plan is None else [self._step(number, plan) for number in range(len(plan["steps"]))],
            "gates": [] if plan is None else plan["gates"],
            "overrides": [*self.overrides],
            "stale": [{"part": one.part, "how": one.how} for one in self.stale],
            "verification": self.verification,
        }

    def _step(self, number: int, plan: PlanDocument) -> AppliedStep:
        step = plan["steps"][number]
        result, message = self.results.get(step["id"], ("not_started", None))
        document: AppliedStep = {
            "id": step["id"],
            "mode": step["mode"],
            "op": step["op"],
            "address": step["address"],
            "result": result,
        }
        if message is not None:
            document["message"] = message
        return document


@contextmanager
def reported(report: ApplyReport, outputs: Sequence[Target]) -> Iterator[list[ExitCode]]:
    """Writes the report at the end of what happens inside, and no less when that fails.

    The exit code of an apply that ends by itself is put into the list.
    """
    codes: list[ExitCode] = []
    try:
        yield codes
    except (KeyboardInterrupt, click.Abort) as error:
        if report.run is None:
            _write(report, outputs, _fatal(report, error))
            raise
        stop = _interrupted(report, report.run)
        _write(report, outputs, _fatal(report, stop))
        raise stop from error
    except BaseException as error:
        _write(report, outputs, _fatal(report, error))
        raise
    _write(report, outputs, codes[0])


def _interrupted(report: ApplyReport, run: str) -> StopError:
    """What an interrupt is to a run that was begun or gone on with: the account may have been written."""
    if report.status == APPLIED:
        return StopError(ExitCode.UNLIKE_FORECAST, f"interrupted; applied. Look again: calplan verify {run}")
    message = f"interrupted; nothing more was written; to go on: calplan apply --resume {run}"
    return StopError(ExitCode.PARTLY_APPLIED, message)


def _fatal(report: ApplyReport, error: BaseException) -> ExitCode:
    if isinstance(error, StopError):
        report.error = str(error).removeprefix("error: ")
        return error.code
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        report.error = "interrupted; nothing was written"
        return ExitCode.INTERRUPTED
    report.error = f"a fault of calplan: {type(error).__name__}"
    return ExitCode.FAULT


def _write(report: ApplyReport, outputs: Sequence[Target], code: ExitCode) -> None:
    for target in outputs:
        if target.format == "json":
            try:
                emit((canonical_json(report.document(code)) + "\n",), target.file)
            except StopError as lost:
                say(str(lost))
            except KeyboardInterrupt:
                say("interrupted; the report was not written")
