"""Words and entries: scopes under the article's wrong names, versions without quotes, entries given twice."""

from collections.abc import Iterator
from typing import Final

from calplan.policyfile.document import Parsed, Plain
from calplan.policyfile.finding import Finding, Pointer
from calplan.policyfile.static_rules.impersonation_rules import unquoted
from calplan.policyfile.static_rules.places import services

REAL_SCOPES: Final = {"contact.read": ("Contacts.Read", "read"), "contact.readwrite": ("Contacts.ReadWrite", "write")}
"""The article's names of the contacts scopes (S36, S37), lower case, with the real name and the level."""


def v32_scope_names_in_permissions(document: Parsed, root: Pointer) -> Iterator[Finding]:
    for place, service in services(document, root):
        permissions = service.get("permissions")
        for key, value in permissions.items() if isinstance(permissions, dict) else ():
            yield from _scope(document, (*place, "permissions", key), value, level=True)


def v32_scope_names_in_grants(document: Parsed, root: Pointer) -> Iterator[Finding]:
    """The same in ``tenantGrant``; the root is the tenant's facts."""
    grant = document.at((*root, "tenantGrant"))
    for index, value in enumerate(grant if isinstance(grant, list) else ()):
        yield from _scope(document, (*root, "tenantGrant", index), value, level=False)


def v34_baselines_are_text(document: Parsed, root: Pointer) -> Iterator[Finding]:
    """``version`` and ``id`` of the baselines of guardrails; the root is the ``spec``."""
    for place, rule in _items(document, (*root, "rules")):
        if not isinstance(rule, dict):
            continue
        for inner, baseline in _items(document, (*place, "baselines")):
            for key in ("version", "id"):
                value = baseline.get(key) if isinstance(baseline, dict) else None
                if isinstance(value, int | float) and not isinstance(value, bool):
                    yield unquoted(document, (*inner, key))


def groups_once(document: Parsed, root: Pointer) -> Iterator[Finding]:
    """A group overrides once, and either inherits or states something."""
    first: dict[str, Pointer] = {}
    for place, override in _items(document, (*root, "groups")):
        if not isinstance(override, dict):
            continue
        name = override.get("group")
        if isinstance(name, str) and first.setdefault(name.strip(), place) != place:
            yield _twice(document, (*place, "group"), first[name.strip()], "this group")
        if override.get("inherit") is True and set(override) - {"group", "inherit"}:
            yield Finding(
                code="S-VALUE",
                subject=(*place, "inherit"),
                on_key=True,
                summary="`inherit: true` says that the group states nothing, but it does",
                help="remove `inherit`, or everything else of this group",
            )


def group_names_once(document: Parsed, root: Pointer) -> Iterator[Finding]:
    """Ids and names in a groups file, whose top is the root, are each taken once."""
    for key in ("id", "name"):
        first: dict[str, Pointer] = {}
        for place, group in _items(document, (*root, "groups")):
            taken = group.get(key) if isinstance(group, dict) else None
            if isinstance(taken, str) and first.setdefault(taken.strip(), place) != place:
                yield _twice(document, (*place, key), first[taken.strip()], f"this {key}")


def pairs_once(document: Parsed, root: Pointer) -> Iterator[Finding]:
    """Every pair of ``privateEvents.except`` stands there once."""
    first: dict[tuple[str, str], Pointer] = {}
    for place, entry in _items(document, (*root, "privateEvents", "except")):
        if not isinstance(entry, dict):
            continue
        user, assistant = entry.get("user"), entry.get("assistant")
        if isinstance(user, str) and isinstance(assistant, str):
            pair = (user.strip().lower(), assistant.strip().lower())
            if first.setdefault(pair, place) != place:
                yield _twice(document, place, first[pair], "this pair")


def _items(document: Parsed, place: Pointer) -> Iterator[tuple[Pointer, Plain]]:
    items = document.at(place)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        yield (*place, index), item


def _scope(document: Parsed, subject: Pointer, value: Plain, *, level: bool) -> Iterator[Finding]:
    if not isinstance(value, str) or value.lower() not in REAL_SCOPES:
        return
    name, word = REAL_SCOPES[value.lower()]
    yield Finding(
        code="V32",
        subject=subject,
        summary=f"{document.quoted(subject, value)} is no scope of Microsoft",
        why="the vendor's article spells it so, but the scope is named differently (S36, S37)",
        help=f"did you mean `{name}`? here write the level: `{word}`" if level else f"did you mean `{name}`?",
    )


def _twice(document: Parsed, subject: Pointer, first: Pointer, what: str) -> Finding:
    return Finding(
        code="S-TWICE",
        subject=subject,
        summary=f"{what} stands in the list twice",
        why=f"it stands first on line {document.position(first).line}",
        help="keep one of the two",
    )
