"""The page as text: what it holds, what may run in it, and that nothing of others is markup."""

import hashlib
import re
from base64 import b64encode
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from calplan.impact.outcome import OUTCOMES
from calplan.plan.document import GuardrailDocument, PlanDocument, UserDocument
from calplan.render.html.report import FIRST, plan_html
from calplan.render.html.user_columns import USERS_AT_ONCE
from calplan.render.untrusted import for_terminal
from calplan.render.wording import outcome_in_short, rule_in_words
from tests.render import make
from tests.render.html.reading import own_scripts, read, users_in

NASTY = "</script></style></title>\"'><b>&amp;{{7*7}}{% x %}\u2028\u202e" + make.CHAOS
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from("<>&\"'{}%/\u2028\u202e\n")), min_size=1, max_size=12)


def page_of(document: PlanDocument, users: make.Users | None = None) -> str:
    return "".join(plan_html(document, users or make.some_users()))


def sha256(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_it_says_what_changes_for_whom_and_what_refuses() -> None:
    page = page_of(
        make.plan(
            gates=[make.gate("live.unknown"), make.gate("limit.disconnected", "refuse")],
            diagnostics=[make.diagnostic()],
            assumptions=[{"id": "A09", "text": "sub-domains are not allowed", "if_wrong": {"blocked": -1}}],
            sources=[make.evidence(), make.evidence("portal", kind="settings", stale=True)],
        )
    )
    reader = read(page)
    assert reader.texts["title"] == "Calendar plan for contoso"
    assert "3 changes: 4 of 9 users lose their connection" in page
    for words in (outcome_in_short("disconnected_silent"), rule_in_words("R10b1"), "stale?", "A09", "V09"):
        assert words in page
    gates = page[page.index('<section id="gates">') : page.index('<section id="steps">')]
    assert gates.index("limit.disconnected") < gates.index("live.unknown")
    assert re.search(r'<time datetime="2026-11-22T09:00:00\+00:00">', page)


def test_the_largest_reasons_are_those_of_most_users_who_are_affected() -> None:
    users = make.users(
        *(make.user(f"a{number}@contoso.com", "R10a") for number in range(9)),
        *(make.user(f"b{number}@contoso.com", "R10b1") for number in range(5)),
        *(make.user(f"c{number}@contoso.com", "R05c") for number in range(7)),
    )
    page = page_of(make.plan(users), users)
    reasons = page[page.index('<ol class="reasons">') : page.index("</ol>")]
    assert re.findall(r'#rule=(\w+)"', reasons) == ["R05c", "R10b1"]


def test_only_its_own_script_and_style_may_run() -> None:
    page = page_of(make.plan())
    reader = read(page)
    policy = next(
        attributes["content"] or ""
        for tag, attributes in reader.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    (script,) = own_scripts(page)
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == sha256(script)
    assert rules["style-src"] == sha256(reader.texts["style"])
    assert rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in policy
    for _, attributes in reader.elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        loaded = [attributes.get(name) for name in ("src", "href", "action") if name in attributes]
        assert all(one is not None and one.startswith(("#", "data:image/svg+xml,")) for one in loaded)


def test_every_user_is_packed_with_all_that_is_known() -> None:
    rows: list[UserDocument] = [*make.some_users().rows()]
    rows[0] |= {"mailbox": "other@contoso.com", "primary_group": "Sales", "lost_on_the_way": True}
    del rows[1]["groups"]
    users = make.users(*rows)
    found = {one["email"]: one for one in users_in(page_of(make.plan(users), users))}
    assert list(found) == [row["email"] for row in users.rows()]
    for row in users.rows():
        told = found[row["email"]]
        stated: dict[str, Any] = {**row}
        assert {name: value for name, value in told.items() if value is not None} == {
            name: value for name, value in stated.items() if name != "status"
        }


def test_a_group_is_called_by_its_name_where_a_file_says_its_id() -> None:
    users = make.users(make.user("ann@corp.example", groups=["g1", "Sales"]))
    document = make.plan(users)
    document["group_names"] = {"g1": "Finance"}
    assert users_in(page_of(document, users))[0]["groups"] == ["Finance", "Sales"]


def test_many_users_are_packed_piece_by_piece() -> None:
    many = 2 * USERS_AT_ONCE + 3
    users = make.users(*(make.user(f"user{number:06}@contoso.com") for number in range(many)))
    pieces = list(plan_html(make.plan(users), users))
    page = "".join(pieces)
    assert [one["email"] for one in users_in(page)] == [one["email"] for one in users.rows()]
    assert max(map(len, pieces)) < len(page) / 2
    assert page.count('<tr><th scope="row"><bdi>user') == FIRST


def test_the_first_users_are_listed_worst_first_and_how_many_more_there_are() -> None:
    rows = [make.user(f"a{number:03}@contoso.com", "R10b1") for number in range(FIRST)]
    users = make.users(*rows, make.user("z@contoso.com", "R05b", "R10b1"))
    page = page_of(make.plan(users), users)
    table = page[page.index('<table id="table">') :]
    assert table.index("z@contoso.com") < table.index("a000@contoso.com")
    assert "The first 50 of 51 users, worst first. 1 more is listed" in page
    assert f"All {9} users, worst first." in page_of(make.plan())


def test_each_outcome_that_somebody_has_is_a_link_to_its_users() -> None:
    page = page_of(make.plan())
    counts = make.plan()["impact"]["counts"]
    for outcome in OUTCOMES:
        if counts[outcome.value]:
            assert f'href="#outcome={outcome.value}"' in page


def guardrail(text: str, status: str = "violated") -> GuardrailDocument:
    return {
        "id": text,
        "severity": "deny",
        "status": status,
        "denies": status == "violated",
        "message": text,
        "users": 3,
        "emails": [text],
        "baselines": [{"framework": text, "version": text, "id": text}],
        "position": make.place(text),
        "waiver": {"reason": text, "owner": text, "expires": "2027-06-30"},
    }


def test_guardrails_that_do_not_hold_are_listed_and_no_others() -> None:
    document = make.plan()
    document["guardrails"] = [guardrail("HELD", "pass"), guardrail("BROKEN"), guardrail("SPARED", "waived")]
    page = page_of(document)
    section = page[page.index('<section id="guardrails">') : page.index('<section id="steps">')]
    assert re.findall(r'<span class="status">(\w+)</span>', section) == ["denied", "waived"]
    assert "BROKEN" in section
    assert "waived until 2027-06-30 by SPARED" in section
    assert "HELD" not in page
    assert 'id="guardrails"' not in page_of(make.plan())


def nasty_plan(text: str) -> tuple[PlanDocument, make.Users]:
    users = make.users(make.user(f"{text}@corp.example", groups=[text]), make.user(text, groups=[]))
    for row in users.rows():
        row["clients"], row["service"], row["mailbox"] = [text], text, text
    document = make.plan(
        users,
        account=text,
        changes=[
            make.change("allowedDomains", "any", [text]) | {"reversibility": text, "source": make.place(text)},
            make.change(f"groups[{text}]", {"locked": False}, {"locked": True}) | {"users": 2},
        ],
        steps=[make.step(1, "set_domains", "allowedDomains") | {"why": text}, make.step(2, text, text)],
        gates=[{**make.gate(text, text), "limit": text, "actual": text, "owner": text}],
        diagnostics=[make.diagnostic(text, text, text)],
        sources=[make.evidence(text)],
        assumptions=[{"id": text, "text": text, "if_wrong": None}],
        unknown=[text],
    )
    document["guardrails"] = [guardrail(text) | {"severity": text, "status": text, "why": text}]
    document["impact"]["by_group"] = [{"name": text, "counts": {"disconnected_prompted": 2}}]
    document["impact"]["by_rule"] = [{"rule": text, "users": 2, "certainty": text, "source": text}]
    document["already_happened"] = {
        "since": text,
        "moves": [{"from": [text], "to": [], "users": 1, "emails": [text]}],
    }
    return document, users


def skeleton(page: str) -> list[tuple[str, frozenset[str]]]:
    """The elements of a page, without their text and the values of their attributes."""
    return [(tag, frozenset(attributes)) for tag, attributes in read(page).elements]


@given(TEXTS)
def test_nothing_of_others_is_markup_wherever_it_stands(text: str) -> None:
    text, harmless = f"~{text}", f"~{'x' * len(text)}"  # no word of a plan begins like this
    assert skeleton(page_of(*nasty_plan(text))) == skeleton(page_of(*nasty_plan(harmless)))


def test_names_made_to_harm_are_shown_as_they_are_written() -> None:
    page = page_of(*nasty_plan(NASTY))
    assert read(page).texts["title"] == f"Calendar plan for {for_terminal(NASTY)}"
    assert [one["email"] for one in users_in(page)] == sorted(
        [for_terminal(NASTY), for_terminal(f"{NASTY}@corp.example")]
    )
    assert "\u202e" not in page
    assert "\u2028" not in page
    assert "\x1b" not in page
    assert "49" not in page.replace(NASTY, "")[: page.index("<style>")]


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert page_of(make.plan()) == page_of(make.plan())


def test_a_plan_with_nothing_to_do_says_so() -> None:
    page = page_of(make.unchanged(), make.users(make.user("ida@contoso.com", "R01")))
    assert '<h1 id="headline">No changes: the account is as the policy wants it</h1>' in page
    assert 'id="settings"' not in page


def test_without_a_change_a_gate_would_refuse_and_does_not() -> None:
    document = make.plan(make.users(), wanted=make.PRIOR, gates=[make.gate("evidence.age", "refuse")])
    page = page_of(document, make.users())
    assert "Gates that would refuse" in page
    assert "There is nothing to apply, so nothing is refused" in page
    assert '<span class="status">would refuse</span>' in page


def test_long_lists_of_groups_are_folded_and_cut_with_a_word_where_the_rest_is() -> None:
    document = make.plan()
    document["impact"]["by_group"] = [
        {"name": f"Group {number:04}", "counts": {"unaffected": 1}} for number in range(600)
    ]
    page = page_of(document)
    assert "<summary>588 more</summary>" in page
    assert "And 88 more: <code>calplan impact PLAN --by group</code>" in page
    assert page.count('href="#group=') == 512
