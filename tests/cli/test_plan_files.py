"""A plan file comes from outside: torn, foreign or forged, it is refused in a sentence."""

import copy
import io
import json
import os
import random
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.cli.exit_codes import ExitCode
from calplan.plan.fingerprint import canonical_text, digest, plan_id_of
from calplan.plan.users import SavedUsers
from tests.cli.make import LOCKED, calplan, folder, saved, somebody_without_rights

Members = Mapping[str, bytes]
Path_ = tuple[str | int, ...]

READERS: Sequence[Sequence[str]] = (
    ("show", "F"),
    ("show", "F", "--verbose", "--users", "all"),
    ("show", "F", "-o", "json"),
    ("show", "F", "-o", "ndjson"),
    ("show", "F", "-o", "csv"),
    ("show", "F", "-o", "markdown", "--users", "all"),
    ("impact", "F"),
    ("impact", "F", "--by", "client"),
    ("why", "ann@corp.example", "F"),
    ("apply", "F", "corp"),
)
EXPECTED = {ExitCode.DONE, ExitCode.INVALID, ExitCode.STALE, ExitCode.USAGE}


@pytest.fixture
def members(tmp_path: Path) -> dict[str, bytes]:
    """What a good plan file holds."""
    policy = {**LOCKED, "office365": {"tenantGrant": "ensure"}, "allowedDomains": ["corp.example"]}
    with zipfile.ZipFile(saved(folder(tmp_path / "corp", policy=policy))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: Members) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def hash_of(users: bytes) -> str:
    """The digest of the users; of what are no users there is none that fits."""
    try:
        return SavedUsers(users).digest()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "none"


def forged(members: Members, /, **manifest: object) -> bytes:
    """A plan file of these members whose digests all fit, as a forger would make it."""
    document = json.loads(members["plan.json"])
    policy = json.loads(members["policy.json"])
    if isinstance(document, dict):
        document["plan_id"] = plan_id_of(
            document,  # type: ignore[arg-type]  # that it may be no plan is the point
            users_hash=hash_of(members["users.ndjson"]),
            policy_hash=digest(canonical_text(policy.get("policy"))),
        )
    inner = {**members, "plan.json": canonical_text(document).encode()}
    head = json.loads(members["manifest.json"])
    head["plan_id"] = document["plan_id"] if isinstance(document, dict) else "sha256:0"
    for name in head["members"]:
        head["members"][name]["sha256"] = digest(inner[name])
    return zipped({**inner, "manifest.json": json.dumps({**head, **manifest}).encode()})


def codes(data: bytes, readers: Sequence[Sequence[str]] = READERS) -> set[ExitCode]:
    Path("F").write_bytes(data)
    return {calplan(*words).code for words in readers}


def refused(data: bytes) -> str:
    """What is said about a file that every command refuses."""
    assert codes(data) == {ExitCode.INVALID}
    said = calplan("show", "F").err
    assert said.startswith("error: F is no plan to trust: ")
    assert said.endswith(". Make a new one: calplan plan --out FILE\n")
    return said


def test_a_forgery_that_changes_nothing_is_read(members: dict[str, bytes]) -> None:
    assert codes(forged(members), READERS[:-1]) == {ExitCode.DONE}


