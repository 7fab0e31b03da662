"""Mutants: copies of a module with one place broken, made by cosmic-ray's operators and three of our own."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import ndiff
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from tests.mutation.operators import OUR_OPERATORS, Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One broken module; ``was`` and ``became`` are the lines that differ, with single blanks."""

    path: str
    place: str
    was: str
    became: str
    text: str

    @property
    def name(self) -> tuple[str, str, str]:
        """What tells it from other mutants, whatever line it stands on."""
        return (f"{self.path}: {self.place}" if self.place else self.path, self.was, self.became)


def mutants_of(path: Path, name: str, operators: tuple[str, ...]) -> Iterator[Mutant]:
    """Every mutant of a module that means something else than the module does to a reader of syntax trees."""
    source = path.read_text("utf-8")
    seen = {_meaning(source)}
    alike: Counter[tuple[str, str, str]] = Counter()
    for operator in _operators(operators):
        places = [start for node in ast_nodes(get_ast(source)) for start, _ in operator.mutation_positions(node)]
        for occurrence, (line, _) in enumerate(places):
            text = mutate_code(source, operator, occurrence)
            meaning = None if text is None else _meaning(text)
            if text is None or meaning is None or meaning in seen:
                continue
            seen.add(meaning)
            place, (was, became) = _definition(source, line), _difference(source, text)
            alike[place, was, became] += 1
            number = alike[place, was, became]
            place = f"{place} ({number})" if number > 1 else place
            yield Mutant(path=name, place=place, was=was, became=became, text=text)


def _operators(names: tuple[str, ...]) -> Iterator[Operator]:
    for name in names:
        yield OUR_OPERATORS[name]() if name in OUR_OPERATORS else get_operator(f"core/{name}")()


def _meaning(source: str) -> str | None:
    """The syntax tree without annotations and the ``strict`` of ``zip``; ``None`` for what is no Python.

    Columns that run parallel are equally long by the way they are made, and ``strict`` says so to the reader.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant(value=None)
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.Call):
            node.keywords = [one for one in node.keywords if one.arg != "strict"]
    return ast.dump(tree)


def _definition(source: str, line: int) -> str:
    """The function, with its class, or the class that a line belongs to; empty for a statement of the module."""
    names: list[str] = []
    inside: ast.AST = ast.parse(source)
    while True:
        for node in ast.iter_child_nodes(inside):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and _first(node) <= line <= (node.end_lineno or 0):
                names.append(node.name)
                inside = node
                break
        else:
            return ".".join(names)


def _first(node: ast.FunctionDef | ast.ClassDef) -> int:
    return min([node.lineno, *(one.lineno for one in node.decorator_list)])


def _difference(source: str, text: str) -> tuple[str, str]:
    lines = list(ndiff(source.splitlines(), text.splitlines()))
    was, became = (
        " ".join(word for line in lines if line.startswith(sign) for word in line[2:].split()) for sign in "-+"
    )
    return was, became
