"""A plan for a pull request."""

import re

from pytest_snapshot.plugin import Snapshot

from calplan.plan.document import Assumption, Json, PlanDocument
from calplan.render.markdown import plan_markdown
from calplan.render.users_text import TOP, ShowUsers
from tests.render import make

ASSUMED: list[Assumption] = [
    {"id": "A09", "text": "sub-domains are not allowed", "if_wrong": {"told": 2, "blocked": -1, "unaffected": 1}},
    {"id": "A12", "text": "a list cuts at once", "if_wrong": {}},
    {"id": "A28", "text": "rooms are out of scope", "if_wrong": None},
]
PAIR = "privateEvents[ceo@contoso.com,pa@contoso.com]"


def shown(document: PlanDocument, users: make.Users | None = None, show_users: ShowUsers = "none") -> str:
    return "".join(plan_markdown(document, users or make.some_users(), show_users=show_users))


def test_a_pull_request_gets_counts_and_changes(snapshot: Snapshot) -> None:
    document = make.plan(
        gates=[make.gate("limit.disconnected", "refuse"), make.gate("live.unknown")],
        diagnostics=[make.diagnostic()],
        assumptions=ASSUMED,
    )
    snapshot.assert_match(shown(document), "plan.md")


def test_assumptions_that_move_no_count_are_named_alone_and_none_without_a_change() -> None:
    assert "\n- A12, A28: `calplan explain ID`\n" in shown(make.plan(assumptions=ASSUMED[1:]))
    assert "Assumptions" not in shown(make.plan())
    unchanged = make.plan(wanted=make.PRIOR, assumptions=ASSUMED)
    assert "Assumptions" not in shown(unchanged)


def test_users_are_named_only_when_asked_for(snapshot: Snapshot) -> None:
    snapshot.assert_match(shown(make.plan(), show_users="top"), "plan.md")


def test_no_address_is_shown_unless_asked_for_wherever_it_stands() -> None:
    exchange: Json = {"type": "exchange-ews", "impersonation": {"account": "svc@contoso.com"}}
    document = make.plan(
        changes=[
            make.change("integration.service", make.PRIOR["integration.service"], exchange),
            make.change(PAIR, "hidden", "managed"),
        ],
        steps=[make.step(1, "set_private_access", PAIR), make.step(2, "set_service", "integration.service")],
        gates=[{**make.gate("limit.silent", "refuse"), "actual": "boss@contoso.com is missing"}],
        diagnostics=[make.diagnostic(summary="pa@contoso.com has no privilege for ceo@contoso.com")],
    )
    text = shown(document)
    assert "@" not in text
    assert "1 scheduling privilege" in text
    assert "svc@contoso.com" in shown(document, show_users="top")


def test_at_most_twenty_users_are_named_unless_all_are_asked_for() -> None:
    users = make.users(*(make.user(f"user{number:03}@contoso.com") for number in range(TOP + 3)))
    assert shown(make.plan(users), users, "top").count("`user") == TOP
    assert "... and 3 more." in shown(make.plan(users), users, "top")
    assert shown(make.plan(users), users, "all").count("`user") == TOP + 3


def test_nothing_to_change_is_said_in_a_line() -> None:
    text = shown(make.unchanged())
    assert "\nNo changes.\n" in text
    assert "|" not in text


def test_a_plan_with_errors_says_that_it_goes_no_further() -> None:
    assert "This plan has errors" in shown(make.plan(diagnostics=[make.diagnostic("V14", "error")]))


def test_a_list_of_domains_is_a_row_for_each_that_comes_or_goes() -> None:
    text = shown(make.plan(changes=[make.change("allowedDomains", ["a.com", "b.com"], ["b.com", "c.com"])]))
    rows = [line for line in text.splitlines() if line.startswith("| `allowedDomains`")]
    assert rows == [
        "| `allowedDomains` | `a.com` |  | `contoso.yaml:8` | by calplan, setting-only |",
        "| `allowedDomains` |  | `c.com` | `contoso.yaml:8` | by calplan, setting-only |",
    ]


