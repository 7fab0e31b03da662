"""What pages show in ``console`` blocks is what their commands print; files they show are written on the way."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from calplan.sandbox.account.account import Account
from tests.docs.page import Block, Page, all_pages, page
from tests.docs.shell import Shell, free_port, shell, shows, typed_in
from tests.make import graph

FILE: Final = re.compile(r"(?:#|\{#) (?P<path>[\w./-]+\.\w+)(?: #\})?")
"""The first line of a block that is a whole file: its path, in a comment."""
SERVED: Final = "calplan sandbox serve"
MOVE: Final = "docs/how-to/move-from-google-to-office365.md"
GUESTS: Final = tuple(
    f"docs/how-to/{name}.md" for name in ("connect-google", "connect-microsoft", "use-a-connections-file")
)
"""Pages whose commands go to the servers of ``MOVE``, and are run there once it has had a look at them."""
LOOKED: Final = "$ calplan doctor gitops"
OTHER_CODES: Final[dict[str, tuple[tuple[str, int], ...]]] = {
    "README.md": (("apply", 4), ("check", 4)),
    "docs/how-to/guardrails.md": (("check", 4), ("validate", 3)),
    MOVE: (("apply", 11),),
    "docs/how-to/lock-safely.md": (("check", 4),),
    "docs/how-to/plan-offline-for-forks.md": (("apply", 3),),
    "docs/how-to/resume-a-broken-apply.md": (("apply", 7), ("apply", 5)),
    "docs/how-to/tell-people.md": (("notify", 3),),
    "docs/how-to/try-an-exchange-account.md": (("apply", 11), ("apply", 9)),
    "docs/tutorial.md": (("apply", 4),),
    "examples/contoso-full/README.md": (("apply", 11),),
}
"""The commands of a page that do not end with 0, from the top."""


def to_office365() -> None:
    """What the steps by hand say, done by a person in the portal."""
    with Account.open(Path("contoso.db")) as account:
        account.set_service(graph("write", "read"))
        account.set_locked(True)


PEOPLE: Final[dict[str, dict[str, Callable[[], None]]]] = {
    MOVE: {"attest": to_office365},
}
"""What a person does before a command of a page."""


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers of this machine have no quota to keep to, and show at once what was written."""
    monkeypatch.setattr("calplan.providers.google.pace.OURS", 100.0)
    monkeypatch.setattr("calplan.cli.hand.SETTLES", (0.0, 0.01, 0.02))


def console(one: Page) -> bool:
    return any(block.language == "console" for block in one.blocks())


def serves(one: Page) -> bool:
    return any(block.language == "console" and SERVED in block.text for block in one.blocks())


QUICK: Final = [one.name for one in all_pages() if console(one) and not serves(one) and one.name not in GUESTS]
OVER_THE_WIRE: Final = [one.name for one in all_pages() if console(one) and serves(one)]


def lay_out(repository: Path) -> None:
    """A clone as far as pages need it, without the accounts that somebody may have made."""
    made = shutil.ignore_patterns("*.db*", ".calplan")
    for name in ("examples", "policies"):
        shutil.copytree(repository / name, name, ignore=made)


def write(block: Block) -> None:
    """The file that a block shows, where it names one."""
    if found := FILE.fullmatch(block.first):
        Path(found["path"]).parent.mkdir(parents=True, exist_ok=True)
        Path(found["path"]).write_text(block.text, encoding="utf-8")


def holds(name: str, sh: Shell) -> list[tuple[str, int]]:
    """Run a page from its top; gives the commands that did not end with 0."""
    codes: list[tuple[str, int]] = []
    for block in page(name).blocks():
        if block.language != "console":
            write(block)
            continue
        for typed in typed_in(block.text):
            said = sh.answer(typed.command)
            place = f"{name}:{block.line}: $ {typed.command}\n{said.both}"
            assert any(shows(typed.shown, one) for one in (said.both, said.out, said.err)), place
            if said.code:
                codes.append((re.sub(r".*\bcalplan (\w+).*", r"\1", typed.command), said.code))
        if name == MOVE and LOOKED in block.text:
            assert [holds(guest, sh) for guest in GUESTS] == [[] for _ in GUESTS]
    return codes


@pytest.mark.parametrize("name", QUICK)
def test_a_page_shows_what_its_commands_print(name: str, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(repository)
    with shell(monkeypatch, {}) as sh:
        assert tuple(holds(name, sh)) == OTHER_CODES.get(name, ())


@pytest.mark.loopback
@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("name", OVER_THE_WIRE)
def test_a_page_about_servers_shows_what_its_commands_print(
    name: str, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(repository)
    with shell(monkeypatch, PEOPLE.get(name, {})) as sh:
        sh.port = free_port()
        assert tuple(holds(name, sh)) == OTHER_CODES.get(name, ())


def test_a_line_that_was_not_printed_would_be_seen() -> None:
    printed = "first\n\nsecond 2026-11-27\nthird\n"
    assert shows(("first", "second 2030-01-01", "third"), printed)
    assert shows(("...", "third"), printed)
    assert shows((), printed)
    assert not shows(("first", "third"), printed)
    assert not shows(("first", "..."), "second\n")
    assert not shows(("first", "second 2026-11-27"), printed)
    assert not shows(("...", "third", "first"), printed)
