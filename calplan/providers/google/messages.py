"""What Google answers, decoded strictly: unknown fields are dropped, missing ones unknown, wrong types an error.

Each struct has the fields that calplan uses and no other. ``kind`` is Google's own word for what an answer is: an empty
list has it, too, so an answer without it is no list at all.
"""

from typing import Literal, TypeVar

import msgspec

from calplan.providers.http.answer import Answer
from calplan.providers.http.message import Text, message_of

Flag = bool | msgspec.UnsetType | None
Texts = list[str] | msgspec.UnsetType | None
UNSET = msgspec.UNSET
T = TypeVar("T")


class UserRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A user of the directory; ``id`` is what tokens and the log call him."""

    id: str
    primary_email: str
    aliases: Texts = UNSET
    non_editable_aliases: Texts = UNSET
    suspended: Flag = UNSET
    archived: Flag = UNSET


class UserPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A page of ``users.list``; without users it has no ``users``."""

    kind: Literal["admin#directory#users"]
    users: list[UserRow] | msgspec.UnsetType = UNSET
    next_page_token: Text = UNSET


class TokenRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What one user lets one application do. Its name is left out on purpose: the application picks it."""

    client_id: Text = UNSET
    scopes: Texts = UNSET
    user_key: Text = UNSET


class OneToken(TokenRow, frozen=True, kw_only=True, rename="camel"):
    """All of ``tokens.get``."""

    kind: Literal["admin#directory#token"]


class TokenList(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All of ``tokens.list``; of somebody without any it has no ``items``."""

    kind: Literal["admin#directory#tokenList"]
    items: list[TokenRow] | msgspec.UnsetType = UNSET


class Parameter(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A named value of an event, in the one of several fields that fits it."""

    name: str
    value: Text = UNSET
    multi_value: Texts = UNSET


class EventRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Something that happened, such as ``authorize`` and ``revoke``."""

    name: str
    parameters: list[Parameter] | msgspec.UnsetType = UNSET


class Stamp(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What tells one entry of the log from all others."""

    time: str
    unique_qualifier: str


class Actor(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who did it."""

    email: Text = UNSET
    profile_id: Text = UNSET


class Activity(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An entry of the log."""

    id: Stamp
    actor: Actor
    events: list[EventRow]


class ActivityPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A page of the log, newest first."""

    kind: Literal["admin#reports#activities"]
    items: list[Activity] | msgspec.UnsetType = UNSET
    next_page_token: Text = UNSET


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One of the reasons of a refusal."""

    reason: Text = UNSET


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """What stands under ``error``."""

    message: Text = UNSET
    status: Text = UNSET
    errors: list[Reason] | msgspec.UnsetType | None = UNSET


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """An error as Google writes it, where it writes JSON."""

    error: Refusal


NO_REFUSAL = Refusal()


def texts_of(value: Texts) -> tuple[str, ...]:
    """The texts; nothing told is none."""
    return tuple(value) if isinstance(value, list) else ()


def decoded(answer: Answer, kind: type[T], what: str) -> T:
    """The answer to a request for ``what`` as this kind of message.

    Raises:
        ProviderError: it is none. The message names the place in it and no value.
    """
    return message_of(answer, kind, vendor="Google", asked=f"a request for {what}")


def refusal_in(answer: Answer) -> Refusal:
    """What Google complains of in an answer; nothing where it says it in another form."""
    try:
        return msgspec.json.decode(answer.body, type=Complaint).error
    except (ValueError, RecursionError):
        return NO_REFUSAL
