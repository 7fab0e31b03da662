"""What an expression mentions, held against what there is: a field that does not exist would hide behind ``||``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final, TypeAlias

from calplan.guardrails.shapes import Anything, Kind, Leaf, ListOf, Record, Shape
from calplan.guardrails.tree import Call, Field, Listed, Literal, Loop, Name, Node, children

Path: TypeAlias = tuple[str, ...]
EQUALS: Final = ("_==_", "_!=_")
WITHIN: Final = "@in"
INDEX: Final = "_[_]"
CHOICE: Final = "_?_:_"
ANYTHING: Final = Anything()
KINDS: Final = {str: Kind.TEXT, bool: Kind.BOOLEAN, int: Kind.NUMBER, float: Kind.NUMBER}
BETWEEN: Final = " \t\r\n"
NO_FIELD: Final = "a field that does not exist is an error in each evaluation, or hides behind `||` and `&&`"
ALWAYS_THE_SAME: Final = "a comparison that is never true makes a rule that always gives the same answer"
RIGHT: Final = {
    Kind.TEXT: "compare it with a text in quotes, or with null",
    Kind.NUMBER: "compare it with a number, without quotes",
    Kind.BOOLEAN: "compare it with true or false, without quotes",
}
"""What to do where a value of one kind is held against one of another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong with an expression; ``at`` and ``length`` count its characters."""

    code: str
    at: int
    length: int
    summary: str
    why: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Mentions:
    """The paths that an expression can read, each from the name of its variable; a shorter one stands for all below."""

    paths: frozenset[Path] = frozenset()

    @property
    def variables(self) -> frozenset[str]:
        """The variables it reads."""
        return frozenset(path[0] for path in self.paths)

    def fields_of(self, variable: str) -> frozenset[str] | None:
        """The fields of one variable it reads, or ``None`` where it reads the variable as a whole."""
        paths = [path for path in self.paths if path[0] == variable]
        return None if any(len(path) == 1 for path in paths) else frozenset(path[1] for path in paths)


def mentions_of(tree: Node, variables: Mapping[str, Shape], text: str) -> tuple[Mentions, tuple[Fault, ...]]:
    """What an expression mentions of the variables, and what of it does not exist or can never be."""
    walk = _Walk(variables=variables, text=text)
    walk.visit(tree, {})
    return Mentions(frozenset(walk.paths)), tuple(walk.faults)


Scope: TypeAlias = Mapping[str, Shape]
"""Names that loops bring along, and what they stand for."""


@dataclass(slots=True, kw_only=True)
class _Walk:
    variables: Mapping[str, Shape]
    text: str
    paths: set[Path] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def visit(self, node: Node, scope: Scope) -> Shape:
        """What a node stands for; mentions and faults at and below it are noted."""
        path = self._path(node, scope)
        if path is not None:
            self.paths.add(path)
        match node:
            case Name(name=name):
                return scope.get(name) or self.variables.get(name, ANYTHING)
            case Field():
                return self._field(self._visit_owner(node.of, scope), node.name, self._after_dot(node), scope, node.of)
            case Call(function=function, args=args) if function == INDEX:
                return self._index(args, scope)
            case Call():
                return self._call(node, scope)
            case Loop():
                return self._loop(node, scope)
            case Listed() | Literal():
                for part in children(node):
                    self.visit(part, scope)
                return ANYTHING

    def _visit_owner(self, node: Node, scope: Scope) -> Shape:
        """What the value before a dot stands for; its path goes on, so that it alone is no mention."""
        if self._path(node, scope) is None:
            return self.visit(node, scope)
        match node:
            case Name(name=name):
                return self.variables.get(name, ANYTHING)
            case Field():
                return self._field(self._visit_owner(node.of, scope), node.name, self._after_dot(node), scope, node.of)
            case Call(args=(owner, Literal(value=str(key), at=at))):
                return self._field(self._visit_owner(owner, scope), key, at, scope, owner)
            case _:
                return self.visit(node, scope)

    def _path(self, node: Node, scope: Scope) -> Path | None:
        """The path from a variable that a node is, or ``None`` where it is none."""
        match node:
            case Name(name=name) if name in self.variables and name not in scope:
                return (name,)
            case Field(of=of, name=name):
                head = self._path(of, scope)
            case Call(function="_[_]", args=(of, Literal(value=str(name)))):
                head = self._path(of, scope)
            case _:
                return None
        return None if head is None else (*head, name)

    def _index(self, args: tuple[Node, ...], scope: Scope) -> Shape:
        owner, key = args
        if isinstance(key, Literal) and isinstance(key.value, str):
            return self._field(self._visit_owner(owner, scope), key.value, key.at, scope, owner)
        self.visit(key, scope)
        shape = self.visit(owner, scope)
        return shape.item if isinstance(shape, ListOf) else ANYTHING

    def _field(self, shape: Shape, name: str, at: int, scope: Scope, owner: Node) -> Shape:
        match shape:
            case Record(fields=fields) if name in fields:
                return fields[name]
            case Record(fields=fields):
                self._no_field(name, at, sorted(fields), self._named(owner, scope))
            case Leaf() | ListOf():
                what = "a list" if isinstance(shape, ListOf) else shape.kind.value
                summary = f"`{self._named(owner, scope)}` is {what} and has no field `{name}`"
                self._fault("C-PATH", at, len(name), summary, why=NO_FIELD, advice=_instead(shape))
            case Anything():
                pass
        return ANYTHING

    def _no_field(self, name: str, at: int, known: list[str], owner: str) -> None:
        near = get_close_matches(name, known, n=1, cutoff=0.6)
        fields = f"fields: {', '.join(known)}"
        self._fault(
            "C-PATH",
            at,
            len(name),
            f"`{owner}` has no field `{name}`",
            why=NO_FIELD,
            advice=f"did you mean `{near[0]}`? {fields}" if near else fields,
        )

    def _call(self, node: Call, scope: Scope) -> Shape:
        shapes = [self.visit(part, scope) for part in node.args]
        if node.function in EQUALS:
            for (one, shape), (other, _) in _both_ways(list(zip(node.args, shapes, strict=True))):
                self._compared(one, shape, other, scope)
        elif node.function == WITHIN:
            self._searched(node.args, shapes, scope)
        elif node.function == CHOICE:
            return shapes[1] if shapes[1] == shapes[2] else ANYTHING
        return ANYTHING

    def _searched(self, args: tuple[Node, ...], shapes: list[Shape], scope: Scope) -> None:
        """``x in list``: a literal in a list of ours, or a value of ours in a list of literals."""
        item, where = args
        match shapes[1], where:
            case ListOf(item=inner), _:
                self._compared(where, inner, item, scope, of_an_item=True)
            case Record(fields=fields), _ if isinstance(item, Literal) and isinstance(item.value, str):
                if item.value not in fields:
                    self._no_field(item.value, item.at, sorted(fields), self._named(where, scope))
            case _, Listed(items=items, is_map=False):
                for one in items:
                    self._compared(item, shapes[0], one, scope)
            case _:
                pass

    def _compared(self, node: Node, shape: Shape, other: Node, scope: Scope, *, of_an_item: bool = False) -> None:
        """A value of ours beside a literal: whether the two can be equal at all."""
        if not isinstance(other, Literal):
            return
        name, value = self._named(node, scope) + ("[]" if of_an_item else ""), other.value
        if isinstance(shape, Record):
            if not of_an_item:
                summary = f"`{name}` has fields of its own and is never equal to a single value, null included"
                self._fault(
                    "C-TYPE",
                    other.at,
                    self._length(other),
                    summary,
                    why=ALWAYS_THE_SAME,
                    advice=f"ask for one of its fields: {', '.join(sorted(shape.fields))}",
                )
            return
        if value is None or isinstance(shape, Anything):
            return
        if isinstance(shape, ListOf):
            self._word(name, shape.words, Kind.TEXT, other)
        else:
            self._word(name, shape.words, shape.kind, other)

    def _word(self, name: str, words: tuple[str, ...], kind: Kind, other: Literal) -> None:
        value = other.value
        if isinstance(value, bytes) or KINDS[type(value)] is not kind:
            summary = f"`{name}` is {kind.value}, so it is never equal to this"
            why = "between values of two kinds `==` is false without an error, and `!=` is true"
            self._fault("C-TYPE", other.at, self._length(other), summary, why=why, advice=RIGHT[kind])
        elif words and value not in words:
            near = get_close_matches(str(value), words, n=1, cutoff=0.6)
            known = f"it can be {', '.join(repr(word) for word in words)}, or null"
            advice = f"did you mean '{near[0]}'? {known}" if near else known
            summary = f"`{name}` is never '{value}'"
            self._fault("C-WORD", other.at, self._length(other), summary, why=ALWAYS_THE_SAME, advice=advice)

    def _loop(self, node: Loop, scope: Scope) -> Shape:
        over = self.visit(node.over, scope)
        first = over.item if isinstance(over, ListOf) else ANYTHING
        second = first if node.second and isinstance(over, ListOf) else ANYTHING
        self.visit(node.start, scope)
        within = {**scope, node.first: ANYTHING if node.second else first, node.result: ANYTHING}
        if node.second:
            within[node.second] = second
        for part in node.inner:
            self.visit(part, within)
        return ANYTHING

    def _named(self, node: Node, scope: Scope) -> str:
        path = self._path(node, scope)
        if path is not None:
            return ".".join(path)
        match node:
            case Name(name=name):
                return name
            case Field(of=of, name=name):
                return f"{self._named(of, scope)}.{name}"
            case _:
                return "this value"

    def _after_dot(self, node: Field) -> int:
        """Where the name of a field begins; what is between the dot and it may be blank."""
        at = node.at
        while at < len(self.text) and (self.text[at] in BETWEEN or self.text[at] == "."):
            at += 1
        # ``has`` is a macro, and stands at its own name: the field is somewhere behind.
        found = self.text.find(node.name, node.at) if node.asks else at
        return max(found, node.at)

    def _length(self, node: Literal) -> int:
        return len(str(node.value)) + 2 if isinstance(node.value, str) else len(str(node.value))

    def _fault(self, code: str, at: int, length: int, summary: str, *, why: str = "", advice: str = "") -> None:
        fault = Fault(code=code, at=at, length=length, summary=summary, why=why, help=advice)
        # What a macro repeats in its expansion is said once.
        if fault not in self.faults:
            self.faults.append(fault)


def _instead(shape: Leaf | ListOf) -> str:
    """What to do with a value that has no fields."""
    if isinstance(shape, ListOf):
        return "ask for its entries, with `exists`, `all` or `in`"
    return RIGHT[shape.kind]


def _both_ways(
    pair: list[tuple[Node, Shape]],
) -> Iterator[tuple[tuple[Node, Shape], tuple[Node, Shape]]]:
    left, right = pair
    yield left, right
    yield right, left
