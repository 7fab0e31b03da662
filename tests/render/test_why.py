"""The proof chain of one user."""

import json
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator
from pytest_snapshot.plugin import Snapshot

from calplan.impact.outcome import Outcome
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.proof import Basis
from calplan.model.settings import WantedSettings
from calplan.model.unknown import UNKNOWN
from calplan.model.user import RawFacts, text_list
from calplan.plan.as_document import as_document
from calplan.plan.document import PlanDocument, UserDocument
from calplan.plan.planfile import unpack
from calplan.plan.why.document import WhyDocument, why_document
from calplan.policyfile.schema import schema_of
from calplan.render.why import why_json, why_text
from tests import make as scenes
from tests.render import make

LATER = datetime(2026, 11, 23, 10, tzinfo=UTC)
ANN = "ann@corp.example"
HELD = scenes.facts("google", "write", "read", groups=["Executives", "Staff"])
GROUPS = Groups(known=(Group(id="g1", name="Executives"), Group(id="g2", name="Staff")))
LOCKED_FOR_EXECUTIVES = (GroupOverride(group="Executives", locked=True, service=scenes.graph()),)
TO_GRAPH = scenes.account(service=scenes.graph(), locked=True)
PRIORITY = GroupModel(kind="priority", order=("Executives", "Staff"))


def scene(raw: RawFacts = HELD, **more: object) -> scenes.Scene:
    """One user under a lock of the account to Graph, unless told otherwise."""
    parts = {"after": scenes.wanted(TO_GRAPH), "groups": GROUPS, **more}
    return scenes.Scene(users={ANN: raw}, **parts)  # type: ignore[arg-type]  # whatever a test is about


def why_of(one: scenes.Scene, asked: Outcome | None = None) -> WhyDocument:
    document = as_document(one.plan(), version="0.1.0", users_hash="u", policy_hash="p")
    return why_document(document, next(one.assessed().rows()), ensures_grant=one.ensure_tenant_grant, asked=asked)


def shown(user: UserDocument, document: PlanDocument | None = None, *, now: datetime | None = None) -> str:
    return "".join(why_text(why_document(document or make.plan(), user, ensures_grant=False), now=now))


CHAINS = {
    "prompted": scene(scenes.facts("")),
    "silent": scene(HELD._replace(clients='["5.2.44052.0816(win)"]')),
    "blocked_by_domain": scene(
        after=scenes.wanted(scenes.account(locked=True, allowed_domains=scenes.domains("partner.example")))
    ),
    "at_risk": scene(scenes.facts(None, groups=None, own_grant=None, mailbox_location=None, clients=("-",))),
    "unaffected": scene(scenes.facts("office365-graph", "write", "read", groups=["Staff"])),
    "member_of_a_group": scene(
        after=scenes.wanted(scenes.account()), wanted_groups=LOCKED_FOR_EXECUTIVES, group_model=PRIORITY
    ),
    "group_under_a_locked_account": scene(
        groups=Groups(known=GROUPS.known, overrides=LOCKED_FOR_EXECUTIVES), group_model=PRIORITY
    ),
    "level_that_cannot_be_decided": scene(
        after=scenes.wanted(scenes.account()),
        wanted_groups=(
            *LOCKED_FOR_EXECUTIVES,
            GroupOverride(group="Staff", locked=True, service=scenes.google("read")),
        ),
        group_model=GroupModel(kind="legacy"),
    ),
    "two_changes_needed": scene(
        after=scenes.wanted(scenes.account(enabled=False, allowed_domains=scenes.domains("partner.example")))
    ),
    "widened_grant": scene(facts_of_tenant=scenes.tenant(grant=()), ensure_tenant_grant=True),
}


@pytest.mark.parametrize("name", CHAINS)
def test_a_proof_chain_is_told_from_facts_to_what_would_have_to_be_otherwise(name: str, snapshot: Snapshot) -> None:
    snapshot.assert_match("".join(why_text(why_of(CHAINS[name]), now=LATER)), "why.txt")


@pytest.mark.parametrize("name", CHAINS)
def test_as_json_it_fits_its_schema_and_its_keys_are_sorted(name: str) -> None:
    text = "".join(why_json(why_of(CHAINS[name])))
    document = json.loads(text)
    assert [error.message for error in Draft202012Validator(schema_of("why")).iter_errors(document)] == []
    assert text == json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_as_json_everything_has_its_place(snapshot: Snapshot) -> None:
    snapshot.assert_match("".join(why_json(why_of(CHAINS["member_of_a_group"]))), "why.json")


@pytest.mark.parametrize("name", [name for name in CHAINS if name != "level_that_cannot_be_decided"])
def test_a_saved_plan_gives_the_same_proof(name: str) -> None:
    saved = unpack(CHAINS[name].packed())
    row = saved.users.find(ANN)
    assert row is not None
    again = why_document(saved.document, row, ensures_grant=CHAINS[name].ensure_tenant_grant)
    fresh = {**why_of(CHAINS[name]), "plan_id": saved.document["plan_id"]}
    assert again == fresh


