"""Puts the parts together for commands: documents, the account, what is read of it, and the plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from calplan import __version__
from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.gates_from import under_gates
from calplan.cli.memory import StateMemory
from calplan.cli.reading import about_files, count_of, documents, show, tell
from calplan.cli.terms import terms_of
from calplan.cli.trust import in_automation, trust
from calplan.guardrails.results import Result
from calplan.guardrails.rules import NO_GUARDRAILS, Guardrails
from calplan.model.account import Evidence, Observed, TenantFacts
from calplan.model.diagnostic import Diagnostic, errors_in
from calplan.model.policy import CalendarPolicy
from calplan.plan.as_document import as_document, diagnostics_document, gates_document
from calplan.plan.build import Live, build_plan
from calplan.plan.document import PlanDocument
from calplan.plan.edits import PORTAL, EditLog, LogUnread
from calplan.plan.fingerprint import canonical_policy, canonical_text, digest
from calplan.plan.leftovers import wanted
from calplan.plan.moves import Previous
from calplan.plan.notice import with_notice
from calplan.plan.origin import Base
from calplan.plan.plan import Plan
from calplan.plan.planfile import PlanParts, users_bytes
from calplan.plan.pseudonyms import Pseudonyms, Redacted, redacted
from calplan.plan.users import AssessedUsers, SavedUsers, users_of
from calplan.policyfile.documents import AccountDocument, TenantFactsDocument
from calplan.policyfile.guardrails_together import joined
from calplan.policyfile.packs import recorded
from calplan.providers.base import (
    InvalidAccountError,
    KeepsLog,
    Memory,
    NotAuthorisedError,
    Platform,
    ProviderError,
    WritablePlatform,
)
from calplan.providers.everybody import Everybody, read_everybody

if TYPE_CHECKING:
    from calplan.providers.catalog import Opening
    from calplan.state.store import Store


People = Callable[[Platform], Everybody]
"""Gives the users of an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One account with its policy, and what the folder says of its tenant."""

    account: AccountDocument
    policy: CalendarPolicy
    tenant: tuple[TenantFactsDocument, ...]
    diagnostics: tuple[Diagnostic, ...]
    paths: tuple[str, ...]
    policy_file: Path
    guardrails: Guardrails = NO_GUARDRAILS


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A fresh plan in every shape commands need; ``guardrails`` says how the organisation's rules stand for it."""

    plan: Plan
    document: PlanDocument
    users: AssessedUsers
    policy: dict[str, object]
    paths: tuple[str, ...]
    guardrails: tuple[Result, ...] = ()

    @property
    def parts(self) -> PlanParts:
        """What a plan file is made of."""
        return PlanParts(
            document=self.document,
            users=users_bytes(self.users.lines()),
            policy=self.policy,
            positions=self.positions,
            paths=self.paths,
        )

    @property
    def positions(self) -> dict[str, list[str | int]]:
        """Where the policy states each address: file, line and column."""
        places = self.plan.policy.positions
        return {address: [place.file, place.line, place.column] for address, place in sorted(places.items())}

    def without_names(self, names: Pseudonyms) -> "Nameless":
        """The same plan with pseudonyms for every address."""
        population = self.plan.assessment.population
        others = [one for page in population.roster.pages() for one in (*page.emails, *page.mailboxes.values())]
        hidden = redacted(self.document, self.users, self.policy, names, others)
        return Nameless(hidden=hidden, positions=self.positions, paths=self.paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nameless:
    """A fresh plan with pseudonyms for addresses, to be shown and saved like one with names."""

    hidden: Redacted
    positions: dict[str, list[str | int]]
    paths: tuple[str, ...]

    @property
    def document(self) -> PlanDocument:
        return self.hidden.document

    @property
    def users(self) -> SavedUsers:
        return self.hidden.users

    @property
    def parts(self) -> PlanParts:
        """What a plan file is made of."""
        return PlanParts(
            document=self.hidden.document,
            users=self.hidden.lines,
            policy=self.hidden.policy,
            positions={self.hidden.renamed(address): place for address, place in self.positions.items()},
            paths=self.paths,
        )


def choose(paths: Sequence[Path], account: str | None = None, as_of: date | None = None) -> Chosen:
    """The account to work on, with its policy; see ``documents`` for ``as_of``.

    Raises:
        StopError: the documents have errors, name no such account, or several and none was asked for.
    """
    reading = documents(paths, as_of)
    files = {one.policy.account: one.file for one in reading.policies}
    policies = {one.policy.account: one.policy for one in reading.policies}
    if not policies:
        message = "error: there is no CalendarPolicy here. To begin with the settings as they are: calplan export PATH"
        raise StopError(ExitCode.INVALID, message)
    if account is None and len(policies) != 1:
        names = ", ".join(sorted(policies))
        raise StopError(ExitCode.USAGE, f"error: there are policies for several accounts: {names}. Use --account NAME")
    name = account if account is not None else next(iter(policies))
    owner = next((one for one in reading.accounts if one.name == name), None)
    if name in policies and owner is None:
        raise StopError(ExitCode.INVALID, f"error: there is no Account document named {name!r}; it says where to look")
    if name not in policies or owner is None:
        known = ", ".join(sorted(policies))
        raise StopError(ExitCode.USAGE, f"error: no policy for an account named {name!r}; there are: {known}")
    under = under_gates(owner, joined(reading.guardrails), paths)
    return Chosen(
        account=under.account,
        policy=policies[name],
        tenant=tuple(one for one in reading.tenant_facts if one.account in (None, name)),
        diagnostics=(*(one for one in reading.diagnostics if not about_files(one)), *under.ignored),
        paths=tuple(map(recorded, paths)),
        policy_file=files[name],
        guardrails=under.guardrails,
    )


def open_account(
    account: AccountDocument, state: "str | Store | None" = None, reading: Memory | None = None
) -> Platform:
    """The account, to be read only; ``state`` is where sources beside the platform keep what takes long to read.

    ``reading`` is where the platform itself does.

    Raises:
        StopError: it cannot be opened.
    """
    from calplan.providers.catalog import open_platform  # noqa: PLC0415 - adapters are imported when used

    with translated():
        return open_platform(account, replace(_opening(account, state), reading=reading))


def _opening(account: AccountDocument, state: "str | Store | None") -> "Opening":
    from calplan.providers.catalog import Opening  # noqa: PLC0415 - adapters are imported when used

    memory = StateMemory(account.name, state) if account.providers else None
    return Opening(clock=clock.stamp, tell=tell, trust=trust(automated=in_automation()), memory=memory)


def open_for_writing(account: AccountDocument, state: str | None = None) -> WritablePlatform:
    """The account, to be written; only an apply asks for this.

    Raises:
        StopError: it cannot be opened.
    """
    from calplan.providers.catalog import open_writable  # noqa: PLC0415 - adapters are imported when used

    with translated():
        return open_writable(account, _opening(account, state))


class translated:  # noqa: N801 - reads as a phrase: with translated()
    """Turns what providers and the state store raise into exit codes."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, InvalidAccountError) and error.diagnostics:
            show(error.diagnostics)
            raise StopError(ExitCode.INVALID, count_of(errors_in(error.diagnostics))) from error
        if isinstance(error, ProviderError):
            raise StopError(code_of(error), f"error: {error}") from error


def code_of(error: ProviderError) -> ExitCode:
    """The exit code of a provider's error when nothing was written."""
    if isinstance(error, InvalidAccountError):
        return ExitCode.INVALID
    return ExitCode.NOT_AUTHORISED if isinstance(error, NotAuthorisedError) else ExitCode.UNREACHABLE


def read_live(platform: Platform, chosen: Chosen, people: People = read_everybody) -> Live:
    """Everything the plan needs of the account, read once; ``people`` gives its users.

    Raises:
        StopError: the account cannot be read.
    """
    with translated():
        settings = platform.read_settings()
        groups = platform.read_groups()
        everybody = people(platform)
        stored = platform.read_tenant()
        pairs = chosen.policy.private_events
        assistants = None if pairs is None else platform.read_assistants(pairs.hosts)
        holders = {one: platform.read_consents(one, None) for one in wanted(chosen.policy)}
    tenants = (*(() if stored is None else (stored,)), *map(_documented, chosen.tenant))
    return Live(
        settings=settings,
        groups=groups,
        population=everybody.population,
        users=everybody.evidence,
        tenant=tenants,
        assistants=assistants,
        sources=everybody.beside,
        holders=holders,
        edits=_edits(platform, settings.evidence),
    )


def _edits(platform: Platform, record: Evidence) -> EditLog | LogUnread | None:
    """What a platform's operation log says since its settings were attested: a hint, whose lack stops nothing."""
    if record.kind != PORTAL or record.as_of is None or not isinstance(platform, KeepsLog):
        return None
    try:
        return platform.recent_edits(record.as_of)
    except ProviderError as error:
        return LogUnread(reason=str(error))


def _documented(document: TenantFactsDocument) -> Observed[TenantFacts]:
    source = f"TenantFacts {document.name}" + (f" ({document.source})" if document.source else "")
    evidence = Evidence(source=source, kind="tenant", as_of=document.as_of, records=1, complete=True)
    return Observed(value=document.facts, evidence=evidence)


def make_plan(
    chosen: Chosen,
    platform: Platform,
    *,
    as_of: date | None = None,
    allowed: frozenset[str] = frozenset(),
    by: str | None = None,
    earlier: Callable[[Live], Previous | None] = lambda _live: None,
    base: Base | None = None,
    notice_for: str | None = None,
    people: People = read_everybody,
) -> Planned:
    """A plan from live state. ``allowed`` names gates that are lifted, ``by`` who applies it.

    ``earlier`` finds the users of an earlier plan, to tell who changed groups since; ``base`` is what the account was
    left at, to tell where each change comes from. ``notice_for`` is the id of the plan that people had to be told of,
    where that is another one than this. ``people`` gives the users, who are read anew where it is left out.

    Raises:
        StopError: the account cannot be read.
    """
    live = read_live(platform, chosen, people)
    live = replace(live, previous=earlier(live))
    terms = terms_of(chosen.account, platform.capabilities, as_of=as_of, allowed=allowed, by=by)
    plan = build_plan(chosen.policy, live, terms, chosen.diagnostics)
    users = users_of(plan)
    policy = canonical_policy(chosen.policy)
    document = as_document(
        plan,
        version=__version__,
        users_hash=users.digest(),
        policy_hash=digest(canonical_text(policy)),
        base=base,
    )
    plan = with_notice(plan, terms, notice_for or document["plan_id"])
    results: tuple[Result, ...] = ()
    if chosen.guardrails.rules:
        from calplan.cli.guarding import account_facts, guarded  # noqa: PLC0415 - few folders have rules
        from calplan.guardrails.gates import results_document  # noqa: PLC0415 - as above

        facts = account_facts(chosen.account)
        plan, results = guarded(plan, document, policy, guardrails=chosen.guardrails, account=facts, terms=terms)
        document["guardrails"] = results_document(results)
        document["diagnostics"] = diagnostics_document(plan.diagnostics)
    document["gates"] = gates_document(plan.gates)
    return Planned(plan=plan, document=document, users=users, policy=policy, paths=chosen.paths, guardrails=results)
