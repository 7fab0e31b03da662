"""Numbers with their nouns."""

import pytest

from calplan.model.plural import plural


@pytest.mark.parametrize(
    "number, users, policies",
    [(0, "0 users", "0 policies"), (1, "1 user", "1 policy"), (2, "2 users", "2 policies")],
)
def test_one_is_one_and_every_other_number_is_many(number: int, users: str, policies: str) -> None:
    assert plural(number, "user") == users
    assert plural(number, "policy", "policies") == policies
