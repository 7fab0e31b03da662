"""What a person attests of a run, as the documents shall state it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from calplan.apply.attest import CannotAttestError, Saying, attested_after, grant_after, states_anything_else
from calplan.cli.attested_files import SINCE, Draft, Folder, RecordFile, record_file, tenant_draft
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.previous import SHORT
from calplan.cli.reading import documents
from calplan.model.policy import Attested
from calplan.model.unknown import Unknown
from calplan.plan.actions import Consent
from calplan.plan.addresses import GRANT_ADDRESS
from calplan.plan.document import PlanDocument
from calplan.plan.leftovers import address_of
from calplan.plan.steps_document import StepDocument
from calplan.policyfile.portal_writer import written_moment

NO_FIELDS: Final = frozenset({GRANT_ADDRESS, *map(address_of, Consent)})
"""What stands beside the platform, and so in no PortalRecord."""
PAIR: Final = "privateEvents["
"""How the address of what no PortalRecord holds begins: platforms show scheduling privileges themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a person says: who, when and where; ``all_seen`` that everything else the record states holds as well.

    ``paths`` is where the documents lie; empty where the run is to be asked.
    """

    by: str
    at: datetime
    portal: str | None
    all_seen: bool
    paths: tuple[Path, ...]

    def of(self, step: str) -> Saying:
        """The statement about one step."""
        return Saying(step=step, by=self.by, at=self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """The steps of a run that are attested, and who says so of each; an earlier try may have kept some of it."""

    document: PlanDocument
    run: str
    account: str
    steps: tuple[StepDocument, ...]
    sayings: tuple[Saying, ...]
    statement: Statement


def drafts_of(attestation: Attestation, folder: Folder) -> tuple[Draft, ...]:
    """The documents as they shall stand.

    Raises:
        CannotAttestError: the PortalRecord cannot say it.
        StopError: a document cannot be rewritten, or a new one would not be read.
    """
    said = attestation.statement
    grant = grant_after(attestation.document, attestation.steps)
    facts = () if grant is None else (tenant_draft(folder, grant, said.by, said.at),)
    fields = {one["id"]: one["address"] for one in attestation.steps if _is_field(one["address"])}
    return (*facts, _record(attestation, record_file(folder, said.at), fields)) if fields else facts


def folder_of(account: str, paths: tuple[Path, ...]) -> Folder:
    """The documents in which what is attested of an account shall stand.

    Raises:
        StopError: they have errors, or know no such account.
    """
    reading = documents(paths)
    found = next((one for one in reading.accounts if one.name == account), None)
    if found is None:
        message = f"error: there is no Account document named {account!r} in {', '.join(map(str, paths))}"
        raise StopError(ExitCode.USAGE, f"{message}; give the documents with --path")
    return Folder(reading=reading, account=found, paths=paths)


def is_stated(document: PlanDocument, step: StepDocument, folder: Folder) -> bool:
    """Whether the documents say that a step is done; they may have been set back, or be another copy."""
    grant = grant_after(document, (step,))
    if grant is not None:
        known = (one.facts.grant for one in folder.tenant_facts)
        return any(not isinstance(one, Unknown) and grant <= one for one in known)
    if not _is_field(step["address"]):
        return True
    record = folder.account.attested
    try:
        return record is not None and attested_after(document, (step,), record) == record
    except CannotAttestError:
        return False


def _is_field(address: str) -> bool:
    """Whether a PortalRecord states what stands at an address."""
    return address not in NO_FIELDS and not address.startswith(PAIR)


def _record(attestation: Attestation, held: RecordFile, fields: Mapping[str, str]) -> Draft:
    """The PortalRecord with these fields as planned. It gets a new date only if nothing in it keeps the old one."""
    said = [one for one in attestation.sayings if one.step in fields]
    steps = [one for one in attestation.steps if one["id"] in fields]
    after = attested_after(attestation.document, steps, held.record)
    statement = attestation.statement
    if held.is_new or statement.all_seen or not states_anything_else(held.record, frozenset(fields.values())):
        above = [line for line in held.above if not line.startswith(SINCE)]
        return held.rewritten(_signed(after, said, statement), above)
    since = {f"{SINCE}{fields[one.step]} ": _since(fields[one.step], one, attestation.run) for one in said}
    above = [line for line in held.above if not line.startswith(tuple(since))]
    return held.rewritten(_no_newer(after, said), [*above, *since.values()])


def _signed(record: Attested, said: Sequence[Saying], statement: Statement) -> Attested:
    """The record as what one person saw at one time."""
    at = statement.at if statement.all_seen else min(one.at for one in said)
    return replace(record, by=statement.by, at=at, portal=statement.portal or record.portal)


def _no_newer(record: Attested, said: Sequence[Saying]) -> Attested:
    """The record as old as its oldest part: whoever did one step looked at no other field."""
    return replace(record, at=min((record.at, *(one.at for one in said))))


def _since(address: str, said: Saying, run: str) -> str:
    return f"{SINCE}{address} by {said.by} at {written_moment(said.at)} ({said.step} of run {run[:SHORT]})"
