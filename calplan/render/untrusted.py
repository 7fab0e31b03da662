r"""Text from outside (names, domains, messages), made harmless for the place it is shown in.

What cannot be seen, or would steer the reader's terminal or the direction of the text, is written as an escape such as
``\x1b`` or ``\u202e``: visible, and never dropped, so that two names that differ also look different.
"""

import re
from typing import Final

INVISIBLE: Final = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""Signs that Python takes for printable and that nobody sees: fillers, blanks and variation selectors."""
UNSEEN: Final = re.compile(f"[{INVISIBLE}]")
LAST_OF_ONE_BYTE: Final = 0xFF
LAST_OF_TWO_BYTES: Final = 0xFFFF

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With one of these a spreadsheet takes a cell for a formula; the last four are the full-width forms."""

MARKDOWN_SIGNS: Final = re.compile(r"([\\`*_\[\]~|$])")
MARKDOWN_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
PARTED: Final = re.compile(r"[@#]|\b[Gg][Hh]-(?=[0-9])")
"""Before a name or a number these would mention somebody or point to an issue."""
LINE_START: Final = re.compile(r"(?:[-+=]|[0-9]+(?=[.)]))")
BREAK: Final = "&#8203;"
"""A blank without width, as an entity: it parts a sign from the name after it."""
AT: Final = "&#64;"
GAP: Final = "<!-- -->"
"""Nothing at all: it parts a sign from the name after it where both are to be copied as they are."""


def for_terminal(text: str) -> str:
    """The text in one line, without control, direction or invisible signs: safe to print anywhere."""
    if text.isprintable() and (text.isascii() or UNSEEN.search(text) is None):
        return text
    return "".join(sign if is_seen(sign) else escaped(sign) for sign in text)


def is_seen(sign: str) -> bool:
    """Whether one sign shows on a screen and does nothing else."""
    return sign.isprintable() and UNSEEN.match(sign) is None


def escaped(sign: str) -> str:
    r"""One sign as ``\xNN``, ``\uNNNN`` or ``\UNNNNNNNN``."""
    number = ord(sign)
    if number <= LAST_OF_ONE_BYTE:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= LAST_OF_TWO_BYTES else f"\\U{number:08x}"


def for_csv(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; quoting is left to the writer of the file."""
    harmless = for_terminal(text)
    return f"'{harmless}" if text.startswith(FORMULA_STARTS) or harmless.startswith(FORMULA_STARTS) else harmless


def for_markdown(text: str) -> str:
    """Prose for Markdown, in a table or outside: no markup, no HTML, no link, and nobody is mentioned."""
    harmless = for_terminal(text).strip()
    marked = MARKDOWN_SIGNS.sub(r"\\\1", "".join(MARKDOWN_ENTITIES.get(sign, sign) for sign in harmless))
    unlinked = re.sub(r"(?<=[A-Za-z]):(?=/)", r"\\:", re.sub(r"(?i)\b(www)\.", r"\1\\.", marked))
    parted = PARTED.sub(rf"\g<0>{BREAK}", unlinked)
    start = LINE_START.match(parted)
    return parted if start is None else _guarded(parted, start.end())


def _guarded(text: str, end: int) -> str:
    """The text whose start Markdown would take for a list, a heading or a rule, with a backslash before the sign."""
    at = end if text[:end].isdigit() else 0
    return f"{text[:at]}\\{text[at:]}"


def for_markdown_code(text: str) -> str:
    """A name or value for Markdown as code: readable and copied whole, and nothing in it is active."""
    harmless = for_terminal(text)
    if not harmless.strip() or any(sign in harmless for sign in "`|\\"):
        inert = "".join(sign if sign.isalnum() or sign in " ,/" else f"&#{ord(sign)};" for sign in harmless)
        # An address becomes a link after entities were read, also within HTML.
        return f"<code>{inert.replace(AT, AT + GAP)}</code>"
    return f"`{harmless}`"


def for_github_log(text: str) -> str:
    """A line for the log of a workflow, where ``::`` at the start and ``##[`` anywhere would be commands."""
    harmless = for_terminal(text)
    if harmless.lstrip().startswith("::"):
        harmless = harmless.replace("::", ": :", 1)
    return harmless.replace("##[", "# #[")
