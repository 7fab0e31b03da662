"""Performs the steps that were agreed to, keeps the run, and verifies it."""

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import assert_never

from calplan.apply.drive import Person, drive, nobody
from calplan.apply.flow import Failed, Report, Stopped, apply_flow
from calplan.apply.verification_document import verification_document
from calplan.cli.apply_report import ApplyReport
from calplan.cli.chosen import Chosen
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.guiding import as_attested, guide_of, say_open
from calplan.cli.hand import Hand
from calplan.cli.interrupts import Interrupts
from calplan.cli.output import say, tell
from calplan.cli.runs import Kept, same_state
from calplan.cli.verify import code_of as code_of_verification
from calplan.cli.verify import verified
from calplan.cli.wiring import Opened, Planned, code_of
from calplan.model.plural import plural
from calplan.plan.document import PlanDocument, PlanUsers
from calplan.plan.steps import Step
from calplan.policyfile.packs import path_recorded
from calplan.providers.base import WritablePlatform
from calplan.render.step_wording import orders_of
from calplan.render.untrusted import for_terminal
from calplan.render.verification import verification_text
from calplan.state.errors import StateError


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be performed: the steps left of a plan, which was made afresh, and what the whole plan forecast.

    ``document`` and ``users`` are those of the plan that was agreed to; in a resumed run that is the saved one.
    ``quiet`` keeps words from standard output, where a report goes as data. ``guided``: a person at the terminal does
    the steps by hand.
    """

    chosen: Chosen
    planned: Planned
    steps: tuple[Step, ...]
    document: PlanDocument
    users: PlanUsers
    verify: bool
    quiet: bool = False
    guided: bool = False


def applied(
    work: Work, opened: Opened[WritablePlatform], kept: Kept, report: ApplyReport, heard: Interrupts
) -> ExitCode:
    """Perform the steps, each journalled before and after, and verify the outcome."""
    try:
        return _applied(work, opened, kept, report, heard)
    finally:
        heard.settle()


def _applied(
    work: Work, opened: Opened[WritablePlatform], kept: Kept, report: ApplyReport, heard: Interrupts
) -> ExitCode:
    orders = {step: for_terminal(words) for step, words in orders_of(work.document).items()}
    hand = Hand(platform=opened.platform, plan=work.planned.plan, orders=orders, undo=kept.undo, showing=opened.line)
    person: Person = nobody
    if work.guided:
        paths = tuple(map(path_recorded, work.chosen.paths))
        person = guide_of(kept, report.who, hand.orders, work.planned.document, paths)
    try:
        with heard.gentle(lambda: _leave(kept)):
            driven = drive(apply_flow(work.steps), hand, kept, heard.stop_asked, person)
        code = _ended(driven, work, kept, hand, report)
    except KeyboardInterrupt:
        report.status = report.error = "interrupted"
        say(f"interrupted; {_how_to_go_on(kept)}")
        with suppress(StateError):
            kept.finish(report.status)
        return ExitCode.PARTLY_APPLIED
    except StateError as error:
        report.error = str(error)
        if not hand.begun and not kept.resumed:
            raise
        report.status = "partly applied"
        say(f"error: {error}\nnot all of run {kept.id} is recorded; {_how_to_go_on(kept)}")
        return ExitCode.PARTLY_APPLIED
    except Exception:
        # A fault of calplan's own; in the middle of a run the way on is named all the same.
        if hand.begun or kept.resumed:
            say(_how_to_go_on(kept))
        raise
    return _looked_at(len(driven.done), work, kept, report) if code is ExitCode.DONE else code


def _ended(driven: Report, work: Work, kept: Kept, hand: Hand, report: ApplyReport) -> ExitCode:
    """Keep how the run stands, say what is left, and give the exit code."""
    report.status, code = _standing(driven, hand, wrote=kept.wrote)
    kept.finish(report.status)
    if driven.waiting:
        say_open(kept, work.steps, driven, hand.orders)
    if driven.stopped is None:
        return code
    left = ", ".join(driven.not_started) or "none"
    order = f"{driven.stopped} ({hand.orders[driven.stopped]})"
    match driven.why:
        case Stopped():
            report.error = f"interrupted before {order}"
        case Failed(message=message, outcome_unknown=unknown):
            doubt = "; nobody knows whether it was written" if unknown else ""
            report.error = f"{order} failed: {message}{doubt}"
        case None:
            raise AssertionError
        case _:
            assert_never(driven.why)
    say(for_terminal(f"error: {report.error}"))
    say(f"done: {', '.join(driven.done) or 'none'}; not started: {left}")
    if code is ExitCode.PARTLY_APPLIED:
        say(_how_to_go_on(kept))
    return code


def _standing(driven: Report, hand: Hand, *, wrote: bool) -> tuple[str, ExitCode]:
    """How a run stands at its end, and the exit code that says so."""
    written = bool(driven.done) or wrote
    match driven.why:
        case None:
            return ("waiting", ExitCode.WAITING) if driven.waiting else ("applied", ExitCode.DONE)
        case Stopped():
            return ("interrupted", ExitCode.PARTLY_APPLIED) if written else ("failed", ExitCode.INTERRUPTED)
        case Failed(outcome_unknown=unknown):
            if written or unknown:
                return "partly applied", ExitCode.PARTLY_APPLIED
            return "failed", ExitCode.STALE if hand.error is None else code_of(hand.error)
        case _:
            assert_never(driven.why)


def _leave(kept: Kept) -> None:
    """End the process at once: nothing more is recorded, and the run lock stays where it is."""
    lines = f"left at once; {_how_to_go_on(kept)}\nthe run lock is still held: calplan state unlock {kept.lock.id}\n"
    with suppress(OSError):  # whoever read what we say may be gone
        os.write(2, lines.encode())
    os._exit(ExitCode.PARTLY_APPLIED.value)


def _how_to_go_on(kept: Kept) -> str:
    return f"run {kept.id} is partly applied; to go on: calplan apply --resume {kept.id}{same_state(kept.store)}"


def _looked_at(steps: int, work: Work, kept: Kept, report: ApplyReport) -> ExitCode:
    """Verify what was applied; whatever keeps us from it, the account was written, and no code may say otherwise."""
    try:
        if not work.quiet:
            done = f"Applied {plural(steps, 'step')}" if steps else "Nothing was left to apply"
            tell((f"{done} in run {kept.id}.\n",))
        if not work.verify:
            return ExitCode.DONE
        chosen = as_attested(work.chosen) if work.guided else work.chosen
        seen = verified(kept.store, kept.id, chosen, work.document, work.users, who=report.who, lock=kept.lock)
        report.verification = verification_document(seen)
        if not work.quiet:
            tell(verification_text(seen, show_users="top", name_disconnected=False))
        return code_of_verification(seen)
    except KeyboardInterrupt:
        reason = "interrupted"
    except (StopError, StateError) as error:
        reason = str(error)
    report.error = f"not verified: {reason}"
    say(f"{reason}\napplied, but not verified. Look again: calplan verify {kept.id}{same_state(kept.store)}")
    return ExitCode.UNLIKE_FORECAST
