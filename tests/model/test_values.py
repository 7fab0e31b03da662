"""Every value of the core is frozen, made by keyword and without room for other attributes."""

import pkgutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Protocol

import pytest

from calplan import impact, model

BY_PLACE = {"Ambiguity", "Domain", "EwsUrl"}
"""Rows of one table, and what only its own ``parse`` makes."""


PASSED_THROUGH = {"Coding", "Count", "InMemory", "PackedRoster", "Roll", "Sorting", "_Head"}
"""No values: users pass through them once, to be coded, counted, put in order and found."""

OTHER_KINDS = (Enum, Exception, tuple)
"""Closed sets, what is raised, and the columns of many users."""


def is_protocol(one: type) -> bool:
    return Protocol in one.__bases__


def values_of(package: ModuleType) -> Iterator[type]:
    for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        for one in vars(import_module(found.name)).values():
            ours = isinstance(one, type) and one.__module__ == found.name and not is_protocol(one)
            if ours and not issubclass(one, OTHER_KINDS):
                yield one


CLASSES = sorted({*values_of(model), *values_of(impact)}, key=lambda one: (one.__module__, one.__qualname__))
VALUES = [one for one in CLASSES if one.__name__ not in PASSED_THROUGH]


def test_whatever_is_named_as_no_value_is_there_and_is_none() -> None:
    others = {one.__name__ for one in CLASSES if not (is_dataclass(one) and "__setattr__" in vars(one))}
    assert others == PASSED_THROUGH


@pytest.mark.parametrize("value", VALUES, ids=lambda one: one.__qualname__)
def test_a_value_is_frozen_made_by_keyword_and_has_slots_unless_it_remembers_answers(value: type) -> None:
    assert is_dataclass(value)
    refuses_changes = "__setattr__" in vars(value)
    assert refuses_changes
    assert all(one.kw_only for one in fields(value)) is (value.__name__ not in BY_PLACE)
    remembers = any(isinstance(one, cached_property) for one in vars(value).values())
    assert ("__slots__" in vars(value)) is not remembers
