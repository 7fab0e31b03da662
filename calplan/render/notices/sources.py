"""The texts of messages as they are shipped, and those of a folder that takes their place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from calplan.render.notices.audience import TOLD

SETTINGS: Final = "notices.toml"
LAYOUT: Final = "layout.html.j2"
WORDS: Final = "words.toml"
BRIEFING: Final = "help_desk.md.j2"
PARTS: Final = ("what_to_do.j2", "losses.j2", "close.j2")
SHARED: Final = (SETTINGS, LAYOUT)
"""What is there once, whatever the language."""
OF_A_LANGUAGE: Final = (WORDS, BRIEFING, *PARTS, *(f"{name}.j2" for name in TOLD))
"""What each language has in a folder of its own; other languages may do without ``PARTS``."""


TEMPLATE: Final = "N-TEMPLATE"
WORDS_CODE: Final = "N-WORDS"
LANGUAGE: Final = "N-LANGUAGE"


class NoticeError(Exception):
    """Messages cannot be made: a template, a word or a language is not as it has to be.

    The message says where; ``code`` is what ``calplan explain`` knows it by.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One text and the name under which an error speaks of it."""

    place: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All texts by their names, such as ``en/prompted.j2``."""

    texts: Mapping[str, Source]

    def get(self, name: str) -> Source:
        """The text of this name.

        Raises:
            NoticeError: there is none.
        """
        found = self.texts.get(name)
        if found is None:
            language = name.partition("/")[0]
            there = ", ".join(self.languages)
            hint = f"Texts are shipped in {there}; for {language} make them all in a folder: --templates FOLDER"
            raise NoticeError(LANGUAGE, f"there is no {name}. {hint}")
        return found

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted({name.partition("/")[0] for name in self.texts if name.endswith(f"/{WORDS}")}))


def shipped() -> dict[str, str]:
    """The texts that come with calplan, by their names."""
    return dict(_texts(files("calplan.render.notices").joinpath("templates"), ""))


def sources(overriding: Mapping[str, Source]) -> Sources:
    """The shipped texts, each replaced by one of the same name where there is one."""
    own = {name: Source(place=f"calplan's {name}", text=text) for name, text in shipped().items()}
    return Sources(texts={**own, **overriding})


def unused(names: Sequence[str]) -> Iterator[str]:
    """For each name under which nothing is looked for, a sentence that says so, and what may have been meant."""
    for name in names:
        folder, slash, file = name.rpartition("/")
        known = OF_A_LANGUAGE if slash else SHARED
        if file not in known and not file.startswith("_"):
            near = get_close_matches(file, known, n=1)
            yield f"{name} is not used" + (f"; did you mean {folder}{slash}{near[0]}?" if near else "")


def _texts(folder: Traversable, below: str) -> Iterator[tuple[str, str]]:
    for one in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if one.is_dir():
            yield from _texts(one, f"{below}{one.name}/")
        elif one.name.endswith((".j2", ".toml")):
            yield f"{below}{one.name}", one.read_text("utf-8")
