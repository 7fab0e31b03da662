"""The documents of one or more PATHs, with everything that is to be said about them."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from calplan.model.diagnostic import Diagnostic, Severity, errors_in
from calplan.policyfile.diagnostics import whole_file
from calplan.policyfile.documents import (
    AccountDocument,
    Document,
    GuardrailsDocument,
    PolicyDocument,
    PortalRecordDocument,
    ScenarioDocument,
    TenantFactsDocument,
)
from calplan.policyfile.finding import Finding
from calplan.policyfile.folder import FoundFile, files_of
from calplan.policyfile.guardrails_together import said_of_guardrails
from calplan.policyfile.judge import judge
from calplan.policyfile.kinds import kind_of
from calplan.policyfile.line_numbers import Source, shown_name
from calplan.policyfile.loader import LoadedFile, load, unreadable
from calplan.policyfile.named_files import TRIED, named_by, tried_policy
from calplan.policyfile.together import Outline, said_of_levels, said_of_providers, said_together

HIDDEN_POLICY: Final = Finding(
    code="D-TRIED",
    severity=Severity.WARNING,
    subject=TRIED,
    summary="the policy that this Scenario tries is not read as a policy of the folder",
    why="a file named by a document is read only for that purpose",
    help="keep a copy for the Scenario, or give the policy's file as a PATH of its own",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was found: the documents without errors, and all diagnostics in the order of files and lines.

    ``outlines`` has every document of ours, with errors or without.
    """

    documents: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...]
    outlines: tuple[Outline, ...] = ()

    @property
    def has_errors(self) -> bool:
        return bool(errors_in(self.diagnostics))

    @property
    def policies(self) -> tuple[PolicyDocument, ...]:
        return tuple(one for one in self.documents if isinstance(one, PolicyDocument))

    @property
    def accounts(self) -> tuple[AccountDocument, ...]:
        """The accounts, each with what a person attested of it."""
        attested = {one.account: one.attested for one in self.portal_records}
        accounts = (one for one in self.documents if isinstance(one, AccountDocument))
        return tuple(replace(one, attested=attested.get(one.name)) for one in accounts)

    @property
    def tenant_facts(self) -> tuple[TenantFactsDocument, ...]:
        return tuple(one for one in self.documents if isinstance(one, TenantFactsDocument))

    @property
    def portal_records(self) -> tuple[PortalRecordDocument, ...]:
        return tuple(one for one in self.documents if isinstance(one, PortalRecordDocument))

    @property
    def scenarios(self) -> tuple[ScenarioDocument, ...]:
        return tuple(one for one in self.documents if isinstance(one, ScenarioDocument))

    @property
    def guardrails(self) -> tuple[GuardrailsDocument, ...]:
        return tuple(one for one in self.documents if isinstance(one, GuardrailsDocument))


def read(paths: Sequence[Path], as_of: date) -> Reading:
    """The calplan documents of files and folders, held against dated rules as of a day.

    Files named by a document are left out unless asked for.

    Raises:
        MissingPathError: one of the paths does not exist.
    """
    loaded = _loaded(paths)
    named = {path for _, file in loaded for path in _named(file)}
    kept = [(found, file) for found, file in loaded if found.asked_for or os.path.realpath(file.path) not in named]
    judged = [judge(file, asked_for=found.asked_for, as_of=as_of) for found, file in kept]
    diagnostics = [said for one in judged for said in one.diagnostics]
    outlines = [outline for one in judged for outline in one.outlines]
    diagnostics += said_together(outlines, whole=any(path.is_dir() for path in paths))
    diagnostics += _hidden_policies(loaded, kept)
    if not outlines and not errors_in(tuple(diagnostics)):
        diagnostics += (_nothing_in(path) for path in paths)
    documents = tuple(document for one in judged for document in one.documents)
    diagnostics += said_of_levels(documents)
    diagnostics += said_of_guardrails(documents, as_of, whole=any(path.is_dir() for path in paths))
    diagnostics += said_of_providers(documents)
    return Reading(documents=documents, diagnostics=tuple(sorted(diagnostics, key=_place)), outlines=tuple(outlines))


def _loaded(paths: Sequence[Path]) -> list[tuple[FoundFile, LoadedFile]]:
    """Each file once, by whichever PATH and name it was found first."""
    by_real_path: dict[str, FoundFile] = {}
    for found in (found for path in paths for found in files_of(path)):
        earlier = by_real_path.setdefault(os.path.realpath(found.path), found)
        if found.asked_for:
            by_real_path[os.path.realpath(found.path)] = replace(earlier, asked_for=True)
    return [(found, _load(found)) for found in by_real_path.values()]


def _load(found: FoundFile) -> LoadedFile:
    if not found.trouble:
        return load(found.path)
    return LoadedFile(
        path=found.path,
        source=Source(shown_name(found.path)),
        diagnostics=(unreadable(found.path, found.trouble),),
        mentions_us=True,
    )


def _named(file: LoadedFile) -> Iterator[str]:
    for document in file.documents:
        if isinstance(kind_of(document), str):
            yield from named_by(document, file.path)


def _hidden_policies(
    loaded: list[tuple[FoundFile, LoadedFile]], kept: list[tuple[FoundFile, LoadedFile]]
) -> Iterator[Diagnostic]:
    """Policies that a Scenario takes out of the folder: they are tried, and no longer planned."""
    read_before = {os.path.realpath(file.path) for _, file in loaded}
    hidden = read_before - {os.path.realpath(file.path) for _, file in kept}
    for _, file in kept:
        for document in file.documents:
            if kind_of(document) == "Scenario" and tried_policy(document, file.path) in hidden:
                yield document.diagnostic(HIDDEN_POLICY)


def _nothing_in(path: Path) -> Diagnostic:
    return whole_file(
        "D-EMPTY",
        Severity.ERROR,
        shown_name(path),
        "there is no calplan document here",
        why="a document of ours begins with `apiVersion: calplan/v1`",
        advice="point to a folder with a CalendarPolicy and an Account; `calplan export` writes a policy to start from",
    )


def _place(diagnostic: Diagnostic) -> tuple[str, int, int]:
    position = diagnostic.position
    return ("", 0, 0) if position is None else (position.file, position.line, position.column)
