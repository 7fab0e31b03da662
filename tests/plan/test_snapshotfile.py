"""A snapshot: what was read comes back as it was, and nothing but ``BadArchiveError`` of anything else."""

import io
import json
import random
import zipfile
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calplan.impact.population import populate
from calplan.model.account import AssistantPair, Observed, PrivateAccess, PrivateEvents
from calplan.model.levels import Group, Groups
from calplan.model.policy import GroupOverride
from calplan.model.proof import Basis
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN
from calplan.model.user import UserBatch
from calplan.plan.actions import Consent
from calplan.plan.archive import LARGEST_FILE, BadArchiveError
from calplan.plan.beside import BesidePlatform
from calplan.plan.build import Live, build_plan
from calplan.plan.edits import Edit, EditLog, LogUnread
from calplan.plan.evidence_findings import evidence_findings
from calplan.plan.fingerprint import digest
from calplan.plan.plan import Plan
from calplan.plan.pseudonyms import Pseudonyms
from calplan.plan.snapshot.frozen import Frozen, NotHeldError, frozen
from calplan.plan.snapshot.hiding import hidden, named_in
from calplan.plan.snapshot.snapshotfile import snapshot_blocks, snapshot_in
from calplan.plan.users import users_of
from tests import make
from tests.plan.witnesses import ANN, BOB, NO_TRACE, UNTOLD, google, microsoft, person
from tests.plan.witnesses import joined as joined_by
from tests.plan.zips import members_of, zipped
from tests.property.group_worlds import grouped

DEFAULT = settings.default or settings()
SCENE = make.Scene(
    before=make.account(service=make.exchange(impersonation=make.impersonation("svc@corp.example"))),
    after=make.wanted(make.account(service=make.graph(), locked=True)),
    users={
        ANN: make.facts("google", "write", "read", groups=["Staff", "4711"], primary_group="Staff"),
        BOB: make.facts("exchange-ews", auth="impersonation", clients=[make.OLD_MAC], ews_host="mail.corp.example"),
        "cyd@corp.example": make.facts(None, own_grant=None, groups=None, mailbox_location=None),
        "dan@else.example": make.facts("", status="pending"),
    },
    mailboxes={ANN: "ann.lee@corp.example"},
)


def frozen_scene(scene: make.Scene = SCENE, *, hosts: frozenset[str] | None = None) -> Frozen:
    return Frozen(account="corp", taken_at=make.NOW, live=frozen(scene.live, make.NOW), hosts=hosts)


def packed(one: Frozen) -> bytes:
    return b"".join(snapshot_blocks(one, version="0.0.test"))


def again(one: Frozen) -> Frozen:
    return snapshot_in(packed(one))


def people(live: Live) -> list[tuple[Any, ...]]:
    population = live.population
    return [
        (email, population.raw[number], population.bases[number], page.mailboxes.get(email))
        for page in population.roster.pages()
        for email, number in zip(page.emails, (population.kinds[one].class_id for one in page.kinds), strict=True)
    ]


def same(left: Frozen, right: Frozen) -> bool:
    """Whether two snapshots hold the same; classes of users may be numbered otherwise."""
    kept = [one.name for one in fields(Live) if one.name != "population"]
    return (
        people(left.live) == people(right.live)
        and all(getattr(left.live, name) == getattr(right.live, name) for name in kept)
        and all(getattr(left, one.name) == getattr(right, one.name) for one in fields(Frozen) if one.name != "live")
    )


DATA = packed(frozen_scene())


def members(data: bytes = DATA) -> dict[str, bytes]:
    return members_of(data)


def forged(**content: bytes) -> bytes:
    """An archive whose manifest vouches for whatever was put in: forged with care."""
    held = {**members(), **{name.replace("_", "."): data for name, data in content.items()}}
    manifest = json.loads(held.pop("manifest.json"))
    manifest["members"] = {name: {"sha256": digest(data), "size": len(data)} for name, data in held.items()}
    return zipped({**held, "manifest.json": json.dumps(manifest).encode()})


def test_what_was_read_comes_back_as_it_was() -> None:
    assert same(again(frozen_scene()), frozen_scene())
    assert packed(again(frozen_scene())) == DATA


