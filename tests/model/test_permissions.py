"""Levels of access, one held against another."""

from itertools import product

import pytest

from calplan.model.permissions import Permission, exceeds
from calplan.model.unknown import Tri

EXCEEDS = {
    ("read", "none"): Tri.YES,
    ("write", "none"): Tri.YES,
    ("write", "read"): Tri.YES,
    ("unknown", "none"): Tri.UNKNOWN,
    ("unknown", "read"): Tri.UNKNOWN,
    ("unknown", "unknown"): Tri.UNKNOWN,
    ("read", "unknown"): Tri.UNKNOWN,
    ("write", "unknown"): Tri.UNKNOWN,
}


@pytest.mark.parametrize("level, limit", [*product(Permission, repeat=2)], ids=lambda one: one.value)
def test_a_level_exceeds_a_lower_one_and_nothing_exceeds_write(level: Permission, limit: Permission) -> None:
    assert exceeds(level, limit) is EXCEEDS.get((level.value, limit.value), Tri.NO)
