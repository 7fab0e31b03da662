"""What a plan has to say once the forecast is made, in the place of what was said before."""

from collections.abc import Iterable, Iterator

from calplan.model.diagnostic import Diagnostic, Position
from calplan.plan.validity.live import Known
from calplan.plan.validity.live_catalogue import LIVE_RULES
from calplan.plan.validity.said import diagnostic_of, own_verdicts, text_diagnostics
from calplan.plan.validity.subject import Subject

Place = tuple[str, str | None, Position | None]


def said_of_plan(
    subjects: tuple[Subject, ...], known: Known, earlier: tuple[Diagnostic, ...]
) -> tuple[Diagnostic, ...]:
    """``earlier``, what was said before anything was read, and what is to be said now; nothing twice.

    Where both say the same of one place, the later one knows more and stays.
    """
    live = [
        diagnostic_of(subject, verdict)
        for subject in subjects
        for rule in LIVE_RULES
        for verdict in own_verdicts(subject, rule(subject, known))
    ]
    now = (*_without(text_diagnostics(subjects), live), *live)
    return (*_without(earlier, now), *now)


def _without(said: Iterable[Diagnostic], later: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    places = {_place(one) for one in later}
    return (one for one in said if _place(one) not in places)


def _place(said: Diagnostic) -> Place:
    return said.code, said.address, said.position