def test_an_outcome_the_user_does_not_have_is_answered_by_the_one_he_has() -> None:
    text = "".join(why_text(why_of(scene(), Outcome.BLOCKED)))
    assert "so that the outcome is not blocked\n  Nothing: the user does not have it." in text
    assert "The outcome is disconnected_prompted (disconnected, and asked to set up again)." in text


def test_the_outcome_the_user_has_may_be_named() -> None:
    assert why_of(scene(), Outcome.DISCONNECTED_PROMPTED) == why_of(scene())


def test_of_an_unaffected_user_nothing_is_asked_unless_somebody_does() -> None:
    unaffected = CHAINS["unaffected"]
    assert "unaffected, " not in "".join(why_text(why_of(unaffected)))
    assert why_of(unaffected)["counterfactual"]["status"] == "harmless"
    assert why_of(unaffected, Outcome.UNAFFECTED)["counterfactual"]["status"] == "answered"


def test_where_nothing_helps_that_is_said() -> None:
    walls = scenes.account(
        enabled=False, locked=True, service=scenes.MAPI, allowed_domains=scenes.domains("partner.example")
    )
    one = scene(HELD._replace(clients='["6.5.3(mac)"]'), after=scenes.wanted(walls))
    assert "  None of up to two changes gives another outcome.\n" in "".join(why_text(why_of(one)))


def test_a_forecast_of_other_rules_is_not_explained_by_these() -> None:
    user = make.user("a@contoso.com", "R05b", "R06", "R01")
    why = why_document(make.plan(), user, ensures_grant=False)
    assert why["counterfactual"]["status"] == "other_rules"
    assert why["counterfactual"]["results"] == []
    assert "Make a new plan: calplan plan" in "".join(why_text(why))


def test_what_nobody_read_stays_unknown_in_the_answer() -> None:
    one = scene(before=scenes.account(locked=UNKNOWN))
    text = "".join(why_text(why_of(one)))
    assert "  ~ integration.locked (the lock): (unknown) -> true  (the account)\n" in text
    assert "  - integration.locked stays as it is: (unknown)\n" in text


def test_a_group_that_inherits_says_so() -> None:
    one = scene(
        after=scenes.wanted(scenes.account(service=scenes.graph())),
        wanted_groups=(GroupOverride(group="Executives", locked=True),),
        group_model=PRIORITY,
    )
    text = "".join(why_text(why_of(one)))
    assert "(the account) -> (the account, inherited by group Executives (g1))" in text
    assert "  - groups[Executives].locked stays as it is: (inherited)\n" in text


def test_groups_as_a_whole_are_told_as_such() -> None:
    for raw, overrides, words in ((HELD, UNKNOWN, ": (unknown)"), (HELD._replace(groups=None), (), "")):
        one = scene(
            raw,
            after=scenes.wanted(scenes.account()),
            groups=Groups(known=GROUPS.known, overrides=overrides),
            wanted_groups=LOCKED_FOR_EXECUTIVES,
            group_model=PRIORITY,
        )
        assert f"  - what groups state stays as it is{words}\n" in "".join(why_text(why_of(one)))


def test_what_a_group_states_no_longer_is_not_called_left_alone() -> None:
    off = GroupOverride(group="Executives", enabled=False)
    one = scene(
        after=WantedSettings(),
        groups=Groups(known=GROUPS.known, overrides=(off,)),
        wanted_groups=(),
        group_model=PRIORITY,
    )
    left_alone = {each["address"]: each["unmanaged"] for each in why_of(one)["settings"]}
    assert not left_alone["integration.enabled"]
    assert left_alone["integration.service"]


def test_what_changes_is_not_called_left_alone_where_a_group_inherits_it_then() -> None:
    off = GroupOverride(group="Executives", enabled=False)
    locked = GroupOverride(group="Executives", locked=True)
    one = scene(
        after=WantedSettings(),
        groups=Groups(known=GROUPS.known, overrides=(off,)),
        wanted_groups=(locked,),
        group_model=PRIORITY,
    )
    enabled = next(each for each in why_of(one)["settings"] if each["address"] == "integration.enabled")
    assert (enabled["before"], enabled["after"], enabled["unmanaged"]) == (False, True, False)


def test_levels_are_told_only_where_a_group_could_state_something() -> None:
    assert "Levels" not in "".join(why_text(why_of(scene())))
    assert "Levels" in "".join(why_text(why_of(CHAINS["group_under_a_locked_account"])))


def test_sync_has_a_source_of_its_own() -> None:
    one = scene(
        after=scenes.wanted(scenes.account()),
        wanted_groups=(GroupOverride(group="Staff", bidirectional_sync=True),),
        group_model=PRIORITY,
    )
    sources = {each["address"]: each["after_source"]["level"] for each in why_of(one)["settings"]}
    assert sources["bidirectionalSync"] == "group"
    assert sources["integration.service"] == "account"


