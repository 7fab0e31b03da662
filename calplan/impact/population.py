"""Users as columns, coded into classes as they are read; no rule ever meets a single user."""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat

from calplan.impact.facts import Cohort, cohort_of
from calplan.impact.resolve import Levels, relevant
from calplan.impact.standing import NO_GROUPS, Membership
from calplan.model.domain import Domain, domain_of
from calplan.model.proof import STATED, Basis
from calplan.model.settings import AnyDomain, Domains
from calplan.model.unknown import Unknown
from calplan.model.user import RawFacts, UserBatch, UserFacts, decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """All users of an account, sorted by login address.

    ``class_ids`` and ``domain_ids`` run parallel to ``emails`` and index ``classes`` (with ``raw``, the words they were
    read from, and ``bases``, on what their connection rests) and ``domains``, where ``None`` stands for domains that
    cannot be normalised. ``mailboxes`` maps a login address to the mailbox address where the two differ.
    ``last_client_only``: the source knows one client per user.
    """

    emails: list[str]
    class_ids: "array[int]"
    domain_ids: "array[int]"
    classes: tuple[UserFacts, ...]
    raw: tuple[RawFacts, ...]
    bases: tuple[Basis, ...]
    domains: tuple[Domain | None, ...]
    mailboxes: dict[str, str]
    last_client_only: bool

    def __len__(self) -> int:
        return len(self.emails)


def populate(batches: Iterable[UserBatch], *, last_client_only: bool = False) -> Population:
    """The population that pages of users add up to."""
    emails: list[str] = []
    class_ids, domain_ids = array("I"), array("I")
    codes: dict[tuple[RawFacts, Basis], int] = {}
    tails: dict[str, int] = {}
    domains: dict[Domain | None, int] = {}
    mailboxes: dict[str, str] = {}
    for batch in batches:
        emails += batch.emails
        mailboxes.update(batch.mailboxes)
        keys = zip(batch.facts, batch.bases or repeat(Basis.PLATFORM), strict=False)
        class_ids.extend([codes.setdefault(key, len(codes)) for key in keys])
        for email in batch.emails:
            tail = email.rpartition("@")[2]
            if tail not in tails:
                domain = domain_of(email)
                tails[tail] = domains.setdefault(domain, len(domains))
            domain_ids.append(tails[tail])
    if emails != sorted(emails):
        order = sorted(range(len(emails)), key=emails.__getitem__)
        emails = [emails[index] for index in order]
        class_ids = array("I", [class_ids[index] for index in order])
        domain_ids = array("I", [domain_ids[index] for index in order])
    return Population(
        emails=emails,
        class_ids=class_ids,
        domain_ids=domain_ids,
        classes=tuple(decode(raw) for raw, _ in codes),
        raw=tuple(raw for raw, _ in codes),
        bases=tuple(basis for _, basis in codes),
        domains=tuple(domains),
        mailboxes=mailboxes,
        last_client_only=last_client_only,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohorts:
    """The users in cohorts: ``ids`` runs parallel to the population and indexes ``members``, with their ``sizes``.

    ``memberships`` are the sets of groups that can matter; a cohort names the one of its users by number.
    """

    members: tuple[Cohort, ...]
    sizes: tuple[int, ...]
    ids: "array[int]"
    memberships: tuple[Membership, ...]


def cohorts_of(population: Population, before: Levels, after: Levels) -> Cohorts:
    """The cohorts of a population as far as settings before and after a change can tell users apart."""
    lists = (before.account.allowed_domains, after.account.allowed_domains)
    stand_ins: dict[tuple[bool, ...], Domain | None] = {}
    for domain in population.domains:
        stand_ins.setdefault(_listed(domain, lists), domain)
    domains = [stand_ins[_listed(domain, lists)] for domain in population.domains]
    memberships: dict[Membership, int] = {}
    of_class = [
        memberships.setdefault(relevant(before.membership(user), (before, after)), len(memberships))
        for user in population.classes
    ]
    members: dict[Cohort, int] = {}
    sizes: list[int] = []
    numbers: dict[tuple[int, int], int] = {}
    pairs = Counter(zip(population.class_ids, population.domain_ids, strict=True))
    for (class_id, domain_id), size in pairs.items():
        inferred = population.bases[class_id] not in STATED
        cohort = cohort_of(population.classes[class_id], domains[domain_id], of_class[class_id], inferred=inferred)
        number = numbers[class_id, domain_id] = members.setdefault(cohort, len(members))
        sizes += [0] * (len(members) - len(sizes))
        sizes[number] += size
    columns = zip(population.class_ids, population.domain_ids, strict=True)
    return Cohorts(
        members=tuple(members),
        sizes=tuple(sizes),
        ids=array("I", map(numbers.__getitem__, columns)),
        memberships=tuple(memberships) or (NO_GROUPS,),
    )


def _listed(domain: Domain | None, lists: tuple[Domains | Unknown, ...]) -> tuple[bool, ...]:
    restricted = [one for one in lists if not isinstance(one, (AnyDomain, Unknown))]
    return (domain is None, *(domain in one for one in restricted))
