"""The report in a real browser: its table, its links, what hostile names do, and who can read it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from calplan.cli.exit_codes import ExitCode
from calplan.plan.document import PlanDocument
from calplan.render.html.report import plan_html
from calplan.render.step_wording import GATE
from calplan.sandbox.account.plausible import plausible_account
from tests.cli.make import calplan
from tests.render import make

pytestmark = pytest.mark.loopback
AXE = Path(__file__).parent / "axe-core" / "axe.min.js"
SCREEN = {"width": 1280, "height": 800}
DOCUMENTS = """\
apiVersion: calplan/v1
kind: CalendarPolicy
metadata: {name: contoso, account: contoso}
spec:
  integration:
    locked: true
    service: {type: office365-graph, permissions: {calendar: write, contacts: read}}
  allowedDomains: [contoso.com, emea.contoso.com]
---
apiVersion: calplan/v1
kind: Account
metadata: {name: contoso}
spec:
  platform: {type: local, path: contoso.db}
  owner: admin@contoso.com
"""
HOSTILE = (
    "</script><script>alert(1)</script>@evil.example",
    '"><img src=x onerror=alert(2)>@evil.example',
    "{{7*7}}{%raw%}@evil.example",
    "line\u2028sep\u202egnirts@evil.example",
    "=hyperlink()&lt;b&gt;@evil.example",
    "no address at all",
)
GROUP = "</script><b onclick=alert(3)>{{x}}\u202e"

Theme = Literal["light", "dark"]


def report(*words: str) -> Path:
    """The report of a plan over 600 made-up users whose gates refuse."""
    folder = Path("contoso")
    if not folder.exists():
        folder.mkdir()
        plausible_account(folder / "contoso.db", users=600, seed=3)
        (folder / "documents.yaml").write_text(DOCUMENTS, encoding="utf-8")
    calplan("plan", folder, "-o", "html=report.html", *words)
    return Path("report.html").resolve()


def written(document: PlanDocument, users: make.Users) -> Path:
    file = Path("made.html").resolve()
    file.write_text("".join(plan_html(document, users)), encoding="utf-8")
    return file


@contextmanager
def opened(browser: Browser, file: Path, fragment: str = "", theme: Theme = "light") -> Iterator[Page]:
    """The report in a window of its own; nothing it does may be complained about, and nothing may be fetched."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=theme)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on(
        "request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None
    )
    page.goto(file.as_uri() + fragment)
    page.locator("html[data-ready]").wait_for()
    yield page
    context.close()
    assert [one for one in complaints if not one.startswith(("file:", "data:"))] == []


def column(page: Page, number: int) -> list[str]:
    """The cells of a column as far as they are drawn, from the top."""
    return page.locator(f"#window tbody tr > :nth-child({number})").all_inner_texts()


def listed(page: Page) -> tuple[int, int]:
    """How many users are listed, and how many there are."""
    found = re.fullmatch(r"([\d,]+) of ([\d,]+) users", page.locator("#state").inner_text())
    assert found is not None
    return int(found[1].replace(",", "")), int(found[2].replace(",", ""))


def test_users_are_sorted_by_each_column_and_back(chromium: Browser) -> None:
    with opened(chromium, report()) as page:
        heads = page.locator("#window thead th")
        for number in range(heads.count()):
            head = heads.nth(number)
            head.get_by_role("button").click()
            # Users come sorted by outcome, but another column was sorted by before.
            expect(head).to_have_attribute("aria-sort", "ascending")
            head.get_by_role("button").click()
            expect(head).to_have_attribute("aria-sort", "descending")
            others = page.locator("#window thead th[aria-sort=none]")
            assert others.count() == heads.count() - 1
        heads.nth(0).get_by_role("button").click()
        up = column(page, 1)
        assert up == sorted(up)
        heads.nth(0).get_by_role("button").click()
        down = column(page, 1)
        assert down == sorted(down, reverse=True)
        assert down[0] != up[0]
        heads.nth(6).get_by_role("button").click()
        assert column(page, 7) == sorted(column(page, 7))


SCROLL = """async (frame, top) => {
  frame.scrollTop = top;
  for (let drawn = 0; drawn < 3; drawn += 1) await new Promise(requestAnimationFrame);
}"""
"""Scroll, and wait until what belongs there is drawn: a frame that scrolls, one that draws, one that is done."""


def test_scrolling_to_the_end_shows_the_last_user_and_every_one_on_the_way(chromium: Browser) -> None:
    with opened(chromium, report(), "#sort=address") as page:
        _, total = listed(page)
        seen: list[str] = []
        for top in range(0, total * 34 + 800, 300):
            page.locator("#window").evaluate(SCROLL, top)
            seen += [one for one in column(page, 1) if one not in seen]
        assert len(seen) == total
        assert seen == sorted(seen)
        last = page.locator("#window tbody tr").last
        assert last.get_attribute("aria-rowindex") == str(total + 1)
        assert page.locator("#window tbody tr").count() < 60


