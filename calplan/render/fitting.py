"""Markdown that fits where it goes: where room is short whole entries fall away, and the page says how many of what.

A comment that is too long is refused, and a summary that is too long is dropped while its step stays green. So every
plan has to fit, whatever it holds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from calplan.model.plural import plural

COMMENT: Final = 60_000
"""Bytes for a comment on GitHub, which holds 65,536 characters; a bot may add a few words of its own."""
SUMMARY: Final = 1_000_000
"""Bytes for the summary of a step on GitHub, which holds 1 MiB."""
LEAST: Final = 4_000
"""Bytes into which the numbers of any plan fit."""
NOTE_ROOM: Final = 1_000
"""Bytes kept for saying what was left out."""
PARTS: Final = 20
ENOUGH: Final = 600
"""Where room is short no entry takes more than one of so many parts of it, or than so many bytes."""
TOO_LONG: Final = "(too long to be shown here)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a page whose entries can fall away, from the last.

    ``head`` and ``tail`` always stand. ``above`` is the head of a table of entries, ``stand_in`` what stands for an
    entry that is too long, and ``missing`` counts those that are not listed. ``fold`` puts all below the head into a
    fold that opens with these words. ``dispensable`` names what falls away whole, before any entry of another section.
    """

    head: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    missing: int = 0
    tail: tuple[str, ...] = ()
    noun: tuple[str, str] = ("entry", "entries")
    stand_in: str = f"- {TOO_LONG}"
    fold: str = ""
    dispensable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The users by name: ``total`` rows for this section. They come one by one, and only those that fit are held."""

    section: Section
    rows: Iterator[str]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What there is to say: ``top``, the sections ``before`` the users by name, these, and the sections ``after``.

    ``numbers`` stand for all sections where nothing else fits; ``elsewhere`` says where everything is to be had.
    """

    top: tuple[str, ...]
    before: tuple[Section, ...]
    names: Names | None
    after: tuple[Section, ...]
    numbers: tuple[str, ...]
    elsewhere: str


def fitted(page: Page, budget: int) -> tuple[str, ...]:
    """The lines of a page, of no more bytes than ``budget`` with their ends."""
    return next((lines for lines in _shapes(page, budget) if size(lines) <= budget), ()) or _numbers(page, budget)


def size(lines: Iterable[str]) -> int:
    """Bytes of lines with their ends. There are never more characters than bytes, so either limit is kept."""
    return sum(len(line.encode("utf-8", "backslashreplace")) + 1 for line in lines)


def _shapes(page: Page, budget: int) -> Iterator[tuple[str, ...]]:
    """The page ever shorter: whole, with fewer names, with none, without what is dispensable, with short lists."""
    left_out: list[str] = []
    everything = (*page.before, *page.after)
    if page.names is None:
        yield _laid_out(everything, page)
    else:
        named = _named(page, page.names, budget)
        if named.entries:
            missing = page.names.total - len(named.entries)
            words = [f"{missing} of {plural(page.names.total, 'user')} by name"] if missing else []
            yield _laid_out((*page.before, named, *page.after), page, words)
        left_out.append(f"{plural(page.names.total, 'user')} by name")
        yield _laid_out(everything, page, left_out)
    kept = [one for one in everything if not one.dispensable]
    left_out += [one.dispensable for one in everything if one.dispensable]
    yield _laid_out(kept, page, left_out)
    yield _with_short_lists(page, kept, left_out, budget)


def _named(page: Page, names: Names, budget: int) -> Section:
    """The users by name as far as they fit beside everything else."""
    section = names.section
    room = budget - size(_laid_out((*page.before, replace(section, entries=("",)), *page.after), page)) + size([""])
    rows: list[str] = []
    for row in names.rows:
        rows.append(row)
        room -= size([row])
        if room < 0:
            _shorten(rows, NOTE_ROOM - room)
            return replace(section, entries=tuple(rows), missing=section.missing + names.total - len(rows))
    return replace(section, entries=tuple(rows))


def _shorten(rows: list[str], by: int) -> None:
    """Take rows away from the end until so many bytes are free."""
    while rows and by > 0:
        by -= size([rows.pop()])


def _with_short_lists(page: Page, sections: Sequence[Section], left_out: Sequence[str], budget: int) -> tuple[str, ...]:
    """The page with at most so many entries of each list, as many as fit."""

    def with_most(most: int) -> tuple[str, ...]:
        pairs = [(one, _short(one, most, max(ENOUGH, budget // PARTS))) for one in sections]
        lost = [
            f"{short.missing} of {plural(len(section.entries), *section.noun)}"
            for section, short in pairs
            if short.missing
        ]
        cut = sum(one is short.stand_in for _, short in pairs for one in short.entries)
        lost += [plural(cut, "text that is too long", "texts that are too long")] if cut else []
        return _laid_out([short for _, short in pairs], page, [*left_out, *lost])

    low, high = 0, max((len(one.entries) for one in sections), default=0)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(with_most(middle)) <= budget else (low, middle - 1)
    return with_most(low)


def _short(section: Section, most: int, longest: int) -> Section:
    """A section with at most so many entries, and none that is longer."""
    entries = tuple(one if size([one]) <= longest else section.stand_in for one in section.entries[:most])
    return replace(section, entries=entries, missing=len(section.entries) - len(entries))


def _numbers(page: Page, budget: int) -> tuple[str, ...]:
    """The numbers alone; a line of them that does not fit either is dropped."""
    note = _note(["everything but the numbers"], page.elsewhere)
    top = _that_fit(page.top, budget - size(note))
    return (*top, *note, *_that_fit(page.numbers, budget - size(note) - size(top)))


def _that_fit(lines: Iterable[str], room: int) -> tuple[str, ...]:
    kept: list[str] = []
    for line in lines:
        if size([line]) <= room:
            room -= size([line])
            kept.append(line)
    return tuple(kept)


def _laid_out(sections: Iterable[Section], page: Page, left_out: Sequence[str] = ()) -> tuple[str, ...]:
    note = _note(left_out, page.elsewhere) if left_out else ()
    return (*page.top, *note, *(line for section in sections for line in _lines(section)))


def _note(left_out: Sequence[str], elsewhere: str) -> tuple[str, ...]:
    """What is not on the page, where whoever reads only its beginning sees it."""
    return f"> **Shortened to fit.** Left out: {', '.join(left_out)}. {elsewhere}", ""


def _lines(section: Section) -> Iterator[str]:
    yield from section.head
    if section.fold:
        yield from (f"<details><summary>{section.fold}</summary>", "")
    if section.entries:
        yield from (*section.above, *section.entries, "")
    if section.missing:
        words = f"... and {section.missing} more." if section.entries else f"{plural(section.missing, *section.noun)}."
        yield from (words, "")
    yield from section.tail
    if section.fold:
        yield from ("</details>", "")
