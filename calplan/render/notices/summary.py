"""What ``calplan notify`` wrote, for whoever ran it: a table, or JSON."""

from collections.abc import Iterator
from datetime import date

from calplan.model.plural import plural
from calplan.plan.document import PlanDocument
from calplan.render.notices.receipt import WHEN
from calplan.render.notices.rendered import RECEIPT, RECIPIENTS, Notices
from calplan.render.plan_json import canonical_json
from calplan.render.table import columns
from calplan.render.untrusted import for_terminal

FORMAT_VERSION = "1.0"


def summary_text(notices: Notices, document: PlanDocument, folder: str, day: date) -> Iterator[str]:
    """A line for each message, how many are told, and what to do next."""
    head = ("USERS", "OUTCOME", "NEXT STEP", "GROUP", "LANGUAGE", "FILE")
    rows = [
        (str(one.users), one.about, one.next_step, one.group or "-", one.language, f"{one.file}.eml")
        for one in notices.messages
    ]
    for line in columns([head, *rows], right=frozenset({0})):
        yield f"{line}\n"
    active = document["impact"]["population"]["active"]
    messages = plural(sum(1 for one in notices.messages if one.users), "message")
    place = for_terminal(folder)
    yield (
        f"\n{messages} to {notices.users} of {plural(active, 'active user')}, about a change on or after"
        f" {day.isoformat()}. Nothing was sent.\n"
        f"Help desk: {notices.expected.low} to {notices.expected.high} calls, assumed by the shares in notices.toml.\n"
        f"Next: read {place}/README.md, send with {place}/{RECIPIENTS}, then fill in {place}/{RECEIPT}.\n"
    )


def summary_json(notices: Notices, document: PlanDocument, folder: str, day: date) -> Iterator[str]:
    """The same as an object."""
    messages = [
        {
            "file": f"{one.file}.eml",
            "markdown": f"{one.file}.md",
            "outcome": one.about,
            "next_step": one.next_step,
            "group": one.group,
            "language": one.language,
            "subject": one.subject,
            "users": one.users,
        }
        for one in notices.messages
    ]
    pages = sorted(name for name in notices.files if name.startswith("help-desk."))
    found = {
        "format_version": FORMAT_VERSION,
        "account": document["account"],
        "plan_id": document["plan_id"],
        "folder": folder,
        "on_or_after": day.isoformat(),
        "active": document["impact"]["population"]["active"],
        "told": notices.users,
        "messages": messages,
        "recipients": RECIPIENTS if messages else None,
        "receipt": {"file": RECEIPT, "fill_in": WHEN} if messages else None,
        "help_desk": {"files": pages, "calls": [notices.expected.low, notices.expected.high]},
    }
    yield f"{canonical_json(found)}\n"
