"""A valid TenantFacts document as a typed value."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from calplan.model.account import TenantFacts
from calplan.model.diagnostic import Diagnostic
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.policyfile.document import Parsed, Plain
from calplan.policyfile.documents import TenantFactsDocument
from calplan.policyfile.finding import Finding
from calplan.policyfile.values import flag, items, mapping, moment, stated_text, text

AS_OF: Final = ("spec", "asOf")


def tenant_document(document: Parsed, file: Path) -> TenantFactsDocument | Diagnostic:
    """The facts that a document without errors states, or what is wrong with its date."""
    metadata, spec = mapping(document.at(("metadata",))), mapping(document.at(("spec",)))
    as_of = moment(document, AS_OF)
    if isinstance(as_of, Finding):
        return document.diagnostic(as_of)
    return TenantFactsDocument(
        name=text(metadata["name"]),
        account=stated_text(metadata.get("account")),
        facts=tenant_facts_of(spec),
        as_of=as_of,
        source=stated_text(spec.get("source")),
        position=document.position(("metadata", "name")),
        file=file,
    )


def tenant_facts_of(spec: Mapping[str, Plain]) -> TenantFacts:
    """Facts out of what a valid TenantFacts document or Scenario states; what it leaves out is unknown."""
    return TenantFacts(
        hybrid=flag(spec.get("hybrid"), absent=UNKNOWN),
        grant=_words(spec.get("tenantGrant")),
        user_consent=_words(spec.get("userConsent")),
    )


def _words(value: Plain) -> frozenset[str] | Unknown:
    return UNKNOWN if value is None else frozenset(text(word).strip() for word in items(value))
