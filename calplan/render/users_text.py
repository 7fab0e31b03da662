"""The users part of a plan on a terminal: how many, why, and who, worst first."""

from collections.abc import Iterator
from itertools import islice
from typing import Final, Literal

from calplan.impact.outcome import Outcome
from calplan.model.plural import plural
from calplan.plan.document import ImpactDocument, PlanDocument, PlanUsers, RuleUse, UserDocument
from calplan.render.colour import Line, Style
from calplan.render.counts import population_in_words, ranges_in_words, users_in_words
from calplan.render.evidence import STALE, has_stale
from calplan.render.wording import (
    AFFECTED_NAMES,
    OUTCOME_NAMES,
    next_step_in_words,
    notice_in_words,
    outcome_in_words,
    outcome_of_rule,
    rule_in_words,
    symbol_of,
)

ShowUsers = Literal["all", "top", "none"]
TOP: Final = 20
"""Users listed when not all are asked for."""

STYLE: Final = {
    Outcome.DISCONNECTED_BLOCKED.value: Style.BAD,
    Outcome.DISCONNECTED_SILENT.value: Style.BAD,
    Outcome.DISCONNECTED_NOTICE_UNKNOWN.value: Style.BAD,
    Outcome.DISCONNECTED_PROMPTED.value: Style.WARN,
    Outcome.BLOCKED.value: Style.BAD,
    Outcome.AT_RISK.value: Style.WARN,
    Outcome.AUTOMATIC.value: Style.GOOD,
}


def users_text(
    document: PlanDocument, users: PlanUsers, *, show_users: ShowUsers, verbose: bool, plan_name: str
) -> Iterator[Line]:
    """The counts with their reasons, and the users themselves as far as asked for."""
    impact = document["impact"]
    doubt = f"  {STALE}" if has_stale(document, "users") else ""
    yield Line(f"Users: {population_in_words(impact)}{doubt}", Style.STRONG)
    yield from (Line(f"  {words}") for words in ranges_in_words(impact))
    yield Line()
    yield from _outcomes(impact, verbose=verbose)
    yield from _without_grant(document)
    if show_users != "none":
        yield from _list(impact, users, everybody=show_users == "all", plan_name=plan_name)


def _outcomes(impact: ImpactDocument, *, verbose: bool) -> Iterator[Line]:
    counts = impact["counts"]
    digits = len(str(max(counts.values(), default=0)))
    told = set()
    for name in OUTCOME_NAMES:
        if not counts.get(name):
            continue
        yield Line(
            f"  {symbol_of(name)} {counts[name]:>{digits}} {outcome_in_words(name)}", STYLE.get(name, Style.PLAIN)
        )
        for use in impact["by_rule"]:
            if outcome_of_rule(use["rule"]) == name and (verbose or name in AFFECTED_NAMES):
                told.add(use["rule"])
                elsewhere = ", some of them counted above" if use["users"] > counts[name] else ""
                yield Line(f"      {rule_use_in_words(use, elsewhere)}", Style.FAINT)
    for use in impact["by_rule"]:
        if verbose and use["rule"] not in told:
            yield Line(f"      also: {rule_use_in_words(use)}", Style.FAINT)


def rule_use_in_words(use: RuleUse, elsewhere: str = "") -> str:
    """One rule with its users, its certainty and the sentences it rests on.

    ``elsewhere`` is added to the users where a worse rule decides the outcome of some.
    """
    ground = " ".join(word for word in (use["certainty"], use["source"]) if word)
    says = rule_in_words(use["rule"])
    return f"{use['rule']} applies to {plural(use['users'], 'user')}{elsewhere} ({ground}){f': {says}' if says else ''}"


def _without_grant(document: PlanDocument) -> Iterator[Line]:
    without = document["impact"].get("without_grant_step")
    if without is not None:
        yield Line()
        yield Line(f"  Without the step that widens the tenant-wide grant: {users_in_words(without['counts'])}.")


def _list(impact: ImpactDocument, users: PlanUsers, *, everybody: bool, plan_name: str) -> Iterator[Line]:
    total = sum(impact["counts"].get(name, 0) for name in AFFECTED_NAMES)
    if not total:
        return
    yield Line()
    listed = worst_first(impact, users)
    for user in listed if everybody else islice(listed, TOP):
        yield Line(f"  {user_in_words(user)}", STYLE.get(user["outcome"], Style.PLAIN))
    if total > TOP and not everybody:
        yield Line(f"  ... and {total - TOP} more; the full list: calplan impact {plan_name}", Style.FAINT)


def worst_first(impact: ImpactDocument, users: PlanUsers) -> Iterator[UserDocument]:
    """The users who are affected: outcome by outcome, worst first, by address within each."""
    for name in AFFECTED_NAMES:
        if impact["counts"].get(name):
            yield from users.rows(frozenset({name}))


def user_in_words(user: UserDocument) -> str:
    """One user on one line, the address in full."""
    rules = " ".join(user["rules"])
    return f"{symbol_of(user['outcome'])} {user['email']}: {facets_in_words(user)} [{rules}]"


def facets_in_words(user: UserDocument) -> str:
    """What the user is told, and what has to happen next."""
    words = [notice_in_words(user["notice"])] if user["notice"] != "none" else []
    words += [next_step_in_words(user["next_step"])] if user["next_step"] != "none" else []
    return "; ".join(words) or outcome_in_words(user["outcome"])
