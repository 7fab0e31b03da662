"""The settings that hold for one user, before and after, and the levels that were looked at to find them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, assert_never

from calplan.impact.standing import Problem, Standing
from calplan.plan.document import GroupDocument
from calplan.plan.why.document import Level, LookedDocument, SettingDocument, SourceDocument, TraceDocument, WhyDocument
from calplan.render.colour import Line, Style
from calplan.render.evidence import STALE, evidence_line
from calplan.render.step_wording import value_with_details
from calplan.render.values import LEFT_ALONE, setting_in_words

STANDING: Final = {one.name.lower(): one.value for one in Standing}
PROBLEM: Final = {one.name.lower(): one.value for one in Problem}
ABOUT_SETTINGS: Final = ("settings", "portal", "groups")
THE_ACCOUNT: Final = "the account"
ACCOUNT_ALONE: Final[LookedDocument] = {"group": None, "standing": Standing.HOLDS.name.lower()}
"""All that was looked at where no group of the user can state anything."""


def settings_text(why: WhyDocument, now: datetime | None) -> Iterator[Line]:
    """Every setting before and after, with the level that states it, and what is known of that from where."""
    about = [one for one in why["evidence"] if one["kind"] in ABOUT_SETTINGS]
    stale = any(one["stale"] for one in about)
    yield Line(f"Settings that apply{f'  {STALE}' if stale else ''}", Style.STRONG)
    yield from (_setting(one) for one in why["settings"])
    yield from (evidence_line(one, now) for one in about)
    yield Line()


def _setting(one: SettingDocument) -> Line:
    name = f"{one['address']} ({setting_in_words(one['address'])})"
    before = value_with_details(one["before"], unknown=one["before_unknown"])
    after = value_with_details(one["after"], unknown=one["after_unknown"])
    was, now = _source(one["before_source"]), _source(one["after_source"])
    mark = f"  {LEFT_ALONE}" if one["unmanaged"] else ""
    origin = now if was == now else f"{was} -> {now}"
    if (one["before"], one["before_unknown"]) == (one["after"], one["after_unknown"]):
        return Line(f"    {name}: {after}  {origin}{mark}", Style.FAINT)
    return Line(f"  ~ {name}: {before} -> {after}  {origin}{mark}", Style.WARN)


def _source(one: SourceDocument) -> str:
    group = _level(one["group"])
    match Level(one["level"]):
        case Level.ACCOUNT:
            return "(the account)"
        case Level.LOCKED_ACCOUNT:
            return "(the account, locked: groups make no exceptions)"
        case Level.GROUP:
            return f"({group})"
        case Level.INHERITED:
            return f"(the account, inherited by {group})"
        case Level.UNDECIDED:
            return "(more than one level is possible)"
        case other:
            assert_never(other)


def levels_text(why: WhyDocument) -> Iterator[Line]:
    """The levels in the order they were looked at, and what became of each; nothing for the account alone."""
    before, after = why["levels"]["before"], why["levels"]["after"]
    if _is_account_alone(before) and _is_account_alone(after):
        return
    if before == after:
        yield from _trace("Levels looked at", after)
    else:
        yield from _trace("Levels looked at before the change", before)
        yield from _trace("Levels looked at after the change", after)


def _is_account_alone(trace: TraceDocument) -> bool:
    return trace["problem"] is None and trace["looked"] == [ACCOUNT_ALONE]


def _trace(title: str, trace: TraceDocument) -> Iterator[Line]:
    yield Line(title, Style.STRONG)
    yield from (Line(f"  {_looked(one)}") for one in trace["looked"])
    if trace["problem"] is not None:
        yield Line(f"  Nobody can tell which of them holds: {PROBLEM[trace['problem']]}.", Style.WARN)
    yield Line()


def _looked(one: LookedDocument) -> str:
    return f"{_level(one['group'])}: {STANDING[one['standing']]}"


def _level(group: GroupDocument | None) -> str:
    if group is None:
        return THE_ACCOUNT
    return f"group {group['name']}" if group["name"] == group["id"] else f"group {group['name']} ({group['id']})"