def test_a_search_takes_all_its_words_wherever_they_stand(chromium: Browser) -> None:
    with opened(chromium, report()) as page:
        _, total = listed(page)
        page.get_by_label("Search").fill("fabrikam R05b")
        expect(page.locator("#state")).not_to_have_text(f"{total} of {total} users")
        assert all("fabrikam" in one for one in column(page, 1))
        assert all("R05b" in one for one in column(page, 8))
        page.get_by_role("button", name="Show all").click()
        assert listed(page) == (total, total)


def test_a_link_to_a_filter_restores_it(chromium: Browser) -> None:
    file = report()
    with opened(chromium, file) as page:
        page.locator("#outcomes button", has_text="disconnected and not told").click()
        page.get_by_label("Group").select_option("Staff")
        page.locator("#window thead button", has_text="Address").click()
        page.get_by_label("Search").fill("user0")
        page.wait_for_timeout(200)
        some, fragment = listed(page), "#" + page.url.partition("#")[2]
        rows = column(page, 1)
        assert 0 < some[0] < some[1]
    with opened(chromium, file, fragment) as page:
        assert listed(page) == some
        assert column(page, 1) == rows
        expect(page.locator("#outcomes button[aria-pressed=true]")).to_have_count(1)
        expect(page.get_by_label("Group")).to_have_value("Staff")
        expect(page.get_by_label("Search")).to_have_value("user0")


def test_the_numbers_of_the_summary_lead_to_their_users(chromium: Browser) -> None:
    with opened(chromium, report()) as page:
        for link in page.locator(".counts a.filter").all():
            many = link.locator("xpath=ancestor::tr/td").inner_text().replace(",", "")
            link.click()
            expect(page.locator("#state")).to_have_text(re.compile(rf"^{int(many):,} of "))
        for link in page.locator("#domains a.filter, #groups a.filter").all():
            many = link.locator("xpath=ancestor::tr/td[1]").inner_text().replace(",", "")
            link.click()
            expect(page.locator("#state")).to_have_text(re.compile(rf"^{int(many):,} of "))


def test_everything_can_be_done_with_the_keyboard(chromium: Browser) -> None:
    with opened(chromium, report(), "#sort=address") as page:
        page.locator("#window").focus()
        page.keyboard.press("Tab")
        for _ in range(8):  # the heads of the columns come first
            page.keyboard.press("Tab")
        first = page.locator("#window tbody button").first.inner_text()
        assert page.evaluate("document.activeElement.textContent") == first
        page.keyboard.press("End")
        assert page.evaluate("document.activeElement.textContent") == column(page, 1)[-1]
        page.keyboard.press("ArrowUp")
        somebody = page.evaluate("document.activeElement.textContent")
        assert somebody == column(page, 1)[-2]
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        expect(dialog.get_by_role("heading", level=3)).to_have_text(somebody)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        assert page.evaluate("document.activeElement.textContent") == somebody


def test_one_user_is_told_in_full(chromium: Browser) -> None:
    with opened(chromium, report(), "#rule=R05b") as page:
        page.locator("#window tbody tr").first.click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("the domain falls outside the new list, which ends the connection")
        expect(dialog).to_contain_text("Clients")
        dialog.get_by_role("button", name="Close").click()
        expect(dialog).to_be_hidden()


def hostile() -> Path:
    users = make.users(*(make.user(one, groups=[GROUP]) for one in HOSTILE))
    shown: Any = make.plan(
        users,
        account=f"</title>{GROUP}",
        changes=[
            make.change("allowedDomains", "any", [GROUP]),
            make.change(f"groups[{GROUP}]", None, {"locked": True}),
        ],
        gates=[{**make.gate("limit.silent", "refuse"), "actual": GROUP, "owner": HOSTILE[0]}],
        diagnostics=[make.diagnostic(summary=GROUP)],
        sources=[make.evidence(GROUP)],
    )
    shown["impact"]["by_group"] = [{"name": GROUP, "counts": {"disconnected_prompted": len(HOSTILE)}}]
    return written(shown, users)


