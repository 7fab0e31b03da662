"""What a verification found, in words."""

from collections.abc import Iterator
from typing import Final

from calplan.apply.verify import Verdict, Verification
from calplan.render.untrusted import for_terminal

MOST_NAMED: Final = 20
WORDS: Final = {
    Verdict.HIT: "as forecast",
    Verdict.SURPRISE: "surprises",
    Verdict.FALSE_ALARM: "false alarms",
    Verdict.NOT_OBSERVABLE: "not observable",
}


def verification_text(result: Verification, differing: tuple[str, ...], run: str) -> Iterator[str]:
    """The result for a terminal: differences first, then who is still disconnected, then the verdict in one line."""
    for address in differing:
        yield f"setting not as planned: {address}\n"
    named = [one for one in result.judged if one.verdict is not Verdict.NOT_OBSERVABLE]
    for judged in named[:MOST_NAMED]:
        line = f"{judged.verdict.value}: {judged.email} was forecast {judged.outcome}, is {judged.found}"
        yield for_terminal(line) + "\n"
    if len(named) > MOST_NAMED:
        yield f"... and {len(named) - MOST_NAMED} more\n"
    still = len(result.still_disconnected)
    yield f"Still disconnected: {still}; back since: {result.returned}. Look again later: calplan verify {run}\n"
    parts = ", ".join(f"{result.counts[verdict]} {WORDS[verdict]}" for verdict in Verdict)
    within = "within tolerance" if result.within and not differing else "beyond tolerance"
    yield f"Verified: {parts}. The outcome is {within}.\n"
