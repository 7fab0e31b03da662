"""``calplan notify``: a folder of messages about a saved plan, that never overwrites what is not its own."""

import csv
import hashlib
import io
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.plan.archive import archived, opened
from calplan.plan.document import PlanDocument
from calplan.plan.fingerprint import canonical_text, digest, plan_id_of
from calplan.plan.planfile import MANIFEST, PLAN, POLICY, USERS
from calplan.plan.users import SavedUsers
from tests.cli.make import calplan, folder, saved, somebody_without_rights, start, user

OUT = Path("out")


@pytest.fixture
def plan() -> Path:
    return saved(folder(Path("corp")))


def notify(plan: Path, *words: str | Path, into: Path = OUT) -> Any:  # noqa: ANN401 - what a command said
    return calplan("notify", plan, "--render", into, *words)


def everything(place: Path) -> dict[str, bytes]:
    return {str(file.relative_to(place)): file.read_bytes() for file in sorted(place.rglob("*")) if file.is_file()}


def recipients(place: Path = OUT) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((place / "recipients.csv").read_text("utf-8"))))


def test_a_folder_has_the_messages_the_recipients_the_page_and_the_form(plan: Path) -> None:
    said = notify(plan, "--date", "2030-01-31")
    assert said.code is ExitCode.DONE, said.err
    assert set(everything(OUT)) == {
        "README.md",
        "help-desk.en.md",
        "messages/en/disconnected_prompted.consent-unknown.google.eml",
        "messages/en/disconnected_prompted.consent-unknown.google.md",
        "messages/en/disconnected_silent.consent-unknown.google.eml",
        "messages/en/disconnected_silent.consent-unknown.google.md",
        "messages/en/prompted.consent-unknown.eml",
        "messages/en/prompted.consent-unknown.md",
        "notify.json",
        "receipt.template.json",
        "recipients.csv",
    }
    assert [(one["email"], one["outcome"]) for one in recipients()] == [
        ("ann@corp.example", "disconnected_prompted"),
        ("bob@corp.example", "disconnected_silent"),
        ("cyd@corp.example", "prompted"),
    ]
    assert "3 messages to 3 of 4 active users, about a change on or after 2030-01-31. Nothing was sent." in said.out
    assert all(one["date"] == "31 January 2030" for one in recipients())
    assert said.err == ""


def test_the_answer_as_json_names_every_file(plan: Path) -> None:
    said = notify(plan, "-o", "json")
    answer = json.loads(said.out)
    assert answer["told"] == sum(one["users"] for one in answer["messages"]) == 3
    assert answer["active"] == 4
    assert answer["plan_id"] == json.loads((OUT / "notify.json").read_text())["plan_id"]
    for name in (answer["recipients"], answer["receipt"]["file"], *answer["help_desk"]["files"]):
        assert (OUT / name).is_file()
    assert all((OUT / one["file"]).is_file() and (OUT / one["markdown"]).is_file() for one in answer["messages"])
    assert answer["help_desk"]["calls"] == [0, 3]


def test_only_the_owner_of_the_files_may_read_them(plan: Path) -> None:
    notify(plan)
    assert {stat.S_IMODE(file.stat().st_mode) for file in OUT.rglob("*") if file.is_file()} == {0o600}
    assert stat.S_IMODE(OUT.stat().st_mode) == 0o700


def test_the_same_plan_gives_the_same_bytes_wherever_and_whenever(plan: Path) -> None:
    notify(plan)
    again = start("notify", plan, "--render", "again", PYTHONHASHSEED="7", TZ="Asia/Tokyo")
    assert again.returncode == 0, again.stderr
    assert everything(OUT) == everything(Path("again"))


def test_without_a_day_the_day_of_the_plan_is_used_and_said_so(plan: Path) -> None:
    said = notify(plan)
    assert "note: messages say on or after 20" in said.err
    assert "--date says another one" in said.err


def test_a_day_before_the_plan_is_refused(plan: Path) -> None:
    said = notify(plan, "--date", "2001-01-01")
    assert (said.code, OUT.exists()) == (ExitCode.USAGE, False)
    assert said.err.startswith("error: --date 2001-01-01 lies before the plan")


# What lies there already


