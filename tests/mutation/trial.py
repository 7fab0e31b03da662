"""One trial: the tests run in a process of their own, in which one module is a mutant."""

import gc
import os
import resource
import sys
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Final

import pytest

SECONDS: Final = 60
"""A mutant that computes for longer never ends."""


def passes(tests: list[str], module: str = "", text: str = "") -> bool:
    """Whether the tests pass while a module has this text; nothing is written anywhere."""
    with TemporaryDirectory() as folder:
        child = os.fork()
        if child == 0:
            os._exit(_run([f"--basetemp={folder}/tests", *tests], module, text))
        _, status = os.waitpid(child, 0)
        return status == 0


def _run(arguments: list[str], module: str, text: str) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    gc.freeze()
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silence, stream)
    if module:
        sys.meta_path.insert(0, _Finder(module, text))
    try:
        return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]))
    except BaseException:  # noqa: BLE001 - whatever a mutant brings down, it was noticed
        return 1


class _Finder(Loader):
    """Finds one module, in the text of a mutant."""

    def __init__(self, module: str, text: str) -> None:
        self.module = module
        self.text = text

    def find_spec(self, name: str, *_where: object) -> ModuleSpec | None:
        return spec_from_loader(name, self) if name == self.module else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.text, self.module.replace(".", "/") + ".py", "exec"), module.__dict__)  # noqa: S102 - the mutant


def module_of(path: Path) -> str:
    """The name of the module that lies at a path below the root."""
    return ".".join(path.with_suffix("").parts)
