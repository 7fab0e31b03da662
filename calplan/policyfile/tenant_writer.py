"""Facts of a Microsoft tenant written as a TenantFacts document; what is unknown is left out with a comment."""

from collections.abc import Sequence
from typing import Final

from calplan.model.unknown import Unknown
from calplan.policyfile.documents import TenantFactsDocument
from calplan.policyfile.portal_writer import MARK, written_moment
from calplan.policyfile.schema import API_VERSION
from calplan.policyfile.yaml_text import LeftOut, Writable, is_left_out, yaml_lines

KIND: Final = "TenantFacts"
NOT_READ: Final = LeftOut("not read, so it is unknown")
NO_AGE: Final = LeftOut("nobody says how old these facts are")


def tenant_text(document: TenantFactsDocument, above: Sequence[str]) -> str:
    """The TenantFacts that state this, below a comment of these lines."""
    facts = document.facts
    spec: dict[str, Writable] = {
        "hybrid": NOT_READ if isinstance(facts.hybrid, Unknown) else facts.hybrid,
        "tenantGrant": NOT_READ if isinstance(facts.grant, Unknown) else [*sorted(facts.grant)],
        "userConsent": NOT_READ if isinstance(facts.user_consent, Unknown) else [*sorted(facts.user_consent)],
        "asOf": NO_AGE if document.as_of is None else written_moment(document.as_of),
    }
    if document.source is not None:
        spec["source"] = document.source
    metadata: dict[str, Writable] = {"name": document.name}
    if document.account is not None:
        metadata["account"] = document.account
    lines = [f"{MARK} {line}".rstrip() for line in above]
    lines += yaml_lines({"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec})
    return "\n".join([*lines, *(["spec: {}"] if is_left_out(spec) else [])]) + "\n"
