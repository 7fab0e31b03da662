"""What stands above a policy that sets a run back: that it is no undo, and what it would do now."""

from collections.abc import Iterator, Sequence

from calplan.model.plural import plural
from calplan.plan.document import PlanDocument
from calplan.plan.still_out import StillOut
from calplan.render.counts import summary_line
from calplan.render.untrusted import for_terminal
from calplan.render.values import differences


def rollback_comment(run: str, document: PlanDocument, out: StillOut, remarks: Sequence[str]) -> Iterator[str]:
    """The comment, line by line; a name in it cannot end a line and so become part of the policy."""
    return (f"# {for_terminal(line)}".rstrip() + "\n" for line in _lines(run, document, out, remarks))


def _lines(run: str, document: PlanDocument, out: StillOut, remarks: Sequence[str]) -> Iterator[str]:
    yield f"The policy of {run} with what that run changed set back to what it was before."
    yield "This is no undo: whoever lost a connection sets it up again, or stays without."
    yield still_out_in_words(out)
    yield from remarks
    yield ""
    if not document["resource_changes"]:
        yield "Applied now it would change nothing: the account is so already."
    else:
        yield "Applied now it would change:"
        for change in document["resource_changes"]:
            yield from (f"  {change['address']}: {one}" for one in differences(change))
    yield summary_line(document)


def still_out_in_words(out: StillOut) -> str:
    """How many of those whom a run disconnected have no connection today."""
    if not out.lost:
        return "By its forecast that run disconnected nobody."
    doubt = f", and of {out.unknown} nobody knows" if out.unknown else ""
    stay = plural(out.without, "has", "have")
    return f"By its forecast that run disconnected {plural(out.lost, 'user')}: {stay} no connection today{doubt}."
