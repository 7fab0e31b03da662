"""Breaks the model and the rules one place at a time and asks whether a test notices (see docs/decisions/0008).

Given paths below the root, only the modules there are broken.
"""

import os
import re
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.trial import module_of, passes

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "decisions" / "0008-mutants-that-survive.md"
ROW: Final = re.compile(r"\| `(?P<place>[^|]+)` \| `(?P<was>.*?)` \| (?:`(?P<became>.*?)`|nothing) \| .+ \|")
LIBRARIES: Final = ("hypothesis.strategies", "_pytest.pytester", "idna", "deepdiff", "yaml", "jsonschema")
"""Imported once, before any trial, instead of in each; nothing of calplan or its tests is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is broken, and which tests look at it, one stage of them after the other."""

    operators: tuple[str, ...]
    modules: tuple[Path, ...]
    stages: dict[str, list[list[str]]]
    first: dict[str, list[str]]

    def stages_of(self, path: Path) -> list[list[str]]:
        """The stages for a module: the test of its name or the one that stands for it, then those of its package."""
        part = path.parts[1]
        own = f"tests/{part}/test_{path.name}"
        first = self.first.get(path.stem, [own] if (ROOT / own).exists() else [])
        return [first, *self.stages[part]] if first else self.stages[part]


def plan_of(below: list[str]) -> Plan:
    """The plan that pyproject.toml states, or the part of it that lies below some paths."""
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutation"]
    found = [path.relative_to(ROOT) for part in stated["stages"] for path in (ROOT / "calplan" / part).glob("*.py")]
    return Plan(
        operators=tuple(stated["operators"]),
        modules=tuple(sorted(path for path in found if not below or any(path.is_relative_to(one) for one in below))),
        stages=stated["stages"],
        first=stated["first"],
    )


def tried(plan: Plan) -> Iterator[tuple[Mutant, bool]]:
    """Every mutant, and whether it survives: no test notices it."""
    made = ((one, plan) for path in plan.modules for one in mutants_of(ROOT / path, path.as_posix(), plan.operators))
    with get_context("fork").Pool(os.cpu_count()) as pool:
        yield from pool.imap(_try, made)


def _try(trial: tuple[Mutant, Plan]) -> tuple[Mutant, bool]:
    mutant, plan = trial
    path = Path(mutant.path)
    return mutant, all(passes(tests, module_of(path), mutant.text) for tests in plan.stages_of(path))


def listed() -> set[tuple[str, str, str]]:
    """The survivors that the page of decisions explains."""
    rows = (ROW.fullmatch(line) for line in PAGE.read_text("utf-8").replace("\\|", "\0").splitlines())
    cells = ((row["place"], row["was"], row["became"] or "") for row in rows if row)
    return {(place, was.replace("\0", "|"), became.replace("\0", "|")) for place, was, became in cells}


def main() -> int:
    """Runs the plan; 1 when a mutant survives that is not listed, or a listed one does not."""
    os.chdir(ROOT)
    for library in LIBRARIES:
        import_module(library)
    plan = plan_of(sys.argv[1:])
    for tests in sorted({tuple(tests) for path in plan.modules for tests in plan.stages_of(path)}):
        if not passes(list(tests)):
            _say(f"before anything is broken fail {' '.join(tests)}")
            return 1
    made, alive, started = Counter[str](), list[Mutant](), time.monotonic()
    for mutant, survives in tried(plan):
        made[mutant.path] += 1
        if survives:
            alive.append(mutant)
            _say("survives: " + " | ".join(mutant.name))
        if made.total() % 100 == 0:
            _say(f"{made.total()} mutants tried, {len(alive)} survive, {time.monotonic() - started:.0f} s")
    return _verdict(made, alive, {path.as_posix() for path in plan.modules})


def _verdict(made: Counter[str], alive: list[Mutant], modules: set[str]) -> int:
    explained = {name for name in listed() if name[0].split(":")[0] in modules}
    new = [mutant.name for mutant in alive if mutant.name not in explained]
    gone = explained - {mutant.name for mutant in alive}
    left = Counter(one.path for one in alive)
    for path in sorted(made):
        _say(f"{path}: {made[path]} mutants, {left[path]} survive")
    for name in new:
        _say("not listed: " + " | ".join(name))
    for name in sorted(gone):
        _say("listed, and no longer there: " + " | ".join(name))
    _say(f"{made.total()} mutants, {made.total() - len(alive)} noticed, {len(alive)} survive, {len(new)} not listed")
    return 1 if new or gone else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
