"""What ``validate`` found, for people and for programs."""

from collections.abc import Iterator, Sequence
from typing import Final

from calplan.model.diagnostic import Diagnostic, Severity
from calplan.model.plural import plural
from calplan.plan.document import FORMAT_VERSION
from calplan.render.colour import Style, paint
from calplan.render.diagnostic import render_diagnostic
from calplan.render.plan_json import canonical_json

STYLE: Final = {Severity.ERROR: Style.BAD, Severity.WARNING: Style.WARN, Severity.NOTE: Style.PLAIN}


def validation_text(diagnostics: Sequence[Diagnostic], *, colour: bool = False) -> Iterator[str]:
    """Each diagnostic with its place, then one line with the verdict."""
    for one in diagnostics:
        head, *rest = render_diagnostic(one).split("\n")
        lines = [paint(head, STYLE[one.severity], on=colour), *rest]
        yield "".join(f"{line}\n" for line in [*lines, ""])
    errors, warnings = _count(diagnostics, Severity.ERROR), _count(diagnostics, Severity.WARNING)
    verdict, style = ("Invalid", Style.BAD) if errors else ("Valid", Style.GOOD)
    words = f"{verdict}: {plural(errors, 'error')}, {plural(warnings, 'warning')}."
    yield f"{paint(words, style, on=colour)}\n"


def validation_json(diagnostics: Sequence[Diagnostic]) -> Iterator[str]:
    """The same as one object, with the keys that readers of other tools expect."""
    errors, warnings = _count(diagnostics, Severity.ERROR), _count(diagnostics, Severity.WARNING)
    report = {
        "format_version": FORMAT_VERSION,
        "valid": not errors,
        "error_count": errors,
        "warning_count": warnings,
        "diagnostics": [_diagnostic(one) for one in diagnostics],
    }
    yield f"{canonical_json(report)}\n"


def _count(diagnostics: Sequence[Diagnostic], severity: Severity) -> int:
    return sum(one.severity is severity for one in diagnostics)


def _diagnostic(one: Diagnostic) -> dict[str, object]:
    """One diagnostic; ``address``, ``range`` and ``snippet`` are there where they are known."""
    document: dict[str, object] = {
        "code": one.code,
        "severity": one.severity.value,
        "summary": one.summary,
        "detail": one.detail,
    }
    if one.address is not None:
        document["address"] = one.address
    place = one.position
    if place is not None:
        end = place.column + place.length
        document["range"] = {
            "filename": place.file,
            "start": {"line": place.line, "column": place.column},
            "end": {"line": place.line, "column": end},
        }
        if place.text is not None:
            document["snippet"] = {
                "code": place.text,
                "start_line": place.line,
                "highlight_start_offset": place.column - 1,
                "highlight_end_offset": end - 1,
            }
    return document
