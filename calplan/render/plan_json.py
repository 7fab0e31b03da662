"""The plan as JSON: keys sorted, UTF-8, one form only."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from calplan.plan.document import PlanDocument
from calplan.render.untrusted import is_seen

BEYOND_ASCII: Final = re.compile(r"[^\n -~]")
LAST_OF_TWO_BYTES: Final = 0xFFFF


def plan_json(document: PlanDocument) -> Iterator[str]:
    """The document as text; equal documents give equal bytes."""
    yield f"{canonical_json(document)}\n"


def canonical_json(value: Mapping[str, object] | Sequence[object], *, indent: int | None = 2) -> str:
    """A value with sorted keys; what could steer a terminal is written as an escape."""
    separators = (",", ": " if indent else ":")
    return harmless(json.dumps(value, sort_keys=True, ensure_ascii=False, indent=indent, separators=separators))


def harmless(text: str) -> str:
    """JSON text with signs that nobody sees as escapes, which mean the same. Such signs only stand inside strings."""
    return BEYOND_ASCII.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    if is_seen(match[0]):
        return match[0]
    number = ord(match[0])
    if number <= LAST_OF_TWO_BYTES:
        return f"\\u{number:04x}"
    high, low = divmod(number - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
