"""The figures of one run as they stand in ``docs/performance.md``, and its two drawings."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from tests.bench.plot import Line, plot
from tests.bench.told import OfClasses, OfMany, Ratio, Told

BEGIN: Final = "<!-- What follows is written by `python -m tests.bench`. -->"
END: Final = "<!-- What was written ends here. -->"
OURS: Final = "calplan"
UNIT: Final = "calplan, full list"
"""What the others are compared with."""
SUMMARY: Final = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where and when figures were taken; ``load`` is how many processes wanted a core at the beginning and the end."""

    day: date
    cores: int
    memory: float
    system: str
    python: str
    load: tuple[float, float]

    def __str__(self) -> str:
        begin, end = self.load
        what = f"{self.cores} cores ({self.system}), {self.memory:.0f} GiB of memory, Python {self.python}"
        return f"Taken on {self.day}: {what}. Load of the machine {begin:.1f} before and {end:.1f} after."


def machine(day: date, before: float) -> Machine:
    """The machine this runs on, with what it had to do before."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    system = f"{platform.system()} {platform.machine()}"
    cores = len(os.sched_getaffinity(0))
    load = (before, os.getloadavg()[0])
    return Machine(day=day, cores=cores, memory=memory, system=system, python=platform.python_version(), load=load)


def figures(where: Machine, told: Sequence[Told], folder: str) -> str:
    """Everything between the two marks of the page; ``folder`` is where its drawings lie, seen from there."""
    peers = [one for one in told if isinstance(one, OfMany)]
    classes = [one for one in told if isinstance(one, OfClasses)]
    ratios = [one for one in told if isinstance(one, Ratio)]
    parts = [str(where)]
    if peers:
        parts += ["## Beside other tools", "\n".join(table_of_peers(peers))]
        parts.append(f"![Seconds against users, by program]({folder}/users.svg)")
    if classes:
        parts += ["## By the number of classes", "\n".join(table_of_classes(classes))]
        parts.append(f"![Seconds against classes]({folder}/classes.svg)")
    if ratios:
        parts += ["## More of it, each beside something of the same run", "\n".join(table_of_ratios(ratios))]
    return "\n\n".join(parts)


def drawings(told: Sequence[Told]) -> dict[str, str]:
    """The drawings by the names of their files."""
    peers = [one for one in told if isinstance(one, OfMany)]
    classes = [one for one in told if isinstance(one, OfClasses)]
    made = {}
    if peers:
        lines = [
            Line(
                name=name,
                points=tuple((one.users, one.cost.seconds) for one in peers if one.program == name),
                ours=name.startswith(OURS),
                dashed=name.endswith(SUMMARY),
            )
            for name in dict.fromkeys(one.program for one in peers)
        ]
        made["users.svg"] = plot("The cost of users", "users, records, resources or files", "seconds", lines)
    if classes:
        costs = {"full list": [one.full for one in classes], SUMMARY: [one.summary for one in classes]}
        lines = [
            Line(
                name=f"{OURS}, {name}",
                points=tuple((one.classes, cost.seconds) for one, cost in zip(classes, each, strict=True)),
                ours=True,
                dashed=name == SUMMARY,
            )
            for name, each in costs.items()
        ]
        title = f"The cost of classes, {classes[0].users:,} users"
        made["classes.svg"] = plot(title, "classes of users", "seconds", lines)
    return made


def seconds(value: float) -> str:
    """Two digits that count, or whole seconds."""
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def times(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 1 else f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"


def table_of_peers(told: Sequence[OfMany]) -> Iterator[str]:
    counts = sorted({one.users for one in told})
    cells = {(one.program, one.users): one for one in told}
    columns = (f"{count:,} | to calplan" for count in counts)
    yield f"| seconds | {' | '.join(columns)} | memory at {counts[-1]:,} |"
    yield "|---" + "|--:" * (2 * len(counts) + 1) + "|"
    for program in dict.fromkeys(one.program for one in told):
        row = []
        for count in counts:
            one, unit = cells[program, count], cells[UNIT, count]
            once = " ¹" if one.runs == 1 else ""
            row += [f"{seconds(one.cost.seconds)}{once}", f"{times(one.cost.seconds / unit.cost.seconds)} x"]
        yield f"| {program} | {' | '.join(row)} | {cells[program, counts[-1]].cost.peak:.0f} MiB |"
    if any(one.runs == 1 for one in told):
        yield ""
        yield "¹ ran once, since it takes so long; everything else is a median."


def table_of_classes(told: Sequence[OfClasses]) -> Iterator[str]:
    yield f"| classes of {told[0].users:,} users | classes with domains | full list | summary | memory, full list |"
    yield "|--:|--:|--:|--:|--:|"
    for one in told:
        yield (
            f"| {one.classes:,} | {one.with_domains:,} | {seconds(one.full.seconds)} s "
            f"| {seconds(one.summary.seconds)} s | {one.full.peak:.0f} MiB |"
        )


def table_of_ratios(told: Sequence[Ratio]) -> Iterator[str]:
    yield "| what | figure | ratio | to | fails |"
    yield "|---|--:|--:|---|---|"
    for one in told:
        yield f"| {one.what} | {one.figure} | {times(one.ratio)} x | {one.beside} | {one.bound} |"


def put_between(page: str, text: str) -> str:
    """The page with what stands between its marks replaced."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin, f"the page has no {BEGIN}"
    assert end, f"the page has no {END}"
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def write(root: Path, where: Machine, told: Sequence[Told]) -> None:
    """Bring the page and its drawings up to date."""
    page = root / "docs" / "performance.md"
    page.write_text(put_between(page.read_text("utf-8"), figures(where, told, "performance")), encoding="utf-8")
    folder = root / "docs" / "performance"
    folder.mkdir(exist_ok=True)
    for name, drawing in drawings(told).items():
        (folder / name).write_text(drawing, encoding="utf-8")
