"""The page about guardrails shows what its commands print, with the files that it has written before."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.policyfile.packs import pack_names
from tests.cli.make import calplan

BLOCK = re.compile(r"^```(yaml|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def page(repository: Path) -> str:
    made = shutil.ignore_patterns("*.db*", ".calplan")
    shutil.copytree(repository / "examples" / "narrow-permissions", "examples/narrow-permissions", ignore=made)
    shutil.copytree(repository / "policies", "policies")
    return (repository / "docs" / "how-to" / "guardrails.md").read_text(encoding="utf-8")


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
    codes: list[tuple[str, ExitCode]] = []
    for kind, text in BLOCK.findall(page):
        if kind == "yaml":
            file = Path(text.splitlines()[0].removeprefix("# "))
            file.write_text(text, encoding="utf-8")
            continue
        for words, shown in commands_in(text):
            said = calplan(*words)
            assert missing(shown, said.out) == [], (words, said.out, said.err)
            codes.append((words[0], said.code))
    done, refused, invalid = ExitCode.DONE, ExitCode.REFUSED, ExitCode.INVALID
    assert codes == [
        ("check", refused),
        ("plan", done),
        ("check", done),
        ("check", done),
        ("validate", invalid),
        ("test", done),
        ("test", done),
    ]


def test_the_page_names_every_pack(page: str) -> None:
    assert [name for name in pack_names() if f"`{name}`" not in page] == []
