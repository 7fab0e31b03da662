"""Names are domain words, files fit one sitting, functions fit a screen, signatures say what they take."""

import ast
from collections.abc import Iterator

from tests.architecture.source import PACKAGE, ROOT, Module, modules_below

EMPTY_WORDS = frozenset({"util", "helper", "common", "manager", "core", "misc"})
LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60


def code_and_tests() -> list[Module]:
    return modules_below(PACKAGE, ROOT / "tests")


def says_nothing(path: str) -> bool:
    """Whether a folder or file of a path has a name that would fit any program."""
    parts = path.removesuffix(".py").split("/")
    return any(word.removesuffix("s") in EMPTY_WORDS for part in parts for word in part.split("_"))


def long_functions(module: Module) -> Iterator[str]:
    for function in module.functions():
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > LINES_OF_A_FUNCTION:
            yield f"{module.path}:{function.lineno}: {function.name} has {lines} lines"


def open_signatures(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.arguments) and node.kwarg is not None:
            yield f"{module.path}:{node.kwarg.lineno}: **{node.kwarg.arg}"


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [module.path for module in modules_below(PACKAGE) if says_nothing(module.path)] == []


def test_no_file_is_too_long_for_one_sitting() -> None:
    lengths = {module.path: len(module.text.splitlines()) for module in code_and_tests()}
    assert {path: lines for path, lines in lengths.items() if lines > LINES_OF_A_FILE} == {}


def test_no_function_is_too_long_for_a_screen() -> None:
    assert [place for module in code_and_tests() for place in long_functions(module)] == []


def test_no_signature_takes_arbitrary_keywords() -> None:
    assert [place for module in modules_below(PACKAGE) for place in open_signatures(module)] == []


def test_these_tests_see_what_they_forbid() -> None:
    long = "def f():\n" + "    x = 1\n" * LINES_OF_A_FUNCTION
    assert list(long_functions(Module(path="a.py", text=long)))
    assert list(open_signatures(Module(path="a.py", text="def f(*, a, **rest): ...")))
    assert list(open_signatures(Module(path="a.py", text="g = lambda **rest: rest")))
    assert says_nothing("calplan/utils.py")
    assert says_nothing("calplan/common/text.py")
    assert says_nothing("calplan/impact/rule_helpers.py")
    assert not says_nothing("calplan/model/domain.py")
