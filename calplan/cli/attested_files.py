"""The documents that hold what a person attested: found in a folder, made where there is none, and rewritten whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import save, say
from calplan.cli.reading import stop_if_errors
from calplan.model.account import TenantFacts
from calplan.model.diagnostic import errors_in
from calplan.model.policy import Attested
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN
from calplan.policyfile.documents import AccountDocument, TenantFactsDocument
from calplan.policyfile.folder import files_of
from calplan.policyfile.judge import judge
from calplan.policyfile.loader import load, loaded
from calplan.policyfile.portal_writer import ABOVE, MARK, comment_above, portal_text
from calplan.policyfile.reader import Reading
from calplan.policyfile.tenant_writer import tenant_text

SOMEWHERE: Final = "the admin portal"
NOTHING_SEEN: Final = AccountSettings(
    enabled=UNKNOWN,
    locked=UNKNOWN,
    service=UNKNOWN,
    allowed_domains=UNKNOWN,
    bidirectional_sync=UNKNOWN,
    consent_for_account=UNKNOWN,
    enforce_oauth=UNKNOWN,
)
TENANT_ABOVE: Final = ("What is known of the Microsoft tenant. A field that is not stated here is unknown.",)
SINCE: Final = "Attested since: "
"""How the line begins that says of one field that it is newer than the rest of a record."""
UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The documents of PATHs, and the account among them that is attested."""

    reading: Reading
    account: AccountDocument
    paths: tuple[Path, ...]

    @property
    def tenant_facts(self) -> tuple[TenantFactsDocument, ...]:
        """What the documents say of the account's tenant, that of the account itself first."""
        ours = (one for one in self.reading.tenant_facts if one.account in (None, self.account.name))
        return tuple(sorted(ours, key=lambda one: one.account is None))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFile:
    """The PortalRecord of an account, with the comment above it and the lines of its file; new where it has none."""

    account: str
    file: Path
    record: Attested
    above: tuple[str, ...]
    text: str

    @property
    def is_new(self) -> bool:
        return not self.text

    def rewritten(self, record: Attested, above: Sequence[str]) -> "Draft":
        """The file with another record in it."""
        return Draft(file=self.file, text=portal_text(record, self.account, above), was=self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document as its file shall hold it, and the text it holds now."""

    file: Path
    text: str
    was: str

    def check(self) -> None:
        """Hold the text against what reads it.

        Raises:
            StopError: it is no valid document; nothing was written.
        """
        judged = judge(loaded(self.file, self.text), asked_for=True, as_of=clock.today())
        stop_if_errors(errors_in(judged.diagnostics))

    def write(self) -> None:
        """Write the file whole, and say which comments that took away.

        Raises:
            StopError: it cannot be written.
        """
        save(self.file, self.text.encode())
        kept = set(map(str.strip, self.text.splitlines()))
        lost = [line for line in map(str.strip, self.was.splitlines()) if line.startswith(MARK) and line not in kept]
        own = [line for line in lost if ": not attested" not in line and SINCE not in line]
        if own:
            say(f"note: comments between the lines of {self.file} were not kept; those above them were")


def record_file(folder: Folder, at: datetime) -> RecordFile:
    """The PortalRecord of an account, or an empty one beside its Account document.

    Raises:
        StopError: its file holds other documents too, or a new one would not be read.
    """
    account = folder.account
    found = next((one for one in folder.reading.portal_records if one.account == account.name), None)
    if found is None:
        file = new_file(folder, "portal-record")
        record = Attested(name=account.name, settings=NOTHING_SEEN, overrides=UNKNOWN, by="", at=at, portal=SOMEWHERE)
        return RecordFile(account=account.name, file=file, record=record, above=ABOVE, text="")
    text = text_of_one(found.file)
    return RecordFile(
        account=account.name, file=found.file, record=found.attested, above=comment_above(text), text=text
    )


def tenant_draft(folder: Folder, grant: frozenset[str], by: str, at: datetime) -> Draft:
    """The facts of the tenant with this grant in them; they keep the age of what nobody looked at.

    Raises:
        StopError: as for a PortalRecord.
    """
    account = folder.account
    if not folder.tenant_facts:
        nothing = TenantFacts(hybrid=UNKNOWN, grant=grant, user_consent=UNKNOWN)
        file = new_file(folder, "tenant")
        new = TenantFactsDocument(
            name=account.name,
            account=account.name,
            facts=nothing,
            as_of=at,
            source=f"attested by {by}",
            position=account.positions["metadata.name"],
        )
        return Draft(file=file, text=tenant_text(new, TENANT_ABOVE), was="")
    held = folder.tenant_facts[0]
    text = text_of_one(held.file)
    facts = replace(held.facts, grant=grant)
    return Draft(file=held.file, text=tenant_text(replace(held, facts=facts), comment_above(text)), was=text)


def text_of_one(file: Path) -> str:
    """The text of a file that holds one document.

    Raises:
        StopError: it holds several, which a rewriting would lose.
    """
    read = load(file)
    if len(read.documents) != 1:
        message = f"error: {file} holds other documents too, and is rewritten as a whole; give each a file of its own"
        raise StopError(ExitCode.INVALID, message)
    return read.source.text


def new_file(folder: Folder, stem: str) -> Path:
    """A name for a new document beside the Account document.

    Raises:
        StopError: the names are taken, or none of the paths is a folder in which it would be read.
    """
    account = folder.account
    home = account.file.parent
    names = (f"{stem}.yaml", f"{stem}-{UNFIT.sub('-', account.name)}.yaml")
    free = next((one for one in (home / name for name in names) if not one.exists()), None)
    if free is None:
        message = f"error: {' and '.join(names)} in {home} exist and state nothing of {account.name}; move one away"
        raise StopError(ExitCode.USAGE, message)
    if not any(path.is_dir() and account.file in {one.path for one in files_of(path)} for path in folder.paths):
        message = f"error: {free} would be new, and nothing would read it: the documents are single files"
        raise StopError(ExitCode.USAGE, f"{message}. Give their folder: --path {home}")
    return free
