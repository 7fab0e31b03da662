"""What a bare word of YAML stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.policyfile.scalars import Doubt, ScalarValue, resolve

VALUES: list[tuple[str, ScalarValue | Doubt]] = [
    ("", None),
    ("~", None),
    ("null", None),
    ("nUll", "nUll"),
    ("true", True),
    ("TRUE", True),
    ("tRUE", "tRUE"),
    ("False", False),
    *((word, word) for word in ("yes", "No", "ON", "off", "y", "n")),
    ("0", 0),
    ("-12", -12),
    ("+3", 3),
    ("0o17", 15),
    ("0xFF", 255),
    ("5.10", 5.1),
    ("1e3", 1000.0),
    (".5", 0.5),
    ("-", "-"),
    (".", "."),
    ("1_000", "1_000"),
    ("12:30", "12:30"),
    ("2026-11-22", "2026-11-22"),
    ("2026-11-22T09:00:00Z", "2026-11-22T09:00:00Z"),
    (".inf", ".inf"),
    (".nan", ".nan"),
    ("=", "="),
    ("\u0661", "\u0661"),
    ("007", Doubt.LEADING_ZERO),
    ("-01", Doubt.LEADING_ZERO),
    ("01.5", Doubt.LEADING_ZERO),
    ("1e999", Doubt.NUMBER),
    ("9" * 41, Doubt.NUMBER),
    ("0x" + "f" * 50, Doubt.NUMBER),
]


@pytest.mark.parametrize("text, value", VALUES)
def test_a_bare_word_is_read_by_the_core_schema(text: str, value: ScalarValue | Doubt) -> None:
    read = resolve(text)
    assert read == value
    assert type(read) is type(value)


@given(st.text(max_size=60) | st.from_regex(r"[-+.0-9xoeE]{1,60}", fullmatch=True))
def test_no_bare_word_makes_the_reader_fall(text: str) -> None:
    resolve(text)
