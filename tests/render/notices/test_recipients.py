"""Everybody who is to be told is told once, of what concerns him; nobody else is."""

import csv
import email
import email.policy
import io
import json
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calplan.impact.outcome import OUTCOMES
from calplan.plan.document import PlanDocument
from calplan.plan.notice import TO_TELL
from calplan.policyfile.receipt_file import receipts_in
from calplan.render.notices.audience import ON_THE_WAY, TOLD, Languages
from calplan.render.notices.rendered import RECEIPT, RECIPIENTS, Notices
from tests.render.notices.make import STEP, Row, notices, plan, row, text_of

FEW = settings(max_examples=(settings.default or settings()).max_examples // 4)
NAMES = st.text(max_size=12)
STEPS = st.sampled_from(sorted(set(STEP.values()) | {"blocked:platform", "enter_password", "upgrade_client"}))
ABOUT = st.sampled_from([*TOLD, "unaffected"])
SERVICES = st.sampled_from(["google", "office365-graph", "exchange-ews", "exchange-mapi", "", "unknown"])


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> PlanDocument:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("plan"))
        return plan()


@st.composite
def people(draw: st.DrawFn) -> list[Row]:
    addresses = draw(st.lists(NAMES.map(lambda name: f"{name}@corp.example"), unique=True, max_size=5))
    return [
        row(
            address,
            draw(ABOUT),
            next_step=draw(STEPS),
            service=draw(SERVICES),
            groups=draw(st.lists(NAMES, max_size=2)),
        )
        for address in addresses
    ]


def table(made: Notices) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(made, RECIPIENTS))))


