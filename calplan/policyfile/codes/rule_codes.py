"""Codes of the static rules, V01 to V40."""

from typing import Final

from calplan.policyfile.codes.change_rule_codes import CHANGE_RULE_CODES
from calplan.policyfile.codes.domain_rule_codes import DOMAIN_RULE_CODES
from calplan.policyfile.codes.entry import Entry
from calplan.policyfile.codes.service_rule_codes import SERVICE_RULE_CODES

RULE_CODES: Final[dict[str, Entry]] = {**SERVICE_RULE_CODES, **DOMAIN_RULE_CODES, **CHANGE_RULE_CODES}
