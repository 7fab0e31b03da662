"""What a benchmark tells: figures for the page about performance, printed as well."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.bench.processes import Cost

TOLD: Final = "told"
"""The name under which pytest carries what was told from a test to whoever writes the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfMany:
    """What a program costs for so many users; ``runs`` is how often it ran."""

    program: str
    users: int
    runs: int
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class OfClasses:
    """What a plan costs where as many users fall into so many classes."""

    classes: int
    with_domains: int
    users: int
    full: Cost
    summary: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A figure of ours beside another one of the same run; ``bound`` is what fails the benchmark, if anything does."""

    what: str
    figure: str
    beside: str
    ratio: float
    bound: str = ""


Told = OfMany | OfClasses | Ratio
Tell = Callable[[Told], None]


def line(told: Told) -> str:
    """What was told, for whoever watches."""
    match told:
        case OfMany(program=program, users=users, runs=runs, cost=cost):
            return f"{program:<36} {users:>9,} {cost.seconds:8.3f} s {cost.peak:6.0f} MiB  ({runs} runs)"
        case OfClasses(classes=classes, with_domains=kinds, full=full, summary=summary):
            costs = f"full list {full.seconds:.3f} s {full.peak:.0f} MiB, summary {summary.seconds:.3f} s"
            return f"{classes:>7,} classes, {kinds:>7,} with domains: {costs}"
        case Ratio(what=what, figure=figure, beside=beside, ratio=ratio, bound=bound):
            return f"{what}: {figure}, {ratio:.2f} x {beside}" + (f" ({bound})" if bound else "")