def test_written_again_for_the_same_plan_it_replaces_and_removes_its_own(plan: Path) -> None:
    notify(plan, "--lang", "en,de")
    (OUT / "notice.json").write_text("mine")
    said = notify(plan, "--lang", "de")
    assert said.code is ExitCode.DONE, said.err
    assert not (OUT / "help-desk.en.md").exists()
    assert {one["language"] for one in recipients()} == {"de"}
    assert (OUT / "notice.json").read_text() == "mine"


def test_a_folder_of_somebody_else_is_left_alone(plan: Path) -> None:
    OUT.mkdir()
    (OUT / "thesis.txt").write_text("mine")
    said = notify(plan)
    assert said.code is ExitCode.USAGE
    assert "nothing is written to out: it is not empty, and holds no messages that calplan notify wrote" in said.err
    assert everything(OUT) == {"thesis.txt": b"mine"}


def test_messages_about_another_plan_are_left_alone(plan: Path) -> None:
    notify(plan)
    before = everything(OUT)
    other = saved(folder(Path("corp2"), users=[user("eve@corp.example")], name="corp2"), "other.plan")
    said = notify(other)
    assert said.code is ExitCode.USAGE
    assert "it holds messages about plan sha256:" in said.err
    assert everything(OUT) == before


def test_a_message_that_was_edited_by_hand_is_not_lost(plan: Path) -> None:
    notify(plan)
    edited = OUT / "messages/en/prompted.consent-unknown.md"
    edited.write_text("better")
    said = notify(plan)
    assert said.code is ExitCode.USAGE
    assert "messages/en/prompted.consent-unknown.md was changed since it was written, and would be lost" in said.err
    assert edited.read_text() == "better"


def test_what_an_interrupted_run_left_can_be_written_again(plan: Path) -> None:
    notify(plan)
    before = everything(OUT)
    (OUT / "recipients.csv").unlink()
    assert notify(plan).code is ExitCode.DONE
    assert everything(OUT) == before


def test_a_link_among_the_folders_leads_nothing_elsewhere(plan: Path) -> None:
    notify(plan)
    elsewhere = Path("elsewhere")
    (OUT / "messages").rename(elsewhere)
    (OUT / "messages").symlink_to(elsewhere.resolve())
    before = everything(elsewhere)
    said = notify(plan, "--help-desk", "x")
    assert said.code is ExitCode.USAGE
    assert "messages is a link to another place" in said.err
    assert everything(elsewhere) == before


@pytest.mark.parametrize("name", ["../victim.txt", "/etc/hostname", "a/../../victim.txt", "notify.json", ""])
def test_a_forged_record_removes_nothing_outside(name: str, plan: Path) -> None:
    notify(plan)
    victim = Path("victim.txt")
    victim.write_text("x")
    record = json.loads((OUT / "notify.json").read_text())
    record["files"][name] = hashlib.sha256(b"x").hexdigest()
    (OUT / "notify.json").write_text(json.dumps(record))
    said = notify(plan)
    assert said.code is ExitCode.USAGE
    assert "holds no messages that calplan notify wrote" in said.err
    assert victim.exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"written_by": "calplan notify", "plan_id": 1, "files": {}}', "[" * 9999]
)
def test_a_broken_record_is_none(text: str, plan: Path) -> None:
    OUT.mkdir()
    (OUT / "notify.json").write_text(text)
    assert "holds no messages that calplan notify wrote" in notify(plan).err


@pytest.mark.parametrize("place", ["plain.txt", "plain.txt/below"])
def test_a_place_that_is_no_folder_is_a_sentence(place: str, plan: Path) -> None:
    Path("plain.txt").write_text("x")
    said = notify(plan, into=Path(place))
    assert said.code is ExitCode.USAGE
    assert "cannot be written" in said.err


def test_a_folder_without_rights_is_a_sentence(plan: Path) -> None:
    OUT.mkdir(mode=0o500)
    Path().chmod(stat.S_IRWXU | stat.S_IXGRP | stat.S_IXOTH)
    plan.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    with somebody_without_rights():
        said = notify(plan)
    assert said.code is ExitCode.USAGE
    assert "cannot be written: Permission denied" in said.err


# Which plan


