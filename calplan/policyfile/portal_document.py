"""A valid PortalRecord document: what a person attested to have seen in the vendor's portal."""

from pathlib import Path
from typing import Final

from calplan.model.diagnostic import Diagnostic
from calplan.model.policy import Attested
from calplan.model.unknown import UNKNOWN
from calplan.policyfile.document import Parsed
from calplan.policyfile.documents import PortalRecordDocument
from calplan.policyfile.finding import Finding, Pointer
from calplan.policyfile.settings_file import live_overrides_of, settings_of
from calplan.policyfile.values import mapping, moment, text

SPEC: Final[Pointer] = ("spec",)
AT: Final[Pointer] = ("attested", "at")


def portal_document(document: Parsed, file: Path) -> PortalRecordDocument | Diagnostic:
    """The record that a document without errors states, or what is wrong with its date.

    A setting it does not state is unknown, and so is what groups state where it has no `groups` at all.
    """
    at = moment(document, AT)
    if isinstance(at, Finding):
        return document.diagnostic(at)
    assert at is not None, "the schema demands it"
    spec, stated = mapping(document.at(SPEC)), mapping(document.at(("attested",)))
    name = text(document.at(("metadata", "name")))
    return PortalRecordDocument(
        account=text(document.at(("metadata", "account"))),
        attested=Attested(
            name=name,
            settings=settings_of(spec),
            overrides=live_overrides_of(spec) if "groups" in spec else UNKNOWN,
            by=text(stated["by"]),
            at=at,
            portal=text(stated["portal"]),
        ),
        position=document.position(("metadata", "name")),
        file=file,
    )
