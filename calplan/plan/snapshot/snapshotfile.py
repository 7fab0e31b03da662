"""The file of a snapshot: sealed like a saved plan, its users one to a line, read and written as they stream."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from calplan.impact.population import Population, populate
from calplan.model.proof import Basis
from calplan.model.user import RawFacts, UserBatch
from calplan.plan.archive import BadArchiveError, Packing
from calplan.plan.build import Live
from calplan.plan.fingerprint import canonical_text
from calplan.plan.sealed import MANIFEST, MEGABYTE, Form, Sealed, encoded, moment_in, object_in, unsealed
from calplan.plan.snapshot.evidence_words import evidence_from, flag, text
from calplan.plan.snapshot.frozen import Frozen
from calplan.plan.snapshot.state_words import state_from, state_to
from calplan.plan.user_facts import facts_document, raw_facts, states_facts
from calplan.plan.users import EMAIL, LONGEST_LINE

USERS: Final = "users.ndjson"
STATE: Final = "state.json"
FORM: Final = Form(noun="snapshot", version="1.0", bounds={USERS: 512 * MEGABYTE, STATE: 64 * MEGABYTE})
USERS_IN_A_BATCH: Final = 2000


def snapshot_blocks(frozen: Frozen, *, version: str) -> Iterator[bytes]:
    """The file of a snapshot; the same account at the same time gives the same bytes. ``version`` is calplan's."""
    packing = Packing()
    members = {
        USERS: packing.add(USERS, _joined(_lines(frozen.live.population))),
        STATE: packing.add(STATE, (encoded(state_to(frozen.live, frozen.hosts)),)),
    }
    stated = {
        "account": frozen.account,
        "calplan_version": version,
        "taken_at": frozen.taken_at.isoformat(),
        "redacted": frozen.redacted,
    }
    packing.add(MANIFEST, (FORM.manifest(stated, members),))
    yield packing.done()


def _joined(lines: Iterator[str]) -> Iterator[bytes]:
    while part := list(islice(lines, USERS_IN_A_BATCH)):
        yield ("\n".join(part) + "\n").encode("utf-8", "surrogatepass")


def _lines(population: Population) -> Iterator[str]:
    """Everybody, by address; what many have in common is written once."""
    common = [
        canonical_text(facts_document(raw, basis)) for raw, basis in zip(population.raw, population.bases, strict=True)
    ]
    # Within a value a quote is escaped, so that this cannot be found but as the key and value it is.
    parts = [one.partition(f'{EMAIL}""') for one in common]
    for emails, kinds, mailboxes in population.roster.pages():
        for email, kind in zip(emails, kinds, strict=True):
            number, mailbox = population.kinds[kind].class_id, mailboxes.get(email)
            if mailbox is None:
                head, _, tail = parts[number]
                yield f"{head}{EMAIL}{canonical_text(email)}{tail}"
            else:
                yield canonical_text({**json.loads(common[number]), "email": email, "mailbox": mailbox})


def snapshot_in(data: bytes) -> Frozen:
    """The snapshot in a file.

    Raises:
        BadArchiveError: no snapshot, of a newer major version, torn, or changed since it was saved.
    """
    file = unsealed(data, FORM)
    try:
        return _read(file)
    except BadArchiveError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BadArchiveError("the snapshot's contents do not have the form of a snapshot") from error


def _read(file: Sealed) -> Frozen:
    words = object_in(file.read(STATE), STATE)
    state = state_from(words)
    users = evidence_from(words["users"])
    rows = _rows(file.pieces(USERS))
    return Frozen(
        account=text(file.manifest["account"]),
        taken_at=taken_at(file),
        redacted=flag(file.manifest["redacted"]),
        hosts=state.hosts,
        live=Live(
            settings=state.settings,
            groups=state.groups,
            population=populate(_batches(rows), last_client_only=flag(words["last_client_only"])),
            users=users,
            tenant=state.tenant,
            assistants=state.assistants,
            sources=state.sources,
            holders=state.holders,
            edits=state.edits,
        ),
    )


def taken_at(file: Sealed) -> datetime:
    """When a snapshot was taken."""
    return moment_in(file.manifest["taken_at"], FORM.noun)


def _rows(pieces: Iterable[bytes]) -> Iterator[tuple[str, str | None, RawFacts, Basis]]:
    """Each user's address, mailbox if that is another one, and facts.

    Raises:
        BadArchiveError: a line is no user, or the lines are not sorted by address.
    """
    shared: dict[tuple[RawFacts, Basis], tuple[RawFacts, Basis]] = {}
    last: str | None = None
    for number, line in enumerate(_split(pieces), start=1):
        try:
            row = json.loads(line.decode("utf-8", "surrogatepass"))
        except (ValueError, RecursionError) as error:
            raise BadArchiveError(f"{USERS} cannot be read after line {number - 1}") from error
        if not states_facts(row) or row["email"] != row["email"].strip().lower():
            raise BadArchiveError(f"{USERS} is no user in line {number}")
        if last is not None and row["email"] <= last:
            raise BadArchiveError(f"{USERS} is not sorted by address, each once, at line {number}")
        last = row["email"]
        key = (raw_facts(row), Basis(row.get("evidence", Basis.PLATFORM.value)))
        facts, basis = shared.setdefault(key, key)
        yield last, row.get("mailbox"), facts, basis


def _split(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines out of pieces.

    Raises:
        BadArchiveError: one is longer than any user.
    """
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > LONGEST_LINE or any(len(line) > LONGEST_LINE for line in lines):
            raise BadArchiveError(f"{USERS} has a line that is longer than any user")
        yield from filter(None, lines)
    if rest:
        raise BadArchiveError(f"{USERS} ends within a line")


def _batches(rows: Iterator[tuple[str, str | None, RawFacts, Basis]]) -> Iterator[UserBatch]:
    while page := list(islice(rows, USERS_IN_A_BATCH)):
        yield UserBatch(
            emails=[email for email, _, _, _ in page],
            facts=[facts for _, _, facts, _ in page],
            mailboxes={email: mailbox for email, mailbox, _, _ in page if mailbox is not None},
            bases=[basis for _, _, _, basis in page],
        )
