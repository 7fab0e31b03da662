"""The saved plan: the same bytes for the same plan, and nothing but ``BadArchiveError`` for anything else."""

import io
import json
import random
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calplan.model.service import SecretReference
from calplan.plan.archive import BadArchiveError
from calplan.plan.fingerprint import canonical_text, digest, plan_id_of
from calplan.plan.planfile import SavedPlan, pack, unpack
from calplan.plan.users import SavedUsers
from tests import make
from tests.impact.test_worked_example import AFTER, BEFORE, TENANT, users
from tests.plan.zips import members_of, zipped

DEFAULT = settings.default or settings()
SCENE = make.Scene(before=BEFORE, after=make.wanted(AFTER), users=users(), facts_of_tenant=TENANT)
DATA = SCENE.packed()
MEMBERS = ("manifest.json", "plan.json", "users.ndjson", "policy.json")


def members(data: bytes = DATA) -> dict[str, bytes]:
    return members_of(data)


def sealed(content: Mapping[str, bytes]) -> bytes:
    """An archive whose manifest states the hashes of what it holds: forged with care."""
    manifest = json.loads(content["manifest.json"])
    for name in MEMBERS[1:]:
        manifest["members"][name] = {"sha256": digest(content[name]), "size": len(content[name])}
    return zipped({**content, "manifest.json": json.dumps(manifest).encode()})


def content_of(plan: SavedPlan) -> tuple[Any, ...]:
    return plan.document, [*plan.users.rows()], plan.policy, plan.created_at, plan.expires_at, plan.paths


ORIGINAL = content_of(unpack(DATA))


def test_a_plan_comes_back_as_it_was_saved() -> None:
    parts, saved = SCENE.parts(), unpack(DATA)
    assert saved.document == parts.document
    assert [*saved.users.rows()] == [*SCENE.assessed().rows()]
    assert saved.policy == parts.policy
    assert (saved.created_at, saved.expires_at) == (make.NOW, make.NOW + timedelta(hours=24))
    assert (saved.paths, saved.rules_version) == (("contoso",), "1")


def test_the_same_plan_has_the_same_bytes() -> None:
    again = replace(SCENE, users=dict([*users().items()][::-1]))
    assert DATA == SCENE.packed() == again.packed()


def test_another_time_changes_the_manifest_alone() -> None:
    later = members(pack(SCENE.parts(), created_at=make.NOW + timedelta(hours=1)))
    assert {name for name, data in members().items() if later[name] != data} == {"manifest.json"}


def test_the_archive_says_nothing_of_machine_or_author() -> None:
    with zipfile.ZipFile(io.BytesIO(DATA)) as archive:
        assert archive.namelist() == list(MEMBERS)
        for info in archive.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert (info.external_attr >> 16, info.create_system) == (0o600, 3)
            assert (info.comment, info.extra) == (b"", b"")


def test_users_are_one_line_each_sorted_by_address_and_active_only() -> None:
    rows = [json.loads(line) for line in members()["users.ndjson"].decode().split("\n")[:-1]]
    assert [row["email"] for row in rows] == sorted(email for email, raw in users().items() if raw.status == "active")
    assert members()["users.ndjson"].decode().endswith("\n")


ODD = ("\N{LINE SEPARATOR}", "\N{PARAGRAPH SEPARATOR}", "\x85", "\x0b", "\x1c", "\r\n", "\0", '"', "\\", "ü")


@pytest.mark.parametrize("sign", ODD, ids=ascii)
@pytest.mark.parametrize("where", ["group", "client", "address", "policy"])
def test_odd_signs_in_names_survive_saving(sign: str, where: str) -> None:
    name = f"a{sign}b"
    user = make.facts(groups=(name,) if where == "group" else (), clients=(name,) if where == "client" else ())
    email = f"{name}@corp.example" if where == "address" else "ann@corp.example"
    login = make.impersonation(account=f"{name}@corp.example" if where == "policy" else "svc@corp.example")
    after = make.account(service=make.exchange(impersonation=login))
    scene = make.Scene(after=make.wanted(after), users={email: user})
    saved = unpack(scene.packed())
    assert [*saved.users.rows()] == [*scene.assessed().rows()]
    assert saved.users.find(email) is not None


@given(st.text(max_size=5), st.lists(st.text(max_size=5), max_size=2), st.lists(st.text(max_size=3), max_size=2))
def test_the_quick_lines_are_the_slow_ones(name: str, clients: list[str], groups: list[str]) -> None:
    scene = make.Scene(
        users={
            f"{name}@corp.example": make.facts(clients=clients, groups=groups),
            f"z{name}@corp.example": make.facts(clients=clients, groups=groups),
        }
    )
    lines = [json.loads(line) for line in scene.assessed().lines()]
    assert lines == [*scene.assessed().rows()]


def test_a_client_that_looks_like_the_gap_in_a_line_is_kept_as_it_is() -> None:
    scene = make.Scene(users={"ann@corp.example": make.facts(clients=("\0",))})
    assert [json.loads(line) for line in scene.assessed().lines()] == [*scene.assessed().rows()]


