"""A plan without names: no address comes through, and whatever else the plan says stays."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.impact.outcome import OUTCOMES
from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.plan.planfile import PlanParts, pack, unpack
from calplan.plan.pseudonyms import Pseudonyms, Redacted, redacted
from calplan.plan.users import SavedUsers
from calplan.render.csv import users_csv
from calplan.render.html.report import plan_html
from calplan.render.markdown import plan_markdown
from calplan.render.ndjson import facts_ndjson
from calplan.render.plan_json import plan_json
from calplan.render.text import plan_text
from tests import make
from tests.render import make as documents
from tests.render.html.reading import users_in

NAMES = Pseudonyms(b"a key that only its owner has")
PAIR = AssistantPair(user="ann@corp.example", assistant="pa@corp.example")
NOBODY = AssistantPair(user="ceo@corp.example", assistant="aide@else.example")
SCENE = make.Scene(
    users={
        "ann@corp.example": make.facts("google", "write", "read", groups=["Staff", "team@corp.example"]),
        "bob@corp.example": make.facts("google", "write", "read", groups=["Friends of ann@corp.example"]),
        "old@else.example": make.facts("exchange-ews", auth="impersonation", groups=["Staff"]),
        "not an address": make.facts("google", "write", "read"),
        "gone@corp.example": make.facts("google", "write", "read", status="inactive"),
    },
    mailboxes={"ann@corp.example": "ann.box@else.example"},
    before=make.account(service=make.exchange(impersonation=make.impersonation("svc@corp.example"))),
    after=make.wanted(
        make.account(
            service=make.graph(), locked=True, allowed_domains=make.domains("corp.example"), enforce_oauth=True
        )
    ),
    private_events=PrivateEvents(default=PrivateAccess.MANAGED, exceptions=((NOBODY, PrivateAccess.HIDDEN),)),
    assistants={PAIR: PrivateAccess.HIDDEN},
)
PEOPLE = (
    *("ann@corp.example", "bob@corp.example", "old@else.example", "not an address", "gone@corp.example"),
    *("ann.box@else.example", "svc@corp.example", "pa@corp.example", "ceo@corp.example", "aide@else.example"),
    "owner@corp.example",
)

LOCAL = st.one_of(
    st.from_regex(r"[a-z0-9._+'-]{1,10}", fullmatch=True), st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)
)
DOMAINS = st.sampled_from(["corp.example", "büro.example", "sub.else.example", "localhost", "bad domain"])
# Addresses that begin with "-@" or "@" are left out below: every pseudonym ends like that, and it tells nothing.
ADDRESSES = st.one_of(
    st.tuples(LOCAL, DOMAINS).map(lambda parts: f"{parts[0]}@{parts[1]}".strip().lower()),
    st.from_regex(r"[a-z]{5}[0-9]{3}( [a-z]{3})?", fullmatch=True),
)


def hidden(scene: make.Scene, names: Pseudonyms = NAMES) -> Redacted:
    parts = scene.parts()
    return redacted(parts.document, SavedUsers(parts.users), parts.policy, names, scene.users)


def everything(plan: Redacted) -> str:
    """All that is ever shown or saved of it; what is packed in the page is unpacked."""
    document, users = plan.document, plan.users
    every = frozenset(outcome.value for outcome in OUTCOMES)
    page = "".join(plan_html(document, users))
    return "".join(
        (
            *plan_text(document, users, show_users="all", verbose=True),
            *plan_json(document),
            *facts_ndjson(users, every),
            *users_csv(users, every),
            *plan_markdown(document, users, show_users="all"),
            page,
            json.dumps(users_in(page), ensure_ascii=False),
            json.dumps(plan.policy, ensure_ascii=False),
            plan.lines.decode(),
        )
    )


def test_no_address_comes_through_in_any_format() -> None:
    text = everything(hidden(SCENE))
    assert [one for one in PEOPLE if one in text] == []
    assert all(one in everything_with_names() for one in PEOPLE if one != "gone@corp.example")


def everything_with_names() -> str:
    parts = SCENE.parts()
    users = SavedUsers(parts.users)
    plain = Redacted(document=parts.document, lines=parts.users, policy=dict(parts.policy), renamed=str)
    return everything(plain) + "".join(plan_markdown(parts.document, users, show_users="all"))


def test_one_person_has_one_pseudonym_wherever_he_stands() -> None:
    plan = hidden(SCENE)
    ann, assistant = NAMES.of("ann@corp.example"), NAMES.of("pa@corp.example")
    assert plan.users.find(ann) is not None
    assert f"privateEvents[{ann},{assistant}]" in {one["address"] for one in plan.document["resource_changes"]}
    assert NAMES.of("Ann@CORP.example") == ann
    assert NAMES.of("x@büro.example") == NAMES.of("x@xn--bro-hoa.example")
    assert re.fullmatch(r"p-[a-z2-9]{12}-@corp\.example", ann)


def test_another_key_gives_other_pseudonyms_and_the_same_key_the_same() -> None:
    other = Pseudonyms(b"another key of some length")
    assert other.of("ann@corp.example") != NAMES.of("ann@corp.example")
    assert hidden(SCENE).lines == hidden(SCENE).lines
    assert hidden(SCENE, other).lines != hidden(SCENE).lines


def test_names_of_groups_stay_but_for_a_person_in_them() -> None:
    groups = {name for row in hidden(SCENE).users.rows() for name in row.get("groups", [])}
    assert groups == {"Staff", "team@corp.example", f"Friends of {NAMES.of('ann@corp.example')}"}
    named = {one["name"] for one in hidden(SCENE).document["impact"]["by_group"]}
    assert {"Staff", "team@corp.example"} <= named


def test_what_is_forecast_stays_as_it_is() -> None:
    parts, plan = SCENE.parts(), hidden(SCENE)
    assert plan.document["impact"]["counts"] == parts.document["impact"]["counts"]
    assert plan.document["impact"]["by_domain"] == parts.document["impact"]["by_domain"]

    def outcomes(users: SavedUsers) -> list[tuple[str, list[str]]]:
        return sorted((row["outcome"], row["rules"]) for row in users.rows())

    assert outcomes(plan.users) == outcomes(SavedUsers(parts.users))
    emails = [row["email"] for row in plan.users.rows()]
    assert emails == sorted(emails)


def test_it_is_packed_and_read_like_any_plan_and_says_what_it_is() -> None:
    plan = hidden(SCENE)
    parts = PlanParts(document=plan.document, users=plan.lines, policy=plan.policy, positions={}, paths=("a@b.yaml",))
    saved = unpack(pack(parts, created_at=make.NOW))
    assert saved.document["redacted"] is True
    assert saved.document["plan_id"] != SCENE.parts().document["plan_id"]
    assert saved.paths == ("a@b.yaml",)


def test_names_of_files_are_left_alone() -> None:
    document = documents.plan(changes=[documents.change("allowedDomains", "any", ["corp.example"])])
    document["resource_changes"][0]["source"] = documents.place("ann@corp.example.yaml")
    document["diagnostics"] = [documents.diagnostic(summary="ann@corp.example is alone")]
    document["diagnostics"][0]["range"] = {
        "filename": "ann@corp.example.yaml",
        "start": {"line": 1, "column": 1},
        "end": {"line": 1, "column": 2},
    }
    plan = redacted(document, documents.some_users(), {}, NAMES)
    assert plan.document["resource_changes"][0]["source"] == documents.place("ann@corp.example.yaml")
    place = plan.document["diagnostics"][0]["range"]
    assert place is not None
    assert place["filename"] == "ann@corp.example.yaml"
    assert plan.document["diagnostics"][0]["summary"] == f"{NAMES.of('ann@corp.example')} is alone"


@pytest.mark.parametrize("word", ["bobby", "lock", "google"])
def test_a_login_without_an_at_sign_is_hidden_in_sentences_and_breaks_no_word_of_the_plan(word: str) -> None:
    users = documents.users(documents.user(word))
    document = documents.plan(users, diagnostics=[documents.diagnostic(summary=f"{word} (or '{word}') is alone")])
    plan = redacted(document, users, {}, NAMES)
    assert word not in plan.document["diagnostics"][0]["summary"]
    assert plan.document["steps"][2]["op"] == "lock"
    assert plan.document["prior_state"] == document["prior_state"]


@given(st.sets(ADDRESSES.filter(lambda one: not one.startswith(("-@", "@"))), min_size=1, max_size=5), st.data())
def test_no_address_of_whatever_form_comes_through(addresses: set[str], data: st.DataObject) -> None:
    people = sorted(addresses)
    boxes = {one: f"box{number}.{number}@else.example" for number, one in enumerate(people)}
    users = documents.users(*(documents.user(one) | {"mailbox": boxes[one]} for one in people))
    someone = st.sampled_from(people)
    said = f"{data.draw(someone)}, '{data.draw(someone)}' and <{data.draw(someone)}>: see {data.draw(someone)!r}."
    pair = f"privateEvents[{data.draw(someone)},{data.draw(someone)}]"
    document = documents.plan(
        users,
        changes=[documents.change(pair, "hidden", "managed")],
        steps=[documents.step(1, "set_private_access", pair)],
        diagnostics=[documents.diagnostic(summary=said)],
        gates=[{**documents.gate("rule.V25", "refuse"), "actual": said, "owner": people[0]}],
    )
    document["already_happened"] = {
        "since": "the plan",
        "moves": [{"from": ["Sales"], "to": [], "users": len(people), "emails": people}],
    }
    text = json.dumps(redacted(document, users, {}, NAMES).document, ensure_ascii=False)
    text += redacted(document, users, {}, NAMES).lines.decode("utf-8", "surrogatepass")
    written = {one: json.dumps(one, ensure_ascii=False)[1:-1] for one in (*people, *boxes.values())}
    left = [one for one, form in written.items() if len(one) > 3 and form in text]
    assert left == []
