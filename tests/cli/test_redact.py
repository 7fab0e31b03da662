"""``--redact``: what is shown and saved without names, by whose key, and what such a plan is good for."""

import zipfile
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import LOCKED, calplan, folder, nothing_kept, saved

PEOPLE = ("ann@", "bob@", "cyd@", "dan@", "admin@")
FORMATS = ("text", "json", "ndjson", "markdown", "checklist", "html", "csv", "github", "gitlab-terraform")


def corp() -> Path:
    return folder(Path("corp"), policy={**LOCKED, "allowedDomains": ["else.example"]}, limits={})


def key_file(name: str = "key", text: str = "0123456789abcdef", mode: int = 0o600) -> Path:
    file = Path(name)
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


@pytest.mark.parametrize("form", FORMATS)
def test_a_plan_is_shown_without_names(form: str) -> None:
    said = calplan("plan", corp(), "-o", form, "--redact", "--users", "all")
    assert said.code is ExitCode.DONE, said.err
    assert [one for one in PEOPLE if one in said.out + said.err] == []


def test_a_saved_plan_without_names_is_shown_again_and_holds_none() -> None:
    said = calplan("plan", corp(), "--out", "corp.calplan", "--redact")
    assert "to be shown and not applied" in said.err
    with zipfile.ZipFile("corp.calplan") as archive:
        members = b"".join(archive.read(name) for name in archive.namelist())
    assert [one for one in PEOPLE if one.encode() in members] == []
    for form in FORMATS:
        assert calplan("show", "corp.calplan", "-o", form).code is ExitCode.DONE
    assert "addresses are pseudonyms" in calplan("show", "corp.calplan", "-o", "html").out
    assert calplan("show", "corp.calplan", "--redact").out == calplan("show", "corp.calplan").out


def test_a_plan_without_names_can_be_applied_by_nobody() -> None:
    path = corp()
    calplan("plan", path, "--out", "corp.calplan", "--redact")
    for words in (
        ("apply", "corp.calplan"),
        ("show", "corp.calplan", "--check"),
        ("plan", path, "--previous", "corp.calplan"),
    ):
        said = calplan(*words)
        assert said.code is ExitCode.INVALID, words
        assert (
            "error: corp.calplan has pseudonyms for addresses (--redact), so it can be shown and nothing else"
            in said.err
        )
    assert nothing_kept()


def test_a_saved_plan_and_a_list_of_users_are_shown_without_names() -> None:
    file, key = saved(corp()), key_file()
    for words in (
        ("show", file, "-o", "json"),
        ("impact", file),
        ("impact", "corp"),
        ("impact", file, "--by", "domain"),
    ):
        said = calplan(*words, "--redact", "--redact-key", key)
        assert said.code is ExitCode.DONE, said.err
        assert [one for one in PEOPLE if one in said.out] == []
    from_file, afresh = (calplan("impact", one, "--redact", "--redact-key", key).out for one in (file, "corp"))
    assert from_file == afresh
    assert "-@corp.example" in afresh


def test_a_key_gives_the_same_pseudonyms_again_and_no_key_new_ones_each_time() -> None:
    path, key = corp(), key_file()
    with_key = [calplan("plan", path, "-o", "csv", "--redact", "--redact-key", key).out for _ in range(2)]
    without = [calplan("plan", path, "-o", "csv", "--redact").out for _ in range(2)]
    assert with_key[0] == with_key[1]
    assert without[0] != without[1]


def test_a_key_has_to_be_one_and_its_owners_alone() -> None:
    path = corp()
    said = calplan("plan", path, "--redact", "--redact-key", "nowhere")
    assert (said.code, said.err) == (ExitCode.USAGE, "error: --redact-key: there is no file nowhere\n")
    said = calplan("plan", path, "--redact", "--redact-key", key_file("short", "secret"))
    assert said.code is ExitCode.NOT_AUTHORISED
    assert "fewer than 16 bytes" in said.err
    said = calplan("plan", path, "--redact", "--redact-key", key_file("open", mode=0o644))
    assert said.code is ExitCode.NOT_AUTHORISED
    assert "others than its owner can read this key" in said.err
    said = calplan("plan", path, "--redact-key", key_file())
    assert (said.code, said.err) == (ExitCode.USAGE, "error: --redact-key goes with --redact\n")
