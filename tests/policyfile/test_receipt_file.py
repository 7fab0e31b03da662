"""The receipt file, whatever it holds."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.model.times import NoReceipt, NoticeReceipt
from calplan.policyfile.receipt_file import receipts_in
from tests.cli.make import somebody_without_rights

FILE = Path("notice.json")
ID = "sha256:" + "a1" * 32
TIME = "2026-11-22T09:00:00Z"
ONE = NoticeReceipt(plan_id=ID, time=datetime(2026, 11, 22, 9, tzinfo=UTC))


def found(content: object) -> tuple[NoticeReceipt, ...] | NoReceipt:
    FILE.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return receipts_in(FILE)


def test_one_receipt_or_a_list_of_them_is_read_and_what_else_it_says_is_left_alone() -> None:
    assert found({"plan_id": ID, "time": TIME, "sent": 959, "by": {"tool": "mail"}}) == (ONE,)
    assert found([{"plan_id": ID, "time": TIME}, {"plan_id": ID, "time": "2026-11-22T10:00:00+01:00"}]) == (ONE, ONE)
    assert found([]) == ()


@pytest.mark.parametrize(
    "content, why",
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("9" * 5000, "is not JSON"),
        ('{"plan_id": "a", "plan_id": "b"}', "says something twice"),
        ("null", "names no `plan_id` such as sha256:1f2e..."),
        ({"time": TIME}, "names no `plan_id` such as sha256:1f2e..."),
        ({"plan_id": "hunter2", "time": TIME}, "names no `plan_id` such as sha256:1f2e..."),
        ({"plan_id": ID}, "names no `time` such as 2026-11-22T09:00:00Z"),
        ({"plan_id": ID, "time": 5}, "names no `time` such as 2026-11-22T09:00:00Z"),
        ({"plan_id": ID, "time": "2026-11-22T09:00:00"}, "names no `time` such as 2026-11-22T09:00:00Z"),
        ({"plan_id": ID, "time": "2026-02-30T09:00:00Z"}, "names no `time` such as 2026-11-22T09:00:00Z"),
        ({"plan_id": ID, "time": "9999-12-31T09:00:00Z"}, "names no `time` such as 2026-11-22T09:00:00Z"),
        ([{"plan_id": ID, "time": TIME}, 5], "names no `plan_id` such as sha256:1f2e... in receipt 2"),
    ],
)
def test_a_file_that_is_no_receipt_says_why_and_quotes_nothing(content: object, why: str) -> None:
    assert found(content) == NoReceipt(why=why)


def test_a_file_in_a_folder_that_nobody_may_enter_is_no_receipt(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o000)
    with somebody_without_rights():
        receipts = receipts_in(shut / "notice.json")
    assert receipts == NoReceipt(why="cannot be read (Permission denied)")


def test_a_file_that_cannot_be_read_says_so() -> None:
    assert receipts_in(FILE) == NoReceipt(why="is not there")
    assert receipts_in(Path("a\0b")) == NoReceipt(why="cannot be read (its name holds a NUL character)")
    FILE.mkdir()
    assert receipts_in(FILE) == NoReceipt(why="cannot be read (Is a directory)")
    os.mkfifo("pipe")
    assert receipts_in(Path("pipe")) == NoReceipt(why="cannot be read (it is a pipe or a device, not a file)")
    Path("latin").write_bytes(b"\xff\xfe\x00")
    assert receipts_in(Path("latin")) == NoReceipt(why="is no text in UTF-8, or too large")


@given(
    content=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.just(ID) | st.just(TIME),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["plan_id", "time", "x"]), inner),
    )
)
def test_whatever_the_file_holds_nothing_is_raised(content: object) -> None:
    assert isinstance(found(content), tuple | NoReceipt)
