"""The reference is what the code says: generated pages are fresh, and leave nothing out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from calplan.cli.plan_codes import OTHER_CODES
from calplan.policyfile.user_words import COLUMNS
from calplan.render.explain import codes
from tests.architecture.source import PACKAGE, modules_below
from tests.reference.code_pages import PREFIXES, family_of
from tests.reference.columns import MEANS
from tests.reference.environment import SECTIONS
from tests.reference.markdown import UNBROKEN, WIDTH
from tests.reference.pages import SIGN, pages

WRITTEN_BY_HAND: Final = {"machine-outputs.md"}
REFRESH: Final = "run: python -m tests.reference"
VARIABLE: Final = re.compile(
    r"(CALPLAN|VAULT|GITHUB|ACTIONS|RUNNER)_[A-Z][A-Z_]*|CI|CI_[A-Z_]+|TERM|NO_COLOR|FORCE_COLOR|CLICOLOR(_FORCE)?|SOURCE_DATE_EPOCH"
)
PUT_TOGETHER: Final = {"GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"}
"""Variables whose names the code writes in halves."""


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages()


@pytest.fixture
def reference(repository: Path) -> Path:
    return repository / "docs" / "reference"


def test_every_page_says_what_the_code_says(made: dict[str, str], reference: Path) -> None:
    kept = {one.relative_to(reference).as_posix(): one.read_text(encoding="utf-8") for one in reference.rglob("*.md")}
    assert kept.keys() - made.keys() == WRITTEN_BY_HAND, REFRESH
    assert [name for name, text in made.items() if kept.get(name) != text] == [], REFRESH


def test_pages_carry_a_sign_and_are_made_the_same_each_time(made: dict[str, str]) -> None:
    assert all(text.startswith(SIGN) for text in made.values())
    assert made == pages()


def test_every_code_that_can_be_explained_has_its_place(made: dict[str, str]) -> None:
    homes = ("codes.md", "decision-table.md", "outcomes.md", "gates.md", "readings.md")
    text = "\n".join(made[name] for name in homes)
    places = ("\n### {}\n", "\n## {}\n", "\n| {} |", "\n| `{}` |", "\n- **{}**:", ". `{}`\n")
    assert [
        name
        for name in codes(OTHER_CODES)
        if name != "guardrails" and not any(place.format(name) in text for place in places)
    ] == []
    assert {family_of(name) for name in OTHER_CODES} == set(PREFIXES)


def test_every_column_of_a_users_file_is_explained() -> None:
    assert tuple(MEANS) == COLUMNS


def read_from_the_environment() -> Iterator[str]:
    for module in modules_below(PACKAGE):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and VARIABLE.fullmatch(node.value):
                yield node.value


def test_every_variable_of_the_environment_is_listed() -> None:
    listed = {one.name for _, variables in SECTIONS for one in variables}
    assert set(read_from_the_environment()) | PUT_TOGETHER == listed


def test_lines_fit_a_screen_but_for_tables_and_what_cannot_be_broken(made: dict[str, str]) -> None:
    for name, text in made.items():
        for line in text.splitlines():
            words = max((len(word) for word in UNBROKEN.sub("x", line).split(" ")), default=0)
            assert len(line) <= WIDTH or line.startswith("|") or UNBROKEN.search(line) or words > WIDTH, (name, line)


def test_nothing_depends_on_a_day_or_a_machine(made: dict[str, str], repository: Path) -> None:
    assert [name for name, text in made.items() if str(repository) in text] == []
