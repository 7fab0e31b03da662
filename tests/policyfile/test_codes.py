"""Every code that is said can be explained, and no other is."""

import re
from pathlib import Path

import pytest

from calplan.policyfile.codes import CODES

CODE = re.compile(r"""["']((?:[YSDUC]-[A-Z]+)|(?:V[0-9]{2}))["']""")


def emitted(repository: Path) -> set[str]:
    """The codes written in the package, outside of their explanations."""
    folders = ("calplan/policyfile", "calplan/plan/validity", "calplan/guardrails")
    files = [one for folder in folders for one in (repository / folder).rglob("*.py") if one.parent.name != "codes"]
    return {code for file in files for code in CODE.findall(file.read_text(encoding="utf-8"))}


def test_a_code_is_said_if_and_only_if_it_is_explained(repository: Path) -> None:
    assert emitted(repository) | {"V25"} == set(CODES), "V25 is said by its gate"
    assert {f"V{number:02}" for number in range(1, 41)} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_an_explanation_says_what_why_what_to_do_and_on_whose_word(code: str) -> None:
    entry = CODES[code]
    assert entry.text.startswith(f"{entry.title}.\n\n")
    for part in (entry.title, entry.means, entry.why, entry.fix, entry.source):
        assert len(part) >= 8
        assert "\n" not in part
    assert not entry.title.endswith(".")
    assert all(part.endswith((".", "`")) for part in (entry.means, entry.why, entry.fix))
