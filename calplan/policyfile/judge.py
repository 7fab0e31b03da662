"""One file judged: its documents, what is to be said about them, and their outlines."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from calplan.model.diagnostic import Diagnostic, Severity, errors_in
from calplan.plan.validity.said import said_of_text
from calplan.policyfile.account_document import account_document
from calplan.policyfile.check import check, in_order
from calplan.policyfile.diagnostics import of_problem, whole_file
from calplan.policyfile.document import Parsed
from calplan.policyfile.documents import Document, PolicyDocument
from calplan.policyfile.finding import Finding
from calplan.policyfile.kinds import Foreign, Misnamed, kind_of
from calplan.policyfile.line_numbers import START
from calplan.policyfile.loader import LoadedFile
from calplan.policyfile.policy_document import policy_document
from calplan.policyfile.portal_document import portal_document
from calplan.policyfile.schema import KINDS
from calplan.policyfile.tenant_document import tenant_document
from calplan.policyfile.together import Outline, outline_of
from calplan.policyfile.tree import Problem

MOST_FOREIGN_NOTES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The outcome for one file. ``outlines`` has every document of ours, with errors or without."""

    documents: tuple[Document, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    outlines: tuple[Outline, ...] = ()


def judge(file: LoadedFile, *, asked_for: bool, as_of: date) -> Judged:
    """The documents of a file, held against dated rules as of a day.

    A file of another tool gets a note, also when it is broken, unless it was asked for.
    """
    parts = [(_document(document, file, as_of), document) for document in file.documents]
    ours = [judged for judged, _ in parts if judged is not None]
    matters = bool(ours) or asked_for or file.mentions_us
    broken = file.diagnostics if matters else ()
    notes = _notes(file, [document for judged, document in parts if judged is None], some_of_ours=bool(ours))
    if asked_for and not file.documents and not broken:
        notes = (of_problem(Problem("Y-EMPTY", START), file.source),)
    elif broken and not ours:
        notes = ()
    return Judged(
        documents=tuple(document for one in ours for document in one.documents),
        diagnostics=(*(said for one in ours for said in one.diagnostics), *broken, *notes),
        outlines=tuple(outline for one in ours for outline in one.outlines),
    )


def _notes(file: LoadedFile, foreign: list[Parsed], *, some_of_ours: bool) -> tuple[Diagnostic, ...]:
    if not some_of_ours:
        what = (
            "it is not YAML"
            if file.diagnostics
            else "it holds no calplan document"
            if file.documents
            else "it is empty"
        )
        return (whole_file("D-OTHER", Severity.NOTE, file.source.name, f"this file is ignored: {what}"),)
    summary = "not a calplan document, ignored"
    note = Finding(code="D-OTHER", severity=Severity.NOTE, subject=(), summary=summary)
    return tuple(document.diagnostic(note) for document in foreign[:MOST_FOREIGN_NOTES])


def _document(document: Parsed, file: LoadedFile, as_of: date) -> Judged | None:
    """The outcome for one document, or ``None`` when it is not ours."""
    kind = kind_of(document)
    match kind:
        case Foreign():
            return None
        case Misnamed(finding):
            return Judged(diagnostics=(document.diagnostic(finding),))
        case str():
            return _of_kind(kind, document, file, as_of)


def _of_kind(kind: str, document: Parsed, file: LoadedFile, as_of: date) -> Judged:
    diagnostics = check(document, KINDS[kind])
    outlines = (outline_of(document, kind),)
    if errors_in(diagnostics):
        return Judged(diagnostics=diagnostics, outlines=outlines)
    built = _built(kind, document, file.path)
    if isinstance(built, Diagnostic):
        built = (built,)
    if isinstance(built, tuple):
        return Judged(diagnostics=(*diagnostics, *built), outlines=outlines)
    meant = said_of_text(built.policy, as_of) if isinstance(built, PolicyDocument) else ()
    return Judged(
        documents=() if errors_in(meant) else (built,),
        diagnostics=in_order((*diagnostics, *meant), document),
        outlines=outlines,
    )


def _built(kind: str, document: Parsed, file: Path) -> Document | Diagnostic | tuple[Diagnostic, ...]:
    match kind:
        case "CalendarPolicy":
            return policy_document(document, file)
        case "Account":
            return account_document(document, file)
        case "TenantFacts":
            return tenant_document(document, file)
        case "PortalRecord":
            return portal_document(document, file)
        case "Scenario":
            from calplan.policyfile.scenario_document import scenario_document  # noqa: PLC0415 - few folders have one

            return scenario_document(document, file)
        case "Guardrails":
            from calplan.policyfile.guardrails_document import guardrails_document  # noqa: PLC0415 - as above

            return guardrails_document(document, file)
        case _:
            message = f"no document is made of the kind {kind}"
            raise ValueError(message)