def test_a_group_is_listed_with_the_number_of_its_users_once() -> None:
    group = make.change("groups[Finance]", None, {"locked": True, "enabled": True})
    rows = [line for line in shown(make.plan(changes=[{**group, "users": 1}])).splitlines() if "Finance" in line]
    assert [row.split(" | ")[0] for row in rows] == [
        "| `groups[Finance]` `enabled` (1 user)",
        "| `groups[Finance]` `locked`",
    ]


def test_what_can_be_taken_back_is_said_of_each_change_and_explained_once() -> None:
    changes = [make.change("integration.locked", False, True), make.change("bidirectionalSync", False, True)]
    text = shown(make.plan(changes=changes))
    assert "| by hand, setting-only |\n" in text
    assert "| by calplan, reversible |\n" in text
    assert text.count("- `setting-only`: can be set back, but ") == 1
    assert "irreversible" not in text


def test_why_a_step_stands_where_it_does_is_said_once_for_steps_in_a_row() -> None:
    reasons = ("first", "then", "then", "first")
    steps = [make.step(number, "lock", "integration.locked") | {"why": why} for number, why in enumerate(reasons)]
    lines = [line for line in shown(make.plan(steps=steps)).splitlines() if "lock the settings" in line]
    assert [line.partition("nobody)")[2] for line in lines] == [
        " <sub>first</sub>",
        " <sub>then</sub>",
        "",
        " <sub>first</sub>",
    ]


def test_without_a_change_a_gate_would_refuse_and_does_not() -> None:
    document = make.plan(make.users(), wanted=make.PRIOR, gates=[make.gate("evidence.age", "refuse")])
    text = shown(document, make.users())
    assert "Gates: 1 would refuse.**" in text
    assert "\nThere is nothing to apply, so nothing is refused; a change would be, as things stand.\n" in text
    assert "| would refuse |" in text
    assert "**refused**" not in text


def test_both_forecasts_are_shown_where_the_plan_widens_the_tenant_grant() -> None:
    document = make.plan()
    document["impact"]["without_grant_step"] = {"counts": {"disconnected_blocked": 5}}
    assert "- without the step that widens the tenant-wide grant: 5 disconnected" in shown(document)


def test_names_made_to_harm_break_no_table_and_mention_nobody(snapshot: Snapshot) -> None:
    users = make.users(make.user(f"a{make.CHAOS}@contoso.com"))
    document = make.plan(
        users,
        account=f"--> {make.CHAOS}",
        changes=[make.change("allowedDomains", "any", [make.CHAOS]) | {"reversibility": make.CHAOS}],
        steps=[make.step(1, "set_domains", "allowedDomains") | {"why": make.CHAOS}],
        gates=[{**make.gate(make.CHAOS, make.CHAOS), "limit": make.CHAOS, "actual": make.CHAOS}],
        diagnostics=[make.diagnostic(make.CHAOS, make.CHAOS, make.CHAOS)],
        sources=[make.evidence(make.CHAOS)],
    )
    text = shown(document, users, "all")
    marker, *rest = text.splitlines()
    assert marker.count("-->") == 1
    outside_code = re.sub(r"`[^`\n]*`|<code>(?:[^<\n]|<!-- -->)*</code>|</?sub>", "", "\n".join(rest))
    assert (text.count("<sub>"), text.count("</sub>")) == (1, 1)
    assert re.search(r"<|@(?!&#8203;)|(?<!\\)`", outside_code) is None
    columns = {len(re.findall(r"(?<!\\)\|", line)) for line in rest if line.startswith("|")}
    assert columns == {4, 5, 6}
    snapshot.assert_match(text, "plan.md")


def test_the_same_plan_gives_the_same_text() -> None:
    assert shown(make.plan(), show_users="all") == shown(make.plan(), show_users="all")