def parsed(made: Notices, file: str) -> EmailMessage:
    message = email.message_from_bytes(made.files[file], policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def concerned(rows: list[Row]) -> list[Row]:
    return [one for one in rows if one["outcome"] != "unaffected" or one.get("lost_on_the_way")]


@given(rows=people(), german=st.sets(st.integers(min_value=0, max_value=4)))
def test_everybody_who_is_to_be_told_is_listed_once_with_a_message_that_is_there(
    rows: list[Row], german: set[int], document: PlanDocument
) -> None:
    chosen = {str(one["email"]): "de" for number, one in enumerate(rows) if number in german}
    languages = Languages(offered=("en", "de"), by_email=chosen, stated=True)
    made = notices(document, rows, languages=languages, groups=("Staff",))
    listed = table(made)
    told = sorted(concerned(rows), key=lambda one: str(one["email"]))
    assert [one["outcome"] for one in listed] == [
        ON_THE_WAY if one["outcome"] == "unaffected" else one["outcome"] for one in told
    ]
    assert [one["language"] for one in listed] == [chosen.get(str(one["email"]), "en") for one in told]
    assert made.users == len(told) == len({one["email"] for one in listed})
    for one in listed:
        assert parsed(made, one["file"])["Subject"] == one["subject"]
        assert one["file"].startswith(f"messages/{one['language']}/{one['outcome']}.")


@FEW
@given(rows=people())
def test_every_mail_can_be_parsed_and_goes_to_nobody(rows: list[Row], document: PlanDocument) -> None:
    made = notices(document, rows, languages=Languages(offered=("en", "de")))
    for name, data in made.files.items():
        if not name.endswith(".eml"):
            continue
        message = parsed(made, name)
        assert set(message.keys()) == {
            "From", "Subject", "Date", "X-Unsent", "MIME-Version", "Content-Type", "Content-Language"
        }  # fmt: skip
        assert not message.defects
        assert [one.get_content_type() for one in message.iter_parts()] == ["text/plain", "text/html"]
        assert all(not part.defects and part.get_content_charset() == "utf-8" for part in message.iter_parts())
        assert data.isascii()
        assert max(map(len, data.split(b"\r\n"))) <= 998
        assert b"\n" not in data.replace(b"\r\n", b"")


@FEW
@given(rows=people())
def test_the_same_plan_gives_the_same_bytes(rows: list[Row], document: PlanDocument) -> None:
    assert notices(document, rows).files == notices(document, rows).files


@FEW
@given(rows=people())
def test_the_numbers_add_up(rows: list[Row], document: PlanDocument) -> None:
    made = notices(document, rows)
    assert made.users == sum(one.users for one in made.expected.outcomes) == len(concerned(rows))
    assert all(
        0 <= one.low <= one.high <= one.users and one.users == sum(step.users for step in one.steps)
        for one in made.expected.outcomes
    )


def test_everybody_whom_the_gate_counts_is_told() -> None:
    assert {one.value for one in TO_TELL} < set(TOLD)
    assert set(TOLD) == {one.value for one in OUTCOMES[:-1]} | {ON_THE_WAY}


def test_a_group_that_was_asked_for_gets_a_message_of_its_own(document: PlanDocument) -> None:
    groups = (["Sales", "Board"], ["Board"], ["Sales"], ["Staff"])
    rows = [row(f"u{n}@corp.example", "disconnected_prompted", groups=list(one)) for n, one in enumerate(groups)]
    made = notices(document, rows, groups=("Board", "Sales"))
    assert [one["group"] for one in table(made)] == ["Board", "Board", "Sales", ""]
    assert [one.file.rpartition(".")[2] for one in made.messages] == ["google", "board", "sales"]


def test_a_group_is_found_by_its_name_where_users_state_its_id(document: PlanDocument) -> None:
    named: PlanDocument = {**document, "group_names": {"g7": "Board"}}
    made = notices(named, [row("ann@corp.example", "prompted", groups=["g7"])], groups=("Board",))
    assert [one["group"] for one in table(made)] == ["Board"]


def test_users_on_whom_the_same_is_said_share_a_message(document: PlanDocument) -> None:
    rows = [row("a@corp.example", "blocked", connection="none"), row("b@corp.example", "blocked", connection="unknown")]
    made = notices(document, rows)
    assert [one.users for one in made.messages] == [2]


def test_without_a_file_of_languages_each_message_is_there_in_every_one(document: PlanDocument) -> None:
    made = notices(document, [row("a@corp.example", "blocked")], languages=Languages(offered=("en", "de")))
    assert [(one.language, one.users) for one in made.messages] == [("de", 0), ("en", 1)]
    assert {"help-desk.en.md", "help-desk.de.md"} < made.files.keys()


def test_a_form_of_a_receipt_proves_nothing_before_every_time_is_filled_in(document: PlanDocument) -> None:
    rows = [row("a@corp.example", "blocked"), row("b@corp.example", "prompted")]
    form = text_of(notices(document, rows), RECEIPT)
    file = Path("receipt.json")
    file.write_text(form, "utf-8")
    assert "names no `time`" in str(receipts_in(file))
    entries = json.loads(form)
    assert [one["users"] for one in entries] == [1, 1]
    entries[0]["time"] = "2026-11-22T09:00:00Z"
    file.write_text(json.dumps(entries), "utf-8")
    assert "names no `time`" in str(receipts_in(file))
    entries[1]["time"] = "2026-11-22T10:00:00+01:00"
    file.write_text(json.dumps(entries), "utf-8")
    receipts = receipts_in(file)
    assert isinstance(receipts, tuple)
    assert {one.plan_id for one in receipts} == {document["plan_id"]}


def test_shares_that_the_admin_states_are_the_ones_counted_with(document: PlanDocument) -> None:
    shares = "\n".join(f"{name} = [50, 100]" for name in TOLD)
    rows = [row(f"u{number}@corp.example", "prompted") for number in range(9)]
    made = notices(document, rows, texts={"notices.toml": f"[tickets]\n{shares}\n"})
    assert (made.expected.low, made.expected.high) == (4, 9)
    assert "| 9 | 50 to 100 % | 4 to 9 |" in text_of(made, "help-desk.en.md")