def test_hostile_names_stay_text(chromium: Browser) -> None:
    with opened(chromium, hostile()) as page:
        assert page.locator("script").count() == 2  # the words and the script; what was packed is taken out
        assert page.locator("img, b[onclick]").count() == 0
        shown = "\n".join(column(page, 1))
        for text in ("</script><script>alert(1)", "<img src=x onerror=alert(2)>", "{{7*7}}{%raw%}", r"\u202egnirts"):
            assert text in shown
        page.locator("#window tbody tr").first.click()
        expect(page.get_by_role("dialog")).to_contain_text(r"</script><b onclick=alert(3)>{{x}}\u202e")
        page.keyboard.press("Escape")
        page.locator("#groups a.filter").click()
        assert listed(page) == (len(HOSTILE), len(HOSTILE))
        assert page.locator("#choice-group").input_value() == GROUP.replace("\u202e", r"\u202e")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_barrier(chromium: Browser, theme: Theme) -> None:
    file = report()
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme=theme, bypass_csp=True)
    page = context.new_page()
    page.goto(file.as_uri())
    page.locator("html[data-ready]").wait_for()
    page.add_script_tag(path=AXE)

    def barriers() -> list[str]:
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert len(found["passes"]) > 15
        nodes = [(one["id"], node) for one in found["violations"] for node in one["nodes"]]
        return [f"{name}: {node['html'][:200]} {node['failureSummary']}" for name, node in nodes]

    assert barriers() == []
    page.locator("#outcomes button").first.click()
    page.get_by_label("Search").fill("nobody at all")
    page.locator("#window tbody tr").first.wait_for(state="detached")
    assert barriers() == []
    page.get_by_role("button", name="Show all").click()
    page.locator("#window tbody button").first.click()
    assert barriers() == []
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_switch_turns_the_theme_and_a_reload_keeps_it(chromium: Browser, theme: Theme) -> None:
    def ground(page: Page) -> object:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    with opened(chromium, report(), theme=theme) as page:
        before = ground(page)
        page.locator("#theme").click()
        turned = ground(page)
        assert turned != before
        page.reload()
        page.locator("html[data-ready]").wait_for()
        assert ground(page) == turned


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_first_screen_of_the_demo_shows_counts_refused_gates_and_the_largest_reasons(
    chromium: Browser, theme: Theme
) -> None:
    assert calplan("demo").code is ExitCode.DONE
    with opened(chromium, Path("calplan-demo/report.html").resolve(), theme=theme) as page:
        for part, fewest in {".counts tbody tr": 8, ".reasons li": 5, ".refused li": 3}.items():
            found = page.locator(part)
            assert found.count() >= fewest
            for one in found.all():
                box = one.bounding_box()
                assert box is not None
                assert box["y"] + box["height"] <= SCREEN["height"], part
        assert page.evaluate("document.documentElement.scrollWidth") <= SCREEN["width"]


def test_the_first_screen_has_room_for_every_gate(chromium: Browser) -> None:
    names = [*GATE]
    document = make.plan(gates=[make.gate(name, "refuse") for name in names])
    with opened(chromium, written(document, make.some_users())) as page:
        assert page.locator(".refused li").count() == len(names)
        box = page.locator(".refused li").last.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= SCREEN["height"]


def test_it_can_be_read_without_scripts(chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(report().as_uri())
    assert "users lose their connection" in page.locator("h1").inner_text()
    assert page.locator("#window tbody tr").count() == 50
    sentence = page.locator("#plain").inner_text()
    assert re.search(r"The first 50 of \d+ users, worst first\. \d+ more are listed", sentence)
    assert not page.locator("#controls").is_visible()
    assert not page.locator("#theme").is_visible()
    assert page.locator("#steps li").first.is_visible()
    context.close()


def test_on_paper_there_is_no_window_and_no_control(chromium: Browser) -> None:
    with opened(chromium, report(), "#outcome=disconnected_prompted") as page:
        some, _ = listed(page)
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("#window tbody tr").count() == min(some, 500)
        assert not page.locator("#controls").is_visible()
        assert page.locator("#plain").inner_text().startswith(f"{some} of ")
        frame = page.locator("#window")
        assert frame.evaluate("one => one.scrollHeight <= one.clientHeight + 1")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        page.emulate_media(media="screen")
        assert page.locator("#window tbody tr").count() < 60
        assert len(page.pdf()) > 10_000


def test_an_address_is_never_cut(chromium: Browser) -> None:
    long = f"{'w' * 64}@{'m' * 60}.{'w' * 60}.example"
    users = make.users(make.user(long), make.user("ann@corp.example"))
    with opened(chromium, written(make.plan(users), users)) as page:
        buttons = page.locator("#window tbody button")
        assert buttons.evaluate_all("all => all.every(one => one.scrollWidth <= one.clientWidth)")
        assert long in column(page, 1)


def test_a_plan_without_users_or_changes_is_a_page_too(chromium: Browser) -> None:
    with opened(chromium, written(make.plan(make.users(), wanted=make.PRIOR), make.users())) as page:
        expect(page.locator("h1")).to_have_text("No changes: the account is as the policy wants it")
        expect(page.locator("#users")).to_contain_text("The account has no active users.")
