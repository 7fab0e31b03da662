"""One version, one pair of set-up commands."""

import re
import tomllib

import calplan
from tests.architecture.source import ROOT


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_the_version_is_stated_once_and_the_changelog_agrees() -> None:
    settings = tomllib.loads(read("pyproject.toml"))
    assert "version" in settings["project"]["dynamic"]
    assert settings["tool"]["hatch"]["version"]["path"] == "calplan/__init__.py"
    releases = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", read("CHANGELOG.md"), re.MULTILINE)
    assert releases[0] == calplan.__version__


def test_the_readme_begins_with_exactly_two_commands() -> None:
    block = re.search(r"^```(?:sh|bash|shell|console)\n(.*?)^```", read("README.md"), re.MULTILINE | re.DOTALL)
    assert block is not None
    commands = [line for line in block.group(1).splitlines() if line.strip()]
    assert len(commands) == 2
    install, test = commands
    assert install.endswith("calplan demo")
    assert "pytest" in test
