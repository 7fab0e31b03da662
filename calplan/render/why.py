"""The proof chain of one user: facts, settings, rules with the sentences they rest on, and what follows."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from calplan.model.citation import SENTENCES
from calplan.plan.document import DiagnosticDocument, UserDocument
from calplan.plan.why.document import ClientDocument, RuleDocument, WhyDocument
from calplan.render.colour import Line, Style, finished
from calplan.render.counterfactual import counterfactual_text
from calplan.render.evidence import STALE, evidence_line
from calplan.render.plan_json import canonical_json
from calplan.render.users_text import STYLE
from calplan.render.values import NOTHING
from calplan.render.why_settings import levels_text, settings_text
from calplan.render.wording import (
    NOT_CONNECTED,
    UNKNOWN_WORD,
    certainty_in_words,
    connection_in_words,
    next_step_in_words,
    notice_in_words,
    outcome_in_words,
    outcome_named,
    rule_in_words,
    service_in_words,
    told_from_in_words,
)

ABOUT_USERS: Final = ("users", "tenant")
CHOOSABLE: Final = frozenset({"office365-graph", "google"})
THROUGH_EWS: Final = frozenset({"office365-ews", "exchange-ews"})
PLATFORM: Final = {
    "win": "Windows",
    "mac": "Mac",
    "linux": "Linux",
    "iphone": "iPhone",
    "ipad": "iPad",
    "android": "Android",
    "chromeos": "ChromeOS",
}
PROMPTS: Final = {
    "yes": "shows the prompt",
    "no": "too old to show the prompt",
    "unknown": "nobody knows whether it shows the prompt",
}


def why_text(
    why: WhyDocument, *, now: datetime | None = None, colour: bool = False, width: int | None = None
) -> Iterator[str]:
    """Why this user gets this outcome, line by line; with ``now`` evidence is shown with its age."""
    return finished(_proof(why, now), colour=colour, width=width)


def why_json(why: WhyDocument) -> Iterator[str]:
    """The proof chain as JSON with sorted keys."""
    yield f"{canonical_json(why)}\n"


def _proof(why: WhyDocument, now: datetime | None) -> Iterator[Line]:
    user = why["user"]
    yield Line(f"{user['email']}: {outcome_in_words(user['outcome'])}", STYLE.get(user["outcome"], Style.STRONG))
    yield Line()
    yield from _known_facts(why, now)
    yield from settings_text(why, now)
    yield from levels_text(why)
    yield from _rules(why["rules"])
    yield Line("What follows", Style.STRONG)
    yield Line(f"  outcome: {outcome_named(user['outcome'])}")
    yield Line(f"  connection: {connection_in_words(user['connection'])}")
    if user.get("lost_on_the_way"):
        yield Line(
            "  on the way: the connection is lost between two steps, in whatever order (P-ON-THE-WAY)", Style.WARN
        )
    yield Line(f"  notice: {notice_in_words(user['notice'])}")
    yield Line(f"  next step: {next_step_in_words(user['next_step'])}")
    yield Line(f"  certainty: {user['certainty']} ({certainty_in_words(user['certainty'])})")
    yield Line()
    yield from counterfactual_text(why)


def _known_facts(why: WhyDocument, now: datetime | None) -> Iterator[Line]:
    about = [one for one in why["evidence"] if one["kind"] in ABOUT_USERS]
    stale = any(one["stale"] for one in about)
    yield Line(f"Facts{f'  {STALE}' if stale else ''}", Style.STRONG)
    yield from (Line(f"  {name}: {words}") for name, words in _facts(why["user"], why["clients"]))
    yield from (evidence_line(one, now) for one in about)
    yield from (_conflict(one) for one in why["conflicts"])
    yield Line()


def _conflict(one: DiagnosticDocument) -> Line:
    return Line(f"  conflict: {'; '.join([one['summary'], *one['detail'].splitlines()])}", Style.WARN)


def _facts(user: UserDocument, clients: list[ClientDocument]) -> Iterator[tuple[str, str]]:
    yield "status", user["status"]
    yield "connection", _connection(user)
    if "evidence" in user:
        yield "told from", told_from_in_words(user["evidence"])
    yield from (("client", _client(one)) for one in clients)
    if not clients:
        yield "clients", "none known"
    yield "groups", _list(user.get("groups"))
    if "primary_group" in user:
        yield "primary group", user["primary_group"]
    if "mailbox" in user:
        yield "mailbox", user["mailbox"]
    yield "mailbox location", _known(user.get("mailbox_location"))
    yield "own Microsoft grant", _list(user.get("own_grant"))


def _client(one: ClientDocument) -> str:
    """The words of the platform, and what they were read as."""
    if one["version"] is None:
        return f"{one['text']} (cannot be read as a version; {PROMPTS[one['prompts']]})"
    platform = UNKNOWN_WORD if one["platform"] is None else PLATFORM[one["platform"]]
    head, _, build = one["version"].rpartition(".")
    version = f"{head} build {build}" if one["build"] else one["version"]
    return f"{one['text']} (version {version}, platform {platform}; {PROMPTS[one['prompts']]})"


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


def _rules(rules: list[RuleDocument]) -> Iterator[Line]:
    yield Line("Rules that apply", Style.STRONG)
    for one in sorted(rules, key=lambda one: not one["decides"]):
        role = "decides" if one["decides"] else "also applies"
        yield Line(f"  {one['rule']} {role}: {rule_in_words(one['rule'])}")
        if one["certainty"] is not None:
            yield Line(f"      {one['certainty']}: {certainty_in_words(one['certainty'])}", Style.FAINT)
        yield from (Line(f"      {name}: {SENTENCES[name]}", Style.FAINT) for name in one["sentences"])
    yield Line()
