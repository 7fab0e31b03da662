"""What each code of documents and users files means, in plain words: literal data, one entry a code."""

from typing import Final

from calplan.policyfile.codes.entry import Entry
from calplan.policyfile.codes.folder_codes import FOLDER_CODES
from calplan.policyfile.codes.guardrail_codes import GUARDRAIL_CODES
from calplan.policyfile.codes.rule_codes import RULE_CODES
from calplan.policyfile.codes.schema_codes import SCHEMA_CODES
from calplan.policyfile.codes.users_codes import USERS_CODES
from calplan.policyfile.codes.yaml_codes import YAML_CODES

CODES: Final[dict[str, Entry]] = {
    **YAML_CODES,
    **SCHEMA_CODES,
    **FOLDER_CODES,
    **RULE_CODES,
    **USERS_CODES,
    **GUARDRAIL_CODES,
}
