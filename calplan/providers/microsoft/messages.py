"""What Graph answers, decoded strictly: unknown fields are dropped, missing ones unknown, wrong types an error.

Each struct has the fields that calplan uses and no other. ``UNSET`` and null both say that nothing was told.
"""

from typing import Final, Generic, Literal, TypeVar

import msgspec

from calplan.providers.http.answer import Answer
from calplan.providers.http.message import Text, message_of, text_of

UNSET = msgspec.UNSET
T = TypeVar("T")
Row = TypeVar("Row")
DEEPEST: Final = 5
"""Errors nest two or three levels deep."""


class Page(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """One page of a list. It may be empty although others follow."""

    value: list[Row]
    next_link: Text = msgspec.field(default=UNSET, name="@odata.nextLink")


class PrincipalRow(msgspec.Struct, frozen=True, kw_only=True):
    """A service principal: what an application is in this tenant."""

    id: str


class GrantRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A delegated consent; Microsoft's schema does not close the list of consent types."""

    id: str
    client_id: str
    consent_type: Literal["AllPrincipals", "Principal"]
    resource_id: str
    scope: Text = UNSET
    principal_id: Text = UNSET

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes in their order."""
        return tuple(dict.fromkeys(text_of(self.scope).split()))


class PlanRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A plan that a licence brings."""

    service: Text = UNSET
    capability_status: Text = UNSET


class UserRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A user of the directory."""

    id: str
    user_principal_name: str
    mail: Text = UNSET
    proxy_addresses: list[str] | msgspec.UnsetType | None = UNSET
    user_type: Text = UNSET
    assigned_plans: list[PlanRow] | msgspec.UnsetType | None = UNSET


class Permissions(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What users may do by themselves."""

    permission_grant_policies_assigned: list[str] | msgspec.UnsetType | None = UNSET


class AuthorizationPolicy(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The part of the tenant's policy that says which consents users may give."""

    default_user_role_permissions: Permissions


class BatchPart(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one request of many."""

    id: str
    status: int
    headers: dict[str, str] | msgspec.UnsetType | None = UNSET
    body: msgspec.Raw | msgspec.UnsetType = UNSET

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the error that it is."""
        return () if isinstance(self.body, msgspec.UnsetType) else complaint_in(self.body).codes


class BatchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answers to many requests, in any order."""

    responses: list[BatchPart]


class _Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One level of an error; what is inside is spelled in two ways."""

    code: Text = UNSET
    inner: msgspec.Raw | msgspec.UnsetType = msgspec.field(default=UNSET, name="innerError")
    inner_too: msgspec.Raw | msgspec.UnsetType = msgspec.field(default=UNSET, name="innererror")
    request_id: Text = msgspec.field(default=UNSET, name="request-id")


class _Outer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that is an error."""

    error: _Fault


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """What an error says: the codes of all its levels that are not empty, outermost first, and the request's id."""

    codes: tuple[str, ...] = ()
    request_id: str = ""


def decoded(answer: Answer, kind: type[T], path: str) -> T:
    """The answer to a call of ``path`` as this kind of message.

    Raises:
        ProviderError: it is none. The message names the place in it and no value.
    """
    return message_of(answer, kind, vendor="Microsoft Graph", asked=path)


def complaint_in(body: bytes | msgspec.Raw) -> Complaint:
    """What an error complains of; nothing where it is empty or says it in another form."""
    codes: list[str] = []
    request_id = ""
    try:
        fault = msgspec.json.decode(body, type=_Outer).error
        for _ in range(DEEPEST):
            codes += [code] if (code := text_of(fault.code)) else []
            request_id = request_id or text_of(fault.request_id)
            inside = fault.inner if fault.inner is not UNSET else fault.inner_too
            if isinstance(inside, msgspec.UnsetType):
                break
            fault = msgspec.json.decode(inside, type=_Fault)
    except (ValueError, RecursionError):
        pass
    return Complaint(codes=tuple(codes), request_id=request_id)
