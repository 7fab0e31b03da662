"""Every test starts in an empty folder, without the variables that change what calplan does or prints."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

PREFIXES: Final = ("CALPLAN_", "_CALPLAN_", "GITHUB_", "GITLAB_", "CI_", "CLICOLOR", "PG")
NAMES: Final = frozenset(
    {
        "CI",
        "COLUMNS",
        "FORCE_COLOR",
        "LINES",
        "NO_COLOR",
        "PAGER",
        "SOURCE_DATE_EPOCH",
        "TTY_COMPATIBLE",
        "VAULT_ADDR",
        "VAULT_TOKEN",
    }
)
PROXIES: Final = frozenset({"http_proxy", "https_proxy", "all_proxy", "no_proxy"})


def matters(name: str) -> bool:
    """Whether a variable of the caller's environment could reach a result."""
    return name in NAMES or name.startswith(PREFIXES) or name.lower() in PROXIES


@pytest.fixture(autouse=True)
def own_surroundings(tmp_path: Path) -> Iterator[None]:
    """Work in ``tmp_path``; snapshots are found all the same, their folder is absolute."""
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(tmp_path):
        for name in tuple(os.environ):
            if matters(name):
                patch.delenv(name)
        yield
