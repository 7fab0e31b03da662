"""What would have to be otherwise for a user, in words."""

from collections.abc import Iterator

from calplan.impact.outcome import Notice
from calplan.plan.why.document import AnswerDocument, WhyDocument
from calplan.plan.why.supposition_document import GROUPS_ADDRESS, SuppositionDocument
from calplan.render.colour import Line, Style
from calplan.render.step_wording import service_with_details, value_with_details
from calplan.render.values import entries, value_in_words
from calplan.render.wording import UNKNOWN_WORD, listed, notice_in_words, outcome_named


def counterfactual_text(why: WhyDocument) -> Iterator[Line]:
    """What would spare the user the outcome in question."""
    asked, had, answer = why["counterfactual"]["asked"], why["user"]["outcome"], why["counterfactual"]
    harmless = answer["status"] == "harmless"
    sparing = "" if harmless else f", so that the outcome is not {asked}"
    yield Line(f"What would have to be otherwise{sparing}", Style.STRONG)
    match answer["status"]:
        case "answered":
            yield from _answers(answer["results"], why)
        case "harmless":
            yield Line("  Nothing: an unaffected user needs nothing.")
        case "other_outcome":
            yield Line(f"  Nothing: the user does not have it. The outcome is {outcome_named(had)}.")
        case _:
            yield Line(
                "  This version of calplan forecasts something else from the facts in this plan, so that it tries"
            )
            yield Line("  nothing. Make a new plan: calplan plan")


def _answers(results: list[AnswerDocument], why: WhyDocument) -> Iterator[Line]:
    if not results:
        yield Line("  None of up to two changes gives another outcome.")
        return
    if len(results[0]["changes"]) == 1:
        yield Line("  One of these is enough:")
    else:
        yield Line("  No single change is enough; two together are:")
    for one in results:
        yield Line(f"  - {', and '.join(map(_change, one['changes']))}")
        yield Line(f"      then {'; '.join(_then(one, why))}", Style.FAINT)


def _then(one: AnswerDocument, why: WhyDocument) -> Iterator[str]:
    """The outcome, and what the user is told if that is something else than now."""
    yield outcome_named(one["outcome"])
    if one["notice"] not in (why["user"]["notice"], Notice.NONE.value):
        yield notice_in_words(one["notice"])


def _change(one: SuppositionDocument) -> str:
    value = one["value"]
    match one["kind"]:
        case "policy" if one["address"] == GROUPS_ADDRESS:
            return f"what groups state stays as it is{f': {UNKNOWN_WORD}' if one['unknown'] else ''}"
        case "policy":
            return f"{one['address']} stays as it is: {_live(one)}"
        case "domain":
            return f"the list of allowed domains holds {value_in_words(value)}"
        case "client":
            return f"the user has a client {value_in_words(value)} or newer"
        case "grant":
            return f"the tenant-wide Microsoft grant holds {listed(entries(value))}"
        case _:
            return f"the user is connected to {service_with_details(value)}"


def _live(one: SuppositionDocument) -> str:
    if one["inherited"]:
        return "(inherited)"
    return value_with_details(one["value"], unknown=one["unknown"])
