"""Whatever a document, a users file or a folder holds: a sentence and a code of its own, never a fault of calplan."""

import os
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import USERS, calplan, folder

COMMANDS: Sequence[Sequence[str]] = (
    ("validate", "corp"),
    ("plan", "corp"),
    ("plan", "corp", "-o", "json"),
    ("impact", "corp"),
    ("why", "ann@corp.example", "corp"),
    ("export", "corp"),
    ("snapshot", "corp", "--out", "corp.snapshot"),
    ("plan", "corp", "--snapshot", "corp.snapshot"),
    ("drift", "corp"),
    ("drift", "corp", "-o", "json"),
    ("apply", "corp", "--auto-approve"),
)
EXPECTED = frozenset(
    {
        ExitCode.DONE,
        ExitCode.CHANGES,
        ExitCode.INVALID,
        ExitCode.REFUSED,
        ExitCode.UNLIKE_FORECAST,
        ExitCode.UNREACHABLE,
        ExitCode.USAGE,
    }
)
BROKEN = {
    "empty": b"",
    "binary": bytes(range(256)) * 20,
    "zeroes": bytes(5000),
    "not UTF-8": b"apiVersion: calplan/v1\nkind: \xff\xfe\n",
    "UTF-16": "apiVersion: calplan/v1\n".encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + b"email\nann@corp.example\n",
    "deep": b"[" * 5000,
    "deep in JSON": b'{"email":' + b"[" * 5000,
    "aliases": b"a: &a [x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nd: [*c,*c,*c]\n",
    "aliases in a circle": b"a: &a [*a]\n",
    "a tag": b"!!python/object/apply:os.system [id]\n",
    "duplicate keys": b"spec: 1\nspec: 2\n",
    "a list": b"- 1\n- 2\n",
    "a number": b"5\n",
    "a huge number": b'{"email": ' + b"9" * 5000 + b"}\n",
    "surrogates": b'{"email": "\\ud800@corp.example"}\n',
    "half a quote": b'email,groups\nann@corp.example,"half\n',
    "a long line": b"x" * 2_000_000,
    "names only": b"email,service,clients\n",
    "control characters": b'{"email": "a\\u0000\\u001b[31m@corp.example"}\n',
    "document of ours, cut short": b"apiVersion: calplan/v1\nkind: CalendarPolicy\nmetadata: {name: x, acc",
    "wrong everywhere": b"apiVersion: calplan/v1\nkind: Account\nmetadata: []\nspec: 5\n",
}
FILES = ("policy.yaml", "account.yaml", "live.yaml", "users.ndjson", "more.yaml")


def codes() -> dict[str, ExitCode]:
    said = {" ".join(words): calplan(*words) for words in COMMANDS}
    assert not [one for one in said.values() if "Traceback" in one.err + one.out]
    return {words: one.code for words, one in said.items()}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_a_sentence_and_no_fault(file: str, data: bytes) -> None:
    folder(Path("corp"))
    Path("corp", file).write_bytes(data)
    assert set(codes().values()) <= EXPECTED


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("kind", ["folder", "link to nothing", "link to itself", "pipe", "socket", "device", "link up"])
def test_what_is_no_regular_file_is_a_sentence_and_no_fault(file: str, kind: str) -> None:
    folder(Path("corp"))
    place = Path("corp", file)
    place.unlink(missing_ok=True)
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(place))
    else:
        place.symlink_to(
            {"link to nothing": "gone", "link to itself": file, "device": os.devnull, "link up": ".."}[kind]
        )
    assert set(codes().values()) <= EXPECTED


NO_TEXT = Path(os.fsdecode(b"c\xff\x1b[31mrp"))


def test_a_name_that_is_no_text_is_read_and_shown_harmless() -> None:
    corp = folder(NO_TEXT)
    frozen = (("snapshot", corp, "--out", "s", "--redact"), ("plan", corp, "--snapshot", "s", "-o", "html"))
    for words in (("plan", corp), ("plan", corp, "-o", "json"), ("validate", corp), ("export", corp), *frozen):
        said = calplan(*words)
        assert said.code is ExitCode.DONE, said.err
        assert "\x1b" not in said.out + said.err


def test_a_plan_of_a_folder_whose_name_is_no_text_is_saved_and_applied() -> None:
    assert calplan("plan", folder(NO_TEXT), "--out", "saved").code is ExitCode.DONE
    assert calplan("apply", "saved").code is ExitCode.DONE


@given(data=st.data())
def test_a_policy_with_anything_in_it_is_judged(data: st.DataObject) -> None:
    folder(Path("corp"))
    leaf = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.floats())
    anything = st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    )
    words = st.sampled_from(
        ["integration", "locked", "service", "type", "google", "allowedDomains", "groups", "privateEvents"]
    )
    spec = data.draw(st.dictionaries(words, anything, max_size=4))
    folder(Path("corp"), policy=spec)
    assert calplan("plan", "corp").code in EXPECTED
    assert calplan("validate", "corp").code in {ExitCode.DONE, ExitCode.INVALID}


@given(data=st.binary(max_size=300))
def test_users_of_any_bytes_are_read_or_refused(data: bytes) -> None:
    folder(Path("corp"))
    Path("corp/users.ndjson").write_bytes(data)
    Path("corp/corp.db").unlink(missing_ok=True)
    assert calplan("plan", "corp").code in {ExitCode.DONE, ExitCode.INVALID}


@pytest.mark.parametrize("status", ["active", "inactive", "pending"])
def test_one_user_or_no_active_one_is_planned_and_applied(status: str) -> None:
    folder(Path("corp"), users=[{**USERS[0], "status": status}])
    said = codes()
    why = said.pop("why ann@corp.example corp")
    assert why is (ExitCode.DONE if status == "active" else ExitCode.USAGE)
    assert {said.pop(command) for command in ("drift corp", "drift corp -o json")} == {ExitCode.CHANGES}
    assert set(said.values()) == {ExitCode.DONE}