def test_nobody_to_tell_is_said_and_nothing_written() -> None:
    quiet = saved(folder(Path("corp"), policy={"integration": {"locked": True}}, users=[user("ann@corp.example")]))
    said = notify(quiet)
    assert (said.code, OUT.exists()) == (ExitCode.DONE, False)
    assert "Nobody has to be told of this plan" in said.err
    assert json.loads(notify(quiet, "-o", "json").out)["messages"] == []


@pytest.mark.parametrize("words, sentence", [
    (("notify",), "say which plan and where to"),
    (("notify", "corp.plan"), "say which plan and where to"),
    (("notify", "nowhere.plan", "--render", "out"), "there is no file nowhere.plan"),
    (("notify", "corp.plan", "--render", "out", "--from", "x\r\nBcc: y@z.example"), "is no e-mail address"),
    (("notify", "corp.plan", "--render", "out", "--from", "IT <it@corp.example>"), "is no e-mail address"),
    (("notify", "corp.plan", "--render", "out", "--from", ""), "is no e-mail address"),
    (("notify", "corp.plan", "--render", "out", "--lang", "en,../x"), "'../x' is no language"),
    (("notify", "corp.plan", "--render", "out", "--lang", ""), "'' is no language"),
    (("notify", "corp.plan", "--render", "out", "--group", "Staf"), "Did you mean 'Staff'?"),
    (("notify", "corp.plan", "--render", "out", "--templates", "nowhere"), "there is no folder of templates nowhere"),
])  # fmt: skip
def test_a_slip_on_the_command_line_is_a_sentence(words: tuple[str, ...], sentence: str, plan: Path) -> None:
    said = calplan(*words)
    assert said.code is ExitCode.USAGE
    assert sentence in said.err
    assert not OUT.exists()


def test_a_folder_of_documents_is_no_plan() -> None:
    folder(Path("corp"))
    said = notify(Path("corp"))
    assert said.code is ExitCode.INVALID
    assert "corp is no saved plan. Make one: calplan plan --out FILE" in said.err


def test_a_redacted_plan_is_refused(plan: Path) -> None:
    members = opened(plan.read_bytes())
    held = {name: members.read(name, 10**7) for name in (MANIFEST, PLAN, USERS, POLICY)}
    document = {**json.loads(held[PLAN]), "redacted": True}
    policy = json.loads(held[POLICY])["policy"]
    users_hash, policy_hash = SavedUsers(held[USERS]).digest(), digest(canonical_text(policy))
    document["plan_id"] = plan_id_of(cast("PlanDocument", document), users_hash=users_hash, policy_hash=policy_hash)
    manifest = {**json.loads(held[MANIFEST]), "plan_id": document["plan_id"]}
    held[PLAN] = (canonical_text(document) + "\n").encode()
    manifest["members"][PLAN] = {"sha256": digest(held[PLAN]), "size": len(held[PLAN])}
    plan.write_bytes(archived({**held, MANIFEST: (canonical_text(manifest) + "\n").encode()}))
    said = notify(plan)
    assert (said.code, OUT.exists()) == (ExitCode.USAGE, False)
    assert "is redacted: its addresses stand for others, so nobody could be written to" in said.err


def test_a_plan_whose_addresses_are_reserved_ones_is_refused() -> None:
    said = notify(saved(folder(Path("corp"), users=[user("user-1f2e@redacted.invalid")])))
    assert "is redacted" in said.err


def test_an_account_without_an_owner_needs_to_be_told_who_writes() -> None:
    account = folder(Path("corp")) / "account.yaml"
    document = json.loads(account.read_text())
    del document["spec"]["owner"]
    account.write_text(json.dumps(document))
    plan = saved(Path("corp"))
    said = notify(plan)
    assert said.code is ExitCode.USAGE
    assert "say who writes: --from ADDRESS" in said.err
    assert notify(plan, "--from", "it@corp.example").code is ExitCode.DONE
    assert b"From: it@corp.example\r\n" in (OUT / "messages/en/prompted.consent-unknown.eml").read_bytes()


# Languages and texts


