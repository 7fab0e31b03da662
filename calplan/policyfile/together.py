"""What only shows when all documents of a folder are looked at together."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from calplan.model.diagnostic import Diagnostic, Position, Severity
from calplan.plan.validity.level_rules import v38_declared, v38_equal_priorities
from calplan.policyfile.document import Parsed
from calplan.policyfile.documents import AccountDocument, Document, PolicyDocument, StatedProvider
from calplan.policyfile.translate import listed, nearest, quoted

MOST_NAMED: Final = 10
NAMED_BY_NAME: Final = frozenset({"Account", "Scenario"})
"""Kinds that others, or reports, refer to by name; the others by account."""
ONE_OF_A_KIND: Final = frozenset({"google", "microsoft"})
"""The types of provider of which an account has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """As much of a document as can be told even when it has errors; ``begin`` is where it begins in its file."""

    kind: str
    name: str | None
    account: str | None
    position: Position
    begin: Position

    @property
    def whose(self) -> str | None:
        """The account that it is about, or ``None`` where it is about all, or about none."""
        return self.name if self.kind == "Account" else self.account


def outline_of(document: Parsed, kind: str) -> Outline:
    """The outline of a document of ours."""
    name, account = document.at(("metadata", "name")), document.at(("metadata", "account"))
    return Outline(
        kind=kind,
        name=name if isinstance(name, str) else None,
        account=account if isinstance(account, str) else None,
        position=document.position(("metadata", "name" if kind in NAMED_BY_NAME else "account")),
        begin=document.position(()),
    )


def said_together(outlines: Sequence[Outline], *, whole: bool) -> Iterator[Diagnostic]:
    """Documents that get in each other's way, and policies of no account.

    ``whole``: a folder was looked at, where the account of a policy ought to be. Files by themselves may leave it out.
    """
    yield from _twice(outlines, "CalendarPolicy", lambda one: one.account, "an account has exactly one policy")
    yield from _twice(outlines, "Account", lambda one: one.name, "the name of an account is how others refer to it")
    yield from _twice(outlines, "PortalRecord", lambda one: one.account, "nobody could tell which one holds")
    yield from _twice(outlines, "Scenario", lambda one: one.name, "the name of a Scenario is how a failure is told")
    facts = [one for one in outlines if one.kind == "TenantFacts"]
    yield from _twice(facts, "TenantFacts", lambda one: one.account or "", "nobody could tell which one holds")
    accounts = sorted({one.name for one in outlines if one.kind == "Account" and one.name is not None})
    for one in outlines if whole else ():
        if one.kind in ("CalendarPolicy", "PortalRecord") and one.account is not None and one.account not in accounts:
            yield _no_account(one, one.account, accounts)


def said_of_levels(documents: Sequence[Document]) -> Iterator[Diagnostic]:
    """What an account's model of groups and a policy's overrides have to be told together (V38)."""
    accounts = {one.name: one for one in documents if isinstance(one, AccountDocument)}
    for account in accounts.values():
        yield from v38_equal_priorities(account.groups, account.positions)
    for one in documents:
        if isinstance(one, PolicyDocument) and one.policy.account in accounts:
            yield from v38_declared(one.policy, accounts[one.policy.account].groups)


def said_of_providers(documents: Sequence[Document]) -> Iterator[Diagnostic]:
    """Accounts that list two providers of a kind that is written to: what is done at one would pass for all."""
    for account in documents:
        if not isinstance(account, AccountDocument):
            continue
        seen: set[str] = set()
        for number, one in enumerate(account.providers):
            kind = one.type if isinstance(one, StatedProvider) else None
            if kind in ONE_OF_A_KIND and kind in seen:
                yield Diagnostic(
                    code="D-TWO",
                    severity=Severity.ERROR,
                    summary=f"a second provider of the type {quoted(kind)}",
                    why="consents are granted and revoked at one of them, so users of the other would be passed over",
                    help="remove one of the two; whom only the other knows can be listed in a connections-file",
                    position=account.positions[f"providers[{number}]"],
                )
            if kind is not None:
                seen.add(kind)


def _twice(
    outlines: Sequence[Outline], kind: str, about: Callable[[Outline], str | None], why: str
) -> Iterator[Diagnostic]:
    first: dict[str, Outline] = {}
    for one in outlines:
        key = about(one) if one.kind == kind else None
        if key is None or first.setdefault(key, one) is one:
            continue
        earlier = first[key].position
        yield Diagnostic(
            code="D-TWO",
            severity=Severity.ERROR,
            summary=f"a second {kind} for {quoted(key)}" if key else f"a second {kind}",
            why=f"{why}; the first stands in {earlier.file}:{earlier.line}",
            help=f"remove one of the two, or give it another {'name' if kind in NAMED_BY_NAME else 'account'}",
            position=one.position,
        )


def _no_account(outline: Outline, account: str, accounts: list[str]) -> Diagnostic:
    near = nearest(account, accounts)
    known = f"accounts found: {listed(accounts[:MOST_NAMED])}" if accounts else "no Account document was found"
    return Diagnostic(
        code="D-ACCOUNT",
        severity=Severity.ERROR,
        summary=f"there is no Account document named {quoted(account)}",
        why="without it nobody knows where the account's settings and users live",
        help=f"did you mean `{near}`? {known}" if near else f"{known}; add one beside the policy",
        position=outline.position,
    )
