"""What a service may state of itself: permissions, URL, impersonation (V01 to V05, V10, V11)."""

from collections.abc import Iterator
from typing import Final

from calplan.model.service import CHOOSABLE_TYPES, EWS_TYPES, BadEwsUrlError, EwsUrl, ServiceType
from calplan.policyfile.document import Parsed
from calplan.policyfile.finding import Finding, Pointer
from calplan.policyfile.static_rules.places import services

EWS_NAMES: Final = frozenset(one.value for one in EWS_TYPES)
CHOOSABLE_NAMES: Final = frozenset(one.value for one in CHOOSABLE_TYPES)
NAMES: Final = frozenset(one.value for one in ServiceType)


def v01_ews_has_no_permissions(document: Parsed, root: Pointer) -> Iterator[Finding]:
    for place, service in services(document, root):
        if service.get("type") in EWS_NAMES and "permissions" in service:
            yield Finding(
                code="V01",
                subject=(*place, "permissions"),
                on_key=True,
                summary="permissions cannot be chosen with EWS",
                why="authorising with an EWS URL grants the full mailbox (S16, S17)",
                help="remove `permissions`, or use `type: office365-graph`",
            )


def v02_both_permissions(document: Parsed, root: Pointer) -> Iterator[Finding]:
    for place, service in services(document, root):
        permissions = service.get("permissions")
        if service.get("type") not in CHOOSABLE_NAMES or (
            "permissions" in service and not isinstance(permissions, dict)
        ):
            continue
        stated = permissions if isinstance(permissions, dict) else {}
        missing = [key for key in ("calendar", "contacts") if key not in stated]
        for key in missing if "permissions" in service else ["permissions"]:
            where = (*place, "permissions") if "permissions" in service else place
            yield Finding(
                code="V02",
                subject=(*where, key),
                on_key=True,
                summary=f"`{key}` is not stated",
                why="the vendor asks for both levels, and there is no default (S13, S21)",
                help="state `none`, `read` or `write` for `calendar` and for `contacts`",
            )


def v03_not_both_none(document: Parsed, root: Pointer) -> Iterator[Finding]:
    for place, service in services(document, root):
        permissions = service.get("permissions")
        if not isinstance(permissions, dict) or service.get("type") not in CHOOSABLE_NAMES:
            continue
        if permissions.get("calendar") == permissions.get("contacts") == "none":
            yield Finding(
                code="V03",
                subject=(*place, "permissions"),
                on_key=True,
                summary="both permissions are `none`: there is nothing to integrate",
                why="a connection without any access is no connection (S13)",
                help="to turn the integration off write `enabled: false`",
            )


def v04_url_belongs_to_ews(document: Parsed, root: Pointer) -> Iterator[Finding]:
    for place, service in services(document, root):
        kind = service.get("type")
        if kind in EWS_NAMES and "ewsUrl" not in service:
            yield Finding(
                code="V04",
                subject=(*place, "ewsUrl"),
                on_key=True,
                summary=f"`{kind}` needs `ewsUrl`",
                why="EWS is reached by its URL (S15, S19)",
                help="add `ewsUrl`, for example `https://mail.contoso.com/EWS/Exchange.asmx`",
            )
        elif kind in NAMES - EWS_NAMES and "ewsUrl" in service:
            yield Finding(
                code="V04",
                subject=(*place, "ewsUrl"),
                on_key=True,
                summary=f"`ewsUrl` does not belong to `{kind}`",
                why="only `office365-ews` and `exchange-ews` are reached by a URL (S15, S19)",
                help="remove `ewsUrl`, or choose one of these two types",
            )


def v05_safe_url(document: Parsed, root: Pointer) -> Iterator[Finding]:
    for place, service in services(document, root):
        url = service.get("ewsUrl")
        if service.get("type") not in EWS_NAMES or not isinstance(url, str):
            continue
        try:
            EwsUrl.parse(url)
        except BadEwsUrlError as error:
            yield Finding(
                code="V05",
                subject=(*place, "ewsUrl"),
                summary=f"`ewsUrl` is unsafe: {error}",
                why="a password is sent to this address",
                help="write a plain https address such as `https://mail.contoso.com/EWS/Exchange.asmx`",
            )


def v10_mapi_has_nothing_to_set(document: Parsed, root: Pointer) -> Iterator[Finding]:
    for place, service in services(document, root):
        if service.get("type") == ServiceType.EXCHANGE_MAPI.value and "impersonation" in service:
            yield Finding(
                code="V10",
                subject=(*place, "impersonation"),
                on_key=True,
                summary="MAPI knows no impersonation",
                why="MAPI runs in each user's client on Windows; impersonation belongs to Exchange with EWS (S20, S30)",
                help="remove `impersonation`, or use `type: exchange-ews`",
            )


def v11_impersonation_needs_exchange_ews(document: Parsed, root: Pointer) -> Iterator[Finding]:
    without = NAMES - {ServiceType.EXCHANGE_EWS.value, ServiceType.EXCHANGE_MAPI.value}
    for place, service in services(document, root):
        if service.get("type") in without and "impersonation" in service:
            yield Finding(
                code="V11",
                subject=(*place, "impersonation"),
                on_key=True,
                summary="impersonation needs Exchange with EWS",
                why="the impersonation account belongs to Exchange and EWS alone (S27, S30)",
                help="remove `impersonation`, or use `type: exchange-ews`",
            )
