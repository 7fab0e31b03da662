"""Settings and their values in words, and what exactly differs between two values."""

from dataclasses import dataclass
from typing import Final

from calplan.model.settings import Setting
from calplan.plan.addresses import GRANT_ADDRESS
from calplan.plan.document import ChangeBody, Json, Range, ResourceChange
from calplan.render.wording import UNKNOWN_WORD

SETTING: Final = {
    Setting.ENABLED: "the integration",
    Setting.LOCKED: "the lock",
    Setting.SERVICE: "the default service",
    Setting.ALLOWED_DOMAINS: "the allowed domains",
    Setting.BIDIRECTIONAL_SYNC: "sync in both directions",
    Setting.CONSENT_FOR_ACCOUNT: "consent on behalf of the account",
    Setting.ENFORCE_OAUTH: "OAuth 2.0 enforced for Office 365",
}
SETTINGS: Final = {setting.value: words for setting, words in SETTING.items()} | {
    GRANT_ADDRESS: "the tenant-wide Microsoft grant",
    "google.revokeStale": "consents left over at Google",
    "office365.revokeStale": "consents left over at Microsoft",
}
GROUP: Final = "groups["
ABSENT: Final = "(not set)"
FULL_MAILBOX: Final = "(full mailbox)"
"""What a service is given that has no permissions to choose (S16, S19)."""
INHERITED: Final = "(inherited)"
"""What a group has of the account where it states nothing of its own."""
NOTHING: Final = "(none)"
SENSITIVE: Final = "(sensitive)"
LEFT_ALONE: Final = "(the policy leaves it alone)"
ALWAYS_SET: Final = "passwordVersion"
"""A password has a version whether or not anybody knows it, so null means unknown here."""

