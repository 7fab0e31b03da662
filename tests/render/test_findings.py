"""Findings are known again in the next run, whatever was edited around them."""

from dataclasses import replace
from pathlib import PurePosixPath, PureWindowsPath
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.model.diagnostic import Diagnostic, Severity
from calplan.render.findings import MOST_SIGNS, Finding, findings_of, lines_of, placed
from calplan.render.source_root import OUTSIDE, SourceRoot, uri_of
from tests.render.found import EACH, ERROR, NOTE, ROOT, SOME, WAIVED, WARNING, WORDS, at, hostile


def known(findings: list[Finding], root: SourceRoot = ROOT) -> list[str]:
    """The fingerprints, in an order of their own."""
    return sorted(one.fingerprint for one in placed(findings, root))


def same_thing(one: Finding, other: Finding) -> bool:
    path, other_path = (None if one.position is None else ROOT.path_of(one.position.file) for one in (one, other))
    return (one.rule, path) == (other.rule, other_path) and (
        one.subject == other.subject and (one.subject is not None or one.message == other.message)
    )


def moved(finding: Finding, by: int) -> Finding:
    place = finding.position
    return finding if place is None else replace(finding, position=replace(place, line=place.line + by, column=1))


@given(SOME, st.integers(0, 99), st.randoms(use_true_random=False))
def test_moved_lines_and_another_order_change_no_fingerprint(findings: list[Finding], by: int, random: Random) -> None:
    shuffled = [moved(one, by) for one in findings]
    random.shuffle(shuffled)
    assert known(shuffled) == known(findings)


@given(SOME, SOME)
def test_other_findings_change_no_fingerprint(findings: list[Finding], others: list[Finding]) -> None:
    unlike = [one for one in others if not any(same_thing(one, other) for other in findings)]
    assert set(known(findings)) <= set(known(findings + unlike))


@given(SOME)
def test_no_two_findings_of_a_report_have_one_fingerprint(findings: list[Finding]) -> None:
    assert len(set(known(findings))) == len(findings)


@given(SOME)
def test_the_folder_a_command_is_run_in_changes_no_fingerprint(findings: list[Finding]) -> None:
    def elsewhere(one: Finding) -> Finding:
        if one.position is None:
            return one
        whole = (PurePosixPath("/repo/corp") / one.position.file).as_posix()
        return replace(one, position=replace(one.position, file=whole))

    assert known([elsewhere(one) for one in findings]) == known(findings)


def test_a_message_with_other_numbers_is_the_same_finding_where_its_subject_is_named() -> None:
    more = replace(WARNING, message="only 12 Windows users keep it")
    assert known([more]) == known([WARNING])
    assert known([replace(ERROR, message="another")]) != known([ERROR])


def test_a_fingerprint_never_changes_between_versions() -> None:
    assert [one.fingerprint for one in placed([ERROR, replace(ERROR, position=at(9))], ROOT)] == [
        "81179409dbe41e57ba3974c829513bce",
        "4c92df6430f844460a1a8ab9cff93f48",
    ]


def test_the_worst_comes_first_and_what_is_waived_last() -> None:
    assert [one.finding for one in placed(EACH, ROOT)] == [ERROR, WARNING, NOTE, WAIVED]
    assert [one.path for one in placed(EACH, ROOT)] == [
        "corp/contoso.yaml",
        "corp/contoso.yaml",
        None,
        "corp/rules.yaml",
    ]


def test_a_diagnostic_is_a_finding_about_its_address() -> None:
    one = Diagnostic(
        code="V09", severity=Severity.WARNING, summary="s", why="w", help="h", position=at(), address="a.b"
    )
    expected = Finding(
        rule="V09", level=Severity.WARNING, message="s", detail="why: w\nhelp: h", position=at(), subject="a.b"
    )
    assert findings_of([one]) == (expected,)


@pytest.mark.parametrize(
    "file, path",
    [
        ("a.yaml", "corp/a.yaml"),
        ("./sub/../a.yaml", "corp/a.yaml"),
        ("../b/a.yaml", "b/a.yaml"),
        ("/repo/a b.yaml", "a b.yaml"),
        ("../../a.yaml", f"{OUTSIDE}/a.yaml"),
        ("/srv/someone.yaml", f"{OUTSIDE}/someone.yaml"),
        ("/repository/a.yaml", f"{OUTSIDE}/a.yaml"),
        ("../../../../../../x/../a.yaml", f"{OUTSIDE}/a.yaml"),
        ("a\\b.yaml", "corp/a\\b.yaml"),
    ],
)
def test_a_path_is_relative_to_the_root_and_tells_nothing_of_the_machine(file: str, path: str) -> None:
    assert ROOT.path_of(file) == path


@pytest.mark.parametrize(
    "file, path",
    [
        ("sub\\a.yaml", "corp/sub/a.yaml"),
        ("sub/a.yaml", "corp/sub/a.yaml"),
        ("c:\\REPO\\a.yaml", "a.yaml"),
        ("D:\\repo\\a.yaml", f"{OUTSIDE}/a.yaml"),
        ("\\\\server\\share\\a.yaml", f"{OUTSIDE}/a.yaml"),
        ("..\\..\\a.yaml", f"{OUTSIDE}/a.yaml"),
    ],
)
def test_paths_of_windows_have_forward_slashes_and_no_drive(file: str, path: str) -> None:
    root = SourceRoot(folder=PureWindowsPath("C:\\repo"), start=PureWindowsPath("C:\\repo\\corp"))
    assert root.path_of(file) == path


@pytest.mark.parametrize(
    "path, uri",
    [
        ("corp/a b.yaml", "corp/a%20b.yaml"),
        ("c:/a.yaml", "c%3A/a.yaml"),
        ("100%/#?.yaml", "100%25/%23%3F.yaml"),
        ("日本.yaml", "%E6%97%A5%E6%9C%AC.yaml"),
        ("a\\b.yaml", "a%5Cb.yaml"),
        ("\udcff.yaml", "%FF.yaml"),
        ("\ud800.yaml", "%5Cud800.yaml"),
        ("a\nb", "a%0Ab"),
    ],
)
def test_a_uri_is_percent_encoded(path: str, uri: str) -> None:
    assert uri_of(path) == uri


@given(WORDS)
def test_every_line_of_a_finding_can_be_seen_and_is_one_line(word: str) -> None:
    assert all(line.isprintable() and "\n" not in line for line in lines_of(hostile(word)))


def test_the_lines_say_what_why_what_to_do_which_baseline_and_why_it_is_waived() -> None:
    assert lines_of(ERROR) == [ERROR.message, *ERROR.detail.split("\n")]
    assert lines_of(WAIVED) == [
        WAIVED.message,
        "baselines: CIS Zoom 1.0.0 1.1.5.4",
        "waived: until the old rooms are gone",
    ]


def test_a_very_long_finding_is_cut_and_that_can_be_seen() -> None:
    text = "\n".join(lines_of(replace(ERROR, message="x" * 9_999)))
    assert len(text) == MOST_SIGNS
    assert text.endswith("x ...")