@given(st.integers(min_value=0, max_value=10**9))
@settings(DEFAULT, max_examples=max(5, DEFAULT.max_examples // 4))
def test_any_account_comes_back_as_it_was_and_plans_the_same(seed: int) -> None:
    world, draw = grouped(seed), random.Random(seed)
    unread = {one.name: UNKNOWN for one in fields(AccountSettings) if draw.random() < 0.2}
    scene = make.Scene(
        before=replace(world.before, **unread),
        after=make.wanted(world.after),
        users=dict(world.users),
        facts_of_tenant=world.tenant,
        groups=Groups(known=world.groups, overrides=world.overrides_before),
        group_model=world.model,
    )
    one = frozen_scene(scene)
    assert same(again(one), one)
    plan, thawed = scene.plan(), build_plan(scene.policy, again(one).for_policy(scene.policy), scene.terms, ())
    assert (thawed.changes, thawed.impact, thawed.gates) == (plan.changes, plan.impact, plan.gates)
    assert [*users_of(thawed).lines()] == [*users_of(plan).lines()]


def with_everything() -> Frozen:
    """A snapshot with all that can stand in one."""
    witnesses = (google(person(ANN, NO_TRACE), person(BOB, NO_TRACE), complete=False), microsoft(hides=True))
    rows, told = joined_by(*witnesses, users={ANN: UNTOLD, BOB: UNTOLD, "cyd@corp.example": UNTOLD})
    told.conflicts[BOB] = ("google", "office365-graph")
    told.shared.append(ANN)
    told.outranked.append("cyd@corp.example")
    batch = UserBatch(
        emails=[*rows],
        facts=[facts for facts, _ in rows.values()],
        mailboxes={},
        bases=[Basis.LAST_KNOWN, Basis.GOOGLE_TOKENS, Basis.PLATFORM],
    )
    live = replace(
        SCENE.live,
        population=populate([batch], last_client_only=True),
        groups=Observed(
            value=Groups(
                known=(Group(id="4711", name="Staff"), Group(id="g2", name="team of ann@corp.example")),
                overrides=(GroupOverride(group="4711", locked=True, service=make.graph()),),
            ),
            evidence=SCENE.seen("groups"),
        ),
        sources=BesidePlatform(
            evidence=tuple(one.evidence for one in witnesses), findings=evidence_findings(told, witnesses)
        ),
        holders={Consent.GOOGLE: frozenset({ANN}), Consent.OFFICE365: UNKNOWN},
        assistants=Observed(
            value={AssistantPair(user=BOB, assistant=ANN): PrivateAccess.HIDDEN}, evidence=SCENE.seen("assistants")
        ),
        edits=EditLog(
            edits=(Edit(time=make.NOW, operator=ANN, action="Update", detail=f"{BOB} and Cyd"),), read_from=make.NOW
        ),
    )
    return Frozen(account="corp", taken_at=make.NOW, live=frozen(live, make.NOW), hosts=frozenset({BOB}))


def test_every_kind_of_evidence_comes_back() -> None:
    one = with_everything()
    assert same(again(one), one)
    unread = replace(one, live=replace(one.live, edits=LogUnread(reason="not let in"), assistants=None), hosts=None)
    assert same(again(unread), unread)
    unseen = Groups(known=one.live.groups.value.known, overrides=UNKNOWN)
    blind = replace(one, live=replace(one.live, groups=replace(one.live.groups, value=unseen)))
    assert same(again(blind), blind)


def test_what_was_asked_then_is_as_old_as_the_snapshot() -> None:
    asked = replace(SCENE.live.users, live=True, as_of=None)
    plan = plan_of(frozen(replace(SCENE.live, users=asked), make.NOW), at=make.NOW + timedelta(hours=25))
    (gate,) = [one for one in plan.gates if one.id == "evidence.age"]
    assert gate.status.value == "refuse"
    assert "local users: 25h old, at most 1d" in gate.actual


def plan_of(live: Live, at: datetime) -> Plan:
    return build_plan(SCENE.policy, live, replace(SCENE.terms, at=at), ())


def test_scheduling_privileges_that_were_not_read_are_not_taken_for_none() -> None:
    exception = (AssistantPair(user=BOB, assistant=ANN), PrivateAccess.MANAGED)
    policy = replace(SCENE.policy, private_events=PrivateEvents(default=None, exceptions=(exception,)))
    one = with_everything()
    assert one.for_policy(policy).assistants is not None
    assert one.for_policy(SCENE.policy).assistants is None
    with pytest.raises(NotHeldError, match=f"no scheduling privileges of {BOB}"):
        replace(one, hosts=frozenset()).for_policy(policy)
    with pytest.raises(NotHeldError, match="no scheduling privileges of everybody"):
        one.for_policy(replace(policy, private_events=PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=())))


def test_a_redacted_snapshot_names_nobody_anywhere() -> None:
    text = b"".join(members(packed(hidden(with_everything(), Pseudonyms(b"k" * 32), frozenset()))).values()).decode()
    assert [name for name in ("ann@", "bob@", "cyd@", "svc@", "Cyd") if name in text] == []
    assert "Staff" in text
    assert "@corp.example" in text


def test_a_redacted_snapshot_keeps_what_the_policy_itself_states() -> None:
    service = make.exchange(impersonation=make.impersonation("svc@corp.example"))
    stated = named_in(replace(SCENE.policy, settings=make.wanted(make.account(service=service))))
    shown = again(hidden(with_everything(), Pseudonyms(b"k" * 32), stated))
    assert shown.live.settings.value == SCENE.before
    exception = (AssistantPair(user=BOB, assistant=ANN), PrivateAccess.MANAGED)
    policy = replace(SCENE.policy, private_events=PrivateEvents(default=None, exceptions=(exception,)))
    shown = again(hidden(with_everything(), Pseudonyms(b"k" * 32), named_in(policy)))
    assert shown.for_policy(policy).assistants == with_everything().live.assistants
    assert BOB not in [*shown.live.population.addresses()]


def test_the_same_key_gives_the_same_snapshot_and_the_plan_counts_the_same() -> None:
    one = frozen_scene()
    shown = again(hidden(one, Pseudonyms(b"k" * 32), named_in(SCENE.policy)))
    assert packed(shown) == packed(hidden(one, Pseudonyms(b"k" * 32), named_in(SCENE.policy)))
    assert packed(shown) != packed(hidden(one, Pseudonyms(b"l" * 32), named_in(SCENE.policy)))
    assert plan_of(shown.live, make.NOW).impact == plan_of(one.live, make.NOW).impact


STATE = json.loads(members()["state.json"])
ROWS = members()["users.ndjson"].splitlines(keepends=True)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(DATA[:-1], id="torn"),
        pytest.param(DATA[40:], id="its beginning is gone"),
        pytest.param(zipped({}), id="empty"),
        pytest.param(zipped({"../../etc/passwd": b"x", **members()}), id="another member, outside"),
        pytest.param(zipped({**members(), "users.ndjson": b"".join(ROWS[1:])}), id="a user is gone"),
        pytest.param(zipped({**members(), "state.json": b"{}"}), id="another state"),
        pytest.param(forged(state_json=b"{}"), id="an empty state"),
        pytest.param(forged(state_json=b"[" * 100_000), id="a deep state"),
        pytest.param(forged(state_json=json.dumps({**STATE, "tenant": [[]]}).encode()), id="no tenant"),
        pytest.param(forged(state_json=json.dumps({**STATE, "users": None}).encode()), id="no evidence"),
        pytest.param(forged(users_ndjson=b"{}\n"), id="no user"),
        pytest.param(forged(users_ndjson=b"\xff\n"), id="no text"),
        pytest.param(forged(users_ndjson=b"[" * 100_000 + b"\n"), id="a deep user"),
        pytest.param(forged(users_ndjson=b"x" * 2 * 1024**2), id="a long line"),
        pytest.param(forged(users_ndjson=ROWS[0].strip()), id="half a line"),
        pytest.param(forged(users_ndjson=b"".join(reversed(ROWS))), id="not sorted"),
        pytest.param(forged(users_ndjson=ROWS[0] * 2), id="a user twice"),
        pytest.param(forged(users_ndjson=ROWS[0].replace(b"ann@", b"Ann@")), id="an address in capitals"),
        pytest.param(
            forged(users_ndjson=ROWS[0].replace(b'"google"', b'"carrier-pigeon"')), id="an unheard-of service"
        ),
        pytest.param(make.Scene().packed(), id="a plan"),
    ],
)
def test_what_is_no_snapshot_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(BadArchiveError) as refused:
        snapshot_in(data)
    assert str(refused.value)[0].islower()


