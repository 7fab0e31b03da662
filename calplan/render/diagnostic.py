"""A diagnostic as lines for a person: code and summary, place, source line with a caret, why, and what to do."""

from calplan.model.diagnostic import Diagnostic, Position
from calplan.render.cells import width
from calplan.render.untrusted import for_terminal


def render_diagnostic(diagnostic: Diagnostic) -> str:
    """The lines of one diagnostic, without a final line end. Text of the source is made harmless for a terminal."""
    position = diagnostic.position
    margin = " " * (1 if position is None else len(str(position.line)))
    lines = [f"{diagnostic.severity.value}[{diagnostic.code}]: {for_terminal(diagnostic.summary)}"]
    if position is not None:
        lines += _place(position, margin)
    elif diagnostic.address is not None:
        lines.append(f"{margin}--> {for_terminal(diagnostic.address)}")
    if diagnostic.why:
        lines.append(f"{margin} = why: {for_terminal(diagnostic.why)}")
    if diagnostic.help:
        lines.append(f"{margin} = help: {for_terminal(diagnostic.help)}")
    return "\n".join(lines)


def _place(position: Position, margin: str) -> list[str]:
    lines = [f"{margin}--> {for_terminal(position.file)}:{position.line}:{position.column}"]
    if position.text is None:
        return lines
    start = position.column - 1
    before = _visible(position.text[:start])
    marked = _visible(position.text[start : start + position.length])
    after = _visible(position.text[start + position.length :])
    carets = "^" * max(1, width(marked))
    source = f"{position.line} | {before}{marked}{after}".rstrip()
    return [*lines, f"{margin} |", source, f"{margin} | {' ' * width(before)}{carets}"]


def _visible(text: str) -> str:
    return for_terminal(text.replace("\t", " "))
