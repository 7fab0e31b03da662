"""Whom a plan concerns, in classes of which every member gets the same message."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from calplan.impact.outcome import Outcome
from calplan.impact.resolve import Levels
from calplan.impact.standing import Membership
from calplan.model.service import type_of
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.plan.document import PlanDocument, PlanUsers, UserDocument
from calplan.plan.levels_document import levels_of

ON_THE_WAY: Final = "lost_on_the_way"
"""What is told to those who lose a connection between two steps only; no outcome has this name."""
TOLD: Final = (*(one.value for one in Outcome if one is not Outcome.UNAFFECTED), ON_THE_WAY)
"""Everything that there is a message about, worst first."""
RESERVED: Final = ".invalid"
"""No address ends so (RFC 2606), unless it stands for another one."""
NO_PERMISSION: Final = "none"
BOTH: Final = "both"
READ: Final = ("next_step", "connection", "service", "calendar", "contacts", "groups", "primary_group")
"""What of a user, beside outcome and language, decides which message he gets."""
FULL_MAILBOX: Final = frozenset({"office365-ews", "exchange-ews", "exchange-mapi"})


class Situation(NamedTuple):
    """What a message depends on, in the words of a plan.

    ``about`` is an outcome or ``lost_on_the_way``; ``what`` is ``calendar``, ``contacts`` or ``both``; ``before`` and
    ``after`` are services, empty where there is none and ``unknown`` where nobody knows it. ``group`` is the name of
    the group whose settings hold for the user, or that was asked for, else empty.
    """

    about: str
    next_step: str
    connection: str
    what: str
    before: str
    after: str
    group: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """In which language each address reads; whoever is not listed reads the first of ``offered``.

    ``stated`` says that somebody stated who reads which.
    """

    offered: tuple[str, ...]
    by_email: Mapping[str, str] = field(default_factory=dict)
    stated: bool = False

    def of(self, email: str) -> str:
        return self.by_email.get(email, self.offered[0])


class Audience:
    """The users of a plan who are to be told, by address, each with his situation.

    ``groups`` are names of groups that get messages of their own; the first that a user is in counts.
    """

    def __init__(
        self, document: PlanDocument, users: PlanUsers, languages: Languages, groups: Sequence[str] = ()
    ) -> None:
        self._users = users
        self._languages = languages
        self._groups = tuple(groups)
        self._levels = levels_of(document)[1]
        self._names = document.get("group_names", {})
        self._known: dict[tuple[object, ...], Situation] = {}

    def __iter__(self) -> Iterator[tuple[str, Situation]]:
        for row in self._users.rows():
            about = told_about(row)
            if about is not None:
                yield row["email"], self._situation(row, about)

    def _situation(self, row: UserDocument, about: str) -> Situation:
        language = self._languages.of(row["email"])
        key = (about, language, *(_frozen(row.get(name)) for name in READ))
        found = self._known.get(key)
        if found is None:
            service, group = self._after(row)
            found = self._known[key] = Situation(
                about=about,
                next_step=row["next_step"],
                connection=row["connection"],
                what=_what(row),
                before=_held(row),
                after=service,
                group=self._asked_for(row) or group,
                language=language,
            )
        return found

    def _asked_for(self, row: UserDocument) -> str:
        """The first of the groups that messages were asked for and that the user is in."""
        own = {self._names.get(word, word) for word in row.get("groups", ())}
        return next((one for one in self._groups if one in own), "")

    def _after(self, row: UserDocument) -> tuple[str, str]:
        """The service that holds for the user after the change, and the name of the group behind it."""
        levels = self._levels
        effective = levels.effective(_membership(row, levels))
        settings = effective.settings
        group = "" if effective.source is None else levels.groups.name_of(effective.source)
        if settings.enabled is False:
            return "", group
        return UNKNOWN.value if isinstance(settings.service, Unknown) else type_of(settings.service).value, group


def told_about(row: UserDocument) -> str | None:
    """What a user is told about, or ``None`` where nothing has to be said."""
    if row["outcome"] != Outcome.UNAFFECTED.value:
        return row["outcome"]
    return ON_THE_WAY if row.get("lost_on_the_way") else None


def is_redacted(document: PlanDocument, users: PlanUsers) -> bool:
    """Whether the addresses of a plan stand for others, so that nobody could be written to."""
    if document.get("redacted"):
        return True
    first = next(iter(users.rows()), None)
    return first is not None and first["email"].endswith(RESERVED)


def _membership(row: UserDocument, levels: Levels) -> Membership:
    groups, primary = row.get("groups"), row.get("primary_group")
    id_of: Callable[[str], str] = levels.groups.id_of
    return Membership(
        groups=UNKNOWN if groups is None else frozenset(map(id_of, groups)),
        primary=id_of(primary) if primary else UNKNOWN,
    )


def _held(row: UserDocument) -> str:
    return row.get("service", UNKNOWN.value)


def _what(row: UserDocument) -> str:
    """Which of calendar and contacts is connected; both where there is no telling."""
    if row.get("service") in FULL_MAILBOX:
        return BOTH
    calendar, contacts = row.get("calendar"), row.get("contacts")
    if contacts == NO_PERMISSION and calendar != NO_PERMISSION:
        return "calendar"
    return "contacts" if calendar == NO_PERMISSION and contacts != NO_PERMISSION else BOTH


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
