"""The form of a receipt that whoever sends the messages fills in, and what stands beside them on how to send them."""

import json
from collections.abc import Iterable
from typing import Final

from calplan.model.plural import plural
from calplan.render.plan_json import harmless

WHEN: Final = "WHEN IT WAS SENT, such as 2026-11-22T09:00:00Z"
"""What the form has for a time; a file in which it still stands proves nothing to the gate ``notice``."""


def receipt_form(plan_id: str, sent: Iterable[tuple[str, int]]) -> str:
    """A receipt for each message that somebody gets, without its time. ``sent`` has files with numbers of users."""
    form = [{"plan_id": plan_id, "time": WHEN, "file": file, "users": users} for file, users in sent]
    return harmless(json.dumps(form, indent=2, ensure_ascii=False)) + "\n"


def how_to_send(plan_id: str, messages: int, users: int) -> str:
    """What to do with the folder, in Markdown."""
    return HOW.format(plan_id=plan_id, messages=plural(messages, "message"), users=plural(users, "user"))


HOW: Final = """\
# Messages about a plan

{messages} to {users}, about plan `{plan_id}`. Nothing was sent.

1. Read `messages/` and the pages for the help desk. The texts come from templates, and
   `calplan notify --copy-templates DIR` writes them out to be edited.
2. Send them. `recipients.csv` has a line for each user: the column `file` names the message, the others are the words
   in it, for a mail merge. The `.eml` files have no recipients. Where many get one message, do not put their addresses
   into one header: everybody would see them.
3. Copy `receipt.template.json` to the file that the Account document names under `notice.receipt`, and put the time at
   which each message was sent into `time`, with a time zone. The gate `notice` counts from the latest of them, and
   takes the file only when every time is filled in.

This folder has the addresses of people. Do not commit it.
"""
