"""Evidence and what sources beside the platform told, as a snapshot writes them, and back.

What reads raises ``KeyError``, ``TypeError``, ``ValueError`` or ``AttributeError`` on words that no snapshot has;
whoever opens the file says so in a sentence.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from calplan.model.account import Evidence
from calplan.model.diagnostic import Diagnostic, Severity
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.plan.beside import BesidePlatform
from calplan.plan.document import Json
from calplan.plan.edits import Edit, EditLog, LogUnread

Words = Any
"""JSON from outside: whatever is done to it is done under the eyes of whoever opens the file."""


def evidence_to(one: Evidence) -> dict[str, Json]:
    """Evidence in words; null is unknown."""
    return {
        "source": one.source,
        "kind": one.kind,
        "as_of": None if one.as_of is None else one.as_of.isoformat(),
        "records": one.records,
        "complete": one.complete,
        "live": one.live,
        "account": None if isinstance(one.account, Unknown) else one.account,
        "by_admin": None if isinstance(one.by_admin, Unknown) else one.by_admin,
    }


def evidence_from(words: Words) -> Evidence:
    """The evidence that words stand for, as old as it was."""
    account, by_admin = words["account"], words["by_admin"]
    return Evidence(
        source=text(words["source"]),
        kind=text(words["kind"]),
        as_of=None if words["as_of"] is None else moment(words["as_of"]),
        records=number(words["records"]),
        complete=flag(words["complete"]),
        live=flag(words["live"]),
        frozen=True,
        account=UNKNOWN if account is None else text(account),
        by_admin=UNKNOWN if by_admin is None else flag(by_admin),
    )


def beside_to(sources: BesidePlatform) -> dict[str, Json]:
    """What was read beside the platform, as far as a plan says anything of it."""
    return {
        "evidence": [evidence_to(one) for one in sources.evidence],
        "findings": [
            {"code": one.code, "severity": one.severity.value, "summary": one.summary, "why": one.why, "help": one.help}
            for one in sources.findings
        ],
    }


def beside_from(words: Words) -> BesidePlatform:
    """What words say of sources beside the platform."""
    return BesidePlatform(
        evidence=tuple(map(evidence_from, words["evidence"])), findings=tuple(map(_finding, words["findings"]))
    )


def _finding(words: Words) -> Diagnostic:
    return Diagnostic(
        code=text(words["code"]),
        severity=Severity(words["severity"]),
        summary=text(words["summary"]),
        why=text(words["why"]),
        help=text(words["help"]),
    )


def edits_to(log: EditLog | LogUnread | None) -> Json:
    """An operation log in words, or why there is none."""
    if log is None:
        return None
    if isinstance(log, LogUnread):
        return {"unread": log.reason}
    entries: list[Json] = [
        {
            "time": None if one.time is None else one.time.isoformat(),
            "operator": one.operator,
            "action": one.action,
            "detail": one.detail,
        }
        for one in log.edits
    ]
    return {"read_from": log.read_from.isoformat(), "edits": entries}


def edits_from(words: Words) -> EditLog | LogUnread | None:
    """The operation log that words stand for."""
    if words is None:
        return None
    if "unread" in words:
        return LogUnread(reason=text(words["unread"]))
    return EditLog(edits=tuple(map(_edit, words["edits"])), read_from=moment(words["read_from"]))


def _edit(words: Words) -> Edit:
    return Edit(
        time=None if words["time"] is None else moment(words["time"]),
        operator=text(words["operator"]),
        action=text(words["action"]),
        detail=text(words["detail"]),
    )


def text(value: object) -> str:
    """A value that has to be text."""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def texts(values: object) -> tuple[str, ...]:
    """A value that has to be a list of texts."""
    if not isinstance(values, list):
        raise TypeError("no list")
    return tuple(map(text, values))


def flag(value: object) -> bool:
    """A value that has to be true or false."""
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


def number(value: object) -> int:
    """A value that has to be a whole number, and no negative one."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("no number of things")
    return value


def moment(value: object) -> datetime:
    """A value that has to be a time with its zone."""
    found = datetime.fromisoformat(text(value))
    if found.tzinfo is None:
        raise ValueError("a time without its zone")
    return found


def mapping(value: object) -> Mapping[str, Any]:
    """A value that has to be an object."""
    if not isinstance(value, dict):
        raise TypeError("no object")
    return value
