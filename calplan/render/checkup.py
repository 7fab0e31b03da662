"""What a look at accounts found, line by line: how it went, what was looked at, and what to do."""

from collections.abc import Iterator
from typing import Final, TypedDict

from calplan.render.table import columns
from calplan.render.untrusted import for_terminal

TO_DO: Final = "to do: "


class CheckDocument(TypedDict):
    """One thing that was looked at; ``fix`` is empty where there is nothing to do."""

    verdict: str
    subject: str
    found: str
    fix: str


class AccountCheckup(TypedDict):
    """One account, and the file that describes it."""

    account: str
    file: str
    checks: list[CheckDocument]


class CheckupDocument(TypedDict):
    """Every account that was looked at."""

    format_version: str
    accounts: list[AccountCheckup]


def checkup_text(document: CheckupDocument) -> Iterator[str]:
    """Each account with its lines, and how many of each kind there are at the end."""
    for one in document["accounts"]:
        yield f"{for_terminal(one['account'])} ({for_terminal(one['file'])})\n"
        rows = [row for check in one["checks"] for row in _rows(check)]
        yield from (f"  {line}\n" for line in columns(rows))
        yield "\n"
    verdicts = [check["verdict"] for one in document["accounts"] for check in one["checks"]]
    yield ", ".join(f"{verdicts.count(word)} {word}" for word in ("ok", "warn", "fail")) + "\n"


def _rows(check: CheckDocument) -> Iterator[tuple[str, str, str]]:
    yield check["verdict"], check["subject"], check["found"]
    if check["fix"]:
        yield "", "", TO_DO + check["fix"]
