"""The proof chain of one user: facts, settings, rules with the sentences they rest on, and what follows."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from calplan.impact.decide import ROWS
from calplan.model.citation import SENTENCES
from calplan.plan.document import Json, PlanDocument, UserDocument
from calplan.render.colour import Line, Style, finished
from calplan.render.evidence import evidence_in_words, has_stale
from calplan.render.step_wording import service_with_details
from calplan.render.users_text import STYLE
from calplan.render.values import NOTHING, setting_in_words, value_in_words
from calplan.render.wording import (
    NOT_CONNECTED,
    UNKNOWN_WORD,
    certainty_in_words,
    connection_in_words,
    next_step_in_words,
    notice_in_words,
    outcome_in_words,
    outcome_of_rule,
    rule_in_words,
    service_in_words,
)

ABOUT_USERS: Final = ("users", "tenant")
CHOOSABLE: Final = frozenset({"office365-graph", "google"})
THROUGH_EWS: Final = frozenset({"office365-ews", "exchange-ews"})


def why_text(
    document: PlanDocument,
    user: UserDocument,
    *,
    now: datetime | None = None,
    colour: bool = False,
    width: int | None = None,
) -> Iterator[str]:
    """Why this user gets this outcome, line by line; with ``now`` evidence is shown with its age."""
    return finished(_proof(user, document, now), colour=colour, width=width)


def _proof(user: UserDocument, document: PlanDocument, now: datetime | None) -> Iterator[Line]:
    yield Line(f"{user['email']}: {outcome_in_words(user['outcome'])}", STYLE.get(user["outcome"], Style.STRONG))
    yield Line()
    yield Line(f"Facts{'  stale?' if has_stale(document, *ABOUT_USERS) else ''}", Style.STRONG)
    yield from (Line(f"  {name}: {words}") for name, words in _facts(user))
    for one in document["evidence"]:
        if one["kind"] in ABOUT_USERS:
            yield Line(f"  {evidence_in_words(one, now)}", Style.WARN if one["stale"] else Style.FAINT)
    yield Line()
    yield from _settings(document)
    yield from _rules(user)
    yield Line("What follows", Style.STRONG)
    yield Line(f"  outcome: {user['outcome']}, {outcome_in_words(user['outcome'])}")
    yield Line(f"  connection: {connection_in_words(user['connection'])}")
    yield Line(f"  notice: {notice_in_words(user['notice'])}")
    yield Line(f"  next step: {next_step_in_words(user['next_step'])}")
    yield Line(f"  certainty: {user['certainty']}, {certainty_in_words(user['certainty'])}")


def _facts(user: UserDocument) -> Iterator[tuple[str, str]]:
    yield "status", user["status"]
    yield "connection", _connection(user)
    yield "clients", ", ".join(user["clients"]) or "none known"
    yield "groups", _list(user.get("groups"))
    if "primary_group" in user:
        yield "primary group", user["primary_group"]
    if "mailbox" in user:
        yield "mailbox", user["mailbox"]
    yield "mailbox lies", _known(user.get("mailbox_location"))
    yield "own Microsoft grant", _list(user.get("own_grant"))


def _connection(user: UserDocument) -> str:
    service = user.get("service", "unknown")
    if service in ("", "unknown"):
        return UNKNOWN_WORD if service else NOT_CONNECTED
    parts = [service_in_words(service)]
    if service in CHOOSABLE:
        parts += [f"calendar {_known(user.get('calendar'))}", f"contacts {_known(user.get('contacts'))}"]
    if service in THROUGH_EWS:
        parts.append(f"host {_known(user.get('ews_host'))}")
    return ", ".join([*parts, f"signed in by {_known(user.get('auth'))}"])


def _known(word: str | None) -> str:
    return UNKNOWN_WORD if word in (None, "", "unknown") else str(word)


def _list(words: list[str] | None) -> str:
    return UNKNOWN_WORD if words is None else ", ".join(words) or NOTHING


def _settings(document: PlanDocument) -> Iterator[Line]:
    yield Line("Settings that apply", Style.STRONG)
    unknown = set(document["unknown"])
    prior = document["prior_state"]
    for address, after in document["planned_values"].items():
        before = _value(prior.get(address), unknown=address in unknown)
        still = address in unknown and after is None
        words = _value(after, unknown=still)
        name = f"{address} ({setting_in_words(address)})"
        if still or prior.get(address) == after:
            yield Line(f"    {name}: {words}", Style.FAINT)
        else:
            yield Line(f"  ~ {name}: {before} -> {words}", Style.WARN)
    yield Line()


def _value(value: Json, *, unknown: bool) -> str:
    if isinstance(value, dict) and "type" in value:
        return service_with_details(value)
    return value_in_words(value, unknown=unknown)


def _rules(user: UserDocument) -> Iterator[Line]:
    yield Line("Rules that apply", Style.STRONG)
    deciding = [rule for rule in user["rules"] if outcome_of_rule(rule) == user["outcome"]]
    for rule in [*deciding, *(rule for rule in user["rules"] if rule not in deciding)]:
        row = ROWS.get(rule)
        role = "decides" if rule in deciding else "also applies"
        yield Line(f"  {rule} {role}: {rule_in_words(rule)}")
        if row is not None:
            yield Line(f"      {row.certainty.value}: {certainty_in_words(row.certainty.value)}", Style.FAINT)
            yield from (Line(f"      {name}: {SENTENCES[name]}", Style.FAINT) for name in row.sentences)
    yield Line()