@pytest.mark.parametrize("flip", [0xFF, 0x01])
def test_a_flipped_byte_is_noticed_or_of_no_consequence(flip: int) -> None:
    for place in range(len(DATA)):
        damaged = bytearray(DATA)
        damaged[place] ^= flip
        try:
            found = unpack(bytes(damaged))
        except BadArchiveError:
            continue
        assert content_of(found) == ORIGINAL, place


def test_a_plan_that_was_cut_short_is_refused() -> None:
    for length in range(0, len(DATA), 7):
        with pytest.raises(BadArchiveError):
            unpack(DATA[:length])
    with pytest.raises(BadArchiveError):
        unpack(DATA[:-1])


@settings(max_examples=2 * DEFAULT.max_examples)
@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda tail: DATA[:60] + tail))
def test_garbage_is_no_plan(data: bytes) -> None:
    with pytest.raises(BadArchiveError):
        unpack(data)


@settings(max_examples=2 * DEFAULT.max_examples)
@given(st.data())
def test_damage_in_several_places_gives_a_plan_or_a_reason(data: st.DataObject) -> None:
    damaged = bytearray(DATA)
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(damaged) - 1))
        damaged[start : start + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    try:
        unpack(bytes(damaged))
    except BadArchiveError:
        return


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_that_is_missing_or_one_too_many_is_refused(name: str) -> None:
    fewer = {key: data for key, data in members().items() if key != name}
    with pytest.raises(BadArchiveError, match="does not hold the members"):
        unpack(zipped(fewer))
    with pytest.raises(BadArchiveError, match="does not hold the members"):
        unpack(zipped({**members(), "../" + name: b""}))


@pytest.mark.parametrize("name", MEMBERS[1:])
def test_a_changed_member_is_named(name: str) -> None:
    with pytest.raises(BadArchiveError, match=f"{name} was changed"):
        unpack(zipped({**members(), name: members()[name] + b"\n"}))


@pytest.mark.parametrize("name", MEMBERS[1:])
def test_a_changed_member_is_noticed_although_the_manifest_was_changed_with_it(name: str) -> None:
    data = members()[name].replace(b"corp.example", b"evil.example")
    assert data != members()[name]
    with pytest.raises(BadArchiveError, match="id does not belong"):
        unpack(sealed({**members(), name: data}))


@pytest.mark.parametrize("name", MEMBERS)
@pytest.mark.parametrize(
    "data",
    [b"", b"null", b"[]", b"5", b'"x"', b"{", b"\xff\xfe", b"{}", b"[" * 100_000, b'{"a":1e999}', b"\xef\xbb\xbf{}"],
)
def test_a_member_of_another_form_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(BadArchiveError):
        unpack(sealed({**members(), name: data}) if name != "manifest.json" else zipped({**members(), name: data}))


def forged_manifest(change: Callable[[dict[str, Any]], object]) -> bytes:
    manifest = json.loads(members()["manifest.json"])
    change(manifest)
    return zipped({**members(), "manifest.json": json.dumps(manifest).encode()})


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.update(format="other"),
        lambda one: one.pop("format"),
        lambda one: one.update(format_version="2.0"),
        lambda one: one.update(format_version="10.0"),
        lambda one: one.update(format_version=None),
        lambda one: one.pop("members"),
        lambda one: one.update(members=[]),
        lambda one: one["members"].pop("plan.json"),
        lambda one: one["members"].update({"plan.json": "x"}),
        lambda one: one.update(plan_id="sha256:" + "0" * 64),
        lambda one: one.pop("plan_id"),
        lambda one: one.pop("created_at"),
        lambda one: one.update(created_at="yesterday"),
        lambda one: one.update(expires_at="2026-11-23T12:00:00"),
        lambda one: one.update(expires_at=None),
        lambda one: one.update(paths="contoso"),
        lambda one: one.pop("paths"),
        lambda one: one.pop("rules_version"),
    ],
)
def test_a_manifest_of_another_form_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(BadArchiveError):
        unpack(forged_manifest(change))


def test_the_reason_given_is_the_one_that_holds() -> None:
    plan = members()["plan.json"].replace(b'"format_version":"1.0"', b'"format_version":"2.0"')
    with pytest.raises(BadArchiveError, match=r"format 2\.0, which this version of calplan does not read"):
        unpack(sealed({**members(), "plan.json": plan}))
    with pytest.raises(BadArchiveError, match="no time zone"):
        unpack(forged_manifest(lambda one: one.update(expires_at="2026-11-23T12:00:00")))


def test_a_newer_minor_version_is_read() -> None:
    assert content_of(unpack(forged_manifest(lambda one: one.update(format_version="1.7")))) == ORIGINAL


def of_version(version: str, **more: object) -> bytes:
    """The plan as a later version of calplan would have saved it, with keys that this one does not know."""
    content = members()
    document = json.loads(content["plan.json"]) | {"format_version": version, **more}
    users = SavedUsers(content["users.ndjson"]).digest()
    policy = digest(canonical_text(json.loads(content["policy.json"])["policy"]))
    document["plan_id"] = plan_id_of(document, users_hash=users, policy_hash=policy)
    manifest = json.loads(content["manifest.json"]) | {"format_version": version, "plan_id": document["plan_id"]}
    inner = {**content, "plan.json": json.dumps(document).encode(), "manifest.json": json.dumps(manifest).encode()}
    return sealed({**inner, "more.json": b"{}"} if more else inner)


