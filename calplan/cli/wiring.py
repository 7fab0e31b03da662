"""Puts the parts together for commands: documents, the account, what is read of it, and the plan."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import TracebackType

from calplan import __version__
from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import say
from calplan.cli.trust import trust
from calplan.impact.population import populate
from calplan.model.account import Evidence, Observed, TenantFacts
from calplan.model.diagnostic import Diagnostic, Position, Severity, errors_in
from calplan.model.policy import CalendarPolicy
from calplan.plan.as_document import as_document
from calplan.plan.build import Live, Terms, build_plan
from calplan.plan.document import PlanDocument
from calplan.plan.fingerprint import canonical_policy, canonical_text, digest
from calplan.plan.moves import Previous
from calplan.plan.plan import Plan
from calplan.plan.planfile import PlanParts, users_bytes, users_digest
from calplan.plan.users import AssessedUsers, users_of
from calplan.policyfile.documents import AccountDocument, TenantFactsDocument
from calplan.policyfile.folder import MissingPathError
from calplan.policyfile.reader import Reading, read
from calplan.providers.base import InvalidAccountError, NotAuthorisedError, Platform, ProviderError, WritablePlatform
from calplan.render.diagnostic import render_diagnostic

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One account with its policy, and what the folder says of its tenant."""

    account: AccountDocument
    policy: CalendarPolicy
    tenant: tuple[TenantFactsDocument, ...]
    diagnostics: tuple[Diagnostic, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A fresh plan in every shape commands need."""

    plan: Plan
    document: PlanDocument
    users: AssessedUsers
    policy: dict[str, object]
    paths: tuple[str, ...]

    @property
    def parts(self) -> PlanParts:
        """What a plan file is made of."""
        return PlanParts(
            document=self.document,
            users=users_bytes(self.users.lines()),
            policy=self.policy,
            positions={
                address: [place.file, place.line, place.column]
                for address, place in sorted(self.plan.policy.positions.items())
            },
            paths=self.paths,
        )


def documents(paths: Sequence[Path], as_of: date | None = None) -> Reading:
    """The documents of PATHs; their errors, and what was passed over, are said on stderr.

    Dated rules are judged as of today unless another day is given.

    Raises:
        StopError: a PATH is missing, or a document has an error.
    """
    try:
        reading = read(paths, as_of or clock.today())
    except MissingPathError as error:
        raise StopError(ExitCode.USAGE, f"error: {error}") from error
    show([one for one in reading.diagnostics if one.severity is Severity.ERROR or about_files(one)])
    if reading.has_errors:
        raise StopError(ExitCode.INVALID, _count(errors_in(reading.diagnostics)))
    return reading


def stop_if_errors(errors: tuple[Diagnostic, ...]) -> None:
    """Say what is wrong with documents.

    Raises:
        StopError: there is an error.
    """
    if errors:
        show(errors)
        raise StopError(ExitCode.INVALID, _count(errors))


def show(diagnostics: Sequence[Diagnostic]) -> None:
    """Say diagnostics on stderr, errors first, at most fifty of them."""
    order = list(Severity)
    ranked = sorted(diagnostics, key=lambda one: order.index(one.severity))
    for one in ranked[:MOST_SHOWN]:
        say(render_diagnostic(one) + "\n")
    if len(ranked) > MOST_SHOWN:
        say(f"... and {len(ranked) - MOST_SHOWN} more\n")


def tell(diagnostic: Diagnostic) -> None:
    """Say one diagnostic on stderr."""
    show((diagnostic,))


def about_files(diagnostic: Diagnostic) -> bool:
    """Whether a diagnostic is about what lies in the folder rather than about what a document means."""
    return diagnostic.code.startswith("D-")


def _count(errors: tuple[Diagnostic, ...]) -> str:
    return "1 error; nothing was written" if len(errors) == 1 else f"{len(errors)} errors; nothing was written"


def choose(paths: Sequence[Path], account: str | None = None, as_of: date | None = None) -> Chosen:
    """The account to work on, with its policy; see ``documents`` for ``as_of``.

    Raises:
        StopError: the documents have errors, name no such account, or several and none was asked for.
    """
    reading = documents(paths, as_of)
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
    return Chosen(
        account=owner,
        policy=policies[name],
        tenant=tuple(one for one in reading.tenant_facts if one.account in (None, name)),
        diagnostics=tuple(one for one in reading.diagnostics if not about_files(one)),
        paths=tuple(map(str, paths)),
    )


def open_account(account: AccountDocument) -> Platform:
    """The account, to be read only.

    Raises:
        StopError: it cannot be opened.
    """
    from calplan.providers.catalog import Opening, open_platform  # noqa: PLC0415 - adapters are imported when used

    opening = Opening(clock=clock.stamp, tell=tell, trust=trust(automated=in_automation()))
    with translated():
        return open_platform(account, opening)


def open_for_writing(account: AccountDocument) -> WritablePlatform:
    """The account, to be written; only an apply asks for this.

    Raises:
        StopError: it cannot be opened.
    """
    from calplan.providers.catalog import Opening, open_writable  # noqa: PLC0415 - adapters are imported when used

    opening = Opening(clock=clock.stamp, tell=tell, trust=trust(automated=in_automation()))
    with translated():
        return open_writable(account, opening)


class translated:  # noqa: N801 - reads as a phrase: with translated()
    """Turns what providers and the state store raise into exit codes."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, InvalidAccountError) and error.diagnostics:
            show(error.diagnostics)
            raise StopError(ExitCode.INVALID, _count(errors_in(error.diagnostics))) from error
        if isinstance(error, ProviderError):
            raise StopError(code_of(error), f"error: {error}") from error


def code_of(error: ProviderError) -> ExitCode:
    """The exit code of a provider's error when nothing was written."""
    if isinstance(error, InvalidAccountError):
        return ExitCode.INVALID
    return ExitCode.NOT_AUTHORISED if isinstance(error, NotAuthorisedError) else ExitCode.UNREACHABLE


def read_live(platform: Platform, chosen: Chosen) -> Live:
    """Everything the plan needs of the account, read once.

    Raises:
        StopError: the account cannot be read.
    """
    with translated():
        settings = platform.read_settings()
        groups = platform.read_groups()
        users = platform.read_users()
        population = populate(users.batches)
        stored = platform.read_tenant()
        assistants = None if chosen.policy.private_events is None else platform.read_assistants()
    tenants = (*(() if stored is None else (stored,)), *map(_documented, chosen.tenant))
    return Live(
        settings=settings,
        groups=groups,
        population=population,
        users=users.evidence,
        tenant=tenants,
        assistants=assistants,
    )


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
) -> Planned:
    """A plan from live state. ``allowed`` names gates that are lifted, ``by`` who applies it.

    ``earlier`` finds the users of an earlier plan, to tell who changed groups since.


    Raises:
        StopError: the account cannot be read.
    """
    live = read_live(platform, chosen)
    live = replace(live, previous=earlier(live))
    account = chosen.account
    terms = Terms(
        limits=account.limits,
        ages=account.max_evidence_age,
        owner=account.owner or "",
        as_of=as_of or clock.today(),
        at=clock.now(),
        modes=platform.capabilities.modes,
        provider=platform.capabilities.platform,
        group_model=account.groups,
        allowed=allowed,
        by=by,
    )
    plan = build_plan(chosen.policy, live, terms, (*chosen.diagnostics, *unplanned(chosen)))
    users = users_of(plan)
    policy = canonical_policy(chosen.policy)
    document = as_document(
        plan, version=__version__, users_hash=users_digest(users.lines()), policy_hash=digest(canonical_text(policy))
    )
    return Planned(plan=plan, document=document, users=users, policy=policy, paths=chosen.paths)


def unplanned(chosen: Chosen) -> tuple[Diagnostic, ...]:
    """Parts of the documents that this version cannot forecast: silence would be a false promise."""
    found = unplanned_in(chosen.policy)
    if chosen.account.providers:
        found += (unplanned_part("providers beside the platform", chosen.account.positions.get("providers[0]")),)
    return found


def unplanned_in(policy: CalendarPolicy) -> tuple[Diagnostic, ...]:
    """Parts of a policy that this version cannot forecast."""
    found = []
    if policy.office365_revoke_stale or policy.google_revoke_stale:
        found.append(unplanned_part("`revokeStale`", policy.positions.get("office365.revokeStale")))
    return tuple(found)


def unplanned_part(what: str, position: Position | None) -> Diagnostic:
    """That this version cannot forecast something."""
    return Diagnostic(
        code="P-LATER",
        severity=Severity.ERROR,
        summary=f"{what} cannot be planned by this version",
        why="a plan that left them out would promise too much",
        help="remove them, or wait for the version that plans them",
        position=position,
    )


def in_automation() -> bool:
    """Whether nobody is there to answer a question."""
    return any(os.environ.get(name) for name in ("CI", "CALPLAN_IN_AUTOMATION"))
