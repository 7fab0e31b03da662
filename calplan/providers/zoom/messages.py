"""What the vendor answers, decoded strictly: unknown fields are dropped, missing ones unknown, wrong types an error.

Each struct has the fields that calplan uses and no other. ``UNSET`` and null both say that the vendor told nothing.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

import msgspec

from calplan.providers.http.answer import Answer
from calplan.providers.http.message import Text, message_of

Number = int | msgspec.UnsetType | None
GroupIds = tuple[str, ...] | msgspec.UnsetType | None
Flag = bool | msgspec.UnsetType | None
UNSET = msgspec.UNSET
T = TypeVar("T")
Row_co = TypeVar("Row_co", covariant=True)


class Page(Protocol[Row_co]):
    """One page of a list."""

    @property
    def next_page_token(self) -> Text: ...
    @property
    def total_records(self) -> Number: ...
    @property
    def rows(self) -> Sequence[Row_co]: ...


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """What every list has beside its rows."""

    next_page_token: Text = UNSET
    total_records: Number = UNSET


class UserRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A user in the list; one who was only invited has no id yet. No row refers to another, so none is looked after."""

    email: str
    type: int
    id: Text = UNSET
    group_ids: GroupIds = UNSET
    last_client_version: Text = UNSET


class UserPage(Listed, frozen=True, kw_only=True):
    """A page of ``GET /users``."""

    users: list[UserRow]

    @property
    def rows(self) -> Sequence[UserRow]:
        return self.users


class UserDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A user by himself."""

    id: str
    email: str
    type: int


class GroupRow(msgspec.Struct, frozen=True, kw_only=True):
    """A group in the list."""

    id: str
    name: str
    total_members: Number = UNSET


class GroupPage(Listed, frozen=True, kw_only=True):
    """A page of ``GET /groups``."""

    groups: list[GroupRow]

    @property
    def rows(self) -> Sequence[GroupRow]:
        return self.groups


class MemberRow(msgspec.Struct, frozen=True, kw_only=True):
    """A member of a group."""

    email: str


class MemberPage(Listed, frozen=True, kw_only=True):
    """A page of ``GET /groups/{id}/members``."""

    members: list[MemberRow]

    @property
    def rows(self) -> Sequence[MemberRow]:
        return self.members


class AssistantRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may schedule for a host. A missing flag is unknown: older answers do not have it."""

    email: str
    id: Text = UNSET
    can_manage_host_private_event: Flag = UNSET


class AssistantList(msgspec.Struct, frozen=True, kw_only=True):
    """All of ``GET /users/{id}/assistants``."""

    assistants: list[AssistantRow]


class OperationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the operation log, in the vendor's own words."""

    time: Text = UNSET
    operator: Text = UNSET
    category_type: Text = UNSET
    action: Text = UNSET
    operation_detail: Text = UNSET


class OperationPage(Listed, frozen=True, kw_only=True):
    """A page of ``GET /report/operationlogs``."""

    operation_logs: list[OperationRow]

    @property
    def rows(self) -> Sequence[OperationRow]:
        return self.operation_logs


class DomainRow(msgspec.Struct, frozen=True, kw_only=True):
    """A domain that the account manages."""

    domain: str
    status: Text = UNSET


class DomainList(msgspec.Struct, frozen=True, kw_only=True):
    """All of ``GET /accounts/{id}/managed_domains``."""

    domains: list[DomainRow]


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A field that did not pass a check."""

    field: Text = UNSET
    message: Text = UNSET


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """An error as the vendor writes it, also in an answer with status 200."""

    code: Number | str = UNSET
    message: Text = UNSET
    errors: list[Named] | msgspec.UnsetType | None = UNSET


class _Outline(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an answer looks like an error, whatever stands in it."""

    code: msgspec.Raw | msgspec.UnsetType = UNSET
    message: msgspec.Raw | msgspec.UnsetType = UNSET


NO_COMPLAINT = Complaint()


def decoded(answer: Answer, kind: type[T], path: str) -> T:
    """The answer to a call of ``path`` as this kind of message.

    Raises:
        ProviderError: it is none. The message names the place in it and no value.
    """
    return message_of(answer, kind, vendor="Zoom", asked=path)


def complaint_in(answer: Answer) -> Complaint:
    """What the vendor complains of in an answer; nothing where it is empty or says it in another form."""
    try:
        return msgspec.json.decode(answer.body, type=Complaint)
    except (ValueError, RecursionError):
        return NO_COMPLAINT


def looks_like_complaint(answer: Answer) -> bool:
    """Whether an answer has the two fields that errors have and results do not."""
    try:
        outline = msgspec.json.decode(answer.body, type=_Outline)
    except (ValueError, RecursionError):
        return False
    return outline.code is not UNSET and outline.message is not UNSET