def test_people_get_the_language_that_a_file_says(plan: Path) -> None:
    Path("languages.csv").write_text("email,language\nann@corp.example,de-CH\nzoe@corp.example,de\n")
    said = notify(plan, "--lang", "en,de", "--language-of", "languages.csv")
    assert said.code is ExitCode.DONE, said.err
    assert [one["language"] for one in recipients()] == ["de", "en", "en"]
    assert "note: 1 address is in languages.csv and not in the plan" in said.err
    assert not (OUT / "messages/de/prompted.consent-unknown.eml").exists()


def test_a_file_of_languages_that_is_wrong_is_a_sentence(plan: Path) -> None:
    Path("languages.csv").write_text("email,language\nann@corp.example,fr\n")
    said = notify(plan, "--lang", "en,de", "--language-of", "languages.csv")
    assert said.code is ExitCode.INVALID
    assert "languages.csv:2:1" in said.err
    assert "add it to --lang" in said.err


def test_copied_texts_change_nothing_until_they_are_edited(plan: Path) -> None:
    said = calplan("notify", "--copy-templates", "mine")
    assert said.code is ExitCode.DONE, said.err
    notify(plan, "--lang", "en,de")
    assert notify(plan, "--lang", "en,de", "--templates", "mine", into=Path("own")).code is ExitCode.DONE
    assert everything(OUT) == everything(Path("own"))
    assert "it is not empty" in calplan("notify", "--copy-templates", "mine").err


def test_one_file_of_ones_own_is_enough(plan: Path) -> None:
    Path("mine/en").mkdir(parents=True)
    Path("mine/en/close.j2").write_bytes(b"Cheers,\r\nthe IT department\r\n")
    Path("mine/en/promptd.j2").write_text("x")
    said = notify(plan, "--templates", "mine")
    assert "note: mine/en/promptd.j2 is not used; did you mean en/prompted.j2?" in said.err
    assert "Cheers,\\\nthe IT department\n" in (OUT / "messages/en/prompted.consent-unknown.md").read_text()


def test_a_broken_template_is_one_sentence_with_its_place(plan: Path) -> None:
    Path("mine/en").mkdir(parents=True)
    Path("mine/en/prompted.j2").write_text("Subject: x\n\n{{ dat }}\n")
    said = notify(plan, "--templates", "mine")
    assert (said.code, OUT.exists()) == (ExitCode.INVALID, False)
    assert said.err.splitlines()[-1] == (
        "error[N-TEMPLATE]: mine/en/prompted.j2:3: there is no name `dat`. Did you mean `date`?"
    )
    assert "Jinja2" in calplan("explain", "N-TEMPLATE").out


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a\nb\nc\x00", b"x" * (5 * 1024**2)])
def test_a_template_that_is_no_text_is_a_sentence(data: bytes, plan: Path) -> None:
    Path("mine").mkdir()
    Path("mine/layout.html.j2").write_bytes(data)
    said = notify(plan, "--templates", "mine")
    assert said.code is ExitCode.INVALID
    assert "mine/layout.html.j2:" in said.err


def test_no_template_is_taken_from_the_reviewed_folder(plan: Path) -> None:
    notify(plan)
    for place in (Path("corp"), Path()):
        for name in ("notices", "templates", "en"):
            (place / name / "en").mkdir(parents=True)
            (place / name / "en/prompted.j2").write_text("Subject: evil\n\nevil\n")
    assert notify(plan, into=Path("again")).code is ExitCode.DONE
    assert everything(OUT) == everything(Path("again"))


# The gate


def test_a_filled_in_form_lets_the_plan_through() -> None:
    folder(Path("corp"), notice={"hours": 72, "receipt": "notice.json"})
    plan = saved(Path("corp"))
    notify(plan)
    receipt = Path("corp/notice.json")
    form = (OUT / "receipt.template.json").read_text("utf-8")
    receipt.write_text(form)
    assert "names no `time`" in gate()["actual"]
    sent = (datetime.now(UTC) - timedelta(hours=73)).isoformat(timespec="seconds")
    receipt.write_text(json.dumps([{**one, "time": sent} for one in json.loads(form)]))
    assert gate()["status"] == "pass"
    assert calplan("apply", plan).code is ExitCode.DONE


def gate() -> dict[str, str]:
    document = json.loads(calplan("plan", "corp", "-o", "json").out)
    found: dict[str, str] = next(one for one in document["gates"] if one["id"] == "notice")
    return found
