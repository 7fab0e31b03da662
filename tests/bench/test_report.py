"""What a report of 100,000 users costs: to write, on the disk, and in a browser. Printed, not judged."""

import shutil
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median

import pytest
from playwright.sync_api import Page, sync_playwright

from calplan.plan.document import PlanUsers
from calplan.render.html.report import plan_html
from tests.browser.conftest import QUIET
from tests.render import make

USERS = 100_000
FIRST = [
    "anna",
    "bruno",
    "chen",
    "dilara",
    "emil",
    "fatou",
    "goran",
    "hana",
    "ivo",
    "jun",
    "kofi",
    "lena",
    "mateo",
    "nils",
]
LAST = ("adler", "berg", "castro", "diaz", "eriksen", "fischer", "garcia", "haddad", "ito", "jensen", "kaya", "lopez")
RULES = ("R10b1", "R10b2", "R10b3", "R05b", "R05c", "R10d", "R10c1", "R10a", "R09a")
RUNS = 7


def people() -> make.Users:
    """Users whose names repeat as names of people do, in groups and on clients of many kinds."""
    draw = Random(1)
    rows = []
    for number in range(USERS):
        name = f"{draw.choice(FIRST)}.{draw.choice(LAST)}{draw.randrange(10**5)}{number:05}"
        groups = draw.sample(("Sales", "IT", "Staff", "HR"), 2)
        row = make.user(f"{name}@{draw.choice(('corp', 'emea'))}.example", draw.choice(RULES), groups=groups)
        row["clients"] = [f"6.{draw.randrange(9)}.{draw.randrange(30)}(win)"]
        rows.append(row)
    return make.users(*rows)


def peak_of(work: Callable[[], object]) -> float:
    """MiB that work takes at most beyond what is there."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1024**2


def spent(page: Page, act: str) -> float:
    """Milliseconds of script for what one act sets off, until the rows stand."""
    found = page.evaluate(
        """(act) => {
          performance.clearMeasures();
          new Function(act)();
          return performance.getEntriesByType("measure").reduce((sum, one) => sum + one.duration, 0);
        }""",
        act,
    )
    return float(found)


ACTS = {
    "sort by text (address, back)": "document.querySelectorAll('#window thead button')[0].click()",
    "sort by text (groups)": "document.querySelectorAll('#window thead button')[5].click()",
    "sort by outcome": "document.querySelectorAll('#window thead button')[1].click()",
    "filter by outcome": "document.querySelector('#outcomes button').click()",
}


@pytest.mark.bench
@pytest.mark.loopback
def test_a_report_of_a_hundred_thousand_users(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    users: PlanUsers = people()
    document = make.plan(account="big")
    file = tmp_path / "report.html"
    begin = time.perf_counter()
    with file.open("w", encoding="utf-8") as stream:
        stream.writelines(plan_html(document, users))
    seconds = time.perf_counter() - begin
    peak = peak_of(lambda: [None for _ in plan_html(document, users)])
    chromium = shutil.which("chromium")
    assert chromium is not None
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=QUIET)
        ready = []
        for _ in range(RUNS):
            page = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True).new_page()
            page.goto(file.as_uri())
            page.locator("html[data-ready]").wait_for()
            ready.append(page.evaluate("performance.getEntriesByName('calplan-ready')[0].duration"))
        acts = {name: [spent(page, act) for _ in range(RUNS)] for name, act in ACTS.items()}
        searches = []
        for words in ("kaya sales", "an", "emea R10b1", "fischer99") * 2:
            page.evaluate("performance.clearMeasures()")
            page.locator("#query").fill(words)
            page.wait_for_timeout(300)
            searches.append(page.evaluate("performance.getEntriesByName('calplan-list')[0].duration"))
        page.locator("#query").fill("")
        page.wait_for_timeout(300)
        page.evaluate("performance.clearMeasures()")
        for top in range(0, 3_000_000, 100_000):
            page.locator("#window").evaluate("(frame, top) => { frame.scrollTop = top; }", top)
            page.wait_for_timeout(20)
        draws = page.evaluate("performance.getEntriesByName('calplan-draw').map(one => one.duration)")
        heap = page.evaluate("performance.memory.usedJSHeapSize") / 1024**2
        browser.close()
    with capsys.disabled():
        print(f"\n{USERS} users: written in {seconds:.2f} s, {file.stat().st_size / 1e6:.2f} MB, peak {peak:.1f} MiB")
        print(f"  ready {median(ready):.0f} ms (worst {max(ready):.0f}), heap {heap:.0f} MiB")
        for name, all_ in acts.items():
            print(f"  {name:<30} first {all_[0]:.0f} ms, median {median(all_):.0f}, worst {max(all_):.0f}")
        print(f"  {'search, two words':<30} median {median(searches):.0f} ms, worst {max(searches):.0f}")
        print(f"  {'scroll, each time':<30} median {median(draws):.1f} ms, worst {max(draws):.1f}")
