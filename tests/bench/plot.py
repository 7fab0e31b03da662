"""Lines on paper with a power of ten to each division, as SVG that brings its own ground, light or dark."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final
from xml.sax.saxutils import escape

WIDTH: Final = 800
HEIGHT: Final = 460
LEFT, RIGHT, TOP, BOTTOM = 66, 236, 66, 54
"""What surrounds the paper; at the right stand the names of the lines."""
APART: Final = 18
"""How far names are from one another at least."""
STYLE: Final = """\
  svg { color-scheme: light dark; font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif }
  .ground { fill: #ffffff; stroke: #e3e3df }
  text { fill: #5b6269 }
  .title { fill: #1d2125; font-size: 16px; font-weight: 600 }
  .paper { stroke: #e3e3df }
  .line { fill: none; stroke: #8a9199; stroke-width: 1.75; stroke-linejoin: round }
  .dot { fill: #8a9199 }
  .lead { stroke: #b9bec4 }
  .line.ours { stroke: #1f5a96; stroke-width: 3 }
  .line.dashed { stroke-dasharray: 7 6 }
  .dot.ours { fill: #1f5a96 }
  text.ours { fill: #1f5a96; font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #1c1f23; stroke: #30343a }
    text { fill: #a2a9b1 }
    .title { fill: #e4e6e8 }
    .paper { stroke: #30343a }
    .line { stroke: #7d858e }
    .dot { fill: #7d858e }
    .lead { stroke: #4a5057 }
    .line.ours { stroke: #8dbdf0 }
    .dot.ours { fill: #8dbdf0 }
    text.ours { fill: #8dbdf0 }
  }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One program's points, from left to right, none of them at or below zero."""

    name: str
    points: tuple[tuple[float, float], ...]
    ours: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Where a point lies; its edges are whole powers of ten."""

    x: tuple[int, int]
    y: tuple[int, int]

    def across(self, value: float) -> float:
        """How far right a value stands."""
        return LEFT + (WIDTH - LEFT - RIGHT) * (log10(value) - self.x[0]) / (self.x[1] - self.x[0])

    def down(self, value: float) -> float:
        """How far down a value stands."""
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (log10(value) - self.y[0]) / (self.y[1] - self.y[0])


def plot(title: str, across: str, down: str, lines: Sequence[Line]) -> str:
    """The lines on one paper, each with its name at its end."""
    points = [point for line in lines for point in line.points]
    paper = Paper(x=powers([x for x, _ in points]), y=powers([y for _, y in points]))
    # What is ours is drawn last, above the others.
    drawn = sorted(lines, key=lambda line: line.ours)
    parts = [
        f'<rect class="ground" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="8"/>',
        f'<text class="title" x="20" y="30">{escape(title)}</text>',
        *divisions(paper),
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 14}" text-anchor="middle">{escape(across)}</text>',
        f'<text x="20" y="50">{escape(down)}</text>',
        *(part for line in drawn for part in drawing(paper, line)),
        *names(paper, lines),
    ]
    view = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {view} role="img">'
    return "\n".join([head, f"<title>{escape(title)}</title>", f"<style>\n{STYLE}</style>", *parts, "</svg>", ""])


def powers(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around the values; at least one lies between."""
    low = floor(log10(min(values)))
    return low, max(ceil(log10(max(values))), low + 1)


def divisions(paper: Paper) -> list[str]:
    parts = []
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for power in range(paper.x[0], paper.x[1] + 1):
        x = paper.across(10.0**power)
        parts.append(f'<path class="paper" d="M{x:.1f} {TOP}V{bottom}"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 19}" text-anchor="middle">{number(power)}</text>')
    for power in range(paper.y[0], paper.y[1] + 1):
        y = paper.down(10.0**power)
        parts.append(f'<path class="paper" d="M{LEFT} {y:.1f}H{right}"/>')
        parts.append(f'<text x="{LEFT - 9}" y="{y + 4:.1f}" text-anchor="end">{number(power)}</text>')
    return parts


def number(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:.{-power}f}"


def drawing(paper: Paper, line: Line) -> list[str]:
    where = [(paper.across(x), paper.down(y)) for x, y in line.points]
    ours = " ours" if line.ours else ""
    way = "L".join(f"{x:.1f} {y:.1f}" for x, y in where)
    dots = (f'<circle class="dot{ours}" cx="{x:.1f}" cy="{y:.1f}" r="{4 if line.ours else 3}"/>' for x, y in where)
    dashed = " dashed" if line.dashed else ""
    return [f'<path class="line{ours}{dashed}" d="M{way}"/>', *dots]


def names(paper: Paper, lines: Sequence[Line]) -> list[str]:
    """The names beside the ends of their lines, moved apart where they would lie on one another."""
    ends = {line.name: (paper.across(line.points[-1][0]), paper.down(line.points[-1][1])) for line in lines}
    placed = apart({name: y for name, (_, y) in ends.items()}, TOP, HEIGHT - BOTTOM)
    parts = []
    for line in lines:
        (x, y), at = ends[line.name], placed[line.name]
        start = WIDTH - RIGHT + 22
        parts.append(f'<path class="lead" d="M{x + 6:.1f} {y:.1f}L{start - 5:.1f} {at:.1f}"/>')
        kind = ' class="ours"' if line.ours else ""
        parts.append(f'<text{kind} x="{start}" y="{at + 4:.1f}">{escape(line.name)}</text>')
    return parts


def apart(wanted: dict[str, float], top: float, bottom: float) -> dict[str, float]:
    """Heights near those wanted, in the same order, none nearer to the next than names need."""
    order = sorted(wanted, key=wanted.__getitem__)
    placed: dict[str, float] = {}
    least = top
    for name in order:
        placed[name] = max(wanted[name], least)
        least = placed[name] + APART
    most = bottom
    for name in reversed(order):
        placed[name] = min(placed[name], most)
        most = placed[name] - APART
    return placed
