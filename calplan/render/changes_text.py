"""The settings part of a plan on a terminal: before and after, and what was left alone."""

from collections.abc import Iterator
from typing import Final

from calplan.model.plural import plural
from calplan.plan.document import MovesDocument, PlanDocument, ResourceChange
from calplan.render.colour import Line, Style
from calplan.render.evidence import has_stale
from calplan.render.values import (
    LEFT_ALONE,
    REVERSIBILITY,
    Difference,
    change_sign,
    differences,
    hidden_leaves,
    origin_marks,
    setting_in_words,
    value_in_words,
)
from calplan.render.wording import UNKNOWN_WORD, listed

SIGNS: Final = {"+": "create", "-": "delete", "~": "change in place", "-/+": "delete, then create"}
STALE: Final = " stale?"
NO_GROUPS: Final = "no group"
SHOWN: Final = 3
STYLE: Final = {"+": Style.GOOD, "-": Style.BAD, "~": Style.WARN}


def changes_text(document: PlanDocument, *, verbose: bool) -> Iterator[Line]:
    """Every setting that changes; with ``verbose`` also those that stay, and those the policy leaves alone."""
    changes = document["resource_changes"]
    yield Line(f"Settings{STALE if has_stale(document, 'settings', 'portal', 'tenant') else ''}", Style.STRONG)
    yield Line(f"  {'; '.join(_legend(changes))}", Style.FAINT)
    for change in changes:
        yield from change_text(change, document.get("origin_since"))
    kept = [address for address in document["planned_values"] if address not in _addresses(document)]
    unmanaged = set(document["unmanaged"])
    if verbose:
        yield from kept_text(document)
    elif kept:
        alone = [address for address in kept if address in unmanaged]
        words = f"{len(kept)} unchanged" + (f", of which the policy leaves {len(alone)} alone" if alone else "")
        yield Line(f"  ({words}; --verbose lists them)", Style.FAINT)
    yield from unread_text(document)
    said = {change["reversibility"] for change in changes}
    yield from (Line(f"  {word}: {words}", Style.FAINT) for word, words in REVERSIBILITY.items() if word in said)


def kept_text(document: PlanDocument) -> Iterator[Line]:
    """The settings that stay as they are."""
    changed, unmanaged, unknown = _addresses(document), set(document["unmanaged"]), set(document["unknown"])
    for address, value in sorted(document["prior_state"].items()):
        if address not in changed:
            mark = f"  {LEFT_ALONE}" if address in unmanaged else ""
            words = value_in_words(value, unknown=address in unknown)
            yield Line(f"    {address}: {words}{mark}", Style.FAINT)


def unread_in_words(unread: list[str]) -> str:
    """The settings nobody could read, and what to do about them."""
    return f"{UNKNOWN_WORD} live, so look in the portal and attest them in the PortalRecord: {listed(unread)}"


def unread_text(document: PlanDocument) -> Iterator[Line]:
    """The settings nobody could read: attesting them makes the forecast surer."""
    unread = sorted(document["unknown"])
    if unread:
        yield Line(f"  {unread_in_words(unread)}", Style.WARN)


def moves_text(happened: MovesDocument) -> Iterator[Line]:
    """Who changed groups since an earlier plan: it has acted already."""
    if not happened["moves"]:
        return
    yield Line(f"Already happened since {happened['since']}, and no part of this plan", Style.STRONG)
    for one in happened["moves"]:
        went = f"from {listed(one['from']) or NO_GROUPS} to {listed(one['to']) or NO_GROUPS}"
        shown = ", ".join(one["emails"][:SHOWN]) + (" ..." if one["users"] > SHOWN else "")
        yield Line(f"  {plural(one['users'], 'user')} moved {went}, where other settings hold: {shown}", Style.WARN)
    yield Line()


def _addresses(document: PlanDocument) -> set[str]:
    return {change["address"] for change in document["resource_changes"]}


def _legend(changes: list[ResourceChange]) -> Iterator[str]:
    used = {change_sign(change) for change in changes}
    used |= {difference.sign for change in changes for difference in differences(change)}
    return (f"{sign} {words}" for sign, words in SIGNS.items() if sign in used)


def change_text(change: ResourceChange, since: str | None) -> Iterator[Line]:
    """One change, value by value; ``since`` names what it is told against whether somebody else made it necessary."""
    sign = change_sign(change)
    head = f"  {sign} {change['address']} ({setting_in_words(change['address'])})"
    marks = f"  [{', '.join(_marks(change, since))}]"
    found = differences(change)
    if len(found) == 1 and not found[0].path:
        yield Line(f"{head}: {found[0]}{marks}", STYLE.get(sign, Style.WARN))
        return
    yield Line(f"{head}{marks}", STYLE.get(sign, Style.WARN))
    for difference in found:
        yield _below(difference)
    hidden = hidden_leaves(change)
    if hidden:
        yield Line(f"        ({plural(hidden, 'value')} unchanged)", Style.FAINT)


def _below(difference: Difference) -> Line:
    if difference.sign == "~":
        return Line(f"      ~ {difference}")
    return Line(f"      {difference}", STYLE[difference.sign])


def _marks(change: ResourceChange, since: str | None) -> list[str]:
    marks = []
    if "users" in change:
        marks.append(plural(change["users"], "user"))
    if change["source"] is not None:
        marks.append(f"{change['source']['file']}:{change['source']['line']}")
    if change["mode"] == "manual":
        marks.append("by hand")
    return [*marks, *origin_marks(change, since), change["reversibility"]]