def test_a_newer_format_is_refused_and_a_newer_minor_one_is_read() -> None:
    manifest = json.loads(members()["manifest.json"])
    newer = zipped({**members(), "manifest.json": json.dumps({**manifest, "format_version": "2.0"}).encode()})
    with pytest.raises(BadArchiveError, match=r"saved in format 2\.0, which this version of calplan does not read"):
        snapshot_in(newer)
    minor = json.dumps({**manifest, "format_version": "1.7", "mood": "fine"}).encode()
    assert same(snapshot_in(zipped({**members(), "manifest.json": minor, "more.json": b"{}"})), frozen_scene())


def test_a_member_twice_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members().items():
            archive.writestr(name, data)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("users.ndjson", b"")
    with pytest.raises(BadArchiveError, match="holds a member twice"):
        snapshot_in(out.getvalue())


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = bytearray(zipped({**members(), "users.ndjson": bytes(80 * 1024**2)}))
    with pytest.raises(BadArchiveError, match="unreasonable size"):
        snapshot_in(bytes(bomb))
    with pytest.raises(BadArchiveError, match="larger than 256 MB"):
        snapshot_in(bytes(LARGEST_FILE + 1))


@given(st.integers(min_value=0, max_value=len(DATA) - 1), st.integers(min_value=0, max_value=255))
def test_a_byte_that_was_changed_is_noticed_or_makes_no_difference(place: int, byte: int) -> None:
    data = bytearray(DATA)
    data[place] = byte
    try:
        found = snapshot_in(bytes(data))
    except BadArchiveError:
        return
    assert same(found, frozen_scene())
