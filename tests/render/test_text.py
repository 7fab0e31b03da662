"""A plan on a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_snapshot.plugin import Snapshot

from calplan.impact.outcome import Outcome
from calplan.plan.document import Assumption, Json, PlanDocument
from calplan.render.counts import users_in_words
from calplan.render.text import plan_text
from calplan.render.users_text import TOP
from tests.render import make

REFUSED = (
    make.gate("limit.disconnected", "refuse"),
    make.gate("limit.silent", "overridden"),
    make.gate("live.unknown"),
)


def shown(document: PlanDocument, users: make.Users | None = None, *, verbose: bool = False) -> str:
    return "".join(plan_text(document, users or make.some_users(), verbose=verbose))


FEW = make.users(make.user("anna@contoso.com"), make.user("ida@contoso.com", "R10a", "R06"))


def many(number: int) -> make.Users:
    return make.users(*(make.user(f"user{index:03}@a-rather-long-domain.contoso.com") for index in range(number)))


def test_a_plan_says_settings_users_gates_steps_and_evidence_in_this_order(snapshot: Snapshot) -> None:
    document = make.plan(
        gates=REFUSED,
        diagnostics=[make.diagnostic()],
        sources=[make.evidence(stale=True), make.evidence("the portal", kind="settings")],
        assumptions=[
            {"id": "A09", "text": "sub-domains are not allowed", "if_wrong": {"told": 2, "blocked": -1, "later": 3}},
            {"id": "A12", "text": "a list cuts at once", "if_wrong": {}},
            {"id": "A28", "text": "rooms are out of scope", "if_wrong": None},
        ],
    )
    snapshot.assert_match(shown(document), "plan.txt")


def test_verbose_also_says_what_stays_and_which_other_rules_fired(snapshot: Snapshot) -> None:
    snapshot.assert_match(shown(make.plan(FEW, gates=REFUSED), FEW, verbose=True), "plan.txt")


def test_nothing_to_change_is_two_lines() -> None:
    lines = shown(make.unchanged(), make.users()).splitlines()
    assert lines[0] == "No changes. contoso is as the policy wants it."
    assert lines[1].startswith("Plan: 0 to change (0 by hand).")
    assert len(lines) == 2


def test_nothing_to_change_still_shows_what_refuses_and_what_warns(snapshot: Snapshot) -> None:
    document = make.plan(
        make.users(), wanted=make.PRIOR, gates=[make.gate("evidence.age", "refuse")], diagnostics=[make.diagnostic()]
    )
    snapshot.assert_match(shown(document, make.users()), "plan.txt")


def test_the_users_of_a_better_order_are_told_apart_from_those_hit_only_on_the_way() -> None:
    document = make.plan()
    document["order"] |= {"surplus": 1, "toll": {"lose": 5, "losses": 6, "not_told": 0}}
    document["order"]["naive_toll"] = {"lose": 8, "losses": 8, "not_told": 0}
    text = shown(document)
    assert "this one: 5 users, 1 of them only on the way, with 6 losses because some come back in between.\n" in text
    assert "(the lock, then the service, then the domains) it would be 8 users.\n" in text
    assert "On the way 1 user loses a connection whom the change as a whole would leave alone.\n" in text


def test_a_rule_that_applies_to_users_whom_a_worse_one_decides_says_so() -> None:
    users = make.users(make.user("a@contoso.com"), make.user("b@contoso.com", "R05b", "R10b1"))
    text = shown(make.plan(users), users)
    assert "      R05b applies to 1 user (assumed " in text
    assert "      R10b1 applies to 2 users, some of them counted above (documented " in text


def test_a_group_that_states_something_no_longer_leaves_it_to_the_account() -> None:
    change = make.change("groups[Kiosk]", {"enabled": False, "service": {"type": "google"}}, None)
    steps = [make.step(1, "enable", "groups[Kiosk].enabled"), make.step(2, "set_service", "groups[Kiosk].service")]
    text = shown(make.plan(changes=[change], steps=steps))
    assert "for the group Kiosk, let the account decide whether the integration is on; " in text
    assert "for the group Kiosk, let the account decide which service is the default; " in text


def test_a_setting_nobody_could_read_is_shown_as_unknown_and_never_as_absent(snapshot: Snapshot) -> None:
    prior = make.PRIOR | {"integration.service": None, "integration.locked": None, "bidirectionalSync": None}
    changes = [
        make.change(name, None, make.WANTED[name], unknown=True)
        for name in ("integration.service", "integration.locked")
    ]
    unread = ("integration.service", "integration.locked", "bidirectionalSync")
    document = make.plan(
        FEW, prior=prior, wanted=make.WANTED | {"bidirectionalSync": None}, changes=changes, unknown=unread
    )
    snapshot.assert_match(shown(document, FEW, verbose=True), "plan.txt")


def test_a_plan_with_errors_says_what_to_do(snapshot: Snapshot) -> None:
    error = make.diagnostic("V14", "error", "Graph does not support hybrid mailboxes")
    snapshot.assert_match(shown(make.plan(FEW, diagnostics=[error, make.diagnostic()]), FEW), "plan.txt")


def test_both_forecasts_are_shown_where_the_plan_widens_the_tenant_grant(snapshot: Snapshot) -> None:
    document = make.plan(
        FEW,
        changes=[make.change("office365.tenantGrant", {}, ["Calendars.ReadWrite", "Contacts.Read"])],
        steps=[make.step(1, "ensure_grant", "office365.tenantGrant")],
    )
    document["impact"]["without_grant_step"] = {"counts": {"disconnected_blocked": 5, "unaffected": 4}}
    snapshot.assert_match(shown(document, FEW), "plan.txt")


def test_every_step_says_what_is_done(snapshot: Snapshot) -> None:
    pair = "privateEvents[ceo@contoso.com,pa@contoso.com]"
    exchange: Json = {
        "type": "exchange-ews",
        "ewsUrl": "https://mail.contoso.com/EWS/Exchange.asmx",
        "impersonation": {"account": "svc@contoso.com", "exchangeVersion": "2016", "passwordVersion": 3},
    }
    changes = [
        make.change("integration.enabled", True, False),
        make.change("integration.locked", True, False),
        make.change("allowedDomains", ["a.com", "b.com", "c.com"], ["b.com", "d.com"]),
        make.change("integration.service", make.PRIOR["integration.service"], exchange),
        make.change("office365.consentForAccount", False, True),
        make.change("office365.enforceOAuth", False, True),
        make.change("bidirectionalSync", True, False),
        make.change(pair, "hidden", "managed") | {"mode": "manual"},
    ]
    changes[-1]["change"]["actions"] = ["delete", "create"]
    names = (
        ("disable", "integration.enabled"),
        ("unlock", "integration.locked"),
        ("set_domains", "allowedDomains"),
        ("set_service", "integration.service"),
        ("set_consent", "office365.consentForAccount"),
        ("set_oauth", "office365.enforceOAuth"),
        ("enable", "integration.enabled"),
        ("set_sync", "bidirectionalSync"),
        ("set_private_access", pair),
        ("of_a_newer_calplan", "somewhere.else"),
    )
    steps = [make.step(number, op, address) for number, (op, address) in enumerate(names, start=1)]
    snapshot.assert_match(shown(make.plan(FEW, changes=changes, steps=steps), FEW), "plan.txt")


def test_names_made_to_harm_cannot_steer_the_terminal_or_forge_a_line(snapshot: Snapshot) -> None:
    users = make.users(make.user(f"a{make.CHAOS}@contoso.com", groups=[make.CHAOS]))
    document = make.plan(
        users,
        account=make.CHAOS,
        changes=[make.change("allowedDomains", "any", [make.CHAOS])],
        gates=[{**make.gate("limit.silent", "refuse"), "owner": make.CHAOS}],
        diagnostics=[make.diagnostic(summary=make.CHAOS)],
        sources=[make.evidence(make.CHAOS)],
    )
    text = shown(document, users, verbose=True)
    assert all(line.isprintable() for line in text.split("\n"))
    snapshot.assert_match(text, "plan.txt")


def test_a_secret_is_never_shown() -> None:
    change = make.change("integration.service", {"password": "hunter2"}, {"password": "hunter3"}, sensitive=True)
    text = shown(make.plan(changes=[change]), verbose=True)
    assert "hunter" not in text
    assert "(sensitive) -> (sensitive)" in text


def test_at_most_twenty_users_are_named_worst_first_and_the_rest_is_pointed_to() -> None:
    users = make.users(*many(TOP + 5).everybody, make.user("zoe@contoso.com", "R05b"))
    text = "".join(plan_text(make.plan(users), users, plan_name="monday.plan"))
    named = [line for line in text.splitlines() if "@" in line]
    assert len(named) == TOP
    assert "zoe@contoso.com" in named[0]
    assert "... and 6 more; the full list: calplan impact monday.plan" in text


def test_all_users_are_named_when_asked_and_none_when_not() -> None:
    users = many(TOP + 5)
    everybody = "".join(plan_text(make.plan(users), users, show_users="all"))
    nobody = "".join(plan_text(make.plan(users), users, show_users="none"))
    assert all(user["email"] in everybody for user in users.everybody)
    assert "@" not in nobody


@pytest.mark.parametrize("width", [1, 20, 80, 200])
def test_a_narrow_terminal_wraps_at_blanks_and_never_shortens_an_address(width: int) -> None:
    users = many(3)
    wide = "".join(plan_text(make.plan(users), users))
    narrow = "".join(plan_text(make.plan(users), users, width=width))
    assert narrow.split() == wide.split()
    assert narrow.splitlines()[-1] == wide.splitlines()[-1]


def test_colour_changes_no_word() -> None:
    plain = shown(make.plan(gates=REFUSED))
    coloured = "".join(plan_text(make.plan(gates=REFUSED), make.some_users(), colour=True))
    assert coloured != plain
    for code in ("0", "1", "2", "31", "32", "33"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == plain


def test_the_same_plan_gives_the_same_text() -> None:
    assert shown(make.plan()) == shown(make.plan())


def test_the_last_line_has_the_documented_shape() -> None:
    document = make.plan(gates=REFUSED, diagnostics=[make.diagnostic(), make.diagnostic("V31", "note")])
    numbers = dict(zip(Outcome, (18, 9, 29, 903, 4, 0, 181, 0, 96), strict=True))
    document["impact"]["counts"] = {outcome.value: number for outcome, number in numbers.items()}
    assert shown(document).splitlines()[-1] == (
        "Plan: 3 to change (1 by hand). Users: 959 disconnected (903 prompted, 38 not told, 18 blocked), "
        "181 may be prompted, 4 blocked, 0 at risk, 0 automatic, 96 unaffected, of 1240. Warnings: 1. Gates: 1 refused."
    )


@given(st.lists(st.integers(min_value=0, max_value=10**6), min_size=9, max_size=9))
def test_the_parts_of_the_last_line_always_add_up(numbers: list[int]) -> None:
    counts = dict(zip([outcome.value for outcome in Outcome], numbers, strict=True))
    found = [int(word.strip("(),")) for word in users_in_words(counts).split() if word.strip("(),").isdigit()]
    disconnected, prompted, untold, barred, *others, everybody = found
    assert disconnected == prompted + untold + barred
    assert disconnected + sum(others) == everybody == sum(numbers)


def test_verbose_spells_out_every_assumption() -> None:
    assumptions: list[Assumption] = [
        {"id": "A12", "text": "a list cuts at once", "if_wrong": {}},
        {"id": "A13", "text": "old clients show nothing", "if_wrong": {"told": -1, "blocked": 0}},
        {"id": "A28", "text": "rooms are out of scope", "if_wrong": None},
    ]
    text = shown(make.plan(FEW, assumptions=assumptions), FEW, verbose=True)
    assert "  A12: a list cuts at once (if wrong: no count changes)\n" in text
    assert "  A13: old clients show nothing (if wrong: 1 fewer told by a prompt)\n" in text
    assert "  A28: rooms are out of scope\n" in text
    assert "also" not in text.partition("Assumptions")[2]
