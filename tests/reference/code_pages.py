"""Pages of all codes: rules and what they rest on, outcomes, readings, gates, and what can be wrong."""

from collections.abc import Iterable, Iterator
from typing import Final

from calplan.cli.plan_codes import OTHER_CODES
from calplan.guardrails.shapes import kinds_of
from calplan.guardrails.variables import FOR_EACH_USER
from calplan.impact.decide import ROWS
from calplan.impact.effect import ByClient, Row
from calplan.impact.outcome import NextStep, Notice, Outcome
from calplan.impact.readings import AMBIGUITIES
from calplan.model.citation import SENTENCES, Certainty
from calplan.policyfile.codes import CODES
from calplan.render.step_wording import GATE, gate_advice, gate_in_words
from calplan.render.values import REVERSIBILITY
from calplan.render.wording import CERTAINTY, NEXT_STEP, NOTICE, OUTCOME, OUTCOME_EXPLAINED, SYMBOL
from tests.reference.markdown import bullet, code, paragraphs, safe, table

PREFIXES: Final = {
    "V": "Static rules",
    "Y": "YAML",
    "S": "Schema",
    "D": "Documents of a folder",
    "U": "Users files",
    "C": "Guardrails",
    "E": "Evidence",
    "G": "Gates from outside",
    "P": "Plans",
    "T": "Hosts",
    "N": "Messages to people",
}


def outcomes_page() -> Iterator[str]:
    """What can become of a user, and the words that go with it."""
    yield from paragraphs(
        "# Outcomes",
        "Every active user has exactly one outcome: the first of this list that a rule gives him. Counts of a plan add "
        "up to the active users. `calplan explain OUTCOME` says the same at a terminal.",
    )
    for number, outcome in enumerate(Outcome, start=1):
        rows = [row.id for row in ROWS.values() if row.outcome is outcome]
        yield from paragraphs(f"## {number}. `{outcome.value}`")
        yield from paragraphs(
            f"Shown as `{SYMBOL[outcome]}`: {safe(OUTCOME[outcome])}.", safe(OUTCOME_EXPLAINED[outcome])
        )
        if outcome is not Outcome.UNAFFECTED:
            yield from paragraphs(f"Rows of the [decision table](decision-table.md): {', '.join(rows)}.")
    yield from paragraphs("## Notice", "Whether a client says something to the user who loses a connection.")
    yield from table(("notice", "means"), ((code(one.value), safe(NOTICE[one])) for one in Notice))
    yield from paragraphs("## Next step", "What has to happen before the user is connected; of several the first.")
    yield from table(("next step", "means"), ((code(one.value), safe(NEXT_STEP[one])) for one in NextStep))
    yield from paragraphs(
        "## Certainty",
        "On whose word an outcome rests, strong to weak. A user's certainty is that of the weakest rule that gives "
        "him his outcome.",
    )
    yield from table(("certainty", "means"), ((code(one.value), safe(CERTAINTY[one])) for one in Certainty))
    yield from paragraphs("## Reversibility", "How far a change of a setting can be taken back.")
    yield from table(("word", "means: the setting"), ((code(one), safe(said)) for one, said in REVERSIBILITY.items()))


def decision_table_page() -> Iterator[str]:
    """The rows by which outcomes are decided, and the sentences they rest on."""
    yield from paragraphs(
        "# The decision table",
        "What a change does to a user is decided by these rows. Several may fire for one user; the worst "
        "[outcome](outcomes.md) holds. *Rests on* names sentences of the vendor's article, which stand below the "
        "table. `calplan explain R10b1` says the same at a terminal, and `examples/scenarios` has a test for each row.",
    )
    head = ("row", "what it says", "outcome", "connection", "notice", "next step", "certainty", "rests on")
    yield from table(head, (_row(row) for row in ROWS.values()))
    yield from paragraphs(
        "## Sentences",
        "The vendor's article on managing the calendar and contacts integration, sentence by sentence, in our words.",
    )
    for name, text in SENTENCES.items():
        rows = ", ".join(row.id for row in ROWS.values() if name in row.sentences)
        yield from bullet(f"**{name}**: {safe(text)}." + (f" Rows: {rows}." if rows else ""))
    yield ""