def test_a_plan_that_was_cut_short_is_refused_wherever(members: dict[str, bytes]) -> None:
    data = zipped(members)
    for end in (3, 10, 100, len(data) // 2, len(data) - 30, len(data) - 1):
        assert codes(data[:end], READERS[:1]) == {ExitCode.INVALID}


@pytest.mark.parametrize("name", ["plan.json", "users.ndjson", "policy.json"])
def test_a_member_that_was_edited_is_named(name: str, members: dict[str, bytes]) -> None:
    edited = {**members, name: members[name].replace(b"corp", b"korp", 1)}
    assert f"{name} was changed after the plan was saved" in refused(zipped(edited))


def test_an_id_that_does_not_belong_to_the_contents_is_refused(members: dict[str, bytes]) -> None:
    head = json.loads(members["manifest.json"])
    document = json.loads(members["plan.json"])
    head["plan_id"] = document["plan_id"] = "sha256:" + "0" * 64
    data = json.dumps(document).encode()
    head["members"]["plan.json"]["sha256"] = digest(data)
    swapped = {**members, "plan.json": data, "manifest.json": json.dumps(head).encode()}
    refused(zipped(swapped))


def test_foreign_archives_are_refused(members: dict[str, bytes]) -> None:
    for foreign in ({}, {"readme.txt": b"hello"}, {**members, "more.txt": b""}, {"manifest.json": b"{}"}):
        refused(zipped(foreign))


def test_what_only_begins_like_an_archive_is_refused() -> None:
    for data in (b"PK", b"PK\x03\x04", b"PK" + bytes(1000), b"PK\x05\x06" + bytes(18)):
        refused(data)


def test_a_plan_of_another_format_is_refused(members: dict[str, bytes]) -> None:
    assert "does not read" in refused(forged(members, format_version="2.0"))
    assert "is not a calplan plan" in refused(forged(members, format="another"))


def test_an_archive_that_would_fill_the_memory_is_refused(members: dict[str, bytes]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in {**members, "users.ndjson": bytes(64 * 1024 * 1024)}.items():
            archive.writestr(name, data)
    assert "unreasonable size" in refused(out.getvalue())


@pytest.mark.parametrize(
    "head",
    [
        {"paths": "corp"},
        {"created_at": None},
        {"created_at": "yesterday"},
        {"expires_at": "2026-11-22T00:00:00"},
        {"members": []},
        {"members": {}},
    ],
    ids=str,
)
def test_a_manifest_of_another_form_is_refused(head: dict[str, object], members: dict[str, bytes]) -> None:
    refused(forged(members, **head))


@pytest.mark.parametrize("paths", [[], [5], ["nowhere"], ["\0"], ["\udcff"], ["/dev/null"], ["F"]], ids=repr)
def test_documents_that_a_manifest_names_wrongly_are_not_found(paths: list[object], members: dict[str, bytes]) -> None:
    Path("F").write_bytes(forged(members, paths=paths))
    assert calplan("apply", "F").code in {ExitCode.USAGE, ExitCode.INVALID}


def test_where_the_documents_of_a_plan_are_gone_it_is_said_how_to_name_them(members: dict[str, bytes]) -> None:
    Path("F").write_bytes(forged(members, paths=["elsewhere/corp"]))
    said = calplan("apply", "F")
    assert said.code is ExitCode.USAGE
    assert "made from elsewhere/corp, which is not there. Say where that is: PATH after the plan" in said.err


@pytest.mark.parametrize(
    "users",
    [
        b"{}\n",
        b"[]\n",
        b"5\n",
        b"null\n",
        b"\xff\n",
        b'{"email":1}\n',
        b'{"email":"ann@corp.example","outcome":"happy"}\n',
        b'{"email":"ann@corp.example","outcome":"blocked"}\n',
        b'["' * 5000,
        b"[" * 100_000,
    ],
    ids=lambda users: users[:30].decode("latin-1"),
)
def test_users_who_are_no_users_are_refused_even_if_every_digest_fits(users: bytes, members: dict[str, bytes]) -> None:
    refused(forged({**members, "users.ndjson": users}))


@pytest.mark.parametrize("fact", ["status", "service", "calendar", "contacts", "auth", "mailbox_location"])
def test_a_user_told_in_words_that_no_users_file_has_is_refused(fact: str, members: dict[str, bytes]) -> None:
    lines = members["users.ndjson"].decode().splitlines()
    forgery = json.dumps({**json.loads(lines[0]), fact: "happy"})
    refused(forged({**members, "users.ndjson": "\n".join([forgery, *lines[1:], ""]).encode()}))


def with_users(members: Members, *rows: Mapping[str, object]) -> bytes:
    """A forged plan with other users than its document counts."""
    lines = [*map(canonical_text, rows), ""]
    return forged({**members, "users.ndjson": "\n".join(lines).encode()})


def test_a_plan_that_shows_less_harm_than_its_users_hold_is_refused(members: dict[str, bytes]) -> None:
    users = [json.loads(line) for line in members["users.ndjson"].splitlines()]
    worse = [{**one, "outcome": "disconnected_blocked"} for one in users]
    on_the_way = [{**one, "lost_on_the_way": one["outcome"] == "unaffected"} for one in users]
    assert refused(with_users(members, *users[1:])) == refused(with_users(members, *worse))
    assert "plan.json counts other users than users.ndjson lists" in refused(with_users(members, *on_the_way))


def test_a_user_who_stands_twice_in_a_plan_or_in_the_wrong_place_is_refused(members: dict[str, bytes]) -> None:
    users = [json.loads(line) for line in members["users.ndjson"].splitlines()]
    assert "each once, at line 2" in refused(with_users(members, users[0], *users))
    assert "sorted by address" in refused(with_users(members, *reversed(users)))


def test_a_plan_whose_manifest_names_another_account_is_refused(members: dict[str, bytes]) -> None:
    assert "the plan names two accounts" in refused(forged(members, account="other"))


def below(value: object, path: Path_ = ()) -> Iterator[Path_]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, one in inner:
        yield from below(one, (*path, key))


def put(document: object, path: Path_, value: object) -> object:
    """The document with another value at a place, or with nothing there if the value is ``...``."""
    changed = copy.deepcopy(document)
    inner: Any = changed
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return changed


def test_a_forged_document_never_brings_a_command_down(members: dict[str, bytes]) -> None:
    document = json.loads(members["plan.json"])
    draw = random.Random(2)
    values: list[object] = [
        ...,
        None,
        "x",
        "",
        5,
        -1,
        1.5,
        True,
        [],
        {},
        [None],
        ["x"],
        {"a": "x"},
        [[]],
        {"type": []},
        10**4000,
    ]
    for path in [*below(document)][1:]:
        data = forged({**members, "plan.json": json.dumps(put(document, path, draw.choice(values))).encode()})
        assert codes(data, draw.sample(READERS, 2)) <= EXPECTED, path


def test_a_forged_user_never_brings_a_command_down(members: dict[str, bytes]) -> None:
    lines = members["users.ndjson"].decode().splitlines()
    row = json.loads(lines[0])
    draw = random.Random(3)
    values: list[object] = [..., None, "x", "", 5, [], {}, ["x"], [None]]
    for path in [*below(row)][1:]:
        for value in draw.sample(values, 3):
            users = "\n".join([json.dumps(put(row, path, value)), *lines[1:], ""]).encode()
            data = forged({**members, "users.ndjson": users})
            assert codes(data, draw.sample(READERS, 2)) <= EXPECTED, path


@given(data=st.data())
def test_any_byte_may_be_wrong(data: st.DataObject) -> None:
    if not Path("corp").exists():
        saved(folder(Path("corp")), "good")
    good = bytearray(Path("good").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        good[data.draw(st.integers(2, len(good) - 1))] = data.draw(st.integers(0, 255))
    Path("F").write_bytes(bytes(good))
    assert calplan("show", "F", "--users", "all").code in {ExitCode.DONE, ExitCode.INVALID}


def test_a_plan_is_for_its_owner_alone_even_where_a_file_lay_before(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    Path("corp.plan").write_text("an older file that everybody may read", encoding="utf-8")
    Path("corp.plan").chmod(0o666)
    assert stat.S_IMODE(saved(corp).stat().st_mode) == 0o600


def test_a_plan_is_read_through_a_link_and_never_from_a_pipe_or_a_device(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    Path("link").symlink_to(saved(corp))
    assert calplan("show", "link").code is ExitCode.DONE
    os.mkfifo("pipe")
    for endless in ("pipe", "/dev/zero"):
        assert calplan("show", endless).code is ExitCode.INVALID
        assert calplan("apply", endless).code is ExitCode.INVALID


def test_a_plan_in_a_folder_that_nobody_may_enter_is_said_not_to_be_there(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0o000)
    with somebody_without_rights():
        said = calplan("show", tmp_path / "shut" / "corp.plan")
    assert said.code is ExitCode.USAGE
