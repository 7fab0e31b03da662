"""The page about telling people shows what its commands print, with the files that it has written before."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.render.notices.sources import PARTS, SHARED
from tests.cli.make import calplan

BLOCK = re.compile(r"^```(csv|jinja|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def page(repository: Path) -> str:
    made = shutil.ignore_patterns("*.db*", ".calplan")
    shutil.copytree(repository / "examples" / "contoso", "examples/contoso", ignore=made)
    return (repository / "docs" / "how-to" / "tell-people.md").read_text(encoding="utf-8")


def commands_in(block: str) -> Iterator[tuple[list[str], list[str]]]:
    """Each command with the lines shown below it."""
    for command in block.split("$ calplan ")[1:]:
        typed, *shown = command.splitlines()
        yield shlex.split(typed), [line for line in shown if line not in ("", "...")]


def missing(shown: list[str], printed: str) -> list[str]:
    """The shown lines that were not printed in this order."""
    lines = iter(printed.splitlines())
    return [line for line in shown if line not in lines]


def test_the_page_shows_what_its_commands_print(page: str) -> None:
    codes = []
    for kind, text in BLOCK.findall(page):
        if kind != "console":
            name = "languages.csv" if kind == "csv" else text.split()[1]
            Path(name).write_text(text, encoding="utf-8")
            continue
        for words, shown in commands_in(text):
            said = calplan(*words)
            assert missing(shown, said.out + said.err) == [], (words, said.out, said.err)
            codes.append(said.code)
    assert codes == [*[ExitCode.DONE] * 4, ExitCode.INVALID]


def test_the_page_names_every_shared_text(page: str) -> None:
    assert [name for name in (*SHARED, *PARTS) if f"{name}`" not in page] == []
