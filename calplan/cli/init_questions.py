"""What ``calplan init`` asks, one question after the other, each with the flag that answers it.

Settings come in the order of the vendor's portal page and by its labels, as its help articles give them (2026-11-22);
where the two generations of the portal differ, both stand here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from calplan.model.domain import BadDomainError, Domain
from calplan.model.service import CHOOSABLE_TYPES, EWS_TYPES, BadEwsUrlError, EwsUrl, ServiceType
from calplan.policyfile.packs import pack_names
from calplan.policyfile.static_rules.impersonation_rules import is_address
from calplan.policyfile.values import parse_moment

UNKNOWN: Final = "unknown"
DONT_KNOW: Final = frozenset({"", "?", "unknown", "don't know", "dont know"})
ON: Final = frozenset({"on", "yes", "y", "true", "locked", "ticked"})
OFF: Final = frozenset({"off", "no", "n", "false", "unlocked", "not ticked"})
NONE: Final = "none"
ANY: Final = "any"
NOW: Final = "now"
PIPELINES: Final = ("github", "gitlab", "atlantis")
ACTION: Final = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+@[A-Za-z0-9_./-]+", re.ASCII)
NO_ACTION: Final = "OWNER/calplan@COMMIT"
"""What stands where nobody said yet where the action lies."""
SECRET_NAME: Final = re.compile(r"CALPLAN_SECRET_[A-Z0-9_]+", re.ASCII)
VERSIONS: Final = ("2016", "2013", "2019", "SE")
LEVELS: Final = ("none", "read", "write")
LONGEST: Final = 320

Answers = Mapping[str, str]


class BadAnswerError(ValueError):
    """An answer that cannot be; the message says what can, and never quotes the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: the flag that answers it, how it is asked, how an answer is read, and when it is asked at all.

    ``default`` is taken where a flag is left out; a question without one has to be answered. ``seen`` says that it is
    asked of whoever looks at the portal, who may not know; ``at_odds`` whether an answer cannot be beside earlier ones;
    ``repeats`` that its flag may be given several times, which says the same as commas between the answers.
    """

    flag: str
    asks: str
    read: Callable[[str], str]
    when: Callable[[Answers], bool] = lambda _answers: True
    default: Callable[[Path], str] | None = None
    seen: bool = False
    at_odds: Callable[[Answers, str], bool] = lambda _answers, _word: False
    repeats: bool = False

    def answer(self, text: str, earlier: Answers) -> str:
        """The answer in a text.

        Raises:
            BadAnswerError: it cannot be.
        """
        word = self.read(text)
        if self.at_odds(earlier, word):
            raise BadAnswerError("read, write or unknown, for without any permission there is no integration")
        return word


def _words(text: str) -> str:
    words = text.strip()
    if words and words.isprintable() and len(words) <= LONGEST:
        return words
    raise BadAnswerError(f"one line of 1 to {LONGEST} letters and signs")


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        word = text.strip()
        if word in words:
            return word
        raise BadAnswerError(f"one of: {', '.join(words)}")

    return read


def _or_unknown(read: Callable[[str], str]) -> Callable[[str], str]:
    """The same question where nobody may know the answer."""

    def either(text: str) -> str:
        return UNKNOWN if text.strip().lower() in DONT_KNOW else read(text)

    return either


def _switch(text: str) -> str:
    word = text.strip().lower()
    if word in ON | OFF:
        return "on" if word in ON else "off"
    raise BadAnswerError("on, off or unknown")


def _secret_name(text: str) -> str:
    if SECRET_NAME.fullmatch(text.strip()):
        return text.strip()
    raise BadAnswerError("the name of an environment variable that begins with CALPLAN_SECRET_; never the secret")


def _users_file(text: str) -> str:
    if text.strip() and Path(text.strip()).is_file():
        return text.strip()
    raise BadAnswerError("a users file that exists, CSV or NDJSON")


def _url(text: str) -> str:
    try:
        return EwsUrl.parse(text.strip()).text
    except BadEwsUrlError as error:
        raise BadAnswerError(f"an https address of Exchange Web Services; {error}") from error


def _login(text: str) -> str:
    word = text.strip().lower()
    if word in OFF or is_address(word):
        return "off" if word in OFF else word
    raise BadAnswerError("off, unknown, or the e-mail address of the impersonation account")


def _domains(text: str) -> str:
    words = [word.strip() for word in text.split(",")]
    if words == [ANY]:
        return ANY
    try:
        return ",".join(sorted({Domain.parse(word).name for word in words}))
    except BadDomainError as error:
        raise BadAnswerError("any, unknown, or domains with commas between them, such as contoso.com") from error


def _packs(text: str) -> str:
    words = [word.strip() for word in text.split(",")]
    if words == [NONE] or (set(words) <= set(pack_names()) and len(set(words)) == len(words)):
        return ",".join(words)
    raise BadAnswerError(f"none, or of these, each once and with commas between them: {', '.join(pack_names())}")


def _pipelines(text: str) -> str:
    words = [word.strip() for word in text.split(",")]
    if words == [NONE] or (set(words) <= set(PIPELINES) and len(set(words)) == len(words)):
        return ",".join(words)
    raise BadAnswerError(f"none, or of these, each once and with commas between them: {', '.join(PIPELINES)}")


def _action(text: str) -> str:
    if ACTION.fullmatch(text.strip()):
        return text.strip()
    raise BadAnswerError(f"where calplan's action lies, and at which commit: {NO_ACTION}")


def _time(text: str) -> str:
    word = text.strip()
    if word == NOW or parse_moment(word) is not None:
        return word
    raise BadAnswerError("now, or a date and time such as 2026-11-22T09:00:00Z")


def _is(flag: str, *words: str) -> Callable[[Answers], bool]:
    return lambda answers: answers.get(flag) in words


def _impersonates(answers: Answers) -> bool:
    return "@" in answers.get("impersonation", "")


def _folder_name(folder: Path) -> str:
    return folder.resolve().name or "account"


_zoom, _local = _is("platform", "zoom"), _is("platform", "local")
SERVICES: Final = tuple(one.value for one in ServiceType)

ABOUT_THE_ACCOUNT: Final = (
    Question(
        flag="platform", asks="Where does the account live: zoom, or local (one file)?", read=_one_of("zoom", "local")
    ),
    Question(flag="name", asks="What shall the account be called?", read=_words, default=_folder_name),
    Question(
        flag="owner", asks="Whose account is it? Whoever is asked when a gate refuses, as an address", read=_words
    ),
    Question(flag="account-id", asks="Account ID of the server-to-server OAuth app", read=_words, when=_zoom),
    Question(flag="client-id", asks="Client ID of that app", read=_words, when=_zoom),
    Question(
        flag="secret-env",
        asks="Name of the environment variable with its client secret (the name, never the secret)",
        read=_secret_name,
        when=_zoom,
        default=lambda _folder: "CALPLAN_SECRET_ZOOM",
    ),
    Question(flag="users", asks="Users file, CSV or NDJSON", read=_users_file, when=_local),
    Question(
        flag="guardrails",
        asks=f"Which guardrails shall every plan be held against: none, or of {', '.join(pack_names())}?",
        read=_packs,
        default=lambda _folder: "change-safety",
    ),
    Question(
        flag="ci",
        asks=f"Which pipelines shall plan and apply it: none, or of {', '.join(PIPELINES)}?",
        read=_pipelines,
        default=lambda _folder: NONE,
        repeats=True,
    ),
    Question(
        flag="action",
        asks="Where does calplan's action lie, and at which commit?",
        read=_action,
        when=lambda answers: "github" in answers["ci"].split(","),
        default=lambda _folder: NO_ACTION,
    ),
)
SEEN_IN_THE_PORTAL: Final = (
    Question(
        flag="enabled",
        asks="Integrate third-party mail and calendar services (older: Calendar and contacts integration): on or off?",
        read=_or_unknown(_switch),
        seen=True,
    ),
    Question(
        flag="locked",
        asks="The lock icon beside it: on (locked) or off (unlocked)?",
        read=_or_unknown(_switch),
        seen=True,
    ),
    Question(
        flag="service",
        asks=f"Choose default calendar and contact services for users: {', '.join(SERVICES)}",
        read=_or_unknown(_one_of(*SERVICES)),
        seen=True,
    ),
    Question(
        flag="ews-url",
        asks="EWS URL",
        read=_or_unknown(_url),
        when=_is("service", *(one.value for one in EWS_TYPES)),
        seen=True,
    ),
    Question(
        flag="calendar",
        asks="Calendar: none, read or write (write includes read)?",
        read=_or_unknown(_one_of(*LEVELS)),
        when=_is("service", *(one.value for one in CHOOSABLE_TYPES)),
        seen=True,
    ),
    Question(
        flag="contacts",
        asks="Contact: none, read or write (write includes read)?",
        read=_or_unknown(_one_of(*LEVELS)),
        at_odds=lambda answers, word: answers.get("calendar") == word == NONE,
        when=_is("service", *(one.value for one in CHOOSABLE_TYPES)),
        seen=True,
    ),
    Question(
        flag="impersonation",
        asks="Use Exchange Impersonation: off, or the Impersonation Account?",
        read=_or_unknown(_login),
        when=_is("service", ServiceType.EXCHANGE_EWS.value),
        seen=True,
    ),
    Question(
        flag="exchange-version",
        asks=f"Exchange Version: {', '.join(VERSIONS)}",
        read=_or_unknown(_one_of(*VERSIONS)),
        when=_impersonates,
        seen=True,
    ),
    Question(
        flag="domains",
        asks="Only users in specific domains can integrate: the domains, or any where it is off",
        read=_or_unknown(_domains),
        seen=True,
    ),
    Question(
        flag="consent",
        asks="Consent to Office 365 calendar integration permissions on behalf of entire account: on or off?",
        read=_or_unknown(_switch),
        seen=True,
    ),
    Question(
        flag="oauth",
        asks="Enforce OAuth 2.0 for Office 365 calendar integration: on or off?",
        read=_or_unknown(_switch),
        seen=True,
    ),
    Question(
        flag="sync",
        asks="Bidirectional sync for Zoom meeting data between Zoom web portal and calendars: on or off?",
        read=_or_unknown(_switch),
        seen=True,
    ),
    Question(
        flag="groups",
        asks="Did you look at every group, and none of them overrides any of this: none? (otherwise unknown)",
        read=_or_unknown(_one_of(NONE)),
        when=_zoom,
        seen=True,
    ),
)
ABOUT_WHO_LOOKED: Final = (
    Question(flag="by", asks="Who looked, as an address?", read=_words, when=_zoom),
    Question(
        flag="at",
        asks="When: now, or a time such as 2026-11-22T09:00:00Z?",
        read=_time,
        when=_zoom,
        default=lambda _folder: NOW,
    ),
    Question(
        flag="portal",
        asks="Where, in your words?",
        read=_words,
        when=_zoom,
        default=lambda _folder: "admin portal, account settings",
    ),
)
QUESTIONS: Final = (*ABOUT_THE_ACCOUNT, *SEEN_IN_THE_PORTAL, *ABOUT_WHO_LOOKED)
