"""What has to be settled before anything is written: staleness, gates, and a person's word."""

import difflib
import getpass
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import click

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.trust import in_automation
from calplan.cli.wiring import Planned
from calplan.guardrails.gates import PREFIX
from calplan.impact.outcome import DISCONNECTED
from calplan.model.plural import plural
from calplan.plan.as_document import gates_document
from calplan.plan.gates import GATE_IDS, Gate, GateStatus
from calplan.plan.staleness import Moved
from calplan.render.step_wording import gate_figures
from calplan.render.untrusted import for_terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Who applies, which gates are lifted and why, and whether questions are waived."""

    who: str
    allowed: frozenset[str]
    reason: str
    auto_approve: bool

    @classmethod
    def of(cls, gates: Sequence[str], reason: str | None, who: str, *, auto_approve: bool) -> Self:
        """The consent that the options give.

        Raises:
            StopError: a gate nobody knows, or gates without a reason.
        """
        for gate in gates:
            if gate not in GATE_IDS and not gate.startswith(PREFIX):
                near = difflib.get_close_matches(gate, GATE_IDS, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(GATE_IDS)}"
                raise StopError(ExitCode.USAGE, f"error: there is no gate {gate!r}; {hint}")
        if gates and not (reason or "").strip():
            raise StopError(ExitCode.USAGE, "error: --allow needs --reason TEXT, which is kept with the run")
        return cls(who=who, allowed=frozenset(gates), reason=reason or "", auto_approve=auto_approve)


def login_name() -> str:
    """Who runs this, by name; by number where the system has no name for him, as in many containers."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return f"uid {os.getuid()}"


def refuse_stale(moved: Sequence[Moved]) -> None:
    """Refuse a saved plan where anything it rests on has moved.

    Raises:
        StopError: it is stale; the message names each part that moved.
    """
    _refuse(moved, "the saved plan is stale", "Make a new one: calplan plan --out FILE")


def refuse_moved(moved: Sequence[Moved]) -> None:
    """Refuse where anything moved between what somebody was shown and what he answered.

    Raises:
        StopError: it did; the message names each part that moved.
    """
    _refuse(moved, "it is not as it was shown any more", "Apply again, to be asked about it as it is now")


def _refuse(moved: Sequence[Moved], what: str, way_out: str) -> None:
    if moved:
        how = [for_terminal(f"  {one.part}: {one.how}") for one in moved]
        lines = [f"error: {what}; nothing was written", *how, f"  {way_out}"]
        raise StopError(ExitCode.STALE, "\n".join(lines))


def refuse_gates(gates: Sequence[Gate], written: str = "nothing was written") -> None:
    """Refuse where a gate does; ``written`` says what that leaves the account with.

    Raises:
        StopError: a gate refuses; the message names each, with whom to ask and how to lift it.
    """
    refusing = [gate for gate in gates if gate.status is GateStatus.REFUSE]
    if not refusing:
        return
    lines = [f"error: refused; {written}"]
    lines += [for_terminal(f"  {gate['id']}: {gate_figures(gate)}") for gate in gates_document(tuple(refusing))]
    allow = " ".join(f"--allow {gate.id}" for gate in refusing)
    raise StopError(ExitCode.REFUSED, "\n".join([*lines, f"  To lift them: {allow} --reason TEXT"]))


def agree(planned: Planned, consent: Consent) -> bool:
    """Ask a person to type how many users lose their connection; gives whether anybody had to be asked.

    Raises:
        StopError: there is nobody to ask, or the answer is another one.
    """
    if consent.auto_approve:
        return False
    if in_automation() or sys.stdin is None or not sys.stdin.isatty():
        message = "error: there is no terminal to ask on; apply a saved plan, or give --auto-approve"
        raise StopError(ExitCode.USAGE, message)
    lost = planned.plan.impact.total(DISCONNECTED) + planned.plan.order.surplus
    account = planned.document["account"]
    lose = plural(lost, f"user of {account} loses the connection", f"users of {account} lose their connection")
    question = f"{lose}. Type that number to go on"
    answer = click.prompt(question, default="", show_default=False, err=True)
    if str(answer).strip() != str(lost):
        raise StopError(ExitCode.INTERRUPTED, "not confirmed; nothing was written")
    return True
