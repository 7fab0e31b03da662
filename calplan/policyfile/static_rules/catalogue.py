"""Which rules are asked about which kind of document, as lists one can read."""

from collections.abc import Callable, Iterator
from typing import Final

from calplan.policyfile.document import Parsed
from calplan.policyfile.finding import Finding, Pointer
from calplan.policyfile.static_rules import (
    completeness_rules,
    domain_rules,
    impersonation_rules,
    service_rules,
    time_rules,
    word_rules,
)

Rule = Callable[[Parsed, Pointer], Iterator[Finding]]

STRUCTURE: Final[tuple[Rule, ...]] = (
    service_rules.v01_ews_has_no_permissions,
    service_rules.v02_both_permissions,
    service_rules.v03_not_both_none,
    service_rules.v04_url_belongs_to_ews,
    service_rules.v05_safe_url,
    service_rules.v10_mapi_has_nothing_to_set,
    service_rules.v11_impersonation_needs_exchange_ews,
    impersonation_rules.v12_address_and_reference,
    impersonation_rules.v34_exchange_version_is_text,
    domain_rules.v18_list_is_not_empty,
    domain_rules.v22_one_plain_domain,
    domain_rules.v24_no_duplicates,
    word_rules.v32_scope_names_in_permissions,
    word_rules.groups_once,
    word_rules.pairs_once,
)
"""What holds wherever settings are written down, wanted or live."""
WISDOM: Final[tuple[Rule, ...]] = (impersonation_rules.v13_exchange_version,)
"""What no policy may state; live settings may hold it all the same."""
TENANT: Final[tuple[Rule, ...]] = (word_rules.v32_scope_names_in_grants,)
GUARDRAILS: Final[tuple[Rule, ...]] = (word_rules.v34_baselines_are_text,)
ACCOUNT: Final[tuple[Rule, ...]] = (time_rules.windows_begin_and_end, time_rules.freezes_have_days)

SPEC: Final[Pointer] = ("spec",)
BY_SCHEMA: Final[dict[str, tuple[tuple[Pointer, tuple[Rule, ...]], ...]]] = {
    "calendar-policy": ((SPEC, (*STRUCTURE, *WISDOM)),),
    "settings": ((SPEC, (completeness_rules.every_field_is_stated, *STRUCTURE)),),
    "portal-record": ((SPEC, STRUCTURE),),
    "tenant-facts": ((SPEC, TENANT),),
    "guardrails": ((SPEC, GUARDRAILS),),
    "scenario": (
        (("spec", "given", "settings"), STRUCTURE),
        (("spec", "given", "tenant"), TENANT),
        (("spec", "when", "policy"), (*STRUCTURE, *WISDOM)),
    ),
    "account": ((SPEC, ACCOUNT),),
    "groups-file": (((), (word_rules.group_names_once,)),),
}
"""The rules of each schema, with the pointer to what they look at."""


def rule_findings(schema: str, document: Parsed) -> tuple[Finding, ...]:
    """What the static rules of a schema say about a document."""
    asked = ((root, rule) for root, rules in BY_SCHEMA[schema] for rule in rules)
    return tuple(finding for root, rule in asked for finding in rule(document, root))
