"""``calplan rollback``: the policy to commit that sets a run's changes back, and whom that would hurt."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import emit, save, say
from calplan.cli.place import state_option
from calplan.cli.plan import code_of_plan
from calplan.cli.previous import SHORT
from calplan.cli.reading import show as say_diagnostics
from calplan.cli.reading import stop_if_errors
from calplan.cli.runs import find, paths_of, peek
from calplan.cli.source import trusted
from calplan.cli.wiring import Chosen, choose, make_plan, open_account
from calplan.model.diagnostic import Diagnostic, errors_in
from calplan.plan.planfile import SavedPlan
from calplan.plan.still_out import still_out
from calplan.policyfile.documents import PolicyDocument
from calplan.policyfile.judge import judge
from calplan.policyfile.line_numbers import shown_name
from calplan.policyfile.loader import loaded
from calplan.policyfile.set_back import SetBack, set_back
from calplan.render.rollback import rollback_comment

APPLIED: Final = "applied"


@click.command()
@click.argument("run", metavar="RUN")
@click.option("--path", type=click.Path(path_type=Path), help="The documents; by default those of the run.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the policy to FILE, to commit it.")
@state_option
def rollback(run: str, *, path: Path | None, out: Path | None, state: str | None) -> ExitCode:
    """Print the policy that sets back what RUN changed, and whom that would hurt now. Nothing is applied.

    It is no undo: connections that were lost do not come back by it.
    """
    with peek(state) as store:
        found = find(store, run)
    saved = trusted(found.plan, f"the plan of run {found.id}")
    chosen = choose((path,) if path is not None else paths_of(found), found.account)
    back = _set_back(saved, chosen.policy.name, found.id)
    file = out or Path("rollback.yaml")
    planned = make_plan(_with_policy(chosen, back.text, file), open_account(chosen.account, state))
    name = f"run {found.id[:SHORT]} of {found.started_at:%Y-%m-%d}"
    lost = still_out(saved.users.rows(), planned.plan.assessment.population)
    remarks = (*_of_status(found.status), *back.remarks)
    comment = [*rollback_comment(name, planned.document, lost, remarks)]
    text = [*comment, back.text]
    if out is None:
        emit(text)
    else:
        save(out, "".join(text).encode())
        _tell(comment)
        say(f"Written to {out}, and applied to nothing. Put it in the place of the policy, commit it, and plan it.")
    say_diagnostics(_further_down(errors_in(planned.plan.diagnostics), file, lines=len(comment)))
    return code_of_plan(planned, detailed=False)


def _set_back(saved: SavedPlan, name: str, run: str) -> SetBack:
    """The policy with what the run changed set back.

    Raises:
        StopError: the run keeps no policy that could be.
    """
    try:
        return set_back(saved.document, saved.policy, name=name, as_of=clock.today())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"error: the plan of run {run} holds a policy of another form than calplan writes"
        raise StopError(ExitCode.INVALID, message) from error


def _further_down(diagnostics: Sequence[Diagnostic], file: Path, *, lines: int) -> tuple[Diagnostic, ...]:
    """The diagnostics about the policy where it stands once the comment is above it."""
    return tuple(
        replace(one, position=replace(one.position, line=one.position.line + lines))
        if one.position is not None and one.position.file == shown_name(file)
        else one
        for one in diagnostics
    )


def _of_status(status: str) -> tuple[str, ...]:
    """What is to be said of a run that did not come to its end."""
    left = (
        "that run is not known to have changed everything it meant to; what it meant to change is set back all the same"
    )
    return () if status == APPLIED else (f"{status}: {left}",)


def _tell(comment: Sequence[str]) -> None:
    for line in comment:
        say(line.removeprefix("#").strip())


def _with_policy(chosen: Chosen, text: str, name: Path) -> Chosen:
    """The documents with this policy in the place of theirs.

    Raises:
        StopError: it is none; the diagnostics say why.
    """
    judged = judge(loaded(name, text), asked_for=True, as_of=clock.today())
    stop_if_errors(errors_in(judged.diagnostics))
    policies = [one.policy for one in judged.documents if isinstance(one, PolicyDocument)]
    return replace(chosen, policy=policies[0], diagnostics=judged.diagnostics)
