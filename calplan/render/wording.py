"""What a plan says of users, in words. Every sentence that more than one format uses stands here or in ``values``."""

from typing import Final

from calplan.impact.decide import ROWS
from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.model.citation import Certainty
from calplan.model.proof import Basis

OUTCOME: Final = {
    Outcome.DISCONNECTED_BLOCKED: "disconnected, and cannot come back alone",
    Outcome.DISCONNECTED_SILENT: "disconnected, and not told",
    Outcome.DISCONNECTED_NOTICE_UNKNOWN: "disconnected, and perhaps not told",
    Outcome.DISCONNECTED_PROMPTED: "disconnected, and asked to set up again",
    Outcome.BLOCKED: "not connected, and can no longer set up",
    Outcome.AT_RISK: "at risk: what happens hangs on something nobody knows",
    Outcome.PROMPTED: "not connected, and may be asked to set up",
    Outcome.AUTOMATIC: "connected by impersonation, without doing anything",
    Outcome.UNAFFECTED: "unaffected",
}
OUTCOME_IN_SHORT: Final = {
    Outcome.DISCONNECTED_BLOCKED: "disconnected and blocked",
    Outcome.DISCONNECTED_SILENT: "disconnected and not told",
    Outcome.DISCONNECTED_NOTICE_UNKNOWN: "disconnected and perhaps not told",
    Outcome.DISCONNECTED_PROMPTED: "disconnected and prompted",
    Outcome.BLOCKED: "blocked",
    Outcome.AT_RISK: "at risk",
    Outcome.PROMPTED: "may be prompted",
    Outcome.AUTOMATIC: "connected by impersonation",
    Outcome.UNAFFECTED: "unaffected",
}
"""Outcomes after a number: ``10 more blocked``."""
OUTCOME_EXPLAINED: Final = {
    Outcome.DISCONNECTED_BLOCKED: (
        "The connection is lost, and the user cannot set it up again before something changes: the integration, the "
        "list of domains, the platform, the mailbox's place or the tenant's consent stands in the way."
    ),
    Outcome.DISCONNECTED_SILENT: (
        "The connection is lost, and every client of the user is known to be too old to show a prompt. Meetings stop "
        "appearing and nobody says why, so write to these users."
    ),
    Outcome.DISCONNECTED_NOTICE_UNKNOWN: (
        "The connection is lost, and nobody knows whether a prompt appears: either the clients are not known, or no "
        "prompt is documented for this change. Counted as not certainly told."
    ),
    Outcome.DISCONNECTED_PROMPTED: (
        "The connection is lost, and a client of the user is new enough to ask for a new set-up. The user has to act; "
        "nothing comes back by itself."
    ),
    Outcome.BLOCKED: "The user has no connection, and after the change cannot make one.",
    Outcome.AT_RISK: (
        "A rule could hit this user, but a fact is missing (connection, platform, way of signing in, a live setting), "
        "or the login shared by all impersonated users changes. Find the fact out, or count the user as lost."
    ),
    Outcome.PROMPTED: (
        "The user has no connection and may see the prompt to set one up. Two editions of the vendor's article differ "
        "on that."
    ),
    Outcome.AUTOMATIC: "Impersonation starts to sync the user's mailbox; no sign-in is needed.",
    Outcome.UNAFFECTED: "Nothing changes for the user, or nothing that could be noticed today.",
}
SYMBOL: Final = {
    Outcome.DISCONNECTED_BLOCKED: "X",
    Outcome.DISCONNECTED_SILENT: "S",
    Outcome.DISCONNECTED_NOTICE_UNKNOWN: "U",
    Outcome.DISCONNECTED_PROMPTED: "D",
    Outcome.BLOCKED: "B",
    Outcome.AT_RISK: "?",
    Outcome.PROMPTED: "P",
    Outcome.AUTOMATIC: "A",
    Outcome.UNAFFECTED: "=",
}
CONNECTION: Final = {
    Link.LOST: "the connection is lost",
    Link.AT_RISK: "the connection may be lost",
    Link.GAINED: "a connection is gained",
    Link.KEPT: "the connection is kept",
    Link.NONE: "there is no connection, before or after",
    Link.UNKNOWN: "nobody knows whether there is a connection",
    Link.SAME: "the connection stays as it is",
}
NOTICE: Final = {
    Notice.NO_PROMPT: "no client says anything",
    Notice.UNKNOWN: "nobody knows whether a client says anything",
    Notice.PROMPT: "a client asks to set up again",
    Notice.PROMPT_POSSIBLE: "a client may ask to set up",
    Notice.NONE: "there is nothing to be told",
}
NEXT_STEP: Final = {
    NextStep.BLOCKED_DISABLED: "cannot set up while the integration is off",
    NextStep.BLOCKED_DOMAIN: "cannot set up while the domain is not allowed",
    NextStep.BLOCKED_PLATFORM: "cannot set up without a client on Windows",
    NextStep.BLOCKED_HYBRID: "cannot set up while the mailbox lies on premises",
    NextStep.TENANT_ADMIN_CONSENT: "an administrator of the Microsoft tenant must consent first",
    NextStep.UNKNOWN: "not known before the missing fact is found out",
    NextStep.CONSENT_UNKNOWN: "authorise, if the Microsoft tenant lets the user; nobody knows",
    NextStep.TELL_THEN_AUTHORISE: "must be told by you, and then authorise",
    NextStep.ENTER_PASSWORD: "enter a password",
    NextStep.AUTHORISE_ON_WINDOWS: "authorise in the client on Windows",
    NextStep.CONSENT_BY_USER: "authorise, and give the missing consent",
    NextStep.AUTHORISE: "authorise",
    NextStep.VERIFY_BEFORE_SAVE: "you test the impersonation login before it is saved",
    NextStep.UPGRADE_CLIENT: "install client 5.11.0 or newer",
    NextStep.MAY_SET_UP: "may set up, if wanted",
    NextStep.NONE: "nothing",
}
CERTAINTY: Final = {
    Certainty.DOCUMENTED: "the vendor's article says so",
    Certainty.FACTS: "it follows from what was read of the Microsoft tenant",
    Certainty.DESIGN: "it follows from how calplan counts",
    Certainty.INFERRED: "the article does not say so, but implies it",
    Certainty.ASSUMED: "the article leaves it open, and calplan assumes the larger alarm",
    Certainty.AMBIGUOUS: "two editions of the article differ",
    Certainty.UNKNOWN: "a fact is missing that decides",
}
SERVICE: Final = {
    "office365-graph": "Office 365 through Microsoft Graph",
    "office365-ews": "Office 365 through EWS",
    "exchange-ews": "Exchange through EWS",
    "exchange-mapi": "Exchange through MAPI",
    "google": "Google",
}
NOT_CONNECTED: Final = "(not connected)"
UNKNOWN_WORD: Final = "(unknown)"

