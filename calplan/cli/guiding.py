"""``calplan apply --guide``: shows a person each step by hand and hears what became of it; and what is said without."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from calplan.apply.drive import Person
from calplan.apply.flow import Done, Report, Waiting, by_hand
from calplan.cli import clock
from calplan.cli.attest import attested
from calplan.cli.attestation import Statement
from calplan.cli.chosen import Chosen, choose
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import say
from calplan.cli.runs import Kept, find, same_state
from calplan.cli.terminal import terminal_width
from calplan.cli.trust import in_automation
from calplan.model.plural import plural
from calplan.plan.document import PlanDocument
from calplan.plan.steps import Step
from calplan.policyfile.packs import path_recorded
from calplan.render.colour import finished
from calplan.render.guide import guide_text

if TYPE_CHECKING:
    pass

QUESTION: Final = "Done (d), skip it for now (s), or stop here (q)"
WORDS: Final = {"d": "done", "done": "done", "s": "skip", "skip": "skip", "q": "stop", "stop": "stop"}


def require_terminal(resume: str | None) -> None:
    """Refuse to guide where nobody is there to answer.

    Raises:
        StopError: there is no terminal; the message says what to do instead.
    """
    if not in_automation() and sys.stdin is not None and sys.stdin.isatty():
        return
    lines = [
        "error: --guide asks after each step, and there is no terminal to ask on",
        "  the steps as a list to tick off: calplan plan -o checklist",
        f"  what calplan does itself: calplan apply{f' --resume {resume}' if resume else ''}, without --guide",
        "  then do the steps, and say so: calplan attest RUN --by WHO",
    ]
    raise StopError(ExitCode.USAGE, "\n".join(lines))


def guide_of(
    kept: Kept, who: str, orders: Mapping[str, str], document: PlanDocument, paths: tuple[Path, ...]
) -> Person:
    """Shows ``who`` each step by hand and asks what became of it; what was done is attested at once.

    ``orders`` are the steps in words by their ids; ``document`` was made just now, by the
    labels of today, from the documents at ``paths``.
    """
    ways = {step["address"]: step for step in document["steps"]}

    def guided(step: Step) -> Done | Waiting:
        shown = guide_text({**ways[step.address], "id": step.id}, orders[step.id])
        say("".join(finished(shown, colour=False, width=terminal_width())).rstrip("\n"))
        while True:
            answer = _answer()
            if answer != "done":
                return Waiting(leave=answer == "stop")
            at = clock.now().replace(microsecond=0)
            if _kept_as_done(step, kept, Statement(by=who, at=at, portal=None, all_seen=False, paths=paths)):
                return Done(changed=True)

    return guided


def _answer() -> str:
    """What a person answers; whoever cannot or will not answer stops."""
    while True:
        try:
            word = click.prompt(QUESTION, default="", show_default=False, err=True)
        except click.Abort:
            return "stop"
        known = WORDS.get(str(word).strip().lower())
        if known is not None:
            return known


def _kept_as_done(step: Step, kept: Kept, statement: Statement) -> bool:
    """Whether a step could be attested; if not, why is said, and the step stays open."""
    try:
        told = "".join(attested(kept.store, kept.lock, find(kept.store, kept.id), (step.id,), statement))
    except StopError as error:
        say(str(error))
        return False
    say(told.rstrip("\n"))
    return True


def as_attested(chosen: Chosen) -> Chosen:
    """The account with what its documents say now, once a guide attested steps."""
    return choose(tuple(map(path_recorded, chosen.paths)), chosen.account.name)


def say_open(kept: Kept, steps: tuple[Step, ...], driven: Report, orders: Mapping[str, str]) -> None:
    """Say which steps a person has to do, in order, and how to see them and to go on."""
    run, where = kept.id, same_state(kept.store)
    now, later = by_hand(steps, driven)
    say(f"run {run} waits for a person. To be done by hand, in this order:")
    say("\n".join(f"  {name}: {orders[name]}" for name in now))
    if later:
        say(f"and {plural(len(later), 'step')} by hand once calplan did what comes before: {', '.join(later)}")
    say(f"act by act: calplan apply --resume {run} --guide{where}")
    say(f"when they are done: calplan attest {run} --by WHO, then calplan apply --resume {run}{where}")
