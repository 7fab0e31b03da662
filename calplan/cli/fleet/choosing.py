"""The accounts of a fleet: those whose documents are in order, and those that are kept from being planned."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from calplan.cli.chosen import NO_POLICY, Chosen, Folder
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.fleet.asked import ALL
from calplan.cli.fleet.order import Reply
from calplan.cli.output import say
from calplan.cli.reading import count_of, documents_with_errors
from calplan.model.diagnostic import Diagnostic, Severity, errors_in
from calplan.model.plural import plural
from calplan.policyfile.ownership import Ownership, unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The accounts to plan, the replies for those that cannot be, and files of which nobody knows whose they are."""

    chosen: tuple[Chosen, ...]
    refused: tuple[Reply, ...]
    unread: tuple[str, ...]


def choose_fleet(paths: Sequence[Path], names: Sequence[str], as_of: date | None) -> Fleet:
    """The accounts of these names, or all that have a policy, each once. Errors in one's documents stop no other.

    Raises:
        StopError: there is no account to speak of, one that is named is not there, or a document has an error that
            concerns all of them.
    """
    reading = documents_with_errors(paths, as_of)
    errors = errors_in(reading.diagnostics)
    ownership = Ownership(reading.outlines)
    owned = [(one, ownership.owners(one)) for one in errors]
    known = {one.policy.account for one in reading.policies} | {name for _, names in owned for name in names}
    if not known or any(map(ownership.about_all, errors)):
        raise StopError(ExitCode.INVALID, count_of(errors) if errors else NO_POLICY)
    folder = Folder(
        replace(reading, diagnostics=tuple(one for one in reading.diagnostics if one.severity is not Severity.ERROR)),
        paths,
    )
    folder.gates.require()
    chosen: list[Chosen] = []
    refused: list[Reply] = []
    for name in _wanted(known, names):
        if own := [one for one, owners in owned if name in owners]:
            refused.append(Reply(account=name, code=ExitCode.INVALID, error=_in_words(own)))
            continue
        try:
            chosen.append(folder.choose(name))
        except StopError as stop:
            refused.append(Reply(account=name, code=stop.code, error=str(stop).removeprefix("error: ")))
    if ALL in names and (without := {one.name for one in reading.accounts} - known):
        say(f"note: no policy for {', '.join(sorted(without))}, so nothing is planned there")
    unread = {_file(one) for one, names in owned if not names or unreadable(one)}
    return Fleet(chosen=tuple(chosen), refused=tuple(refused), unread=tuple(sorted(unread)))


def _wanted(known: set[str], names: Sequence[str]) -> list[str]:
    if ALL in names:
        return sorted(known)
    for name in names:
        if name not in known:
            listed = ", ".join(sorted(known))
            raise StopError(ExitCode.USAGE, f"error: no policy for an account named {name!r}; there are: {listed}")
    return sorted(set(names))


def _file(error: Diagnostic) -> str:
    return "" if error.position is None else error.position.file


def _in_words(errors: Sequence[Diagnostic]) -> str:
    first = errors[0]
    line = 0 if first.position is None else first.position.line
    more = f", and {plural(len(errors) - 1, 'more error')}" if len(errors) > 1 else ""
    return f"{_file(first)}:{line}: {first.summary}{more}"