def _row(row: Row) -> tuple[str, ...]:
    notice = "by the client" if isinstance(row.notice, ByClient) else code(row.notice.value)
    outcome = "-" if row.outcome is None else code(row.outcome.value)
    facets = (outcome, code(row.connection.value), notice, code(row.next_step.value))
    return (row.id, safe(row.says), *facets, row.certainty.value, " ".join(row.sentences) or "-")


def readings_page() -> Iterator[str]:
    """Where the article leaves a question open, and the answer taken."""
    yield from paragraphs(
        "# Readings",
        "Where the vendor's article leaves a question open, calplan takes the answer that alarms more, and every plan "
        "lists the readings it relied on. Where another answer is given here, a plan also says by how much its counts "
        "move if that one is right.",
    )
    for reading, one in AMBIGUITIES.items():
        yield from paragraphs(f"## {reading.value}", safe(one.question))
        yield from bullet(f"Reading: {safe(one.reading)}")
        yield from bullet(f"Why: {safe(one.why)}")
        yield from () if one.otherwise is None else bullet(f"The other reading: {safe(one.otherwise)}")
        yield ""


def gates_page() -> Iterator[str]:
    """What refuses an apply."""
    yield from paragraphs(
        "# Gates",
        "`plan` shows which gates would refuse; `apply` asks them again on what it reads then, and ends with exit "
        "code 4 where one does. `--allow GATE --reason TEXT` lifts one for a run, and the run keeps who did. Rules of "
        "your own are gates called `guardrail.ID`.",
    )
    rows = ((code(name), safe(gate_in_words(name)), safe(gate_advice(name))) for name in GATE)
    yield from table(("gate", "refuses because of", "what to do"), rows)


def codes_page() -> Iterator[str]:
    """What can be wrong with documents, files and evidence, and the static rules."""
    yield from paragraphs(
        "# Codes",
        "Every error, warning and note has a code. Rules of the decision table (`R`) and the article's sentences (`S` "
        "with a number) stand in [decision-table.md](decision-table.md), readings (`A`) in [readings.md](readings.md), "
        "outcomes in [outcomes.md](outcomes.md), gates in [gates.md](gates.md), and exit codes in "
        "[exit-codes.md](exit-codes.md). `calplan explain CODE` prints any of them.",
    )
    for prefix, title in PREFIXES.items():
        yield from paragraphs(f"## {title}")
        for name in (one for one in OTHER_CODES if family_of(one) == prefix):
            yield from _code(name)


def family_of(name: str) -> str:
    """The letter that groups a code."""
    return name[:1]


def _code(name: str) -> Iterator[str]:
    entry = CODES.get(name)
    if entry is None:
        title, _, rest = OTHER_CODES[name].partition("\n\n")
        yield from paragraphs(f"### {name}", f"**{safe(title)}**", *map(safe, rest.split("\n\n")))
        return
    yield from paragraphs(f"### {name}", f"**{safe(entry.title)}.**", safe(entry.means))
    yield from bullet(f"Why: {safe(entry.why)}")
    yield from bullet(f"What to do: {safe(entry.fix)}")
    yield from bullet(f"Weighs: {safe(entry.weighs)}.") if entry.weighs else ()
    yield from bullet(f"Source: {safe(entry.source)}.")
    yield ""


def guardrail_variables_page() -> Iterator[str]:
    """What rules of one's own can read."""
    yield from paragraphs(
        "# What guardrails can read",
        "The variables of an expression in a `Guardrails` document. Whatever is unknown, unmanaged or not there is "
        "`null`. `user` is there with `each: user`. How to write rules: "
        "[guardrails.md](../how-to/guardrails.md).",
    )
    for variable, shape in FOR_EACH_USER.items():
        yield from paragraphs(f"## `{variable}`")
        yield from _listed(kinds_of(shape, variable))


def _listed(paths: Iterable[tuple[str, str]]) -> Iterator[str]:
    for path, kind in paths:
        yield from bullet(f"`{path}`: {safe(kind)}")
    yield ""
