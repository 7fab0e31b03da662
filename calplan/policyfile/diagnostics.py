"""Problems of bytes and YAML, put into words and in their place."""

from typing import Final

from calplan.model.diagnostic import Diagnostic, Severity
from calplan.policyfile.line_numbers import START, Source
from calplan.policyfile.tree import Problem

SENTENCES: Final[dict[str, tuple[str, str, str]]] = {
    "Y-SYNTAX": (
        "this is not YAML",
        "",
        "look for a missing colon, quote or bracket, or for indentation that does not line up, here or just above",
    ),
    "Y-DUP": (
        "this key stands twice in one mapping",
        "the YAML is ambiguous (V35): common readers keep the last value and say nothing",
        "keep one of the two",
    ),
    "Y-DEEP": (
        "nested deeper than 64 levels",
        "no document of calplan needs more than a dozen",
        "flatten the document",
    ),
    "Y-SIZE": (
        "the file is too large",
        "documents are read whole, so their size is bounded",
        "split it into several files; users belong into a users file",
    ),
    "Y-BOMB": (
        "the aliases of this file stand for more than 200,000 values",
        "a few hundred bytes of nested aliases can fill any memory",
        "write the values out",
    ),
    "Y-CYCLE": ("an alias points to something it is a part of", "such a value has no end", "write the value out"),
    "Y-EMPTY": (
        "the file holds no document",
        "there is nothing but blanks and comments in it",
        "write a document, beginning with `apiVersion: calplan/v1`",
    ),
    "Y-MERGE": (
        "merge keys (`<<`) are not supported",
        "YAML 1.2 has none, and what they mean differs between readers",
        "write the keys out",
    ),
    "Y-TAG": (
        "tags (`!` and `!!`) are not supported",
        "a tag can make a reader build anything; documents of calplan need none",
        "remove the tag; quote the value if it must stay text",
    ),
    "Y-KEY": ("a key must be a plain word or quoted text", "", "write the key as text"),
    "Y-LEADZERO": (
        "a number with leading zeros",
        "some readers take it for octal, some for decimal, some for text",
        "quote it if it is text, or drop the zeros",
    ),
    "Y-NUMBER": ("a number too large to be meant", "", "quote it if it is text"),
    "Y-ENCODING": ("the file is not plain UTF-8 text", "", "save it as UTF-8 without control characters"),
    "V35": (
        "anchors do not reach from one document into another",
        "the YAML is ambiguous: some readers resolve it, most do not",
        "repeat the value, or define the anchor in this document",
    ),
}


def of_problem(problem: Problem, source: Source, secret_lines: frozenset[int] | None = None) -> Diagnostic:
    """The diagnostic for something wrong with the YAML itself."""
    summary, why, advice = SENTENCES[problem.code]
    detail = problem.detail
    if problem.code != "V35" and detail:
        summary = f"{summary}: {detail}"
    if problem.first is not None:
        first = f"it stands first on line {problem.first.line + 1}"
        why = f"{first}; {why}"
    return Diagnostic(
        code=problem.code,
        severity=Severity.ERROR,
        summary=summary,
        why=why,
        help=advice,
        position=source.position(problem.span, secret_lines),
    )


def whole_file(
    code: str, severity: Severity, name: str, summary: str, *, why: str = "", advice: str = ""
) -> Diagnostic:
    """A diagnostic about a file as such, placed at its first character."""
    return Diagnostic(
        code=code, severity=severity, summary=summary, why=why, help=advice, position=Source(name).position(START)
    )
