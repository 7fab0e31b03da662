"""Users as columns, coded into classes as they are read; no rule ever meets a single user."""

from array import array
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, compress
from typing import NamedTuple

from calplan.impact.coding import STRIDE, Coded, Coding
from calplan.impact.facts import Cohort, cohort_of
from calplan.impact.resolve import Levels, relevant
from calplan.impact.roll import Roll, words_of
from calplan.impact.roster import NUMBERS, InMemory, PackedRoster, Page, Roster, Sorting, mailboxes_of, packed
from calplan.impact.standing import NO_GROUPS, Membership
from calplan.model.domain import Domain
from calplan.model.proof import STATED, Basis
from calplan.model.settings import AnyDomain, Domains
from calplan.model.unknown import Unknown
from calplan.model.user import RawFacts, UserBatch, UserFacts, decode


class Kind(NamedTuple):
    """What users may differ in: the number of their class, of their login domain, and of their mailbox's domain."""

    class_id: int
    domain_id: int
    mailbox_domain_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """All users of an account. They lie in ``roster`` by address, where each has the number of his kind.

    ``kinds`` says what such a number stands for and ``sizes`` how many users there are of each, none of none. A kind
    indexes ``classes`` (with ``raw``, the words they were read from, and ``bases``, on what their connection rests) and
    ``domains``, where ``None`` stands for domains that cannot be normalised. ``roll`` is a digest of the active users.
    ``last_client_only``: the source knows one client per user.
    """

    roster: Roster
    kinds: Mapping[int, Kind]
    sizes: Mapping[int, int]
    classes: tuple[UserFacts, ...]
    raw: tuple[RawFacts, ...]
    bases: tuple[Basis, ...]
    domains: tuple[Domain | None, ...]
    roll: str
    last_client_only: bool

    def __len__(self) -> int:
        return sum(self.sizes.values())

    def addresses(self, kinds: Container[int] | None = None) -> Iterator[str]:
        """The addresses of the users of some kinds or of all, sorted; nothing is read where there are none."""
        if kinds is None:
            return chain.from_iterable(page.emails for page in self.roster.pages())
        wanted = frozenset(number for number in self.kinds if number in kinds)
        return (
            email
            for page in (self.roster.pages(wanted) if wanted else ())
            for email, number in zip(page.emails, page.kinds, strict=True)
            if number in kinds
        )

    def class_of(self, email: str) -> int | None:
        """The class of the user with this address, if he is there."""
        found = self.roster.find(email)
        return None if found is None else self.kinds[found.kind].class_id


def populate(batches: Iterable[UserBatch], *, last_client_only: bool = False) -> Population:
    """The population that pages of users add up to. Who comes twice counts as he came last."""
    coding, sorting = Coding(), Sorting(InMemory())
    for batch in batches:
        sorting.add(batch.emails, coding.code(batch), batch.mailboxes)
    count = Count(coding)
    roster = PackedRoster(tuple(map(packed, count.counted(sorting.pages()))))
    kinds = coding.of(count.sizes)
    return put_together(roster, kinds, count.sizes, count.roll(kinds), last_client_only=last_client_only)


class Count:
    """Counts users while their pages pass, which are sorted: how many there are of each kind, and the roll of all."""

    def __init__(self, coding: Coding) -> None:
        self._inactive = coding.inactive()
        self._words: dict[int, str] = {}
        self._roll = Roll(self._words)
        self.sizes: Counter[int] = Counter()

    def counted(self, pages: Iterable[Page]) -> Iterator[Page]:
        """The pages as they are."""
        for page in pages:
            self.sizes.update(page.kinds)
            if self._inactive:
                active = [number % STRIDE not in self._inactive for number in page.kinds]
                emails = list(compress(page.emails, active))
                kinds = array(NUMBERS, compress(page.kinds, active))
                self._roll.add(emails, kinds, mailboxes_of(emails, page.mailboxes))
            else:
                self._roll.add(*page)
            yield page

    def roll(self, kinds: Mapping[int, Coded]) -> str:
        """The digest of the active users that were counted, of these kinds."""
        words = {one: words_of(*one) for one in {one[:2] for one in kinds.values()}}
        self._words.update((number, words[one[:2]]) for number, one in kinds.items())
        return self._roll.digest()


