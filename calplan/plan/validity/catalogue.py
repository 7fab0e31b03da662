"""The rules about the meaning of settings, as two lists one can read."""

from typing import Final

from calplan.plan.validity import (
    benchmark_rules,
    change_rules,
    domain_rules,
    evidence_rules,
    ews_rules,
    exchange_version_rules,
    mapi_rules,
    office365_rules,
    people_rules,
    switch_rules,
    sync_rules,
)
from calplan.plan.validity.live import LiveRule
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
LIVE_RULES: Final[tuple[LiveRule, ...]] = (
    people_rules.v09_windows_only_counted,
    people_rules.v14_graph_is_not_for_hybrid,
    evidence_rules.v17_the_flag_is_no_proof,
    people_rules.v23_users_below_a_listed_domain,
    people_rules.v26_list_excludes_many,
    change_rules.v28_off_and_nothing_else,
    change_rules.v33_from_graph_to_ews,
    change_rules.v36_service_and_lock_at_once,
    evidence_rules.v40_of_this_account_and_by_an_admin,
)
"""Asked by ``plan`` once the forecast is made. What they say replaces what a text rule says of the place."""
