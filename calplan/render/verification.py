"""What a verification found: in words, and as the list of who is still disconnected."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from calplan.apply.judge import Verdict
from calplan.apply.verification_document import listed_user, verification_document
from calplan.apply.verification_record import Verified
from calplan.apply.verify import Listed
from calplan.model.connection import Held
from calplan.model.plural import plural
from calplan.model.unknown import Unknown
from calplan.render.csv import LIST_SEPARATOR, csv_line
from calplan.render.plan_json import canonical_json
from calplan.render.untrusted import for_csv, for_terminal
from calplan.render.wording import next_step_in_words, outcome_named, service_in_words

ShowUsers = Literal["all", "top", "none"]
MOST_NAMED: Final = 20
WORDS: Final = {
    Verdict.HIT: ("as forecast", "as forecast"),
    Verdict.SURPRISE: ("surprise", "surprises"),
    Verdict.FALSE_ALARM: ("false alarm", "false alarms"),
    Verdict.NOT_OBSERVABLE: ("not observable", "not observable"),
}
"""Verdicts after a number, for one user and for several."""
COLUMNS: Final = ("email", "outcome", "next_step", "rules")


def verification_text(verified: Verified, *, show_users: ShowUsers, name_disconnected: bool) -> Iterator[str]:
    """The result for a terminal: what differs, whom it concerns, and the verdict in one line.

    Right after an apply those who are disconnected were named by the plan; later ``name_disconnected`` asks for them.
    """
    return (f"{for_terminal(line)}\n" for line in _lines(verified, show_users, name_disconnected=name_disconnected))


def _lines(verified: Verified, show_users: ShowUsers, *, name_disconnected: bool) -> Iterator[str]:
    result, circumstances = verified.result, verified.circumstances
    if not circumstances.complete:
        yield "The run is not done, and the forecast was for all of its steps: what follows is how far it came."
    if circumstances.later_runs:
        runs = plural(circumstances.later_runs, "run was", "runs were")
        yield f"{runs} begun on the account since, so that what follows need not be the doing of this one."
    yield from (f"setting not as planned: {address}" for address in circumstances.settings)
    most = {"all": None, "top": MOST_NAMED, "none": 0}[show_users]
    yield from _named("surprise", result.surprises, most)
    yield from _named("false alarm", result.false_alarms, most)
    if name_disconnected:
        yield from _shortened(
            [_disconnected(one) for one in result.still_disconnected[:most]], result.still_disconnected
        )
    still = f"{len(result.still_disconnected)}" + (f", and of {result.unseen} nobody knows" if result.unseen else "")
    yield f"Still disconnected: {still}; back since: {result.returned}. Look again later: calplan verify {verified.run}"
    parts = ", ".join(plural(result.counts[verdict], *WORDS[verdict]) for verdict in Verdict)
    yield f"Verified: {parts}. {_verdict(verified)}"


def _verdict(verified: Verified) -> str:
    counts = verified.result.counts
    if not verified.result.within:
        return "The outcome is beyond tolerance."
    if verified.circumstances.settings:
        return "The settings are not as planned."
    if not verified.circumstances.complete:
        return "The run is not done."
    if 0 < counts[Verdict.NOT_OBSERVABLE] == sum(counts.values()):
        return "The settings are as planned; no user could be observed, so nothing is confirmed of any."
    return "The outcome is within tolerance."


def _named(word: str, listed: Sequence[Listed], most: int | None) -> Iterator[str]:
    lines = [
        f"{word}: {one.email} was forecast {outcome_named(one.expected.outcome.value)}, and is {_words(one.found)}"
        for one in listed[:most]
    ]
    return _shortened(lines, listed)


def _shortened(lines: Sequence[str], listed: Sequence[Listed]) -> Iterator[str]:
    """Lines for the first of those listed, and how many more there are; nothing where none are asked for."""
    yield from lines
    if lines and len(listed) > len(lines):
        yield f"... and {len(listed) - len(lines)} more; --users all names them"


def _disconnected(one: Listed) -> str:
    expected = one.expected
    why, step = ", ".join(expected.rules), next_step_in_words(expected.next_step.value)
    return f"still disconnected: {one.email}, forecast {expected.outcome.value} by {why}; next step: {step}"


def _words(held: Held) -> str:
    if isinstance(held, Unknown):
        return "cannot be observed"
    return "not connected" if held is None else f"connected to {service_in_words(held.service.value)}"


def verification_json(verified: Verified) -> Iterator[str]:
    """The result with everybody it names."""
    yield f"{canonical_json(verification_document(verified))}\n"


def disconnected_csv(verified: Verified) -> Iterator[str]:
    """A header, then a line for each user who is still disconnected."""
    yield f"{','.join(COLUMNS)}\n"
    for one in verified.result.still_disconnected:
        user = listed_user(one)
        cells = [user["email"], user["outcome"], user["next_step"], LIST_SEPARATOR.join(user["rules"])]
        yield f"{csv_line([for_csv(cell) for cell in cells])}\n"


def disconnected_ndjson(verified: Verified) -> Iterator[str]:
    """An object for each user who is still disconnected."""
    for one in verified.result.still_disconnected:
        user = listed_user(one)
        yield f"{canonical_json({name: user[name] for name in COLUMNS}, indent=None)}\n"
