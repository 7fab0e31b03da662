"""A plan on a terminal or in a log: what changes, for whom, what refuses it, in which order, on what evidence."""

from collections.abc import Iterator

from calplan.plan.document import PlanDocument, PlanUsers
from calplan.render.changes_text import changes_text, kept_text, moves_text, unread_text
from calplan.render.colour import Line, Style, finished
from calplan.render.compared import compared_text
from calplan.render.counts import REFUSE, summary_line
from calplan.render.steps_text import (
    diagnostics_text,
    errors_text,
    evidence_text,
    gates_text,
    snapshot_text,
    steps_text,
)
from calplan.render.users_text import ShowUsers, users_text


def plan_text(
    document: PlanDocument,
    users: PlanUsers,
    *,
    show_users: ShowUsers = "top",
    verbose: bool = False,
    colour: bool = False,
    width: int | None = None,
    plan_name: str = "PLAN",
) -> Iterator[str]:
    """The plan, line by line; the last line is the greppable one.

    ``width`` wraps long sentences at blanks and never cuts; ``None``, for what is no terminal, leaves them whole.
    ``plan_name`` is what the reader types to see this plan again.
    """
    lines = (
        _changed(document, users, show_users=show_users, verbose=verbose, plan_name=plan_name)
        if document["resource_changes"]
        else _unchanged(document, show_users=show_users, verbose=verbose)
    )
    yield from finished(lines, colour=colour, width=width)
    yield from finished([Line(summary_line(document), Style.STRONG, whole=True)], colour=colour, width=None)


def _changed(
    document: PlanDocument, users: PlanUsers, *, show_users: ShowUsers, verbose: bool, plan_name: str
) -> Iterator[Line]:
    yield Line(f"Plan for {document['account']}, dated rules as of {document['as_of']}", Style.STRONG)
    yield from snapshot_text(document)
    if verbose:
        yield Line(f"{document['plan_id']}, calplan {document['calplan_version']}", Style.FAINT)
    yield Line()
    yield from changes_text(document, verbose=verbose)
    yield Line()
    yield from moves_text(document["already_happened"])
    yield from compared_text(document, addresses=show_users != "none")
    yield from users_text(document, users, show_users=show_users, verbose=verbose, plan_name=plan_name)
    yield Line()
    yield from gates_text(document, verbose=verbose)
    yield from steps_text(document)
    yield from evidence_text(document, verbose=verbose)
    yield from diagnostics_text(document["diagnostics"])
    yield from errors_text(document)


def _unchanged(document: PlanDocument, *, show_users: ShowUsers, verbose: bool) -> Iterator[Line]:
    """One clear line, and only what still needs a word."""
    yield Line(f"No changes. {document['account']} is as the policy wants it.", Style.GOOD)
    yield from snapshot_text(document)
    yield from unread_text(document)
    if document["already_happened"]["moves"]:
        yield Line()
        yield from moves_text(document["already_happened"])
    if "since_plan" in document:
        yield Line()
        yield from compared_text(document, addresses=show_users != "none")
    refused = any(gate["status"] == REFUSE for gate in document["gates"])
    if verbose:
        yield from kept_text(document)
    if verbose or refused or document["diagnostics"]:
        yield Line()
    if verbose:
        yield from evidence_text(document, verbose=True)
    if verbose or refused:
        yield from gates_text(document, verbose=verbose)
    yield from diagnostics_text(document["diagnostics"])
    yield from errors_text(document)


def standing_text(document: PlanDocument, *, verbose: bool, colour: bool, width: int | None) -> Iterator[str]:
    """How the gates of a plan stand, and its one greppable line: what an apply would meet now."""
    yield from finished(gates_text(document, verbose=verbose), colour=colour, width=width)
    yield from finished([Line(summary_line(document), Style.STRONG, whole=True)], colour=colour, width=None)
