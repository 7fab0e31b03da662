"""Whether a YAML document is one of ours, and of which kind."""

from dataclasses import dataclass
from typing import Final

from calplan.policyfile.document import Parsed
from calplan.policyfile.finding import Finding
from calplan.policyfile.schema import API_VERSION, KINDS
from calplan.policyfile.translate import listed, nearest, quoted

OUR_PREFIX: Final = "calplan"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A document of some other tool."""


@dataclass(frozen=True, slots=True)
class Misnamed:
    """A document of ours whose kind or version we do not know."""

    finding: Finding


def kind_of(document: Parsed) -> str | Misnamed | Foreign:
    """The kind of a document of ours."""
    version, kind = document.at(("apiVersion",)), document.at(("kind",))
    ours = isinstance(version, str) and version.lower().startswith(OUR_PREFIX)
    known = isinstance(kind, str) and kind in KINDS
    # A document that is ours by its kind and nobody else's by its version was meant for us.
    almost = known and (version is None or (isinstance(version, str) and nearest(version, [API_VERSION]) is not None))
    if not ours and not almost:
        return Foreign()
    if version != API_VERSION:
        return Misnamed(_wrong_version(missing=version is None))
    return kind if isinstance(kind, str) and known else Misnamed(_wrong_kind(kind))


def _wrong_version(*, missing: bool) -> Finding:
    return Finding(
        code="D-KIND",
        subject=("apiVersion",),
        summary="`apiVersion` is missing" if missing else "this version of documents is not known",
        why=f"this calplan reads `{API_VERSION}`",
        help=f"write `apiVersion: {API_VERSION}`",
    )


def _wrong_kind(kind: object) -> Finding:
    near = nearest(kind, list(KINDS)) if isinstance(kind, str) else None
    advice = f"one of {listed(list(KINDS))}"
    return Finding(
        code="D-KIND",
        subject=("kind",),
        summary=f"{quoted(kind)} is no kind of document" if isinstance(kind, str) else "`kind` is missing or no text",
        why="the kind decides what a document may say",
        help=f"did you mean `{near}`? {advice}" if near else advice,
    )