def test_keys_and_members_that_a_newer_minor_version_added_are_passed_over() -> None:
    saved = unpack(of_version("1.9", new_key={"a": 1}))
    assert [*saved.users.rows()] == [*SCENE.assessed().rows()]
    with pytest.raises(BadArchiveError, match="does not hold the members"):
        unpack(of_version("1.0", new_key={"a": 1}))
    for other in ("2.0", "0.9", "11.0"):
        with pytest.raises(BadArchiveError, match=f"format {other}, which"):
            unpack(of_version(other))


@pytest.mark.parametrize("name", ["manifest.json", "plan.json", "policy.json"])
def test_a_key_that_stands_twice_is_refused(name: str) -> None:
    """A reader that takes the first one would show another plan."""
    twice = {"policy.json": b'{"policy":{},'}.get(name, b'{"account":"other",') + members()[name][1:]
    data = zipped({**members(), name: twice}) if name == "manifest.json" else sealed({**members(), name: twice})
    with pytest.raises(BadArchiveError, match=f"{name} is not JSON"):
        unpack(data)


def test_an_archive_with_a_member_twice_is_refused() -> None:
    out = io.BytesIO(DATA)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("plan.json", members()["plan.json"])
    with pytest.raises(BadArchiveError, match="holds a member twice"):
        unpack(out.getvalue())


@pytest.mark.parametrize("kind", [0o120777, 0o020600, 0o040700, 0o010600])
def test_links_folders_and_devices_in_an_archive_are_refused(kind: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members().items():
            info = zipfile.ZipInfo(name)
            info.external_attr = kind << 16 if name == "users.ndjson" else 0
            archive.writestr(info, data)
    with pytest.raises(BadArchiveError, match=r"users.ndjson is a link, a folder or a device"):
        unpack(out.getvalue())


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_packed_in_a_way_no_plan_is_packed_in_are_refused(way: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", way) as archive:
        for name, data in members().items():
            archive.writestr(name, data)
    with pytest.raises(BadArchiveError, match="torn, encrypted or no ZIP"):
        unpack(out.getvalue())


def grown_by(check: Callable[[], object]) -> int:
    """The most bytes that were held at once while something was tried."""
    tracemalloc.start()
    try:
        check()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def refused_at(data: bytes, reason: str) -> None:
    with pytest.raises(BadArchiveError, match=reason):
        unpack(data)


def test_an_archive_of_very_many_members_is_refused_before_any_of_them_is_looked_at() -> None:
    crowd = zipped({f"{number}": b"" for number in range(20_000)})
    assert grown_by(lambda: refused_at(crowd, "more entries than calplan writes")) < 100_000


def test_a_member_that_holds_more_than_its_header_says_is_not_unpacked() -> None:
    """The header is the forger's; what counts is what comes out."""
    bomb = zipped({**members(), "users.ndjson": bytes(80 * 1024 * 1024)})
    true_size = (80 * 1024 * 1024).to_bytes(4, "little")
    for claimed in (1000, 1024 * 1024, 2**31):
        lie = bomb.replace(true_size, claimed.to_bytes(4, "little"))
        assert lie != bomb
        assert grown_by(partial(refused_at, lie, "unreasonable size|torn")) < 8 * 1024 * 1024


def test_a_manifest_without_end_is_refused() -> None:
    endless = zipped({**members(), "manifest.json": b'{"a":"' + random.Random(1).randbytes(3 * 2**20).hex().encode()})
    assert grown_by(lambda: refused_at(endless, r"manifest.json would unpack to an unreasonable size")) < 100_000


def test_a_line_longer_than_any_user_is_no_user() -> None:
    with pytest.raises(ValueError, match="longer than any user"):
        [*SavedUsers(b'"' + bytes(2 * 1024 * 1024)).rows()]


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zipped({**members(), "users.ndjson": bytes(60 * 1024 * 1024)})
    assert len(bomb) < 100_000
    with pytest.raises(BadArchiveError, match="unreasonable size"):
        unpack(bomb)


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(DATA)
    place = data.rindex(b"PK\x01\x02")
    for start in [place, data.index(b"PK\x01\x02")]:
        data[start + 8] |= 1
    with pytest.raises(BadArchiveError):
        unpack(bytes(data))


def test_the_plan_holds_no_secret_and_no_place_of_one() -> None:
    login = replace(
        make.impersonation(), password_from=SecretReference(kind="env", parts=(("env", "CALPLAN_SECRET_EWS"),))
    )
    scene = make.Scene(after=make.wanted(make.account(service=make.exchange(impersonation=login))))
    assert b"passwordVersion" in members(scene.packed())["plan.json"]
    assert all(b"password_from" not in data for data in members(scene.packed()).values())
