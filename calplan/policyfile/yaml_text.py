"""Plain values as YAML text: block style, always the same for the same values, quoted wherever a reader could err."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from calplan.policyfile.scalars import OLD_BOOLEANS, resolve

BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9._@/+-]*", re.ASCII)
"""Text that needs no quotes, in block and in flow style, unless it is a word that some YAML reader knows better."""
ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
INDENT: Final = "  "
LAST_OF_ONE_BYTE: Final = 0xFF
LAST_OF_TWO_BYTES: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Stands for a value that is not written; the reason becomes a comment in its place."""

    reason: str


Writable: TypeAlias = str | bool | int | list["Writable"] | dict[str, "Writable"] | LeftOut


def yaml_lines(value: dict[str, Writable], indent: str = "", path: str = "") -> Iterator[str]:
    """The lines of a mapping. One in which everything is left out is not written, only its comments are."""
    for key, inner in value.items():
        match inner:
            case LeftOut(reason):
                yield f"{indent}# {path}{key}: {reason}"
            case dict() if is_left_out(inner):
                yield from yaml_lines(inner, indent, f"{path}{key}.")
            case dict():
                yield f"{indent}{key}:"
                yield from yaml_lines(inner, indent + INDENT)
            case list() if inner:
                yield f"{indent}{key}:"
                yield from (f"{indent}{INDENT}- {_flow(item)}" for item in inner)
            case _:
                yield f"{indent}{key}: {_flow(inner)}"


def is_left_out(value: dict[str, Writable]) -> bool:
    """Whether nothing of a mapping is written."""
    return bool(value) and all(
        isinstance(inner, LeftOut) or (isinstance(inner, dict) and is_left_out(inner)) for inner in value.values()
    )


def quoted_text(text: str) -> str:
    """Text as a YAML scalar that every reader takes for this very text."""
    if BARE.fullmatch(text) and isinstance(resolve(text), str) and text not in OLD_BOOLEANS:
        return text
    return '"' + "".join(_escaped(sign) for sign in text) + '"'


def is_writable(text: str) -> bool:
    """Whether YAML can carry the text at all: no NUL and no half characters."""
    return not any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text)


def _flow(value: Writable) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return quoted_text(value)
        case list():
            return "[" + ", ".join(_flow(item) for item in value) + "]"
        case dict():
            # In a line there is no room for a comment.
            written = {key: inner for key, inner in value.items() if not isinstance(inner, LeftOut)}
            return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in written.items()) + "}"
        case LeftOut():
            return "null"


def _escaped(sign: str) -> str:
    if sign in ESCAPES:
        return ESCAPES[sign]
    if sign.isprintable():
        return sign
    number = ord(sign)
    if number <= LAST_OF_ONE_BYTE:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= LAST_OF_TWO_BYTES else f"\\U{number:08x}"
