"""What a verification found, in words."""

from collections.abc import Iterator
from typing import Final

from calplan.apply.verify import Verdict, Verification
from calplan.model.plural import plural
from calplan.render.untrusted import for_terminal
from calplan.render.wording import outcome_named

MOST_NAMED: Final = 20
WORDS: Final = {
    Verdict.HIT: ("as forecast", "as forecast"),
    Verdict.SURPRISE: ("surprise", "surprises"),
    Verdict.FALSE_ALARM: ("false alarm", "false alarms"),
    Verdict.NOT_OBSERVABLE: ("not observable", "not observable"),
}
"""Verdicts after a number, for one user and for several."""


def verification_text(result: Verification, differing: tuple[str, ...], run: str) -> Iterator[str]:
    """The result for a terminal: differences first, then who is still disconnected, then the verdict in one line."""
    for address in differing:
        yield f"setting not as planned: {address}\n"
    named = [one for one in result.judged if one.verdict is not Verdict.NOT_OBSERVABLE]
    for judged in named[:MOST_NAMED]:
        forecast = outcome_named(judged.outcome)
        line = f"{judged.verdict.value}: {judged.email} was forecast {forecast}, and is {judged.found}"
        yield for_terminal(line) + "\n"
    if len(named) > MOST_NAMED:
        yield f"... and {len(named) - MOST_NAMED} more\n"
    still = len(result.still_disconnected)
    yield f"Still disconnected: {still}; back since: {result.returned}. Look again later: calplan verify {run}\n"
    parts = ", ".join(plural(result.counts[verdict], *WORDS[verdict]) for verdict in Verdict)
    within = "within tolerance" if result.within and not differing else "beyond tolerance"
    yield f"Verified: {parts}. The outcome is {within}.\n"
