"""The source tree as the architecture tests read it: parsed modules, their imports, and the tracked files."""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = ROOT / "calplan"
IGNORED: Final = frozenset({".git", ".venv", "build", "dist", "calplan-demo", "__pycache__"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, kw_only=True)
class Module:
    """One Python file: its path below the root with forward slashes, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    def imports(self) -> Iterator[tuple[int, str, str | None]]:
        """Line, module and name of each import, wherever it stands; no name for ``import module``."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield node.lineno, alias.name, None
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield node.lineno, node.module or ".", alias.name

    def functions(self) -> Iterator[Function]:
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node


def modules_below(*folders: Path) -> list[Module]:
    """Every Python file in folders, or a file itself, in the order of their paths."""
    found = [path for top in folders for path in ([top] if top.is_file() else top.rglob("*.py"))]
    return [Module(path=path.relative_to(ROOT).as_posix(), text=path.read_text("utf-8")) for path in sorted(found)]


def tracked_files() -> list[Path]:
    """What is, or is about to be, committed; outside a clone every file that is no build product."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        asked = [git, "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
        files = [ROOT / name for name in listed.split("\0") if name]
    else:
        files = [path for path in ROOT.rglob("*") if not IGNORED.intersection(path.relative_to(ROOT).parts)]
    return sorted(path for path in files if path.is_file())
