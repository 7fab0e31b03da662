"""Any code of a plan in plain words, with what it rests on."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from calplan.guardrails.gates import PREFIX
from calplan.guardrails.shapes import kinds_of
from calplan.guardrails.variables import FOR_EACH_USER
from calplan.impact.decide import ROWS
from calplan.impact.effect import ByClient, Row
from calplan.impact.outcome import NextStep, Notice, Outcome
from calplan.impact.readings import AMBIGUITIES
from calplan.model.citation import SENTENCES, Certainty
from calplan.render.step_wording import GATE, gate_advice, gate_in_words
from calplan.render.values import REVERSIBILITY
from calplan.render.wording import (
    CERTAINTY,
    NEXT_STEP,
    NOTICE,
    OUTCOME,
    OUTCOME_EXPLAINED,
    SYMBOL,
    connection_in_words,
    next_step_in_words,
    notice_in_words,
    outcome_named,
)

LIFT: Final = "It refuses an apply; `--allow {} --reason TEXT` lifts it."
FIRST_ROWS: Final = "R"
SUGGESTED: Final = 5
LIKENESS: Final = 0.5
NO_CODES: Final[Mapping[str, str]] = {}


def explain(code: str, others: Mapping[str, str] = NO_CODES) -> str | None:
    """What a code means, or ``None`` if nobody knows it; ``others`` explains further codes, such as those of documents.

    A code that means several things, such as ``unknown``, is explained in each meaning. Case does not matter.
    """
    wanted = code.strip().casefold()
    own = [text for source in SOURCES for name, text in source() if name.casefold() == wanted]
    texts = own + [text for name, text in others.items() if name.casefold() == wanted]
    texts = texts or _family(wanted) or _guardrail(code.strip())
    return "\n\n".join(text.rstrip("\n") for text in texts) + "\n" if texts else None


def suggestions(code: str, others: Mapping[str, str] = NO_CODES) -> tuple[str, ...]:
    """Known codes that look like this one, the likeliest first."""
    known = {name.casefold(): name for name in codes(others)}
    close = get_close_matches(code.strip().casefold(), known, n=SUGGESTED, cutoff=LIKENESS)
    return tuple(known[name] for name in close)


def codes(others: Mapping[str, str] = NO_CODES) -> tuple[str, ...]:
    """Every code that can be explained."""
    return tuple(dict.fromkeys([*(name for source in SOURCES for name, _ in source()), *others]))


def _rules() -> Iterator[tuple[str, str]]:
    return ((row.id, _row(row)) for row in ROWS.values())


def _row(row: Row) -> str:
    notice = (
        "the clients decide what is said" if isinstance(row.notice, ByClient) else notice_in_words(row.notice.value)
    )
    lines = [
        f"{row.id}, a row of the decision table: {row.says}.",
        f"  connection: {connection_in_words(row.connection.value)}",
        f"  notice: {notice}",
        f"  next step: {next_step_in_words(row.next_step.value)}",
        f"  certainty: {row.certainty.value} ({CERTAINTY[row.certainty]})",
    ]
    if row.outcome is not None:
        lines.insert(1, f"  outcome: {outcome_named(row.outcome.value)}")
    return "\n".join([*lines, *(f"  {name}: {SENTENCES[name]}" for name in row.sentences)])


def _family(wanted: str) -> list[str]:
    """The rows that an unfinished row id such as ``R10`` or ``R10b`` stands for."""
    members = [row for row in ROWS.values() if row.id.casefold().startswith(wanted)]
    if not wanted.startswith(FIRST_ROWS.casefold()) or wanted == FIRST_ROWS.casefold() or not members:
        return []
    listed = [f"  {row.id}: {row.says}" for row in members]
    return ["\n".join([f"{wanted.upper()} is a family of rows of the decision table:", *listed])]


def _guardrail(code: str) -> list[str]:
    """The gate of one of the organisation's own rules, whose text only its document has."""
    if not code.casefold().startswith(PREFIX):
        return []
    name = PREFIX + code[len(PREFIX) :]
    return [f"{name}, a gate: {gate_in_words(name)}.\n  {gate_advice(name)}\n  {LIFT.format(name)}"]


def _guardrails() -> Iterator[tuple[str, str]]:
    """What rules can read, each with what it can be."""
    lines = ["guardrails: rules of your own, in CEL, true when all is well. They read these; whatever is unknown,"]
    lines.append("unmanaged or not there is null. `user` is there with `each: user`.")
    for variable, shape in FOR_EACH_USER.items():
        lines += [f"  {path}: {kind}" for path, kind in kinds_of(shape, variable)]
    yield "guardrails", "\n".join(lines)


def _outcomes() -> Iterator[tuple[str, str]]:
    for number, outcome in enumerate(Outcome, start=1):
        rows = ", ".join(row.id for row in ROWS.values() if row.outcome is outcome)
        text = (
            f"{outcome.value}, outcome {number} of {len(Outcome)} (worst first), shown as {SYMBOL[outcome]}: "
            f"{OUTCOME[outcome]}.\n  {OUTCOME_EXPLAINED[outcome]}"
        )
        yield outcome.value, text if outcome is Outcome.UNAFFECTED else f"{text}\n  rows: {rows}"


def _notices() -> Iterator[tuple[str, str]]:
    return ((notice.value, f"{notice.value}, a notice: {NOTICE[notice]}.") for notice in Notice)


def _next_steps() -> Iterator[tuple[str, str]]:
    return ((step.value, f"{step.value}, a next step: {NEXT_STEP[step]}.") for step in NextStep)


def _certainties() -> Iterator[tuple[str, str]]:
    return ((word.value, f"{word.value}, a certainty: {CERTAINTY[word]}.") for word in Certainty)


def _reversibilities() -> Iterator[tuple[str, str]]:
    return (
        (word, f"{word}, how far a change can be taken back: the setting {said}.")
        for word, said in REVERSIBILITY.items()
    )


def _gates() -> Iterator[tuple[str, str]]:
    for name in GATE:
        yield name, f"{name}, a gate: {gate_in_words(name)}.\n  {gate_advice(name)}\n  {LIFT.format(name)}"


def _sentences() -> Iterator[tuple[str, str]]:
    for name, text in SENTENCES.items():
        rows = ", ".join(row.id for row in ROWS.values() if name in row.sentences)
        rests = f"\n  rows that rest on it: {rows}" if rows else ""
        yield name, f"{name}, a sentence of the vendor's article in our words: {text}.{rests}"


def _ambiguities() -> Iterator[tuple[str, str]]:
    for reading, one in AMBIGUITIES.items():
        name = reading.value
        lines = [
            f"{name}, a question the article leaves open: {one.question}",
            f"  reading: {one.reading}",
            f"  why: {one.why}",
        ]
        lines += [] if one.otherwise is None else [f"  the other reading: {one.otherwise}"]
        yield name, "\n".join(lines)


SOURCES: Final[tuple[Callable[[], Iterator[tuple[str, str]]], ...]] = (
    _rules,
    _outcomes,
    _notices,
    _next_steps,
    _certainties,
    _reversibilities,
    _gates,
    _guardrails,
    _sentences,
    _ambiguities,
)
