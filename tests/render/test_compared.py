"""What moved since an earlier plan, as people read it."""

import re
from typing import cast

import pytest
from pytest_snapshot.plugin import Snapshot

from calplan.plan.document import ChangeBody, ChangeComparedDocument, ComparedDocument, Json, PlanDocument
from calplan.render.html.report import plan_html
from calplan.render.markdown import plan_markdown
from calplan.render.text import plan_text
from calplan.render.users_text import ShowUsers
from tests.render import make

PAIR = "privateEvents[ceo@contoso.com,pa@contoso.com]"
GRAPH: Json = {"type": "office365-graph", "permissions": {"calendar": "read", "contacts": "none"}}
ID = "sha256:" + "a" * 64


def body(before: Json, after: Json, *, unknown: bool = False, sensitive: bool = False) -> ChangeBody:
    return make.change("x", before, after, unknown=unknown, sensitive=sensitive)["change"]


def turned(address: str, then: ChangeBody | None, now: ChangeBody | None) -> ChangeComparedDocument:
    return {"address": address, "then": then, "now": now}


def compared(**more: object) -> PlanDocument:
    """A plan that is compared with another, which had the same counts."""
    document = make.plan()
    since: ComparedDocument = {
        "plan_id": ID,
        "created_at": "2026-11-21T09:00:00+00:00",
        "counts": dict(document["impact"]["counts"]),
        "changes": [],
        "users": [],
        "gates": [],
    }
    document["since_plan"] = cast("ComparedDocument", {**since, **more})
    return document


def everything() -> PlanDocument:
    """A plan of which something of each kind moved."""
    counts = make.plan()["impact"]["counts"] | {"disconnected_silent": 3, "unaffected": 0, "blocked": 0}
    return compared(
        counts=counts,
        changes=[
            turned("integration.locked", None, body(False, True)),
            turned("integration.service", body(make.PRIOR["integration.service"], GRAPH), body("unknown", GRAPH)),
            turned("allowedDomains", body("any", ["a.example"]), body("any", ["a.example", "b.example"])),
            turned("bidirectionalSync", body(False, True), None),
            turned(PAIR, None, body("hidden", "managed")),
        ],
        users=[
            {"from": None, "to": "blocked", "users": 1, "emails": ["eve@partner.example"]},
            {"from": "disconnected_silent", "to": None, "users": 1, "emails": []},
            {"from": "disconnected_silent", "to": "unaffected", "users": 30, "emails": ["ida@contoso.com"]},
        ],
        gates=[
            {"id": "limit.silent", "then": "refuse", "now": "pass"},
            {"id": "limit.blocked", "then": None, "now": "refuse"},
            {"id": "window", "then": "pass", "now": None},
        ],
    )


def in_markdown(document: PlanDocument, show_users: ShowUsers = "none") -> str:
    text = "".join(plan_markdown(document, make.some_users(), show_users=show_users))
    return text.partition("### Since")[2].partition("\n### ")[0]


def in_text(document: PlanDocument, show_users: ShowUsers = "top") -> str:
    text = "".join(plan_text(document, make.some_users(), show_users=show_users))
    return text.partition("Since plan")[2].partition("\n\n")[0]


def test_a_pull_request_reads_what_moved_and_nobody_is_named(snapshot: Snapshot) -> None:
    text = in_markdown(everything())
    assert "@" not in text
    snapshot.assert_match(text, "since.md")


def test_where_users_are_named_those_who_moved_are_too(snapshot: Snapshot) -> None:
    snapshot.assert_match(in_markdown(everything(), "top"), "since.md")


def test_a_terminal_shows_what_moved(snapshot: Snapshot) -> None:
    snapshot.assert_match(in_text(everything()), "since.txt")
    assert "ida@contoso.com" not in in_text(everything(), "none")


def test_the_report_shows_what_moved() -> None:
    page = "".join(plan_html(everything(), make.some_users()))
    section = re.sub(r"</?bdi>", "", page.partition('<section id="since">')[2].partition("</section>")[0])
    assert "<h2>Since plan sha256:aaaaaaaaaaaa of 2026-11-21</h2>" in section
    assert "<li>30 users: disconnected, and not told -&gt; unaffected: ida@contoso.com and 29 more</li>" in section
    assert 'id="since"' not in "".join(plan_html(make.plan(), make.some_users()))


def test_that_nothing_moved_is_said() -> None:
    document = compared()
    assert "- No change of a setting, no harmed user and no gate is another than in that plan." in in_markdown(document)
    document["since_plan"]["plan_id"] = document["plan_id"]
    assert "- Nothing moved: it is the same plan." in in_markdown(document)
    assert "Nothing moved: it is the same plan." in in_text(document)


def test_a_plan_without_changes_says_what_moved_too() -> None:
    document = make.unchanged()
    document["since_plan"] = compared()["since_plan"]
    assert "unaffected: 1" not in in_markdown(document)
    assert "disconnected, and not told: 1 then, 0 now (0 came, 0 left)" in in_markdown(document)
    assert "disconnected, and not told: 1 then, 0 now (0 came, 0 left)" in in_text(document)


def test_without_another_plan_nothing_is_said_of_it() -> None:
    assert in_markdown(make.plan()) == ""
    assert in_text(make.plan()) == ""


@pytest.mark.parametrize(
    "then, now, words",
    [
        (body(True, False), None, "no longer changes; it was to become false"),
        (None, body(False, True), "changes now, which it did not (false -> true)"),
        (body(None, True, unknown=True), body(False, True), "stands otherwise ((unknown) -> false)"),
        (body(False, True), body(None, True, unknown=True), "stands otherwise (false -> (unknown))"),
        (body("any", ["a", "b"]), body("any", ["b", "c"]), "planned otherwise (- a, + c)"),
        (body(1, 2), body(3, 4), "planned otherwise (2 -> 4) and stands otherwise (1 -> 3)"),
        (body(1, 2, sensitive=True), None, "no longer changes; it was to become (sensitive)"),
        (body(1, 2), body(1, 4, sensitive=True), "planned otherwise (2 -> (sensitive)) and stands otherwise"),
    ],
)
def test_what_became_of_a_change_is_said_at_the_end_that_differs(
    then: ChangeBody | None, now: ChangeBody | None, words: str
) -> None:
    assert f"x: {words}" in in_text(compared(changes=[turned("x", then, now)]))


def test_names_made_to_harm_stay_text_also_here() -> None:
    moved = [{"from": None, "to": "blocked", "users": 1, "emails": [f"{make.CHAOS}@x.example"]}]
    gates = [{"id": make.CHAOS, "then": make.CHAOS, "now": make.CHAOS}]
    changes = [turned(make.CHAOS, None, body(make.CHAOS, make.CHAOS + "x"))]
    text = in_markdown(compared(changes=changes, users=moved, gates=gates, plan_id=make.CHAOS), "top")
    outside_code = re.sub(r"`[^`\n]*`|<code>(?:[^<\n]|<!-- -->)*</code>", "", text)
    assert re.search(r"<|@(?!&#8203;)|(?<!\\)`", outside_code) is None
