"""A value that moved, in a sentence: from what to what, short enough to read however long the value is.

Values may come from a file that anybody wrote, so nothing here counts on their form.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from calplan.model.plural import plural
from calplan.plan.fingerprint import canonical_text

SHOWN: Final = 10
NOT_SET: Final = "not set"
NONE: Final = "none"
UNKNOWN_WORD: Final = "unknown"
GROUP_KEYS: Final = ("enabled", "locked", "service", "bidirectionalSync", "ewsAllowListed")


def moved(address: str, then: object, now: object) -> str:
    """What became of a value since a plan was made."""
    if _is_list(then) and _is_list(now):
        return f"{address} changed since the plan was made: {came_and_went(then, now)}"
    return f"{address} was {in_words(then)} when planned and is {in_words(now)} now"


def came_and_went(then: object, now: object) -> str:
    """What was added to a list and what was taken from it."""
    before, after = _entries(then), _entries(now)
    parts = [
        ("added", [one for one in after if one not in before]),
        ("removed", [one for one in before if one not in after]),
    ]
    return "; ".join(f"{word} {listed(entries)}" for word, entries in parts if entries) or "its order"


def listed(entries: Iterable[str]) -> str:
    """The first ten entries, and how many more there are."""
    found = [*entries]
    more = f", and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + more


def in_words(value: object) -> str:
    """A value on one line."""
    if value is None:
        return NOT_SET
    if isinstance(value, list):
        return f"{plural(len(value), 'entry', 'entries')} ({listed(_entries(value))})" if value else NONE
    if isinstance(value, Mapping):
        return _service(value) if "type" in value else _stated(value)
    return value if isinstance(value, str) else canonical_text(value)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _entries(value: object) -> list[str]:
    return [in_words(one) for one in value] if isinstance(value, list) else []


def _stated(values: Mapping[str, object]) -> str:
    """Keys with their values, such as those that a group states; the usual order first."""
    keys = sorted(values, key=lambda key: (GROUP_KEYS.index(key) if key in GROUP_KEYS else len(GROUP_KEYS), key))
    return ", ".join(f"{key} {in_words(values[key])}" for key in keys) or NONE


def _service(service: Mapping[str, object]) -> str:
    """A service as people speak of it: ``office365-graph calendar write, contacts read``."""
    levels, login = service.get("permissions"), service.get("impersonation")
    parts = (
        [f"{name} {in_words(level)}" for name, level in sorted(levels.items())] if isinstance(levels, Mapping) else []
    )
    if "ewsUrl" in service:
        parts.append(in_words(service["ewsUrl"]))
    if isinstance(login, Mapping):
        parts.append(_login(login))
    elif "impersonation" in service:
        parts.append(f"impersonation {UNKNOWN_WORD if login else 'off'}")
    return " ".join([in_words(service["type"]), ", ".join(parts)]).strip()


def _login(login: Mapping[str, object]) -> str:
    """An impersonation account, with the place of its password and never the password."""
    version, places = login.get("passwordVersion"), login.get("passwordFrom")
    password = f"password version {UNKNOWN_WORD if version is None else in_words(version)}"
    for kind, parts in places.items() if isinstance(places, Mapping) else ():
        where = " ".join(map(in_words, parts.values())) if isinstance(parts, Mapping) else in_words(parts)
        password += f" from {kind} {where}"
    exchange = in_words(login.get("exchangeVersion"))
    return f"impersonation {in_words(login.get('account'))} (Exchange {exchange}, {password})"
