"""What to do about an expression that does not compile, by what the library complains of."""

import re
from typing import Final

UNASKED: Final = "a rule that cannot be asked would let everything through"
NO_ANSWER: Final = "only true and false can be taken for an answer"
HINTS: Final = (
    (
        re.compile(r"mismatched input '<EOF>'|extraneous input '<EOF>'"),
        "it ends too early: write what is missing there",
    ),
    (re.compile(r"token recognition error at: '= ?"), "to compare two values write `==`"),
    (re.compile(r"token recognition error at: '[\"']"), "end the text with the quote that it begins with"),
    (re.compile(r"token recognition error at: '&"), "to ask for two things at once write `&&`"),
    (re.compile(r"token recognition error at: '\|"), "to ask for one of two things write `||`"),
    (
        re.compile(r"no matching overload"),
        "give it values of the kinds it takes; `int()` and `string()` turn one into another",
    ),
    (re.compile(r"recursion|nested|deep"), "nest it less deeply, or make two rules of it"),
    (re.compile(r"not installed"), "install calplan again with all that it depends on"),
    (re.compile(r"no characters"), "write it anew with plain letters"),
)
"""The first pattern that is found in a complaint decides."""
ELSE: Final = "correct it here; what rules are made of is in: calplan explain guardrails"


def advice_on(complaint: str) -> str:
    """What to do about a complaint of the library."""
    return next((advice for pattern, advice in HINTS if pattern.search(complaint)), ELSE)
