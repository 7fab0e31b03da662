"""The receipt file: that the people whom a plan concerns were told of it, and when."""

import errno
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from calplan.model.times import NoReceipt, NoticeReceipt
from calplan.policyfile.encoding import decode, read_bytes
from calplan.policyfile.line_numbers import shown_name
from calplan.policyfile.values import parse_moment

PLAN_ID: Final = re.compile(r"sha256:[0-9a-f]{64}")
WITH_ZONE: Final = re.compile(r".*(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)
MISSING: Final = "is not there"
NOTHING_THERE: Final = os.strerror(errno.ENOENT)


class _NoReceiptError(Exception):
    """The file is no receipt; the message says why and quotes nothing of it: it may be any file of the machine."""


def receipts_in(path: Path) -> tuple[NoticeReceipt, ...] | NoReceipt:
    """The receipts of a file, which holds one or a list of them; or why it proves nothing."""
    data = read_bytes(path)
    if isinstance(data, str):
        return NoReceipt(why=MISSING if data == NOTHING_THERE else f"cannot be read ({data})")
    source, problem = decode(shown_name(path), data)
    if problem is not None:
        return NoReceipt(why="is no text in UTF-8, or too large")
    try:
        return tuple(_receipts(json.loads(source.text, object_pairs_hook=_object)))
    except _NoReceiptError as error:
        return NoReceipt(why=str(error))
    except (ValueError, RecursionError):
        return NoReceipt(why="is not JSON")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NoReceiptError("says something twice")
    return found


def _receipts(value: object) -> Iterator[NoticeReceipt]:
    entries = value if isinstance(value, list) else [value]
    for number, entry in enumerate(entries, start=1):
        which = f" in receipt {number}" if isinstance(value, list) else ""
        plan_id, time = (entry.get("plan_id"), entry.get("time")) if isinstance(entry, dict) else (None, None)
        if not isinstance(plan_id, str) or PLAN_ID.fullmatch(plan_id) is None:
            raise _NoReceiptError(f"names no `plan_id` such as sha256:1f2e...{which}")
        moment = parse_moment(time) if isinstance(time, str) and WITH_ZONE.fullmatch(time) else None
        if moment is None:
            raise _NoReceiptError(f"names no `time` such as 2026-11-22T09:00:00Z{which}")
        yield NoticeReceipt(plan_id=plan_id, time=moment)
