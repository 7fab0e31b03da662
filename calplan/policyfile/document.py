"""One parsed document: its plain value, and where each part of it stands."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from calplan.model.diagnostic import Diagnostic, Position
from calplan.policyfile.finding import Finding, Pointer
from calplan.policyfile.line_numbers import SENSITIVE, Source, Span
from calplan.policyfile.tree import Mapping, Node, Problem, Scalar, Sequence

Plain: TypeAlias = dict[str, "Plain"] | list["Plain"] | str | int | float | bool | None
LONGEST_QUOTE: Final = 60


@dataclass(frozen=True)
class Parsed:
    """A document as plain values with a way back to the text. ``problems`` are those of its YAML."""

    source: Source
    root: Node
    problems: tuple[Problem, ...] = ()

    @cached_property
    def value(self) -> Plain:
        """The document as dictionaries, lists and scalars. The depth is bounded by the reader."""
        return _plain(self.root)

    def at(self, pointer: Pointer) -> Plain:
        """The value at a pointer, or ``None`` where the document has none."""
        found: Plain = self.value
        for part in pointer:
            if isinstance(found, dict) and isinstance(part, str):
                found = found.get(part)
            elif isinstance(found, list) and isinstance(part, int) and part < len(found):
                found = found[part]
            else:
                return None
        return found

    def written(self, pointer: Pointer) -> str | None:
        """The scalar at a pointer as it is written, or ``None`` where there is none."""
        node, _ = self._walk(pointer)
        return node.text if isinstance(node, Scalar) else None

    def is_sensitive(self, pointer: Pointer) -> bool:
        """Whether the value at the pointer may be or hold a secret, also when an alias brought it there."""
        if any(isinstance(part, str) and SENSITIVE.search(part) is not None for part in pointer):
            return True
        return id(self._walk(pointer)[0]) in self._secret_nodes

    def quoted(self, pointer: Pointer, text: str) -> str:
        """A short text taken from the value at the pointer, between backticks; nothing of a secret."""
        if self.is_sensitive(pointer):
            return "this"
        return f"`{text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + '...'}`"

    def position(self, pointer: Pointer, *, of_key: bool = False) -> Position:
        """Where a value stands, or its key; where there is none, the nearest thing around it."""
        node, key = self._walk(pointer)
        span = key if key is not None and of_key else node.span
        return self.source.position(span, self.secret_lines)

    def diagnostic(self, finding: Finding) -> Diagnostic:
        """A finding about this document, put in its place."""
        return Diagnostic(
            code=finding.code,
            severity=finding.severity,
            summary=finding.summary,
            why=finding.why,
            help=finding.help,
            position=self.position(finding.subject, of_key=finding.on_key),
            address=None,
        )

    @cached_property
    def secret_lines(self) -> frozenset[int]:
        """The lines on which values under a sensitive key stand, their keys included."""
        return frozenset(line for span in self._sensitive[1] for line in _lines(span))

    @property
    def _secret_nodes(self) -> frozenset[int]:
        return self._sensitive[0]

    @cached_property
    def _sensitive(self) -> tuple[frozenset[int], tuple[Span, ...]]:
        return _sensitive_parts(self.root)

    def _walk(self, pointer: Pointer) -> tuple[Node, Span | None]:
        node: Node = self.root
        key: Span | None = None
        for part in pointer:
            if isinstance(node, Mapping) and isinstance(part, str) and part in node.entries:
                entry = node.entries[part]
                node, key = entry.node, entry.key
            elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
                node, key = node.items[part], None
            else:
                break
        return node, key


def _plain(node: Node) -> Plain:
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [_plain(item) for item in node.items]
        case Mapping():
            return {key: _plain(entry.node) for key, entry in node.entries.items()}


def _sensitive_parts(root: Node) -> tuple[frozenset[int], tuple[Span, ...]]:
    """The identities of the nodes under sensitive keys, and their spans with those of their keys."""
    spans: list[Span] = []
    todo: list[tuple[Node, bool]] = [(root, False)]
    seen: set[tuple[int, bool]] = set()
    while todo:
        node, sensitive = todo.pop()
        # An alias leads to a node that was met before, perhaps under a harmless key.
        if (id(node), sensitive) in seen:
            continue
        seen.add((id(node), sensitive))
        if sensitive:
            spans.append(node.span)
        if isinstance(node, Sequence):
            todo += [(item, sensitive) for item in node.items]
        elif isinstance(node, Mapping):
            for key, entry in node.entries.items():
                below = sensitive or SENSITIVE.search(key) is not None
                if below:
                    spans.append(entry.key)
                todo.append((entry.node, below))
    return frozenset(identity for identity, sensitive in seen if sensitive), tuple(spans)


def _lines(span: Span) -> range:
    # The end mark of a block value sits at the next token, at the start of a line of its own.
    end = span.end_line - 1 if span.end_column == 0 and span.end_line > span.line else span.end_line
    return range(span.line, end + 1)
