"""Somebody who knows nothing but a checklist, and does in a browser what it says, word by word."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Locator, Page

STEP: Final = re.compile(r"- \[ \] \*\*(?P<id>s\d+)\*\* ")
WAY: Final = re.compile(r"  - (?P<edition>\w+) navigation \(.*?\): (?P<path>.+)")
ACT: Final = re.compile(r"    \d+\. \*\*(?P<field>.+?)\*\*: (?P<words>.+)")
CODE: Final = re.compile(r"`([^`]*)`")
DIALOG: Final = re.compile(r"if a dialog asks, click \*\*(\w+)\*\*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act: the field by its label, and what the checklist says to do with it."""

    field: str
    words: str

    @property
    def value(self) -> str:
        found = CODE.search(self.words)
        assert found is not None, self.words
        return found[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One step: where to go, and the acts there in their order."""

    id: str
    path: tuple[str, ...]
    acts: tuple[Act, ...]


def errands(checklist: str, edition: str) -> Iterator[Errand]:
    """The steps of a checklist as one edition of the portal's navigation has them."""
    step, path, acts, reading = "", tuple[str, ...](), list[Act](), False
    for line in [*checklist.splitlines(), "- [ ] **s0** "]:
        words = html.unescape(line)
        if found := STEP.match(words):
            if path:
                yield Errand(id=step, path=path, acts=tuple(acts))
            step, path, acts, reading = found["id"], (), [], False
        elif found := WAY.match(words):
            ours = found["edition"] == edition
            path = tuple(found["path"].split(" > ")) if ours else path
            reading = ours
        elif (found := ACT.match(words)) and reading:
            acts.append(Act(field=found["field"], words=found["words"]))


@dataclass(slots=True)
class Follower:
    """Does errands on a page; ``pictures`` is where it keeps what it saw after each."""

    page: Page
    portal: str
    edition: str
    pictures: Path
    touched: Locator | None = None

    def do(self, errand: Errand) -> None:
        """Go where the errand says, and do what it says there."""
        self.page.goto(self.portal)
        self.page.get_by_role("link", name=re.compile(f"^{self.edition} navigation", re.IGNORECASE)).click()
        for label in errand.path:
            self.page.get_by_role("link", name=label, exact=True).first.click()
        for act in errand.acts:
            self._act(act)
        self.page.screenshot(path=self.pictures / f"{self.edition}-{errand.id}.png", full_page=True)

    def _act(self, act: Act) -> None:
        match act.words.split()[0]:
            case "switch":
                self._switch(act)
            case "type":
                self.touched = self.page.get_by_role("textbox", name=act.field, exact=True)
                self.touched.fill(act.value)
            case "choose":
                self._choose(act)
            case "see":
                self.touched = self.page.get_by_label(act.field, exact=True)
                self.touched.set_checked(act.value == "ticked")
            case "click" if act.field == "Save":
                assert self.touched is not None, "nothing was set that could be saved"
                form = self.page.locator("form").filter(has=self.touched)
                form.get_by_role("button", name="Save", exact=True).click()
            case "click":
                self.page.get_by_role("button", name=f"Lock icon: {act.field}").click()
                self._answer(act)
            case other:
                raise AssertionError(f"the checklist says {other}, and nobody knows what that is")

    def _switch(self, act: Act) -> None:
        switch = self.page.get_by_role("switch", name=act.field, exact=True)
        if (switch.get_attribute("aria-checked") == "true") != (act.value == "on"):
            switch.click()
            self._answer(act)

    def _answer(self, act: Act) -> None:
        """Answer the dialog, where one asks."""
        dialog = DIALOG.search(act.words)
        button = self.page.get_by_role("button", name="" if dialog is None else dialog[1], exact=True)
        if dialog is not None and button.count():
            button.click()

    def _choose(self, act: Act) -> None:
        """Choose a radio button by its label, or of the boxes below a heading the one of this name alone."""
        group = self.page.get_by_role("group", name=act.field, exact=True)
        if group.get_by_role("radio", name=act.value, exact=True).count():
            self.touched = group.get_by_role("radio", name=act.value, exact=True)
            self.touched.check()
            return
        for box in group.get_by_role("checkbox").all():
            box.set_checked(box.locator("xpath=..").inner_text().strip() == act.value)
            self.touched = box
