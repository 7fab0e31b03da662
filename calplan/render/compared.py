"""What moved since an earlier plan, in words: settings, then users, then gates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from calplan.model.plural import plural
from calplan.plan.document import (
    ChangeBody,
    ChangeComparedDocument,
    ComparedDocument,
    GateComparedDocument,
    Json,
    OutcomeMoveDocument,
    PlanDocument,
)
from calplan.plan.moved_values import listed
from calplan.render.colour import Line, Style
from calplan.render.counts import REFUSE
from calplan.render.values import SENSITIVE, differences_at, value_in_words
from calplan.render.wording import OUTCOME_NAMES, outcome_in_words

PAIRS: Final = "privateEvents["
SHORT: Final = len("sha256:") + 12
"""Letters of an id by which people know a plan again."""
SHOWN: Final = 3
"""Users whom the text names of those who went from one outcome to another."""
HARMED_NAMES: Final = frozenset(OUTCOME_NAMES[:6])
PASSES: Final = {REFUSE: "refuses", "pass": "passes", "overridden": "is lifted"}
PASSED: Final = {REFUSE: "refused", "pass": "passed", "overridden": "was lifted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that moved; of the users who did so, the first are named where addresses are shown."""

    words: str
    emails: Sequence[str] = ()
    unnamed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a change: what stands, or what is wanted."""

    value: Json
    unknown: bool
    sensitive: bool


def since_title(since: ComparedDocument) -> str:
    """Which plan is compared with."""
    return f"Since plan {since['plan_id'][:SHORT]} of {since['created_at'][:10]}"


def moved_since(document: PlanDocument, *, addresses: bool) -> Iterator[Told]:
    """Everything that moved, or one sentence that nothing did; nothing where no plan is compared with."""
    since = document.get("since_plan")
    if since is None:
        return
    found = [
        *_settings(since["changes"], addresses=addresses),
        *_outcomes(document, since),
        *map(_move, since["users"]),
        *map(_gate, since["gates"]),
    ]
    if found:
        yield from found
    elif since["plan_id"] == document["plan_id"]:
        yield Told(words="Nothing moved: it is the same plan.")
    else:
        yield Told(words="No change of a setting, no harmed user and no gate is another than in that plan.")


def compared_text(document: PlanDocument, *, addresses: bool) -> Iterator[Line]:
    """What moved, on a terminal."""
    since = document.get("since_plan")
    if since is None:
        return
    yield Line(since_title(since), Style.STRONG)
    for one in moved_since(document, addresses=addresses):
        names = one.emails[:SHOWN] if addresses else ()
        more = len(one.emails) + one.unnamed - len(names)
        named = f": {', '.join(names)}{f' and {more} more' if more else ''}" if names else ""
        yield Line(f"  {one.words}{named}")
    yield Line()


def _settings(changes: Sequence[ChangeComparedDocument], *, addresses: bool) -> Iterator[Told]:
    shown = [one for one in changes if addresses or not one["address"].startswith(PAIRS)]
    yield from (Told(words=f"{one['address']}: {_change(one)}") for one in shown)
    if len(shown) < len(changes):
        pairs = plural(len(changes) - len(shown), "scheduling privilege")
        yield Told(words=f"{pairs}: planned otherwise")


def _change(one: ChangeComparedDocument) -> str:
    then, now = one["then"], one["now"]
    if now is None:
        was_to_be = "" if then is None else f"; it was to become {_value(_wanted(then))}"
        return f"no longer changes{was_to_be}"
    if then is None:
        return f"changes now, which it did not ({_between(one['address'], _live(now), _wanted(now))})"
    sides = (("planned otherwise", _wanted(then), _wanted(now)), ("stands otherwise", _live(then), _live(now)))
    return " and ".join(f"{words} ({_between(one['address'], was, end)})" for words, was, end in sides if was != end)


def _live(body: ChangeBody) -> End:
    return End(value=body["before"], unknown=body["before_unknown"], sensitive=body["before_sensitive"])


def _wanted(body: ChangeBody) -> End:
    return End(value=body["after"], unknown=False, sensitive=body["after_sensitive"])


def _value(end: End) -> str:
    return SENSITIVE if end.sensitive else value_in_words(end.value, unknown=end.unknown)


def _between(address: str, before: End, after: End) -> str:
    """What differs between two values of a setting; of what nobody knows no part is compared."""
    if before.unknown or after.unknown:
        return f"{_value(before)} -> {_value(after)}"
    body: ChangeBody = {
        "actions": ["update"],
        "before": before.value,
        "after": after.value,
        "before_unknown": False,
        "before_sensitive": before.sensitive,
        "after_sensitive": after.sensitive,
    }
    return listed(map(str, differences_at(address, body)))


def _outcomes(document: PlanDocument, since: ComparedDocument) -> Iterator[Told]:
    for name in OUTCOME_NAMES:
        then, now = (counts.get(name, 0) for counts in (since["counts"], document["impact"]["counts"]))
        came = sum(one["users"] for one in since["users"] if one["to"] == name)
        left = sum(one["users"] for one in since["users"] if one["from"] == name)
        if then != now or came:
            moves = f" ({came} came, {left} left)" if name in HARMED_NAMES else ""
            yield Told(words=f"{outcome_in_words(name)}: {then} then, {now} now{moves}")


def _move(one: OutcomeMoveDocument) -> Told:
    was, is_now = ("no active user" if name is None else outcome_in_words(name) for name in (one["from"], one["to"]))
    words = f"{plural(one['users'], 'user')}: {was} -> {is_now}"
    return Told(words=words, emails=one["emails"], unnamed=one["users"] - len(one["emails"]))


def _gate(one: GateComparedDocument) -> Told:
    then, now = one["then"], one["now"]
    if now is None:
        return Told(words=f"{one['id']} is no longer asked")
    said = PASSES.get(now, now)
    return Told(words=f"{one['id']} {said} now" + ("" if then is None else f" and {PASSED.get(then, then)} then"))
