"""What ``-o`` and ``--out`` take, and how files are written."""

import json
import os
import stat
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import calplan, folder, in_a_shell, saved

FORMATS = (
    *("text", "json", "ndjson", "markdown", "checklist", "html", "csv"),
    *("github", "gitlab-terraform"),
)


def test_an_unknown_format_is_told_which_there_are(tmp_path: Path) -> None:
    said = calplan("plan", folder(tmp_path / "corp"), "-o", "yaml")
    assert said.code is ExitCode.USAGE
    assert said.err == f"error: 'yaml' is no output; -o takes {', '.join(FORMATS)}, each with =FILE\n"


@pytest.mark.parametrize("word", ["plan.out", "corp.calplan", "./plan.json"])
def test_a_file_where_a_format_belongs_is_told_how_to_save_a_plan(word: str) -> None:
    said = calplan("plan", "-o", word)
    assert said.code is ExitCode.USAGE
    assert said.err == f"error: {word} is no format; to save the plan use --out {word}\n"


@pytest.mark.parametrize("words", [["json", "csv"], ["json", "json"], ["json=x", "csv=x"], ["json=x", "csv=y/../x"]])
def test_two_outputs_for_one_place_are_refused(words: list[str], tmp_path: Path) -> None:
    said = calplan("plan", folder(tmp_path / "corp"), *(part for word in words for part in ("-o", word)))
    assert said.code is ExitCode.USAGE
    assert "two outputs for one place" in said.err


@pytest.mark.parametrize("words", [("-o", "json={}"), ("--out", "{}"), ("-o", "text", "-o", "html={}")])
@pytest.mark.parametrize("name, kind", [("account.yaml", "a document"), ("corp.db", "a database")])
def test_what_a_plan_is_made_from_is_not_replaced_by_it(
    tmp_path: Path, name: str, kind: str, words: tuple[str, ...]
) -> None:
    corp = folder(tmp_path / "corp")
    assert calplan("plan", corp).code is ExitCode.DONE
    file = corp / name
    before = file.read_bytes()
    for said in (
        calplan("plan", corp, *(word.format(file) for word in words)),
        calplan("snapshot", corp, "--out", file),
    ):
        assert said.code is ExitCode.USAGE
        assert said.err == f"error: {file} is {kind}, which would be replaced; name another file\n"
    assert file.read_bytes() == before


def test_a_plan_is_not_saved_where_an_output_goes(tmp_path: Path) -> None:
    said = calplan("plan", folder(tmp_path / "corp"), "-o", "json=x", "--out", "./x")
    assert said.code is ExitCode.USAGE
    assert not Path("x").exists()


@pytest.mark.parametrize("word", ["json=", "=", "=x", "", "JSON"])
def test_half_an_output_is_refused(word: str) -> None:
    assert calplan("plan", "-o", word).code is ExitCode.USAGE


def test_outputs_repeat_each_to_its_own_place(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    words = [part for name in FORMATS[1:] for part in ("-o", f"{name}={name}.out")]
    said = calplan("plan", corp, "-o", "text", *words)
    assert said.code is ExitCode.DONE
    for name in FORMATS:
        alone = calplan("plan", corp, "-o", name)
        if name in {"ndjson", "csv"}:
            assert Path(f"{name}.out").read_text(encoding="utf-8") == alone.out
    assert json.loads(Path("json.out").read_text(encoding="utf-8"))["account"] == "corp"
    assert said.last.startswith("Plan: 2 to change")


def test_a_saved_plan_is_for_its_owner_alone_whatever_lay_there_before(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    Path("corp.plan").touch(mode=0o644)
    old = os.umask(0)
    try:
        plan = saved(corp)
    finally:
        os.umask(old)
    assert stat.S_IMODE(plan.stat().st_mode) == 0o600


def test_files_are_written_whole_and_leave_nothing_beside_them(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    there = {*Path().iterdir()}
    saved(corp)
    calplan("plan", corp, "-o", "json=corp.json")
    assert {*Path().iterdir()} - there == {Path("corp.plan"), Path("corp.json")}


@pytest.mark.parametrize("place", [".", "/", "", "corp", "corp/policy.yaml/x", "nowhere/x", "x" * 300])
@pytest.mark.parametrize("option", ["--out", "-o"])
def test_a_place_that_cannot_be_written_is_64_and_says_why(option: str, place: str, tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    said = calplan("plan", corp, option, place if option == "--out" else f"json={place}")
    assert said.code is ExitCode.USAGE
    assert "error: " in said.err
    assert not list(Path().rglob(".calplan-*"))


def test_a_device_is_written_and_never_replaced(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    Path("null").symlink_to(os.devnull)
    os.mkfifo("pipe")
    said = in_a_shell("cat pipe & calplan plan corp --out null -o json=pipe; wait")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["account"] == "corp"
    assert Path("null").is_symlink()
    assert Path("pipe").is_fifo()
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    assert calplan("plan", corp, "-o", "json=null").code is ExitCode.DONE
    assert Path("null").is_symlink()


def test_a_link_is_replaced_and_what_it_points_to_is_left_alone(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    Path("precious").write_text("precious", encoding="utf-8")
    Path("link").symlink_to("precious")
    saved(corp, "link")
    assert not Path("link").is_symlink()
    assert Path("precious").read_text(encoding="utf-8") == "precious"


def test_show_says_what_plan_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795348800")
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    for name in ("ndjson", "csv", "markdown"):
        assert calplan("show", plan, "-o", name).out == calplan("plan", corp, "-o", name).out
    shown = json.loads(calplan("show", plan, "-o", "json").out)
    fresh = json.loads(calplan("plan", corp, "-o", "json").out)
    assert shown["plan_id"] == fresh["plan_id"]


def test_impact_and_validate_have_their_own_formats(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    assert calplan("impact", corp, "-o", "markdown").code is ExitCode.USAGE
    assert calplan("validate", corp, "-o", "csv").code is ExitCode.USAGE
    assert json.loads(calplan("validate", corp, "-o", "json").out)["valid"] is True
    rows = [json.loads(line) for line in calplan("impact", corp, "-o", "ndjson").out.splitlines()]
    assert {row["email"]: row["outcome"] for row in rows} == {
        "ann@corp.example": "disconnected_prompted",
        "bob@corp.example": "disconnected_silent",
        "cyd@corp.example": "prompted",
    }
    one = calplan("impact", corp, "--outcome", "unaffected", "-o", "csv").out.splitlines()
    assert [line.partition(",")[0] for line in one] == ["email", "dan@corp.example"]


def test_users_are_all_named_or_none_if_asked(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    for name in ("text", "markdown"):
        assert "ann@corp.example" in calplan("plan", corp, "--users", "all", "-o", name).out
        assert "@corp.example: " not in calplan("plan", corp, "--users", "none", "-o", name).out
