"""The list of users of a plan, and their counts by group, domain, service or client."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, Literal, assert_never, cast

from calplan.model.plural import plural
from calplan.plan.document import PlanDocument, PlanUsers, Shares, UserDocument
from calplan.render.colour import Line, Style, finished
from calplan.render.counts import users_in_words
from calplan.render.csv import csv_line, users_csv
from calplan.render.ndjson import facts_ndjson
from calplan.render.plan_json import canonical_json
from calplan.render.untrusted import for_csv
from calplan.render.users_text import STYLE, user_in_words
from calplan.render.wording import (
    AFFECTED_NAMES,
    NOT_CONNECTED,
    OUTCOME_NAMES,
    UNKNOWN_WORD,
    outcome_in_short,
    outcome_in_words,
    symbol_of,
)

By = Literal["group", "domain", "service", "client"]
AFFECTED: Final = frozenset(AFFECTED_NAMES)
NO_CLIENT: Final = "(no client known)"
HARM: Final = frozenset(OUTCOME_NAMES[:6])


def impact_lines(
    document: PlanDocument,
    users: PlanUsers,
    *,
    outcomes: frozenset[str],
    by: str | None,
    form: str,
    colour: bool = False,
    width: int | None = None,
) -> Iterator[str]:
    """The list, or with ``by`` the counts, as ``form``: text, csv or ndjson; text may have colour and a width."""
    if by is None:
        match form:
            case "csv":
                return users_csv(users, outcomes)
            case "ndjson":
                return facts_ndjson(users, outcomes)
            case _:
                return impact_text(document, users, outcomes=outcomes, colour=colour, width=width)
    name = cast("By", by)
    shares = shares_by(document, users, name, outcomes)
    match form:
        case "csv":
            return shares_csv(shares, by=name)
        case "ndjson":
            return shares_ndjson(shares, by=name)
        case _:
            return shares_text(shares, by=name, colour=colour, width=width)


def impact_text(
    document: PlanDocument,
    users: PlanUsers,
    *,
    outcomes: frozenset[str] = AFFECTED,
    colour: bool = False,
    width: int | None = None,
) -> Iterator[str]:
    """A line for each user with one of these outcomes, worst first, then how many they are."""
    return finished(_listed(document, users, outcomes), colour=colour, width=width)


def _listed(document: PlanDocument, users: PlanUsers, outcomes: frozenset[str]) -> Iterator[Line]:
    counts = document["impact"]["counts"]
    used = [name for name in OUTCOME_NAMES if name in outcomes and counts.get(name)]
    for name in used:
        yield Line(f"{symbol_of(name)} = {outcome_in_words(name)}", Style.FAINT)
    if used:
        yield Line()
    shown = 0
    for name in used:
        for user in users.rows(frozenset({name})):
            shown += 1
            yield Line(user_in_words(user), STYLE.get(name, Style.PLAIN))
    if shown:
        yield Line()
    yield Line(f"{plural(shown, 'user')} listed. Users: {users_in_words(counts)}.", Style.STRONG, whole=True)


def shares_by(
    document: PlanDocument, users: PlanUsers, by: By, outcomes: frozenset[str] = AFFECTED
) -> tuple[Shares, ...]:
    """The counts of users with one of these outcomes by ``by``, those with most harm first.

    A user counts in each of his groups and for each of his clients, so that sums may exceed the population.
    """
    match by:
        case "group":
            found: Iterable[Shares] = document["impact"]["by_group"]
        case "domain":
            found = document["impact"]["by_domain"]
        case "service" | "client":
            found = _counted(users.rows(outcomes), by)
        case _:
            assert_never(by)
    kept = [_only(one, outcomes) for one in found]
    return tuple(sorted((one for one in kept if one["counts"]), key=lambda one: (-_harm(one), one["name"])))


def _counted(rows: Iterable[UserDocument], by: Literal["service", "client"]) -> list[Shares]:
    counts: dict[str, Counter[str]] = {}
    for user in rows:
        for name in [_service(user)] if by == "service" else user["clients"] or [NO_CLIENT]:
            counts.setdefault(name, Counter())[user["outcome"]] += 1
    return [{"name": name, "counts": dict(counter)} for name, counter in counts.items()]


def _service(user: UserDocument) -> str:
    service = user.get("service", "unknown")
    return UNKNOWN_WORD if service == "unknown" else service or NOT_CONNECTED


def _only(share: Shares, outcomes: frozenset[str]) -> Shares:
    counts = {name: share["counts"][name] for name in OUTCOME_NAMES if name in outcomes and share["counts"].get(name)}
    return {"name": share["name"], "counts": counts}


def _harm(share: Shares) -> int:
    return sum(number for name, number in share["counts"].items() if name in HARM)


def shares_text(shares: Iterable[Shares], *, by: By, colour: bool = False, width: int | None = None) -> Iterator[str]:
    """A line for each group, domain, service or client; it begins with that word, so that no name can begin a line."""
    return finished(_share_lines(shares, by), colour=colour, width=width)


def _share_lines(shares: Iterable[Shares], by: By) -> Iterator[Line]:
    empty = True
    for share in shares:
        empty = False
        words = ", ".join(f"{number} {outcome_in_short(name)}" for name, number in share["counts"].items())
        yield Line(f"{by} {share['name']}: {words}")
    if empty:
        yield Line(f"No {by} has a user with such an outcome.")


def shares_csv(shares: Iterable[Shares], *, by: By) -> Iterator[str]:
    """A header, then a line for each group, domain, service or client, with a column per outcome."""
    yield f"{','.join((by, *OUTCOME_NAMES))}\n"
    for share in shares:
        numbers = [str(share["counts"].get(name, 0)) for name in OUTCOME_NAMES]
        yield f"{csv_line([for_csv(share['name']), *numbers])}\n"


def shares_ndjson(shares: Iterable[Shares], *, by: By) -> Iterator[str]:
    """An object for each group, domain, service or client."""
    for share in shares:
        yield f"{canonical_json({by: share['name'], 'counts': share['counts']}, indent=None)}\n"
