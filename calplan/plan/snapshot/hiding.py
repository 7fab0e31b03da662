"""A snapshot in which nobody is named: the pseudonyms of a redacted plan, over everything that a snapshot holds.

Names of groups stay, for policies name them, and so do domains and EWS hosts, for rules turn on them. Of the addresses
that the policy itself states, as that of an impersonation account, it is no secret that they are there: in settings and
scheduling privileges they stay as well, for otherwise the policy would seem to change what it leaves as it is.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from calplan.impact.population import Population, populate
from calplan.model.account import AssistantPair, Evidence, Observed, PrivateAccess, T
from calplan.model.levels import Group, Groups
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.service import ExchangeEws, Impersonation, Service
from calplan.model.settings import AccountSettings
from calplan.model.unknown import Unknown, Unmanaged
from calplan.model.user import RawFacts, UserBatch, text_list
from calplan.plan.beside import BesidePlatform
from calplan.plan.build import Live
from calplan.plan.edits import Edit, EditLog, LogUnread
from calplan.plan.pseudonyms import Pen, Pseudonyms
from calplan.plan.snapshot.frozen import Frozen

LEFT_OUT: Final = "left out"
"""Stands for what an operation log says, which is free text about anybody."""


def named_in(policy: CalendarPolicy) -> frozenset[str]:
    """The addresses that a policy states of its own accord."""
    private = policy.private_events
    pairs = () if private is None else (pair for pair, _ in private.exceptions)
    services = [policy.settings.service, *(one.service for one in policy.groups or ())]
    accounts = (one.impersonation for one in services if isinstance(one, ExchangeEws))
    return frozenset(
        (
            *(address for pair in pairs for address in (pair.user, pair.assistant)),
            *(one.account for one in accounts if isinstance(one, Impersonation)),
        )
    )


def hidden(frozen: Frozen, names: Pseudonyms, stated: frozenset[str]) -> Frozen:
    """The snapshot with pseudonyms for addresses; ``stated`` are those of ``named_in``."""
    return _Hiding.of(frozen.live, names, stated).over(frozen)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hiding:
    """Puts pseudonyms into one snapshot: a name for a person, a label where a person may be named, a sentence."""

    name: Callable[[str], str]
    label: Callable[[str], str]
    sentence: Callable[[str], str]
    stated: frozenset[str]

    @classmethod
    def of(cls, live: Live, names: Pseudonyms, stated: frozenset[str]) -> "_Hiding":
        population, groups = live.population, live.groups.value
        pages = population.roster.pages()
        people = frozenset(word for page in pages for word in (*page.emails, *page.mailboxes.values()))
        words = (word for one in groups.known for word in (one.id, one.name) if "@" in word)
        pen = Pen.of(names, people, frozenset(words))
        return cls(name=names.of, label=pen.label, sentence=pen.sentence, stated=stated)

    def over(self, frozen: Frozen) -> Frozen:
        live = frozen.live
        hosts = None if frozen.hosts is None else frozenset(map(self.unless_stated, frozen.hosts))
        return replace(
            frozen,
            redacted=True,
            hosts=hosts,
            live=replace(
                live,
                settings=self.observed(live.settings, self.settings(live.settings.value)),
                groups=self.observed(live.groups, self.groups(live.groups.value)),
                population=self.population(live.population),
                users=self.evidence(live.users),
                tenant=tuple(self.observed(one, one.value) for one in live.tenant),
                assistants=None if live.assistants is None else self.assistants(live.assistants),
                sources=self.sources(live.sources),
                holders={
                    consent: users if isinstance(users, Unknown) else frozenset(map(self.name, users))
                    for consent, users in live.holders.items()
                },
                edits=self.edits(live.edits),
            ),
        )

    def unless_stated(self, address: str) -> str:
        return address if address in self.stated else self.name(address)

    def evidence(self, one: Evidence) -> Evidence:
        return replace(one, source=self.sentence(one.source))

    def observed(self, one: Observed[T], value: T) -> Observed[T]:
        return Observed(value=value, evidence=self.evidence(one.evidence))

    def settings(self, settings: AccountSettings) -> AccountSettings:
        service = settings.service
        return settings if isinstance(service, Unknown) else replace(settings, service=self.service(service))

    def service(self, service: Service) -> Service:
        account = service.impersonation if isinstance(service, ExchangeEws) else None
        if not isinstance(service, ExchangeEws) or not isinstance(account, Impersonation):
            return service
        return replace(service, impersonation=replace(account, account=self.unless_stated(account.account)))

    def groups(self, groups: Groups) -> Groups:
        overrides = groups.overrides
        return Groups(
            known=tuple(Group(id=self.label(one.id), name=self.label(one.name)) for one in groups.known),
            overrides=overrides if isinstance(overrides, Unknown) else tuple(map(self.override, overrides)),
        )

    def override(self, one: GroupOverride) -> GroupOverride:
        service = one.service if isinstance(one.service, Unmanaged) else self.service(one.service)
        return replace(one, group=self.label(one.group), service=service)

    def population(self, population: Population) -> Population:
        classes = [self.facts(raw) for raw in population.raw]
        ids = {number: kind.class_id for number, kind in population.kinds.items()}
        batches = (
            UserBatch(
                emails=list(map(self.name, page.emails)),
                facts=[classes[ids[number]] for number in page.kinds],
                mailboxes={self.name(email): self.name(mailbox) for email, mailbox in page.mailboxes.items()},
                bases=[population.bases[ids[number]] for number in page.kinds],
            )
            for page in population.roster.pages()
        )
        return populate(batches, last_client_only=population.last_client_only)

    def facts(self, raw: RawFacts) -> RawFacts:
        return raw._replace(
            groups=None if raw.groups is None else self.labels(raw.groups),
            primary_group=None if raw.primary_group is None else self.label(raw.primary_group),
            clients=self.labels(raw.clients),
        )

    def labels(self, listed: str) -> str:
        return text_list([*map(self.label, json.loads(listed))])

    def assistants(
        self, one: Observed[Mapping[AssistantPair, PrivateAccess]]
    ) -> Observed[Mapping[AssistantPair, PrivateAccess]]:
        pairs = {
            AssistantPair(user=self.unless_stated(pair.user), assistant=self.unless_stated(pair.assistant)): access
            for pair, access in one.value.items()
        }
        return self.observed(one, pairs)

    def sources(self, sources: BesidePlatform) -> BesidePlatform:
        return BesidePlatform(
            evidence=tuple(map(self.evidence, sources.evidence)),
            findings=tuple(
                replace(
                    one, summary=self.sentence(one.summary), why=self.sentence(one.why), help=self.sentence(one.help)
                )
                for one in sources.findings
            ),
        )

    def edits(self, log: EditLog | LogUnread | None) -> EditLog | LogUnread | None:
        if log is None or isinstance(log, LogUnread):
            return log if log is None else LogUnread(reason=self.sentence(log.reason))
        edits = (Edit(time=one.time, operator=LEFT_OUT, action=LEFT_OUT, detail=LEFT_OUT) for one in log.edits)
        return replace(log, edits=tuple(edits))
