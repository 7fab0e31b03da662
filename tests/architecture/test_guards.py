"""The guards of the test run do what they promise, seen from outside in small runs of their own."""

import socket
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

GUARDS = "tests.architecture.guards"
TWO_SNAPSHOTS = """
    import pytest

    @pytest.mark.parametrize("word", ["red", "blue"])
    def test_word(snapshot, word):
        snapshot.assert_match(word, "word.txt")

    @pytest.mark.slow
    def test_slow(snapshot):
        snapshot.assert_match("slow", "word.txt")
"""
SETTINGS = """
    [pytest]
    testpaths = tests
    markers = slow
    addopts = -m "not slow"
"""


@pytest.fixture
def small_suite(pytester: pytest.Pytester, repository: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite with the guards, a plain test and three snapshots, one of them of a slow test."""
    monkeypatch.setenv("PYTHONPATH", str(repository))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makefile(".ini", pytest=SETTINGS)
    pytester.mkdir("tests")
    pytester.makepyfile(**{"tests/test_words": TWO_SNAPSHOTS})
    for owner, word in {"test_word/red": "red", "test_word/blue": "blue", "test_slow": "slow"}.items():
        write_snapshot(pytester, f"{owner}/word.txt", word)
    return pytester


def write_snapshot(suite: pytest.Pytester, name: str, text: str) -> None:
    path = suite.path / "tests" / "snapshots" / "test_words" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def run(suite: pytest.Pytester, *options: str) -> pytest.RunResult:
    plugins = ("pytest_snapshot.plugin", "xdist.plugin", f"{GUARDS}.nothing_skipped", f"{GUARDS}.snapshots")
    return suite.runpytest_subprocess(*(word for name in plugins for word in ("-p", name)), *options)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_in_which_every_snapshot_is_compared_passes(small_suite: pytest.Pytester, workers: str) -> None:
    result = run(small_suite, "-n", workers)
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_an_orphan_snapshot_fails_the_run(small_suite: pytest.Pytester, workers: str) -> None:
    write_snapshot(small_suite, "test_word/green/word.txt", "green")
    result = run(small_suite, "-n", workers)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines("no test compares tests/snapshots/test_words/test_word/green/word.txt: delete it")
    result.stdout.no_fnmatch_line("no test compares *slow*")


def test_an_orphan_beside_a_living_snapshot_fails_the_run(small_suite: pytest.Pytester) -> None:
    write_snapshot(small_suite, "test_word/red/old.txt", "old")
    assert run(small_suite).ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("part", ["tests/test_words.py", "--deselect=tests/test_words.py::test_word"])
def test_a_run_of_some_tests_does_not_speak_of_orphans(small_suite: pytest.Pytester, part: str) -> None:
    write_snapshot(small_suite, "test_gone/word.txt", "gone")
    result = run(small_suite, part)
    result.stdout.no_fnmatch_line("no test compares*")


def test_a_failed_comparison_is_not_called_an_orphan(small_suite: pytest.Pytester) -> None:
    write_snapshot(small_suite, "test_word/red/word.txt", "rot")
    result = run(small_suite)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.no_fnmatch_line("no test compares*")


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize(
    "text",
    [
        "import pytest\n@pytest.mark.skip\ndef test_later(): ...",
        "import pytest\npytest.importorskip('no_such_module')\ndef test_later(): ...",
    ],
    ids=["test", "module"],
)
def test_a_skipped_test_fails_the_run_in_ci_only(
    small_suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, text: str, workers: str
) -> None:
    small_suite.makepyfile(**{"tests/test_later": text})
    assert run(small_suite, "-n", workers).ret == pytest.ExitCode.OK
    monkeypatch.setenv("CI", "true")
    result = run(small_suite, "-n", workers)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines("SKIPPED, which CI does not accept: tests/test_later.py*")


def test_snapshots_are_not_written_in_ci(small_suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    write_snapshot(small_suite, "test_word/red/word.txt", "rot")
    result = run(small_suite, "--snapshot-update")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("*--snapshot-update is refused in CI*")


def test_the_outside_world_cannot_be_reached() -> None:
    with pytest.raises(pytest.fail.Exception, match="the network is blocked in tests"):
        socket.create_connection(("192.0.2.1", 443))
    with pytest.raises(pytest.fail.Exception, match=r"socket\.getaddrinfo to 'example\.invalid'"):
        socket.getaddrinfo("example.invalid", 443)


def test_this_machine_can_be_reached_by_marked_tests_only() -> None:
    with socket.socket() as client, pytest.raises(pytest.fail.Exception, match="needs the marker"):
        client.connect(("127.0.0.1", 9))


def greet_one(server: socket.socket) -> None:
    client, _ = server.accept()
    with client:
        client.sendall(b"hello")


@pytest.mark.loopback
def test_a_marked_test_talks_over_loopback_but_not_to_the_outside() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        greeter = threading.Thread(target=greet_one, args=(server,))
        greeter.start()
        with socket.create_connection(("localhost", server.getsockname()[1]), timeout=5) as client:
            assert client.recv(5) == b"hello"
        greeter.join()
    with socket.socket() as client, pytest.raises(pytest.fail.Exception, match="the network is blocked"):
        client.connect(("192.0.2.1", 443))
    with socket.socket() as server, pytest.raises(pytest.fail.Exception, match="the network is blocked"):
        server.bind(("0.0.0.0", 0))  # noqa: S104 - refused, which is the point


def test_unix_sockets_are_free(tmp_path: Path) -> None:
    left, right = socket.socketpair()
    with left, right, socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("here")
        server.listen()
        client.connect("here")
    assert (tmp_path / "here").exists()


def test_a_test_starts_in_its_own_empty_folder(tmp_path: Path) -> None:
    assert Path.cwd() == tmp_path
    assert list(tmp_path.iterdir()) == []


@given(st.integers())
def test_the_clean_folder_does_not_disturb_drawn_cases(number: int) -> None:
    assert number == int(str(number))


def test_the_callers_environment_does_not_reach_a_test(
    pytester: pytest.Pytester, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(repository))
    names = ("CI", "NO_COLOR", "CALPLAN_STATE", "SOURCE_DATE_EPOCH", "GITHUB_OUTPUT", "HTTPS_PROXY")
    for name in names:
        monkeypatch.setenv(name, "1")
    pytester.makepyfile(f"import os\ndef test_clean():\n    assert not os.environ.keys() & {names!r}")
    result = pytester.runpytest_subprocess("--disable-plugin-autoload", "-p", f"{GUARDS}.surroundings")
    result.assert_outcomes(passed=1)
