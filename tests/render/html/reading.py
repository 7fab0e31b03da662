"""A page read as a browser would: its elements, and its users unpacked."""

import json
import re
import zlib
from array import array
from base64 import b64decode
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from calplan.render.html.user_columns import FIELDS

EMPTY = frozenset({"meta", "link", "input", "br"})


@dataclass
class Reader(HTMLParser):
    """Every element with its attributes, the text of those with an id, and whether each was closed where it should."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    open: list[tuple[str, str | None]] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append((tag, dict(attrs).get("id") or (tag if tag in {"title", "style", "script"} else None)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            self.astray.append(tag)
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for name in {name for _, name in self.open if name is not None}:
            self.texts[name] = self.texts.get(name, "") + data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.astray == []
    assert reader.open == []
    return reader


def users_in(page: str) -> list[dict[str, Any]]:
    """Every user that is packed into the page, with what is said of him."""
    texts = read(page).texts
    lines, told, numbers = (zlib.decompress(b64decode(texts[name])) for name in ("addresses", "classes", "numbers"))
    said = json.loads(told)
    assert said["fields"] == list(FIELDS)

    def spoken(fact: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(fact, list):
            return [said["words"][word] for word in fact]
        return said["words"][fact] if isinstance(fact, int) and not isinstance(fact, bool) else fact

    classes = [dict(zip(FIELDS, map(spoken, facts), strict=True)) for facts in said["classes"]]
    found = []
    addresses = lines.decode().splitlines()
    for number, (address, id_) in enumerate(zip(addresses, array("I", numbers), strict=True)):
        found.append({"email": address, **classes[id_], "mailbox": said["mailboxes"].get(str(number))})
    return found


def own_scripts(page: str) -> list[str]:
    """The scripts that a browser would run, exactly as they stand."""
    return re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
