"""YAML as nodes with line numbers, built from the parser's events without recursion.

The parser's own composer recurses and loads alias bombs happily; here every limit is checked while events arrive, so
that no text, however made, costs more than its size.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import yaml

from calplan.policyfile.line_numbers import START, Source, Span
from calplan.policyfile.scalars import Doubt, ScalarValue, resolve

DEEPEST: Final = 64
MOST_EVENTS: Final = 400_000
ALIAS_BUDGET: Final = 200_000
"""Nodes that aliases may stand for in one file, all told."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value; ``text`` is as written, without quotes."""

    span: Span
    text: str
    value: ScalarValue


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    span: Span
    items: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a mapping with the place of its key."""

    key: Span
    node: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Nodes by key; keys are always text."""

    span: Span
    entries: dict[str, Entry] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the YAML itself. ``detail`` completes the sentence of the code; it never quotes a value."""

    code: str
    span: Span
    detail: str = ""
    first: Span | None = None


@dataclass(frozen=True, slots=True)
class Root:
    """One document of a file: its top node and what is wrong with it."""

    node: Node
    problems: tuple[Problem, ...]


class _StopError(Exception):
    """The rest of the file is not worth reading, or dangerous to."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def parse(source: Source) -> tuple[tuple[Root, ...], tuple[Problem, ...]]:
    """The documents of a file that are not empty, and what ended the reading before its end, if anything."""
    builder = _Builder()
    try:
        for event in _events(source):
            builder.take(event)
    except _StopError as stop:
        return tuple(builder.roots), (*builder.problems, stop.problem)
    return tuple(builder.roots), ()


def _events(source: Source) -> Iterator[yaml.Event]:
    try:
        for number, event in enumerate(yaml.parse(source.text, Loader=yaml.CSafeLoader)):
            if number >= MOST_EVENTS:
                raise _StopError(Problem("Y-SIZE", _span(event), f"more than {MOST_EVENTS:,} values"))
            yield event
    except yaml.MarkedYAMLError as error:
        raise _StopError(Problem("Y-SYNTAX", _marked(error, source), error.problem or "")) from error
    except yaml.YAMLError as error:
        raise _StopError(Problem("Y-SYNTAX", START, "the text holds signs that YAML does not allow")) from error


def _marked(error: yaml.MarkedYAMLError, source: Source) -> Span:
    """Where the reader lost the thread; when that is the end of the file, where what is not closed begins."""
    mark = error.problem_mark
    rest = () if mark is None else source.lines[mark.line :]
    if error.context_mark is not None and not any(line.strip() for line in rest):
        mark = error.context_mark
    if mark is None:
        return START
    return Span(mark.line, mark.column, mark.line, mark.column + 1)


def _span(event: yaml.Event) -> Span:
    # Every event of the C parser carries both marks.
    assert event.start_mark is not None
    assert event.end_mark is not None
    return Span(event.start_mark.line, event.start_mark.column, event.end_mark.line, event.end_mark.column)


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What an alias stands for: the node, how many nodes it expands to, and how deep it is."""

    node: Node
    size: int
    height: int


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet. ``key`` is the mapping key that waits for its value."""

    node: Sequence | Mapping
    anchor: str | None
    size: int = 1
    height: int = 1
    key: tuple[str, Span] | None = None
    drop_value: bool = False


