"""A plan as Markdown for a pull request: counts for everybody to see, names only when asked for, and never too long."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from typing import Final
from urllib.parse import quote

from calplan.plan.document import PlanDocument, PlanUsers, UserDocument
from calplan.render.counts import ranges_in_words, summary_line
from calplan.render.evidence import snapshot_in_words
from calplan.render.fitting import COMMENT, TOO_LONG, Names, Page, Section, fitted
from calplan.render.markdown_sections import (
    already_happened,
    assumptions,
    by_hand,
    diagnostics,
    gates,
    outcome_rows,
    plan_line,
    settings,
    since,
    steps,
    unread,
    users_in_numbers,
)
from calplan.render.pen import Pen
from calplan.render.users_text import TOP, ShowUsers, facets_in_words, worst_first
from calplan.render.wording import AFFECTED_NAMES

LONGEST_NAME: Final = 600
"""Letters of a name in a marker or a heading; that of an account may have 200, which may be written as three each."""
ELSEWHERE: Final = "All of it: `calplan show PLAN`, or `calplan plan` again; every user: `calplan impact PLAN`."
NOBODY_NAMED: Final = "Users are not named here: `calplan impact PLAN` lists them."


def marker(account: str) -> str:
    """The hidden comment by which a bot finds its own comment again; another account has another marker."""
    name = quote(account, safe="", errors="surrogatepass").replace("--", "-%2D")
    if len(name) > LONGEST_NAME:
        name = sha256(name.encode()).hexdigest()
    return f"<!-- calplan:{name} -->"


def plan_markdown(
    document: PlanDocument, users: PlanUsers, *, show_users: ShowUsers = "none", budget: int = COMMENT
) -> Iterator[str]:
    """The plan, line by line, in no more than so many bytes. No more users are held than fit there."""
    pen = Pen(addresses=show_users != "none")
    return (f"{line}\n" for line in fitted(_page(document, users, pen, show_users), budget))


def _page(document: PlanDocument, users: PlanUsers, pen: Pen, show_users: ShowUsers) -> Page:
    title = pen.code(document["account"])
    affected = sum(document["impact"]["counts"].get(name, 0) for name in AFFECTED_NAMES)
    named = bool(affected) and show_users != "none" and bool(document["resource_changes"])
    ranges = (f"- {words}" for words in ranges_in_words(document["impact"]))
    return Page(
        top=(
            marker(document["account"]),
            f"## Calendar plan for {title if len(title) <= LONGEST_NAME else TOO_LONG}",
            "",
            f"**{summary_line(document)}**",
            "",
            *_frozen(document, pen),
        ),
        before=_before_names(document, pen, nobody_named=bool(affected) and not named),
        names=_names(document, users, pen, affected, everybody=show_users == "all") if named else None,
        after=tuple(_after_names(document, pen)),
        numbers=(
            *outcome_rows(document, why=False),
            "",
            *ranges,
        ),
        elsewhere=ELSEWHERE,
    )


def _frozen(document: PlanDocument, pen: Pen) -> Iterator[str]:
    if (words := snapshot_in_words(document)) is not None:
        yield f"{pen.prose(words[0].upper() + words[1:])}."
        yield ""


def _before_names(document: PlanDocument, pen: Pen, *, nobody_named: bool) -> tuple[Section, ...]:
    compared = since(document, pen)
    if not document["resource_changes"]:
        return (*compared, Section(head=("No changes.", "")))
    aside = (NOBODY_NAMED, "") if nobody_named else ()
    return (*compared, settings(document, pen), Section(head=(*users_in_numbers(document), *aside)))


def _after_names(document: PlanDocument, pen: Pen) -> Iterator[Section]:
    yield from unread(document, pen)
    yield from already_happened(document, pen)
    yield from gates(document, pen)
    yield from steps(document, pen)
    yield from by_hand(document, pen)
    yield from diagnostics(document, pen)
    yield from assumptions(document, pen)
    yield plan_line(document, pen)


def _names(document: PlanDocument, users: PlanUsers, pen: Pen, affected: int, *, everybody: bool) -> Names:
    asked = affected if everybody else min(affected, TOP)
    section = Section(
        above=("| User | Outcome | What happens | Rules |", "|---|---|---|---|"),
        missing=affected - asked,
        noun=("user", "users"),
        fold="Users by name, worst first" if asked > TOP else "",
    )
    worst = worst_first(document["impact"], users)
    return Names(section=section, rows=(_name(user, pen) for user in islice(worst, asked)), total=asked)


def _name(user: UserDocument, pen: Pen) -> str:
    texts = (user["outcome"], facets_in_words(user), " ".join(user["rules"]))
    return f"| {' | '.join([pen.code(user['email']), *map(pen.prose, texts)])} |"