def put_together(
    roster: Roster, kinds: Mapping[int, Coded], sizes: Mapping[int, int], roll: str, *, last_client_only: bool
) -> Population:
    """The population of a roster; the order in which its users were met plays no part.

    Raises:
        ValueError: a word of a class is not of the vocabulary.
    """
    words = {one: words_of(*one) for one in {one[:2] for one in kinds.values()}}
    classes = sorted(words, key=words.__getitem__)
    names = {name for one in kinds.values() for name in (one.domain, one.mailbox_domain)}
    domains = sorted(names, key=lambda name: (name is None, name or ""))
    class_ids = {one: number for number, one in enumerate(classes)}
    domain_ids = {name: number for number, name in enumerate(domains)}
    numbered = {
        number: Kind(class_ids[one[:2]], domain_ids[one.domain], domain_ids[one.mailbox_domain])
        for number, one in kinds.items()
    }
    ordered = sorted(numbered, key=numbered.__getitem__)
    return Population(
        roster=roster,
        kinds={number: numbered[number] for number in ordered},
        sizes={number: sizes[number] for number in ordered},
        classes=tuple(decode(raw) for raw, _ in classes),
        raw=tuple(raw for raw, _ in classes),
        bases=tuple(basis for _, basis in classes),
        domains=tuple(None if name is None else Domain(name) for name in domains),
        roll=roll,
        last_client_only=last_client_only,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohorts:
    """The users in cohorts: ``of_kind`` gives the one of each kind and indexes ``members``, with their ``sizes``.

    ``memberships`` are the sets of groups that can matter; a cohort names the one of its users by number.
    """

    members: tuple[Cohort, ...]
    sizes: tuple[int, ...]
    of_kind: Mapping[int, int]
    memberships: tuple[Membership, ...]

    def kinds_in(self, cohorts: Container[int]) -> frozenset[int]:
        """The kinds of users in these cohorts."""
        return frozenset(kind for kind, cohort in self.of_kind.items() if cohort in cohorts)


def cohorts_of(population: Population, before: Levels, after: Levels) -> Cohorts:
    """The cohorts of a population as far as settings before and after a change can tell users apart."""
    lists = (before.account.allowed_domains, after.account.allowed_domains)
    first: dict[tuple[bool, ...], int] = {}
    stand_ins = [first.setdefault(_listed(domain, lists), number) for number, domain in enumerate(population.domains)]
    memberships: dict[Membership, int] = {}
    of_class = [
        memberships.setdefault(relevant(before.membership(user), (before, after)), len(memberships))
        for user in population.classes
    ]
    members: dict[Cohort, int] = {}
    sizes: list[int] = []
    numbers: dict[tuple[int, int], int] = {}
    of_kind: dict[int, int] = {}
    for kind, (class_id, domain_id, _) in population.kinds.items():
        place = (class_id, stand_ins[domain_id])
        number = numbers.get(place)
        if number is None:
            inferred = population.bases[class_id] not in STATED
            domain = population.domains[place[1]]
            cohort = cohort_of(population.classes[class_id], domain, of_class[class_id], inferred=inferred)
            number = numbers[place] = members.setdefault(cohort, len(members))
            sizes += [0] * (len(members) - len(sizes))
        of_kind[kind] = number
        sizes[number] += population.sizes[kind]
    return Cohorts(
        members=tuple(members),
        sizes=tuple(sizes),
        of_kind=of_kind,
        memberships=tuple(memberships) or (NO_GROUPS,),
    )


def _listed(domain: Domain | None, lists: tuple[Domains | Unknown, ...]) -> tuple[bool, ...]:
    restricted = [one for one in lists if not isinstance(one, (AnyDomain, Unknown))]
    return (domain is None, *(domain in one for one in restricted))