OUTCOME_NAMES: Final[tuple[str, ...]] = tuple(outcome.value for outcome in Outcome)
"""Every outcome as documents name it, worst first."""
AFFECTED_NAMES: Final[tuple[str, ...]] = OUTCOME_NAMES[:-1]
"""The outcomes of users who are affected: 1 to 8."""

_OUTCOMES: Final = {outcome.value: words for outcome, words in OUTCOME.items()}
_IN_SHORT: Final = {outcome.value: words for outcome, words in OUTCOME_IN_SHORT.items()}
_SYMBOLS: Final = {outcome.value: symbol for outcome, symbol in SYMBOL.items()}
_CONNECTIONS: Final = {link.value: words for link, words in CONNECTION.items()}
_NOTICES: Final = {notice.value: words for notice, words in NOTICE.items()}
_NEXT_STEPS: Final = {step.value: words for step, words in NEXT_STEP.items()}
_CONSENT: Final = "consent that was given, which is no proof of a connection"
_BASES: Final = {
    Basis.CONNECTIONS_FILE.value: "a connections-file",
    Basis.GOOGLE_TOKENS.value: f"tokens at Google: {_CONSENT}",
    Basis.GOOGLE_LOG.value: f"the log of consents at Google: {_CONSENT}",
    Basis.MICROSOFT_GRANTS.value: f"a grant at Microsoft: {_CONSENT}",
    Basis.NO_TRACE.value: "no trace of consent anywhere that it would show",
    Basis.LAST_KNOWN.value: "what was known last, since nobody sees it now",
}
_CERTAINTIES: Final = {certainty.value: words for certainty, words in CERTAINTY.items()}


def outcome_in_words(name: str) -> str:
    """An outcome in words. Here and below, a word of a newer calplan stands for itself."""
    return _OUTCOMES.get(name, name)


def outcome_named(name: str) -> str:
    """An outcome by its name, with its words where these are others."""
    words = outcome_in_words(name)
    return name if words == name else f"{name} ({words})"


def outcome_in_short(name: str) -> str:
    """An outcome in the words that follow a number of users."""
    return _IN_SHORT.get(name, name)


def symbol_of(name: str) -> str:
    """The one sign that marks a user with this outcome."""
    return _SYMBOLS.get(name, "?")


def connection_in_words(name: str) -> str:
    """What becomes of the connection."""
    return _CONNECTIONS.get(name, name)


def notice_in_words(name: str) -> str:
    """What the user is told."""
    return _NOTICES.get(name, name)


def next_step_in_words(name: str) -> str:
    """What has to happen for the user to be connected."""
    return _NEXT_STEPS.get(name, name)


def certainty_in_words(name: str) -> str:
    """Why a statement can be trusted, or how far."""
    return _CERTAINTIES.get(name, name)


def told_from_in_words(name: str) -> str:
    """On what the facts about a connection rest, where that is not the platform."""
    return _BASES.get(name, name)


def service_in_words(name: str) -> str:
    """A calendar service by its full name."""
    return SERVICE.get(name, name)


def rule_in_words(rule: str) -> str:
    """What the row of this id says, or nothing for a row of a newer calplan."""
    row = ROWS.get(rule)
    return "" if row is None else row.says


def outcome_of_rule(rule: str) -> str | None:
    """The name of the outcome a row stands for, where it has one."""
    row = ROWS.get(rule)
    return None if row is None or row.outcome is None else row.outcome.value


def listed(words: list[str]) -> str:
    """Words as a sentence lists them: ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
