"""Puts the parts together for commands: documents, the account, what is read of it, and the plan."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from calplan import __version__
from calplan.cli import clock
from calplan.cli.chosen import Chosen
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.opening import no_line, opening_of, progress_line
from calplan.cli.progress import ProgressLine
from calplan.cli.reading import count_of, show
from calplan.cli.terms import terms_of
from calplan.cli.trust import in_automation
from calplan.guardrails.results import Result
from calplan.model.account import Evidence, Observed, TenantFacts
from calplan.model.diagnostic import errors_in
from calplan.plan.as_document import as_document, diagnostics_document, gates_document
from calplan.plan.build import Live, build_plan
from calplan.plan.document import PlanDocument, SnapshotDocument
from calplan.plan.edits import PORTAL, EditLog, LogUnread
from calplan.plan.fingerprint import canonical_policy, canonical_text, digest
from calplan.plan.leftovers import wanted
from calplan.plan.meant import Meant, base_of
from calplan.plan.moves import Previous
from calplan.plan.notice import with_notice
from calplan.plan.origin import Base
from calplan.plan.plan import Plan
from calplan.plan.planfile import PlanParts, users_bytes
from calplan.plan.pseudonyms import Pseudonyms, Redacted, redacted
from calplan.plan.snapshot.frozen import Frozen, NotHeldError
from calplan.plan.users import AssessedUsers, SavedUsers, users_of
from calplan.policyfile.documents import AccountDocument, TenantFactsDocument
from calplan.providers.base import Capabilities, KeepsLog, Memory, Platform, WritablePlatform
from calplan.providers.errors import InvalidAccountError, NotAuthorisedError, ProviderError
from calplan.providers.everybody import Everybody, read_everybody

if TYPE_CHECKING:
    from calplan.providers.http.paces import Paces
    from calplan.state.store import Store

Held = TypeVar("Held", bound=Platform)
People = Callable[[Platform], Everybody]
"""Gives the users of an account."""


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


def open_account(
    account: AccountDocument,
    state: "str | Store | None" = None,
    reading: Memory | None = None,
    paces: "Paces | None" = None,
) -> "Opened[Platform]":
    """The account, to be read only; ``state`` is where sources beside the platform keep what takes long to read.

    ``reading`` is where the platform itself does. ``paces`` are shared with other accounts; of one among several no
    line is shown.

    Raises:
        StopError: it cannot be opened.
    """
    from calplan.providers.catalog import open_platform  # noqa: PLC0415 - adapters are imported when used

    line = progress_line(automated=in_automation()) if paces is None else no_line()
    opening = replace(opening_of(account, state, line, automated=in_automation()), reading=reading)
    with translated():
        shared = opening if paces is None else replace(opening, paces=paces)
        return Opened(platform=open_platform(account, shared), line=line)


def open_for_writing(account: AccountDocument, state: str | None = None) -> "Opened[WritablePlatform]":
    """The account, to be written; only an apply asks for this.

    Raises:
        StopError: it cannot be opened.
    """
    from calplan.providers.catalog import open_writable  # noqa: PLC0415 - adapters are imported when used

    line = progress_line(automated=in_automation())
    opening = opening_of(account, state, line, automated=in_automation())
    with translated():
        return Opened(platform=open_writable(account, opening), line=line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Generic[Held]):
    """An account that is open, and the line that shows how far reading and writing it has come."""

    platform: Held
    line: ProgressLine

    @property
    def capabilities(self) -> Capabilities:
        """What can be done with it."""
        return self.platform.capabilities

    @contextmanager
    def reading(self) -> Iterator[Held]:
        """The account while it is read: what it raises becomes an exit code, and no line is left at the end.

        Raises:
            StopError: it cannot be read.
        """
        with translated(), self.line:
            yield self.platform


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


def read_live(opened: Opened[Platform], chosen: Chosen, people: People = read_everybody) -> Live:
    """Everything the plan needs of the account, read once; ``people`` gives its users.

    Raises:
        StopError: the account cannot be read.
    """
    with opened.reading() as platform:
        settings = platform.read_settings()
        groups = platform.read_groups()
        everybody = people(platform)
        stored = platform.read_tenant()
        pairs = chosen.policy.private_events
        assistants = None if pairs is None else platform.read_assistants(pairs.hosts)
        holders = {one: platform.read_consents(one, None) for one in wanted(chosen.policy)}
        edits = _edits(platform, settings.evidence)
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
        edits=edits,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenAccount:
    """An account as a snapshot has it, in the place of one that is read."""

    frozen: Frozen
    capabilities: Capabilities
    name: str

    def live(self, chosen: Chosen) -> Live:
        """What a plan needs of it.

        Raises:
            StopError: the snapshot does not hold it.
        """
        try:
            live = self.frozen.for_policy(chosen.policy)
        except NotHeldError as error:
            message = f"error: {self.name} does not do: {error}. Take another: calplan snapshot --assistants --out FILE"
            raise StopError(ExitCode.INVALID, message) from error
        return replace(live, tenant=(*live.tenant, *map(_documented, chosen.tenant)))

    @property
    def origin(self) -> SnapshotDocument:
        """What a plan says of it."""
        age = max(clock.stamp() - self.frozen.taken_at, timedelta())
        return {"taken_at": self.frozen.taken_at.isoformat(timespec="seconds"), "age": int(age.total_seconds())}


def make_plan(
    chosen: Chosen,
    source: Opened[Platform] | FrozenAccount,
    *,
    as_of: date | None = None,
    allowed: frozenset[str] = frozenset(),
    by: str | None = None,
    earlier: Callable[[Live], Previous | None] = lambda _live: None,
    base: Base | Meant | None = None,
    notice_for: str | None = None,
    people: People = read_everybody,
) -> Planned:
    """A plan from live state, or from a snapshot. ``allowed`` names gates that are lifted, ``by`` who applies it.

    ``earlier`` finds the users of an earlier plan, to tell who changed groups since; ``base`` is what the account was
    left at, or meant to be, to tell where each change comes from. ``notice_for`` is the id of the plan that people had
    to be told of, where that is another one than this. ``people`` gives the users, who are read anew where it is left
    out.

    Raises:
        StopError: the account cannot be read.
    """
    live = source.live(chosen) if isinstance(source, FrozenAccount) else read_live(source, chosen, people)
    live = replace(live, previous=earlier(live))
    terms = terms_of(chosen.account, source.capabilities, as_of=as_of, allowed=allowed, by=by)
    plan = build_plan(chosen.policy, live, terms, chosen.diagnostics)
    users = users_of(plan)
    policy = canonical_policy(chosen.policy)
    document = as_document(
        plan,
        version=__version__,
        users_hash=users.digest(),
        policy_hash=digest(canonical_text(policy)),
        base=base_of(base, live, terms) if isinstance(base, Meant) else base,
        snapshot=source.origin if isinstance(source, FrozenAccount) else None,
        redacted=isinstance(source, FrozenAccount) and source.frozen.redacted,
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
