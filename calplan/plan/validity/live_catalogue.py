"""The rules about what settings mean for the account as it is, as a list one can read."""

from typing import Final

from calplan.plan.validity import change_rules, evidence_rules, people_rules
from calplan.plan.validity.live import LiveRule

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
