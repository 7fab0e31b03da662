"""What cosmic-ray does not break: members of enums, entries of tables, and membership."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from parso.python.tree import Keyword, Name, PythonNode
from parso.tree import NodeOrLeaf

PACKAGE: Final = Path(__file__).resolve().parents[2] / "calplan"
Span = tuple[tuple[int, int], tuple[int, int]]


class Operator(Protocol):
    """What cosmic-ray asks of an operator: the places of a node that can break, and the node with one broken."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]: ...

    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf: ...


@cache
def members() -> dict[str, tuple[str, ...]]:
    """The members of each Enum of the package, read from its text, so that nothing of it is imported."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and any(
                isinstance(one, ast.Name) and one.id == "Enum" for one in node.bases
            ):
                names = [one.targets[0] for one in node.body if isinstance(one, ast.Assign)]
                found[node.name] = tuple(name.id for name in names if isinstance(name, ast.Name))
    return found


class OtherMember:
    """Takes the next member of an Enum for the one that is named."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]:
        name = _member(node)
        if name is not None:
            yield (name.start_pos, name.end_pos)

    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf:
        name = [_member(node)][index]
        assert name is not None
        known = members()[node.children[0].value]
        name.value = known[(known.index(name.value) + 1) % len(known)]
        return node


def _member(node: NodeOrLeaf) -> Name | None:
    """The name of the member where a node is ``Enum.MEMBER``."""
    if not isinstance(node, PythonNode) or node.type not in ("atom_expr", "power"):
        return None
    first, trailer = node.children[:2]
    known = members().get(getattr(first, "value", ""), ())
    if len(known) < 2 or trailer.type != "trailer" or trailer.children[0].value != ".":
        return None
    name = trailer.children[1]
    return name if name.value in known else None


class DropEntry:
    """Leaves an entry out of a tuple, list, set or dict that is written out."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]:
        for entry in _entries(node):
            yield (entry[0].start_pos, entry[-1].end_pos)

    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf:
        dropped = _entries(node)[index]
        node.children = [child for child in node.children if child not in dropped]
        return node


def _entries(node: NodeOrLeaf) -> list[list[NodeOrLeaf]]:
    """The entries of a display with the comma after each; none for a comprehension."""
    if not isinstance(node, PythonNode) or node.type not in ("testlist_comp", "dictorsetmaker"):
        return []
    if any(child.type in ("comp_for", "sync_comp_for") for child in node.children) or _in_brackets(node):
        return []
    entries: list[list[NodeOrLeaf]] = [[]]
    for child in node.children:
        entries[-1].append(child)
        if child.type == "operator" and child.value == ",":
            entries.append([])
    return [entry for entry in entries if entry]


def _in_brackets(node: NodeOrLeaf) -> bool:
    """Whether a node stands between the brackets of another: the arguments of a type."""
    above = node.parent
    while above is not None and above.type != "trailer":
        above = above.parent
    return above is not None and above.children[0].value == "["


class InToNotIn:
    """Takes ``not in`` for ``in``; loops are left alone."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]:
        for child in _memberships(node):
            yield (child.start_pos, child.end_pos)

    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf:
        _memberships(node)[index].value = "not in"
        return node


def _memberships(node: NodeOrLeaf) -> list[Keyword]:
    if not isinstance(node, PythonNode) or node.type != "comparison":
        return []
    return [child for child in node.children if isinstance(child, Keyword) and child.value == "in"]


OUR_OPERATORS: Final[dict[str, type[Operator]]] = {one.__name__: one for one in (OtherMember, DropEntry, InToNotIn)}
