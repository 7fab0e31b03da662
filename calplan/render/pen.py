"""The pen that writes text from outside into Markdown, with e-mail addresses or without any."""

import re
from dataclasses import dataclass
from typing import Final

from calplan.render.untrusted import for_markdown, for_markdown_code

ADDRESS: Final = re.compile(r"[^\s,;:\[\]()<>\"'`]+@[^\s,;:\[\]()<>\"'`]+")
NO_ADDRESS: Final = "(address)"


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes text from outside; without ``addresses`` no e-mail address comes through, wherever it stands."""

    addresses: bool

    def prose(self, text: str) -> str:
        return for_markdown(self._masked(text))

    def code(self, text: str) -> str:
        return for_markdown_code(self._masked(text))

    def _masked(self, text: str) -> str:
        return text if self.addresses else ADDRESS.sub(NO_ADDRESS, text)
