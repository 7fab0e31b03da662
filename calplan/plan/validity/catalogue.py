"""The rules about the meaning of settings by themselves, as a list one can read."""

from typing import Final

from calplan.plan.validity import (
    benchmark_rules,
    domain_rules,
    ews_rules,
    exchange_version_rules,
    mapi_rules,
    office365_rules,
    switch_rules,
    sync_rules,
)
from calplan.plan.validity.subject import TextRule

TEXT_RULES: Final[tuple[TextRule, ...]] = (
    ews_rules.v06_usual_path,
    ews_rules.v07_exchange_online_is_not_exchange,
    ews_rules.v08_ews_is_switched_off,
    mapi_rules.v09_windows_only,
    mapi_rules.v10_not_applicable_to_mapi,
    exchange_version_rules.v13_exchange_version,
    office365_rules.v15_consent_without_office365,
    office365_rules.v16_oauth_without_office365,
    domain_rules.v19_no_public_suffix,
    domain_rules.v20_no_free_mail,
    domain_rules.v21_not_the_shared_root,
    domain_rules.v24_no_look_alikes,
    switch_rules.v27_lock_on_while_off,
    sync_rules.v29_sync_needs_write,
    sync_rules.v30_sync_on_premises,
    sync_rules.v31_tokens_are_kept,
    switch_rules.v37_override_under_the_lock,
    benchmark_rules.v39_differs_from_the_benchmark,
)
"""Asked by ``validate`` and before anything is read, and again by ``plan`` of the settings as they will be."""