REVERSIBILITY: Final = {
    "reversible": "can be set back, and takes nothing from anybody",
    "setting-only": "can be set back, but connections lost by it do not come back",
    "irreversible": "cannot be set back: a stored password nobody can read, a consent nobody else can give again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that differs below an address; ``sign`` is ``+``, ``-`` or ``~``, ``path`` is empty for the whole.

    ``before`` is empty for ``+`` and ``after`` for ``-``: the path is then the entry of a list.
    """

    sign: str
    path: str
    before: str
    after: str

    def __str__(self) -> str:
        if self.sign != "~":
            return f"{self.sign} {self.path}"
        arrow = f"{self.before} -> {self.after}"
        return f"{self.path}: {arrow}" if self.path else arrow


def setting_in_words(address: str) -> str:
    """What an address stands for."""
    if address.startswith("privateEvents["):
        return "what the assistant may see of private events"
    if address.startswith(GROUP):
        return "what the group states for itself"
    return SETTINGS.get(address, address)


def value_in_words(value: Json, *, unknown: bool = False) -> str:
    """A value on one line; what nobody could read is never shown as absent."""
    if unknown or value == "unknown":
        return UNKNOWN_WORD
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_list(value):
        return ", ".join(entries(value)) or NOTHING
    if isinstance(value, dict):
        return ", ".join(f"{path} {words}" for path, words in leaves(value))
    return str(value)


def is_list(value: Json) -> bool:
    """Whether a value is a list, such as one of domains or scopes; an empty one may be written as a mapping."""
    return isinstance(value, list) or value == {}


def entries(value: Json) -> list[str]:
    """The entries of a list."""
    return [value_in_words(item) for item in value] if isinstance(value, list) else []


def leaves(value: Json, path: str = "") -> list[tuple[str, str]]:
    """Every value below a value, with its path: types first, then in the order of names, which is that of a file."""
    if not isinstance(value, dict) or is_list(value):
        return [(path, UNKNOWN_WORD if value is None and path.endswith(ALWAYS_SET) else value_in_words(value))]
    keys = sorted(value, key=lambda key: (key != "type", key))
    return [leaf for key in keys for leaf in leaves(value[key], f"{path}.{key}" if path else key)]


def differences(change: ResourceChange) -> tuple[Difference, ...]:
    """What one change makes different."""
    return differences_at(change["address"], change["change"])


def differences_at(address: str, body: ChangeBody) -> tuple[Difference, ...]:
    """What differs, value by value; a sensitive value is never shown, whatever it is."""
    before, after = body["before"], body["after"]
    if body["before_sensitive"] or body["after_sensitive"]:
        left = SENSITIVE if body["before_sensitive"] else value_in_words(before, unknown=body["before_unknown"])
        right = SENSITIVE if body["after_sensitive"] else value_in_words(after)
        return (Difference(sign="~", path="", before=left, after=right),)
    if address.startswith(GROUP):
        return _of_group(before, after)
    if not body["before_unknown"] and is_list(before) and is_list(after):
        return _entries(entries(before), entries(after))
    if is_list(before) or is_list(after) or not isinstance(after, dict):
        left = value_in_words(before, unknown=body["before_unknown"])
        return (Difference(sign="~", path="", before=left, after=value_in_words(after)),)
    missing = UNKNOWN_WORD if body["before_unknown"] or before == "unknown" else ABSENT
    return _leaf_by_leaf(dict(leaves(before)) if isinstance(before, dict) else {}, dict(leaves(after)), missing)


def _of_group(before: Json, after: Json) -> tuple[Difference, ...]:
    """What a group states differently; what it states no longer is inherited."""
    was, now = (dict(leaves(side)) if side else {} for side in (before, after))
    own = [{path.partition(".")[0] for path in side} for side in (was, now)]
    return tuple(
        Difference(
            sign="~",
            path=one.path,
            before=one.before if one.path.partition(".")[0] in own[0] else INHERITED,
            after=one.after if one.path.partition(".")[0] in own[1] else INHERITED,
        )
        for one in _leaf_by_leaf(was, now, ABSENT)
    )


def _entries(before: list[str], after: list[str]) -> tuple[Difference, ...]:
    gone = [Difference(sign="-", path=name, before="", after="") for name in before if name not in after]
    come = [Difference(sign="+", path=name, before="", after="") for name in after if name not in before]
    return (*gone, *come)


def _leaf_by_leaf(before: dict[str, str], after: dict[str, str], missing: str) -> tuple[Difference, ...]:
    """The leaves that differ. A branch that is a single word on one side (unknown, not set) stands for its leaves."""
    found = []
    for path in dict.fromkeys((*before, *after)):
        left, right = before.get(path), after.get(path)
        absent = FULL_MAILBOX if path.startswith("permissions") else ABSENT
        if left is None:
            left = _above(before, path) or (absent if missing == ABSENT else missing)
        if right is None:
            right = _above(after, path) or absent
        branch = any(other.startswith(f"{path}.") for other in (*before, *after))
        if left != right and not branch:
            found.append(Difference(sign="~", path=path, before=left, after=right))
    return tuple(found)


def _above(side: dict[str, str], path: str) -> str | None:
    """The word that stands for a whole branch on this side."""
    while "." in path:
        path = path.rpartition(".")[0]
        if path in side:
            return side[path]
    return None


def hidden_leaves(change: ResourceChange) -> int:
    """How many values below this address stay as they are, and are not listed."""
    body = change["change"]
    before, after = body["before"], body["after"]
    if is_list(before) and is_list(after):
        return len(set(entries(before)) & set(entries(after)))
    if isinstance(before, dict) and isinstance(after, dict):
        return len(set(leaves(before)) & set(leaves(after)))
    return 0


def origin_marks(change: ResourceChange, since: str | None) -> list[str]:
    """That somebody changed the account since it was left in order; nothing where only the policy moved."""
    if since is None:
        return []
    words = {"drift": f"drift since {since}", "both": f"also drift since {since}"}
    return [words[change["origin"]]] if change["origin"] in words else []


def place_in_words(place: Range) -> str:
    """Where something stands: file, line and column."""
    return f"{place['filename']}:{place['start']['line']}:{place['start']['column']}"


def change_sign(change: ResourceChange) -> str:
    """The sign of a change, as plans of other tools have it."""
    signs = {"create": "+", "delete": "-", "update": "~"}
    return "/".join(signs.get(action, "~") for action in change["change"]["actions"])
