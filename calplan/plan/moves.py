"""Users who changed groups since an earlier plan: that has acted already, and is drift, not part of this plan."""

from collections.abc import Iterable
from dataclasses import dataclass

from calplan.impact.population import Population
from calplan.impact.resolve import Levels
from calplan.impact.standing import Membership
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.plan.document import MovesDocument, UserDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The users of an earlier plan, sorted by address; ``since`` names that plan."""

    since: str
    rows: Iterable[UserDocument]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMove:
    """Users who went from some groups to others, so that other settings hold for them; groups by name or id."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Every move since the earlier plan; ``since`` is ``None`` where no earlier plan is known."""

    since: str | None = None
    moves: tuple[GroupMove, ...] = ()


def moves_since(previous: Previous | None, population: Population, levels: Levels) -> Moves:
    """Who is in other groups than in the earlier plan, as far as other settings hold for him because of it."""
    if previous is None:
        return Moves()
    if not levels.overrides:
        return Moves(since=previous.since)
    now = [levels.membership(user) for user in population.classes]
    differing: dict[tuple[Membership, Membership], bool] = {}
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for row in previous.rows:
        number = population.class_of(row["email"])
        if number is None:
            continue
        pair = (_membership(row, levels), now[number])
        if pair not in differing:
            differing[pair] = _differ(*pair, levels)
        if differing[pair]:
            found.setdefault((_names(pair[0], levels), _names(pair[1], levels)), []).append(row["email"])
    return Moves(
        since=previous.since,
        moves=tuple(
            GroupMove(before=before, after=after, emails=tuple(found[before, after])) for before, after in sorted(found)
        ),
    )


def _membership(row: UserDocument, levels: Levels) -> Membership:
    groups, primary = row.get("groups"), row.get("primary_group")
    return Membership(
        groups=UNKNOWN if groups is None else frozenset(map(levels.groups.id_of, groups)),
        primary=UNKNOWN if not primary else levels.groups.id_of(primary),
    )


def _differ(then: Membership, now: Membership, levels: Levels) -> bool:
    """Whether other settings hold; of what was or is not known nothing is claimed."""
    was, is_now = levels.effective(then), levels.effective(now)
    return was.problem is None and is_now.problem is None and was.settings != is_now.settings


def _names(member: Membership, levels: Levels) -> tuple[str, ...]:
    """The groups of a membership by name, with a mark on the primary one."""
    groups = frozenset[str]() if isinstance(member.groups, Unknown) else member.groups
    primary = None if isinstance(member.primary, Unknown) else member.primary
    words = {group: levels.groups.name_of(group) for group in groups | ({primary} if primary else set())}
    return tuple(f"{words[group]} (primary)" if group == primary else words[group] for group in sorted(words))


def moves_document(moves: Moves) -> MovesDocument:
    """The moves as the plan document has them."""
    return {
        "since": moves.since,
        "moves": [
            {
                "from": list(one.before),
                "to": list(one.after),
                "users": len(one.emails),
                "emails": list(one.emails),
            }
            for one in moves.moves
        ],
    }
