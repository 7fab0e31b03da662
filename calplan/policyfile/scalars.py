"""What a bare word of YAML stands for: the core schema of YAML 1.2, and nothing of 1.1."""

import math
import re
from enum import Enum
from typing import Final

INTEGER: Final = re.compile(r"[-+]?[0-9]+", re.ASCII)
OCTAL: Final = re.compile(r"0o[0-7]+", re.ASCII)
HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]+", re.ASCII)
FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
LEADING_ZERO: Final = re.compile(r"[-+]?0[0-9]+(?:\.[0-9]*)?", re.ASCII)
LONGEST_NUMBER: Final = 40
"""No number of a document needs more signs; Python itself refuses to read integers of some thousand digits."""
NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
TRUES: Final = frozenset({"true", "True", "TRUE"})
FALSES: Final = frozenset({"false", "False", "FALSE"})
OLD_BOOLEANS: Final = {
    "yes": True, "Yes": True, "YES": True, "on": True, "On": True, "ON": True, "y": True, "Y": True,
    "no": False, "No": False, "NO": False, "off": False, "Off": False, "OFF": False, "n": False, "N": False,
}  # fmt: skip
"""Words that YAML 1.1 readers take for a boolean. Here they are text, so that the error can say what to write."""

ScalarValue = str | int | float | bool | None


class Doubt(Enum):
    """Why a bare number is refused; the value is the code of the diagnostic."""

    LEADING_ZERO = "Y-LEADZERO"
    NUMBER = "Y-NUMBER"


def resolve(text: str) -> ScalarValue | Doubt:
    """The value of an unquoted scalar, or why it is refused. Dates and times stay text."""
    if text in NULLS:
        return None
    if text in TRUES or text in FALSES:
        return text in TRUES
    if not (text[0] in "+-." or text[0].isdigit()):
        return text
    return _number(text)


def _number(text: str) -> ScalarValue | Doubt:
    is_integer, is_float = INTEGER.fullmatch(text), FLOAT.fullmatch(text)
    if LEADING_ZERO.fullmatch(text):
        return Doubt.LEADING_ZERO
    prefixed = OCTAL.fullmatch(text) or HEXADECIMAL.fullmatch(text)
    if not (is_integer or is_float or prefixed):
        return text
    if len(text) > LONGEST_NUMBER:
        return Doubt.NUMBER
    if is_integer or prefixed:
        return int(text, 0) if prefixed else int(text)
    value = float(text)
    return value if math.isfinite(value) else Doubt.NUMBER
