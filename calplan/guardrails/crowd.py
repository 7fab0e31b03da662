"""The active users of a plan in classes, as rules meet them: nobody in a class can be told from another but by name."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol, TypeAlias, cast

from calplan.guardrails.variables import USER
from calplan.model.domain import domain_of
from calplan.model.proof import Basis
from calplan.model.unknown import UNKNOWN
from calplan.plan.as_document import group_names
from calplan.plan.document import Json, UserDocument
from calplan.plan.plan import Plan
from calplan.plan.users import R17, user_document

NO_NAMES: Final[Mapping[str, str]] = {}
MOST_NAMED: Final = 3
"""Users of a result that are named; the others are counted."""
TO_MAP: Final = ("service", "calendar", "contacts", "auth", "mailbox_location", "ews_host", "primary_group")
"""Fields whose word for what nobody knows becomes null."""

Facts: TypeAlias = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserClass:
    """What is known and forecast of one class, and how many users it has."""

    facts: Facts
    users: int


class Crowd(Protocol):
    """The classes of a plan's active users."""

    @property
    def classes(self) -> Sequence[UserClass]: ...

    def named(self, numbers: frozenset[int], most: int = MOST_NAMED) -> tuple[str, ...]:
        """The first addresses, in their order, of the users of these classes."""
        ...


def facts_of(row: UserDocument, domain: str | None, names: Mapping[str, str]) -> Facts:
    """The facts of a user as rules read them: every field, null where nobody knows, and no address.

    ``names`` are those of groups by other words for them. A group stands there by every word it goes by, so that no
    rule misses it; the primary group by its name.
    """
    stated = cast("dict[str, Json]", row)
    facts: dict[str, Json] = {name: stated.get(name) for name in USER.fields}
    for name in TO_MAP:
        # An empty word is no value of these either, but of the service: that one is known to be none.
        if facts[name] == UNKNOWN.value or (facts[name] == "" and name != "service"):
            facts[name] = None
    groups, primary = row.get("groups"), row.get("primary_group")
    if groups is not None:
        facts["groups"] = cast("Json", sorted({*groups, *(names.get(word, word) for word in groups)}))
    if facts["primary_group"] is not None and primary is not None:
        facts["primary_group"] = names.get(primary, primary)
    facts["domain"] = domain
    facts["evidence"] = row.get("evidence", Basis.PLATFORM.value)
    facts["lost_on_the_way"] = row.get("lost_on_the_way", False)
    return facts


class PlannedCrowd(Crowd):
    """The classes of a fresh plan; users stay columns."""

    def __init__(self, plan: Plan) -> None:
        population, cohorts = plan.assessment.population, plan.assessment.cohorts
        self._roster = population.roster
        self._keys = {kind: (*population.kinds[kind][:2], cohort) for kind, cohort in cohorts.of_kind.items()}
        assistants = sorted({change.pair.assistant for change in plan.pairs})
        self._apart = {one: found for one in assistants if (found := self._roster.find(one)) is not None}
        keys: Counter[tuple[int, int, int, bool]] = Counter()
        for kind, key in self._keys.items():
            keys[*key, False] += population.sizes[kind]
        for found in self._apart.values():
            keys[*self._keys[found.kind], False] -= 1
            keys[*self._keys[found.kind], True] += 1
        self._numbers: dict[tuple[int, int, int, bool], int] = {}
        self._classes: list[UserClass] = []
        rows: dict[tuple[int, int], UserDocument] = {}
        names = group_names(plan.assessment)
        for (class_id, domain_id, cohort, apart), size in keys.items():
            outcome = plan.assessment.outcomes[cohort]
            if outcome is None or not size:
                continue
            row = rows.get((class_id, cohort))
            if row is None:
                row = user_document(population.raw[class_id], outcome, population.bases[class_id])
                row["lost_on_the_way"] = cohort in plan.order.surplus_cohorts
                rows[class_id, cohort] = row
            told: UserDocument = {**row, "rules": sorted({*row["rules"], R17})} if apart else row
            domain = population.domains[domain_id]
            self._numbers[class_id, domain_id, cohort, apart] = len(self._classes)
            facts = facts_of(told, None if domain is None else domain.name, names)
            self._classes.append(UserClass(facts=facts, users=size))

    @property
    def classes(self) -> Sequence[UserClass]:
        return self._classes

    def named(self, numbers: frozenset[int], most: int = MOST_NAMED) -> tuple[str, ...]:
        asked = {False: set[int](), True: set[int]()}
        for kind, key in self._keys.items():
            for apart, kinds in asked.items():
                if self._numbers.get((*key, apart)) in numbers:
                    kinds.add(kind)
        if not asked[False] | asked[True]:
            return ()
        return tuple(islice(self._named(asked[False], asked[True]), most))

    def _named(self, kinds: set[int], kinds_apart: set[int]) -> Iterator[str]:
        for page in self._roster.pages():
            for email, kind in zip(page.emails, page.kinds, strict=True):
                if kind in (kinds_apart if email in self._apart else kinds):
                    yield email


class SavedCrowd(Crowd):
    """The classes of a saved plan, put together from its rows."""

    def __init__(self, rows: Iterable[UserDocument], names: Mapping[str, str] = NO_NAMES) -> None:
        numbers: dict[tuple[object, ...], int] = {}
        sizes = array("L")
        self._facts: list[Facts] = []
        self._first: list[list[str]] = []
        for row in rows:
            domain = domain_of(row["email"])
            facts = facts_of(row, None if domain is None else domain.name, names)
            number = numbers.setdefault(key_of(facts, tuple(USER.fields)), len(numbers))
            if number == len(self._facts):
                self._facts.append(facts)
                self._first.append([])
                sizes.append(0)
            sizes[number] += 1
            if len(self._first[number]) < MOST_NAMED:
                self._first[number].append(row["email"])
        self._classes = [UserClass(facts=facts, users=size) for facts, size in zip(self._facts, sizes, strict=True)]

    @property
    def classes(self) -> Sequence[UserClass]:
        return self._classes

    def named(self, numbers: frozenset[int], most: int = MOST_NAMED) -> tuple[str, ...]:
        return tuple(sorted(email for number in numbers for email in self._first[number])[:most])


def key_of(facts: Facts, fields: Sequence[str]) -> tuple[object, ...]:
    """Some of the facts as a key: equal for users whom these do not tell apart."""
    return tuple(tuple(value) if isinstance(value := facts[name], list) else value for name in fields)
