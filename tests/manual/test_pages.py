"""The man pages say what the help says, and whoever formats manuals takes them as they are."""

import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Final

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.cli.main import COMMANDS
from tests.manual.pages import pages
from tests.manual.roff import text
from tests.reference.environment import SECTIONS

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "docs" / "man"


def test_the_pages_are_fresh() -> None:
    """``python -m tests.manual`` writes them."""
    assert {file.name: file.read_text("utf-8") for file in FOLDER.glob("*.1")} == pages()


def test_there_is_a_page_for_every_command_and_every_one_below() -> None:
    names = set(pages())
    assert {f"calplan-{name}.1" for name in COMMANDS} < names
    assert {"calplan-state-unlock.1", "calplan-sandbox-serve.1", "calplan.1"} < names


def test_the_overview_has_every_exit_code_and_every_variable_that_calplan_reads() -> None:
    page = pages()["calplan.1"]
    assert all(f"\\fB{code.value}\\fR" in page for code in ExitCode)
    assert all(f"\\fB{text(one.name)}\\fR" in page for _, variables in SECTIONS for one in variables)


def test_a_page_shows_each_option_with_its_help() -> None:
    page = pages()["calplan-impact.1"]
    assert ".TP\n\\fB\\-\\-account\\fR \\fINAME\\fR\nThe account to plan, where the folder has several." in page


@pytest.mark.parametrize(
    "words, shown",
    [(".calplan", r"\&.calplan"), ("'a' \\b -c", r"\(aqa\(aq \eb \-c"), ("caf\u00e9", r"caf\[u00E9]"), ("`x~^`", None)],
)
def test_no_text_is_taken_for_a_request(words: str, shown: str | None) -> None:
    assert text(words) == (shown or r"\(gax\(ti\(ha\(ga")


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed: apt-get install groff-base")
def test_a_formatter_has_no_complaint() -> None:
    files = sorted(map(str, FOLDER.glob("*.1")))
    command = ["groff", "-man", "-ww", "-Tutf8", "-P-c", *files]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("calplan manual") == len(files)


def test_whoever_installs_calplan_gets_the_pages() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"]["shared-data"] == {"docs/man": "share/man/man1"}
