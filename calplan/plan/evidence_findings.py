"""What has to be said of the evidence about users: whom nobody can tell about, and why."""

from collections.abc import Iterator, Sequence
from typing import Final

from calplan.model.diagnostic import Diagnostic, Severity
from calplan.model.plural import plural
from calplan.model.proof import Basis, Witness
from calplan.plan.joining import Joined, Why

SHOWN: Final = 10


def evidence_findings(joined: Joined, witnesses: Sequence[Witness]) -> tuple[Diagnostic, ...]:
    """Everything that reading sources beside the platform left open."""
    return tuple(_findings(joined, witnesses))


def _findings(joined: Joined, witnesses: Sequence[Witness]) -> Iterator[Diagnostic]:
    if joined.conflicts:
        listed = [f"{email} ({' and '.join(services)})" for email, services in sorted(joined.conflicts.items())]
        yield _warning(
            "E-TRACES",
            f"{_users(len(listed), 'consented', 'consented')} to two services: {_some(listed)}",
            "a consent outlives the connection it was given for, so nobody can tell which of the two is in use; these"
            " users count as unknown",
            "list them in a connections-file written after this plan, or revoke the one that is left over",
        )
    for witness in witnesses:
        source = witness.evidence.source
        unread = joined.unread[source]
        if unread or witness.failure is not None:
            yield _warning(
                "E-UNREAD",
                f"{source} was not read to its end: {plural(unread, 'user counts', 'users count')} as unknown",
                f"{witness.failure or 'some consents could not be read'}; who could not be read is not taken for"
                " somebody without a connection",
                "run the command again; what was read so far is kept where that takes long",
            )
    if joined.shared:
        yield _warning(
            "E-SHARED",
            f"{_users(len(joined.shared), 'has', 'have')} an address that several people share:"
            f" {_some(sorted(joined.shared))}",
            "nobody can tell whose consent it is, so these users count as unknown",
            "give each person an address of his own in the directory, or list them in a connections-file",
        )
    if joined.outranked:
        yield _warning(
            "E-OUTRANKED",
            f"of {plural(len(joined.outranked), 'user')} a connections-file says otherwise than newer evidence:"
            f" {_some(sorted(joined.outranked))}",
            "the newer of the two was used; a row without a time counts as the older",
            "bring the file up to date, with the time at which it was true in `as_of`",
        )
    yield from _notes(joined)


def _notes(joined: Joined) -> Iterator[Diagnostic]:
    unknown = joined.unknown
    if unknown[Why.HIDDEN]:
        yield _note(
            "E-HIDDEN",
            f"{_users(unknown[Why.HIDDEN], 'stands', 'stand')} behind the tenant-wide Microsoft grant, where nobody"
            " sees who is connected",
            "list them in a connections-file",
        )
    if unknown[Why.ELSEWHERE]:
        yield _note(
            "E-ELSEWHERE",
            f"{_users(unknown[Why.ELSEWHERE], 'is', 'are')} in no directory that was read, so nobody can tell whether"
            " they are connected",
            "list them in a connections-file, or add the provider that knows them",
        )
    if unknown[Why.NO_SOURCE]:
        yield _note(
            "E-NO-SOURCE",
            f"no source shows the live service, so nobody can tell of {plural(unknown[Why.NO_SOURCE], 'user')} whether"
            " they are connected",
            "list them in a connections-file: Exchange and MAPI leave no trace elsewhere",
        )
    if last := joined.used[Basis.LAST_KNOWN.value]:
        yield _note(
            "E-LAST-KNOWN",
            f"of {plural(last, 'user')} what was known last is used, since nobody sees it now",
            "it counts until it is older than `maxEvidenceAge.users`",
        )


def _users(number: int, one: str, several: str) -> str:
    return plural(number, f"user {one}", f"users {several}")


def _some(words: Sequence[str]) -> str:
    return ", ".join(words[:SHOWN]) + (f" and {len(words) - SHOWN} more" if len(words) > SHOWN else "")


def _warning(code: str, summary: str, why: str, help: str) -> Diagnostic:  # noqa: A002 - the word of a diagnostic
    return Diagnostic(code=code, severity=Severity.WARNING, summary=summary, why=why, help=help)


def _note(code: str, summary: str, help: str) -> Diagnostic:  # noqa: A002 - as above
    return Diagnostic(code=code, severity=Severity.NOTE, summary=summary, help=help)
