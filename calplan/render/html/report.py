"""The report: a plan as one self-contained page, made piece by piece, so that no memory ever holds all of it."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from calplan.impact.decide import ROWS
from calplan.impact.outcome import Outcome
from calplan.plan.document import PlanDocument, PlanUsers
from calplan.render import values, wording
from calplan.render.compared import moved_since, since_title
from calplan.render.counts import population_in_words, summary_line, users_in_words
from calplan.render.evidence import assumption_in_words, is_weighty, snapshot_in_short, snapshot_in_words
from calplan.render.html import page
from calplan.render.html.charts import WHOLE, stacked
from calplan.render.html.content_security import content_security_policy
from calplan.render.html.user_columns import UserColumns
from calplan.render.step_wording import gate_advice, gate_in_words, order_in_words
from calplan.render.untrusted import for_terminal

if TYPE_CHECKING:
    from jinja2 import Environment

FIRST: Final = 50
"""Users who are listed without scripts."""
TEMPLATE: Final = "report.html.j2"
STYLE: Final = "report.css"
SCRIPTS: Final = ("packed.js", "rows.js", "report.js")

WORDINGS: Final[dict[str, Callable[[str], str]]] = {
    "outcome": wording.outcome_in_words,
    "in_short": wording.outcome_in_short,
    "certainty": wording.certainty_in_words,
    "service": wording.service_in_words,
    "rule": wording.rule_in_words,
    "setting": values.setting_in_words,
    "gate": gate_in_words,
    "advice": gate_advice,
}
"""Filters of the template: a word of a plan in words for people."""

_TOLD: Final = {one.value: words for one, words in page.TOLD.items()}
_NEXT: Final = {one.value: words for one, words in page.NEXT.items()}


def plan_html(document: PlanDocument, users: PlanUsers, *, plan_name: str = "PLAN") -> Iterator[str]:
    """The page, piece by piece. ``plan_name`` is what the reader types to see this plan again.

    The users are read once, while their addresses are written.
    """
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2, which is imported when used

    columns = UserColumns(keep=FIRST, groups=document.get("group_names", {}))
    script, style = _script(), _own(STYLE)
    shown = {
        "document": document,
        "page": page,
        "policy": content_security_policy(script=script, style=style),
        "script": Markup(script),  # noqa: S704 - our own files, in which no text of others stands
        "style": Markup(style),  # noqa: S704 - as above
        "words": Markup(_words()),  # noqa: S704 - JSON without a sign that could end its element
        "packed": {
            "addresses": map(Markup, columns.addresses(users)),
            "classes": map(Markup, columns.classes()),
            "numbers": map(Markup, columns.numbers()),
        },
        "columns": columns,
        "first": FIRST,
        "plan_name": plan_name,
    }
    yield from _environment().get_template(TEMPLATE).generate(shown)


@cache
def _environment() -> "Environment":
    """Everything that a template prints is shown as it is: signs that nobody sees as escapes, and nothing as markup."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - heavy, so imported when used

    made = Environment(
        autoescape=True,
        finalize=_seen,
        keep_trailing_newline=True,
        loader=FunctionLoader(_own),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters |= WORDINGS | {"number": "{:,}".format, "seen": for_terminal, "told": _told, "next": _next}
    made.tests["weighty"] = is_weighty
    made.globals |= {
        "WHOLE": WHOLE,
        "OUTCOMES": wording.OUTCOME_NAMES,
        "stacked": stacked,
        "population_in_words": population_in_words,
        "since_title": since_title,
        "summary_line": summary_line,
        "users_in_words": users_in_words,
        "assumption_in_words": assumption_in_words,
        "moved_since": moved_since,
        "order_in_words": order_in_words,
        "snapshot_in_short": snapshot_in_short,
        "snapshot_in_words": snapshot_in_words,
        "place_in_words": values.place_in_words,
        "reversibility": values.REVERSIBILITY,
    }
    return made


def _seen(value: object) -> object:
    """A value as it is printed. What is markup already is ours."""
    return for_terminal(value) if type(value) is str else value


def _told(name: str) -> str:
    return _TOLD.get(name, name)


def _next(name: str) -> str:
    return _NEXT.get(name, name)


@cache
def _own(name: str) -> str:
    """A file beside this module."""
    return files(__package__).joinpath(name).read_text("utf-8")


def _script() -> str:
    return "".join(map(_own, SCRIPTS))


def _words() -> str:
    """The words for people that the script shows, by the words of a plan."""
    words = {
        "outcomes": wording.OUTCOME_NAMES,
        "outcome": {name: wording.outcome_in_words(name) for name in wording.OUTCOME_NAMES},
        "short": {name: wording.outcome_in_short(name) for name in wording.OUTCOME_NAMES},
        "explained": {one.value: wording.OUTCOME_EXPLAINED[one] for one in Outcome},
        "notice": {one.value: words for one, words in wording.NOTICE.items()},
        "told": _TOLD,
        "next": _NEXT,
        "connection": {one.value: words for one, words in wording.CONNECTION.items()},
        "next_step": {one.value: words for one, words in wording.NEXT_STEP.items()},
        "certainty": {one.value: words for one, words in wording.CERTAINTY.items()},
        "service": wording.SERVICE,
        "rule": {name: wording.rule_in_words(name) for name in ROWS},
        "not_connected": wording.NOT_CONNECTED,
        "unknown": wording.UNKNOWN_WORD,
    }
    return json.dumps(words, separators=(",", ":")).replace("<", "\\u003c")
