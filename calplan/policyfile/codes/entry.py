"""The explanation of one code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A code in plain words: what it says, what that means, why it matters, what to do, and what it rests on.

    ``weighs`` says of a static rule when it is an error, a warning, a note or a gate.
    """

    title: str
    means: str
    why: str
    fix: str
    source: str = "calplan's own rule"
    weighs: str = ""

    @property
    def text(self) -> str:
        """The whole explanation, ending in a line end."""
        weighs = f"Weighs: {self.weighs}.\n" if self.weighs else ""
        return (
            f"{self.title}.\n\n{self.means}\n\nWhy: {self.why}\nWhat to do: {self.fix}\n{weighs}"
            f"Source: {self.source}.\n"
        )