def test_an_unread_lock_of_the_account_leaves_more_than_one_level_possible() -> None:
    one = scene(
        before=scenes.account(locked=UNKNOWN),
        after=WantedSettings(),
        groups=Groups(known=GROUPS.known, overrides=LOCKED_FOR_EXECUTIVES),
        group_model=PRIORITY,
    )
    sources = {each["address"]: each["after_source"]["level"] for each in why_of(one)["settings"]}
    assert sources["integration.service"] == "undecided"


def test_two_sources_that_disagree_are_told() -> None:
    document = make.plan(diagnostics=[make.diagnostic("P-CONFLICT", summary="two sources disagree")])
    assert "  conflict: two sources disagree; why: " in shown(make.user("a@contoso.com"), document)


def test_unknown_facts_are_said_to_be_unknown() -> None:
    user = make.user("a@contoso.com", "R10d") | {"clients": []}
    for fact in ("service", "groups", "own_grant", "mailbox_location"):
        user.pop(fact)  # type: ignore[misc]  # each of these may be missing
    text = shown(user)
    for line in ("connection: (unknown)", "clients: none known", "groups: (unknown)", "mailbox location: (unknown)"):
        assert line in text
    assert "own Microsoft grant: (unknown)" in text


@pytest.mark.parametrize(
    "client, words",
    [
        ("5.2.44052.0816(win)", "version 5.2 build 44052, platform Windows; too old to show the prompt"),
        ("5.2.45106.0831(mac)", "version 5.2 build 45106, platform Mac; nobody knows whether it shows the prompt"),
        ("5.12.2 (9281)", "version 5.12.2, platform (unknown); shows the prompt"),
        ("-", "cannot be read as a version; nobody knows whether it shows the prompt"),
    ],
)
def test_a_client_is_told_as_it_was_read(client: str, words: str) -> None:
    assert f"  client: {client} ({words})\n" in shown(make.user("a@contoso.com") | {"clients": [client]})


def test_no_connection_is_not_an_unknown_one() -> None:
    assert "connection: (not connected)" in shown(make.user("a@contoso.com", "R10c1") | {"service": ""})


def test_a_connection_through_ews_is_told_by_its_host() -> None:
    user = make.user("a@contoso.com") | {"service": "exchange-ews", "ews_host": "mail.contoso.com", "auth": "basic"}
    assert "Exchange through EWS, host mail.contoso.com, signed in by basic" in shown(user)


def test_the_rules_that_decide_come_first() -> None:
    text = shown(make.user("a@contoso.com", "R05b", "R06", "R01"))
    assert text.index("R05b decides") < text.index("R01 also applies") < text.index("R06 also applies")


def test_old_evidence_is_marked() -> None:
    document = make.plan(sources=[make.evidence(stale=True), make.evidence(kind="settings", stale=True)])
    text = shown(make.user("a@contoso.com"), document)
    assert "Facts  stale?\n" in text
    assert "Settings that apply  stale?\n" in text
    assert "of unknown age, not read to its end  stale?" in text


def test_a_rule_of_a_newer_calplan_is_named_without_words() -> None:
    user = make.user("a@contoso.com") | {"rules": ["R99"]}
    assert "R99 also applies" in shown(user)


def test_names_made_to_harm_are_neutralised() -> None:
    one = scene(
        HELD._replace(groups=text_list([make.CHAOS]), clients=text_list([make.CHAOS])),
        groups=Groups(known=(Group(id="g1", name=make.CHAOS),)),
        wanted_groups=(GroupOverride(group=make.CHAOS, locked=True, service=scenes.google("read")),),
        after=scenes.wanted(scenes.account()),
        group_model=GroupModel(kind="priority", order=(make.CHAOS,)),
    )
    for text in ("".join(why_text(why_of(one))), "".join(why_json(why_of(one)))):
        assert "locked" in text
        assert all(line.isprintable() for line in text.split("\n"))
    user = make.user(make.CHAOS, groups=[make.CHAOS]) | {"clients": [make.CHAOS], "primary_group": make.CHAOS}
    assert all(line.isprintable() for line in shown(user).split("\n"))


def test_a_connection_lost_on_the_way_only_is_told_of() -> None:
    user = next(scene().assessed().rows())
    assert "on the way" not in shown(user)
    text = shown({**user, "lost_on_the_way": True})
    assert "  on the way: the connection is lost between two steps, in whatever order (P-ON-THE-WAY)" in text


@pytest.mark.parametrize("basis", [one for one in Basis if one is not Basis.PLATFORM])
def test_what_is_not_from_the_platform_says_from_what_it_is(basis: Basis) -> None:
    said = shown(make.user("a@contoso.com") | {"evidence": basis.value})
    (line,) = (one for one in said.splitlines() if one.startswith("  told from: "))
    assert line != f"  told from: {basis.value}", "in words"
    assert ("no proof" in line) == (basis in {Basis.GOOGLE_TOKENS, Basis.GOOGLE_LOG, Basis.MICROSOFT_GRANTS})
