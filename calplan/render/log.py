"""The records of a run in order, and whether the chain they belong to is whole."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from calplan.apply.history import Begun, Happened
from calplan.apply.verification_record import recorded
from calplan.model.plural import plural
from calplan.render.history import moment, run_document, verified_in_words
from calplan.render.plan_json import canonical_json
from calplan.render.untrusted import for_terminal

IN_DOUBT: Final = "IN DOUBT"
RESULTS: Final = {
    "done": "done",
    "failed": "failed",
    "unknown": "nobody knows whether it was written",
    "waiting": "waits for a person",
}


class Kept(Happened, Protocol):
    """A record as the state keeps it."""

    @property
    def digest(self) -> str: ...


class Checked(Protocol):
    """What checking the chain of an account gave."""

    @property
    def account(self) -> str: ...
    @property
    def records(self) -> int: ...
    @property
    def head(self) -> str: ...
    @property
    def faults(self) -> tuple[str, ...]: ...


def log_text(run: Begun, records: Sequence[Kept], in_doubt: frozenset[int]) -> Iterator[str]:
    """Who did what when, a line for each record; a step whose outcome nobody knows is marked."""
    yield f"{for_terminal(f'Run {run.id} of {run.account}, plan {run.plan_id}, by {run.who}: {run.status}')}\n"
    for one in records:
        doubt = f"  {IN_DOUBT}: no outcome is known" if one.number in in_doubt else ""
        yield f"{for_terminal(f'{moment(one.at)}  {_in_words(one.kind, one.content)}{doubt}')}\n"


def _in_words(kind: str, content: Mapping[str, object]) -> str:
    match kind:
        case "begin":
            return "begun"
        case "override":
            gate = "{gate} ({actual}, limit {limit}) lifted by {who}: {reason}"
            return gate.format_map(_Words(content))
        case "intent":
            return "{step}: about to {op} {address}".format_map(_Words(content))
        case "outcome":
            return f"{_Words(content)['step']}: {_result(content)}"
        case "readback":
            return "{step}: read back, and is {found}".format_map(_Words(content))
        case "attest":
            return "{step}: {by} says it was done at {at}".format_map(_Words(content))
        case "written":
            return f"what was attested of {_listed(content, 'steps')} stands in {_listed(content, 'files')}"
        case "resume":
            return "resumed by {who}".format_map(_Words(content))
        case "status":
            return "{status}".format_map(_Words(content))
        case "verification":
            return _verified(content)
        case _:
            return f"{kind}: {canonical_json(content, indent=None)}"


class _Words(dict[str, object]):
    """The words of a record; one that is missing is shown as such instead of hiding the rest."""

    def __missing__(self, key: str) -> str:
        return f"(no {key})"


def _listed(content: Mapping[str, object], key: str) -> str:
    named = content.get(key)
    return ", ".join(map(str, named)) or "no document" if isinstance(named, list) else f"(no {key})"


def _result(content: Mapping[str, object]) -> str:
    result = str(content.get("result"))
    words = RESULTS.get(result, result)
    words += ", and it was so before" if content.get("changed") is False else ""
    return f"{words}: {content['message']}" if content.get("message") else words


def _verified(content: Mapping[str, object]) -> str:
    found = recorded(content)
    if found is None:
        return "verified, in a form that this version does not read"
    return f"verified by {found.circumstances.who}, {verified_in_words(found)}"


def chain_text(report: Checked) -> Iterator[str]:
    """The length and the head of a chain, to be noted elsewhere, and a line for each thing that was changed."""
    length = plural(report.records, "record")
    yield f"{for_terminal(f'Chain of {report.account}: {length}, head {report.head}')}\n"
    for fault in report.faults:
        yield f"{for_terminal(f'  broken: {fault}')}\n"
    if not report.faults:
        yield "  whole: nothing in it was changed\n"


def log_json(run: Begun | None, records: Sequence[Kept], in_doubt: frozenset[int], chains: Sequence[Checked]) -> str:
    """A run with its records, and the chains that were checked."""
    document = {
        "format_version": "1.0",
        "run": None if run is None else run_document(run),
        "records": [_record(one, in_doubt) for one in records],
        "chains": [_chain(one) for one in chains],
    }
    return f"{canonical_json(document)}\n"


def log_ndjson(records: Sequence[Kept], in_doubt: frozenset[int], chains: Sequence[Checked]) -> Iterator[str]:
    """An object for each record, then one for each chain that was checked."""
    yield from (f"{canonical_json(_record(one, in_doubt), indent=None)}\n" for one in records)
    yield from (f"{canonical_json({'chain': _chain(one)}, indent=None)}\n" for one in chains)


def _record(one: Kept, in_doubt: frozenset[int]) -> dict[str, object]:
    return {
        "number": one.number,
        "at": one.at.isoformat(),
        "kind": one.kind,
        "content": one.content,
        "digest": one.digest,
        "in_doubt": one.number in in_doubt,
    }


def _chain(one: Checked) -> dict[str, object]:
    return {"account": one.account, "records": one.records, "head": one.head, "faults": [*one.faults]}
