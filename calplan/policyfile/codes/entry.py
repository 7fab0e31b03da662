"""The explanation of one code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A code in plain words: what it says, what that means, why it matters, what to do, and what it rests on."""

    title: str
    means: str
    why: str
    fix: str
    source: str = "calplan's own rule"

    @property
    def text(self) -> str:
        """The whole explanation, ending in a line end."""
        return f"{self.title}.\n\n{self.means}\n\nWhy: {self.why}\nWhat to do: {self.fix}\nSource: {self.source}.\n"
