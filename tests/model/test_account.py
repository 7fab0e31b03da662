"""What was observed of an account, and what a policy wants of private events."""

import pytest

from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from tests import make

PAIR = AssistantPair(user="ann@corp.example", assistant="ben@corp.example")
OTHER = AssistantPair(user="ann@corp.example", assistant="cai@corp.example")


def test_evidence_is_not_of_this_run_unless_it_says_so() -> None:
    assert not make.evidence().live


@pytest.mark.parametrize("default", [None, *PrivateAccess])
def test_an_exception_goes_before_what_is_wanted_of_all_pairs(default: PrivateAccess | None) -> None:
    wanted = PrivateEvents(default=default, exceptions=((PAIR, PrivateAccess.MANAGED),))
    assert wanted.wanted(PAIR) is PrivateAccess.MANAGED
    assert wanted.wanted(OTHER) is default


def test_pairs_are_sorted_by_host_and_then_by_assistant() -> None:
    later = AssistantPair(user="ben@corp.example", assistant="ann@corp.example")
    assert sorted([later, OTHER, PAIR]) == [PAIR, OTHER, later]
