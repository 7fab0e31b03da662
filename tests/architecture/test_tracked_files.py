"""What is committed names no package registry and no path of the machine it was written on."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, tracked_files

# Put together from halves, so that this file does not find itself.
REGISTRIES = (
    "pypi" + ".org",
    "files.python" + "hosted",
    "registry." + "npmjs",
    "registry." + "yarnpkg",
    "proxy." + "golang",
    "deb." + "debian.org",
    "archive." + "ubuntu.com",
)
MACHINE_PATHS = (
    "/" + "root/",
    "/" + "home/[a-z]",
    "/" + "Users/[A-Za-z]",
    "/" + "work/(?:main|shared|steering)",
    "/" + "farm/",
    "/" + "opt/(?:pypi|wheels)",
    "/" + "tmp/v/",
)
FORBIDDEN = re.compile("|".join([*map(re.escape, REGISTRIES), *MACHINE_PATHS]))
ADDRESS = re.compile(r"\bhttps?:|\bfile:|index-url|find-links|\s@\s")


def offences(path: Path) -> list[str]:
    text = path.read_bytes().decode("utf-8", "replace")
    return [
        f"{path.relative_to(ROOT)}:{number}: {found.group()}"
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := FORBIDDEN.search(line))
    ]


def test_no_file_names_a_registry_or_a_path_of_a_machine() -> None:
    files = tracked_files()
    assert ROOT / "pyproject.toml" in files
    assert [offence for path in files for offence in offences(path)] == []


@pytest.mark.parametrize(
    "line",
    ["https://" + "pypi" + ".org/simple", "file:///" + "opt/pypi/simple", "/" + "home/someone/calplan"],
)
def test_a_registry_or_a_path_of_a_machine_would_be_seen(line: str) -> None:
    assert FORBIDDEN.search(line)


def test_no_account_database_is_committed() -> None:
    databases = {".db", ".sqlite", ".sqlite3"}
    assert [path for path in tracked_files() if path.suffix in databases] == []


@pytest.mark.parametrize("name", ["requirements-dev.lock", "requirements.lock"])
def test_a_lock_file_pins_by_hash_and_names_no_address(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    assert [line for line in lines if ADDRESS.search(line)] == []
    pins = [number for number, line in enumerate(lines) if re.match(r"[a-z0-9]", line)]
    assert pins
    assert [lines[n] for n in pins if "==" not in lines[n] or "--hash=sha256:" not in lines[n + 1]] == []


def test_the_lock_file_covers_every_direct_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=!~; ]", requirement)[0].lower() for requirement in asked}
    pinned = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements-dev.lock").read_text("utf-8"), re.MULTILINE))
    assert names - pinned == set()


def test_what_pipelines_install_is_a_part_of_what_is_tested() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / name).read_text("utf-8")
        return dict(re.findall(r"^([a-z0-9.-]+==\S+)[^\n]* \\\n((?:    --hash=\S+(?: \\)?\n)+)", text, re.MULTILINE))

    installed, tested = pins("requirements.lock"), pins("requirements-dev.lock")
    assert len(installed) > 40
    assert {name: hashes for name, hashes in installed.items() if tested.get(name) != hashes} == {}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["pipeline"]]
    names = {re.split(r"[\[<>=!~; ]", requirement)[0].lower() for requirement in asked}
    assert names - {name.partition("==")[0] for name in installed} == set()