class _Builder:
    """Takes events one by one; finished documents go to ``roots``, ``problems`` are those of the open one."""

    def __init__(self) -> None:
        self.roots: list[Root] = []
        self._stack: list[_Open] = []
        self._anchors: dict[str, _Anchored | None] = {}
        self._earlier_anchors: set[str] = set()
        self.problems: list[Problem] = []
        self._through_aliases = 0

    def take(self, event: yaml.Event) -> None:
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._start(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end()
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentEndEvent():
                self._end_of_document()
            case _:
                return

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        span = _span(event)
        self._refuse_tag(event.tag, span)
        plain = event.style is None or event.style == ""
        if self._awaits_key():
            self._note_anchor(event.anchor, span)
            self._key(event.value, span, plain=plain)
            if event.anchor is not None:
                self._anchors[event.anchor] = _Anchored(Scalar(span, event.value, event.value), 1, 0)
            return
        value = resolve(event.value) if plain and event.tag is None else event.value
        if isinstance(value, Doubt):
            self.problems.append(Problem(value.value, span))
            value = event.value
        if "\0" in event.value:
            self.problems.append(Problem("Y-ENCODING", span, "an escaped NUL character"))
        self._place(_Anchored(Scalar(span, event.value, value), 1, 0), event.anchor)

    def _start(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        span = _span(event)
        self._refuse_tag(event.tag, span)
        if len(self._stack) >= DEEPEST:
            raise _StopError(Problem("Y-DEEP", span))
        if self._awaits_key():
            raise _StopError(Problem("Y-KEY", span, "a list or a mapping"))
        self._note_anchor(event.anchor, span)
        node = Mapping(span) if isinstance(event, yaml.MappingStartEvent) else Sequence(span)
        self._stack.append(_Open(node, event.anchor))

    def _end(self) -> None:
        done = self._stack.pop()
        anchored = _Anchored(done.node, done.size, done.height)
        if done.anchor is not None:
            self._anchors[done.anchor] = anchored
        self._place(anchored, None)

    def _alias(self, event: yaml.AliasEvent) -> None:
        span = _span(event)
        if self._awaits_key():
            raise _StopError(Problem("Y-KEY", span, "an alias"))
        if event.anchor not in self._anchors:
            code = "V35" if event.anchor in self._earlier_anchors else "Y-SYNTAX"
            raise _StopError(Problem(code, span, "an alias without an anchor before it in this document"))
        target = self._anchors[event.anchor]
        if target is None:
            raise _StopError(Problem("Y-CYCLE", span))
        self._through_aliases += target.size
        if self._through_aliases > ALIAS_BUDGET:
            raise _StopError(Problem("Y-BOMB", span))
        if len(self._stack) + target.height > DEEPEST:
            raise _StopError(Problem("Y-DEEP", span))
        self._place(target, None)

    def _end_of_document(self) -> None:
        self._earlier_anchors.update(self._anchors)
        self._anchors.clear()

    def _awaits_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].node, Mapping) and self._stack[-1].key is None

    def _refuse_tag(self, tag: str | None, span: Span) -> None:
        if tag is not None:
            self.problems.append(Problem("Y-TAG", span))

    def _note_anchor(self, anchor: str | None, span: Span) -> None:
        if anchor is None:
            return
        if anchor in self._anchors:
            raise _StopError(Problem("Y-SYNTAX", span, "an anchor with the name of an earlier one"))
        self._anchors[anchor] = None

    def _key(self, text: str, span: Span, *, plain: bool) -> None:
        top = self._stack[-1]
        assert isinstance(top.node, Mapping)
        top.key = (text, span)
        top.drop_value = False
        if plain and text == "<<":
            self.problems.append(Problem("Y-MERGE", span))
            top.drop_value = True
        elif text in top.node.entries:
            self.problems.append(Problem("Y-DUP", span, first=top.node.entries[text].key))
            top.drop_value = True

    def _place(self, anchored: _Anchored, anchor: str | None) -> None:
        if anchor is not None:
            self._note_anchor(anchor, anchored.node.span)
            self._anchors[anchor] = anchored
        if not self._stack:
            self._finish(anchored.node)
            return
        top = self._stack[-1]
        top.size += anchored.size
        top.height = max(top.height, anchored.height + 1)
        if isinstance(top.node, Sequence):
            top.node.items.append(anchored.node)
            return
        assert top.key is not None
        if not top.drop_value:
            top.node.entries[top.key[0]] = Entry(top.key[1], anchored.node)
        top.key = None

    def _finish(self, node: Node) -> None:
        empty = isinstance(node, Scalar) and node.value is None and not node.text
        if not empty or self.problems:
            self.roots.append(Root(node, tuple(self.problems)))
        self.problems = []
