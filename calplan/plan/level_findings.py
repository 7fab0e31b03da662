"""What is to be said of groups: whom they concern, and for whom nobody can tell which level holds (V38)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from calplan.impact.assess import Assessment
from calplan.impact.resolve import Levels
from calplan.impact.standing import Problem
from calplan.model.diagnostic import Diagnostic, Position, Severity
from calplan.model.plural import plural
from calplan.model.policy import CalendarPolicy
from calplan.model.unknown import Unknown

V38 = "V38"


def group_sizes(assessment: Assessment, levels: Levels) -> Mapping[str, int]:
    """The active users of every group that states something, by its id."""
    population, cohorts = assessment.population, assessment.cohorts
    sizes: Counter[str] = Counter()
    if not levels.groups.overrides and not cohorts.memberships[0].groups:
        return sizes
    members = [levels.membership(user) for user in population.classes]
    of_class: Counter[int] = Counter()
    for kind, cohort in cohorts.of_kind.items():
        if cohorts.members[cohort].active:
            of_class[population.kinds[kind].class_id] += population.sizes[kind]
    for number, size in of_class.items():
        one = members[number]
        own = set[str]() if isinstance(one.groups, Unknown) else set(one.groups)
        own |= set[str]() if isinstance(one.primary, Unknown) else {one.primary}
        sizes.update(dict.fromkeys(own, size))
    return sizes


def level_findings(
    before: Levels, after: Levels, assessment: Assessment, policy: CalendarPolicy
) -> Iterator[Diagnostic]:
    """Errors where the policy cannot be resolved, and a warning where only today's state cannot."""
    place = policy.positions.get("groups")
    yield from _unread_overrides(before, policy)
    yield from _unknown_groups(after, policy)
    yield from _twice_in_order(after)
    unresolved = problems_of(after, assessment)
    for problem, users in unresolved.items():
        yield _unresolved(problem, users, place)
    today = {problem: users for problem, users in problems_of(before, assessment).items() if problem not in unresolved}
    for problem, users in today.items():
        yield Diagnostic(
            code="P-LEVELS",
            severity=Severity.WARNING,
            summary=f"nobody can tell which settings hold today for {plural(users, 'user')}: {problem.value}",
            why="what the levels in question disagree about counts as unknown for these users",
            help="correct the groups in the portal or in the Account document, or expect these users to be at risk",
            position=place,
        )


def problems_of(levels: Levels, assessment: Assessment) -> dict[Problem, int]:
    """How many active users each problem keeps from being resolved, in the order of ``Problem``."""
    cohorts = assessment.cohorts
    problems = [levels.effective(one).problem for one in cohorts.memberships]
    counted: Counter[Problem] = Counter()
    for cohort, size in zip(cohorts.members, cohorts.sizes, strict=True):
        problem = problems[cohort.member]
        if cohort.active and problem is not None:
            counted[problem] += size
    return {problem: counted[problem] for problem in Problem if counted[problem]}


def _unresolved(problem: Problem, users: int, place: Position | None) -> Diagnostic:
    return Diagnostic(
        code=V38,
        severity=Severity.ERROR,
        summary=f"the policy of {plural(users, 'user')} cannot be resolved: {problem.value}",
        why="which of several levels holds for them would be a guess, and so would everything forecast for them",
        help=HELP[problem],
        position=place,
    )


STATE_GROUPS: Final = "state what groups override in the PortalRecord (`groups: []` where none does)"
HELP: Mapping[Problem, str] = {
    Problem.OVERRIDES_UNREAD: f"{STATE_GROUPS}, or lock the account",
    Problem.MODEL_NOT_STATED: "state `groups: {model: legacy}` or `{model: priority, order: [...]}` in the Account",
    Problem.GROUPS_UNKNOWN: "give the users' groups (column `groups` of a users file), empty where they have none",
    Problem.PRIMARY_UNKNOWN: "declare `primary_group` for these users, or lock the setting in their group",
    Problem.NO_PRIORITY: "add every group that states something to `groups.order` of the Account",
    Problem.CONFLICTING_LOCKS: "let the groups lock the same value, or take one lock off",
}


def _unread_overrides(before: Levels, policy: CalendarPolicy) -> Iterator[Diagnostic]:
    """Groups are to be set, and nobody read what they state: no step could be named, and none would be missed."""
    if policy.groups is not None and isinstance(before.overrides, Unknown):
        yield Diagnostic(
            code=V38,
            severity=Severity.ERROR,
            summary="nobody read what groups state today, so nobody can tell what has to be written for them",
            why="an override that stays unseen would go on to decide, whatever the policy lists",
            help=STATE_GROUPS,
            position=policy.positions.get("groups"),
        )


def _unknown_groups(after: Levels, policy: CalendarPolicy) -> Iterator[Diagnostic]:
    """Overrides for groups that the account does not have, and two for one group."""
    known, seen = after.groups.ids, set[str]()
    for override in policy.groups or ():
        place = policy.positions.get(f"groups[{override.group}]")
        group = after.groups.id_of(override.group)
        if override.group not in known:
            yield _bad_group(f"there is no group {override.group!r} in the account", place)
        elif group in seen:
            yield _bad_group(f"a second override for the group {override.group!r}, by its other name", place)
        seen.add(group)


def _twice_in_order(levels: Levels) -> Iterator[Diagnostic]:
    """Groups that stand in the order of priorities by several words; one word twice is refused before."""
    words: dict[str, list[str]] = {}
    for word in dict.fromkeys(levels.model.order):
        words.setdefault(levels.groups.id_of(word), []).append(word)
    for same in words.values():
        if len(same) > 1:
            yield Diagnostic(
                code=V38,
                severity=Severity.ERROR,
                summary=f"{' and '.join(f'`{word}`' for word in same)} in `groups.order` of the Account are one group",
                why="a group has one place in the order of priorities, and nobody could tell which of them is meant",
                help="keep one of these words",
            )


def _bad_group(summary: str, place: Position | None) -> Diagnostic:
    return Diagnostic(
        code=V38,
        severity=Severity.ERROR,
        summary=summary,
        why="an override that reaches nobody, or one of two that wins by chance, is not what anybody wants",
        help="name each group once, by the name or the id that the account has for it",
        position=place,
    )
