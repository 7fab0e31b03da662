"""An apply over the wire: whatever goes wrong, the exit code and the report are those of what was done."""

from dataclasses import dataclass
from typing import Literal

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.model.service import ServiceType, type_of
from calplan.model.unknown import Unknown
from tests.cli.make import Said, calplan
from tests.loopback.server import Drop, Effect, Half, Reply, Stall
from tests.loopback.stage import Stage, stage

pytestmark = pytest.mark.loopback


@pytest.fixture(autouse=True)
def settles_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that is not there yet is looked for as often as ever, with shorter pauses."""
    monkeypatch.setattr("calplan.cli.hand.SETTLES", (0.0, 0.01, 0.02, 0.03))


SERVICE, LOCK = "/settings/integration.service", "/settings/integration.locked"
Done = Literal["nothing", "service", "both"]


def done(staged: Stage) -> Done:
    """How far the account is on its way: the service is written first, the lock after it."""
    live = staged.live
    assert not isinstance(live.service, Unknown)
    written = type_of(live.service) is ServiceType.OFFICE365_GRAPH
    assert written or live.locked is False
    return "both" if live.locked else "service" if written else "nothing"


def test_an_apply_makes_the_account_as_the_policy_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with stage(monkeypatch) as staged:
        said = calplan("apply", "corp", "--auto-approve")
        assert said.code is ExitCode.DONE, said.err
        assert staged.writes() == [f"PUT {SERVICE}", f"PUT {LOCK}"]
        assert done(staged) == "both"
        assert calplan("plan", "corp", "--detailed-exitcode").code is ExitCode.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A fault at one place, and what must come of it."""

    effect: Effect
    path: str
    code: ExitCode
    done: Done
    times: int = 99
    doubt: bool = False


DAILY = Reply(status=429, headers={"retry-after": "2099-01-01T00:00:00Z"})
STORM = Reply(status=429, headers={"retry-after": "1"})
BUSY = Reply(
    status=503, headers={"retry-after": "Thu, 26 Nov 2026 12:00:00 GMT", "date": "Thu, 26 Nov 2026 11:59:58 GMT"}
)
FIRST, PARTLY = ExitCode.UNREACHABLE, ExitCode.PARTLY_APPLIED
CASES = {
    "dropped once, first": Case(effect=Drop(), path=SERVICE, times=1, code=ExitCode.DONE, done="both"),
    "dropped late once, first": Case(effect=Drop(done=True), path=SERVICE, times=1, code=ExitCode.DONE, done="both"),
    "half once, second": Case(effect=Half(), path=LOCK, times=1, code=ExitCode.DONE, done="both"),
    "500 twice, second": Case(effect=Reply(status=500), path=LOCK, times=2, code=ExitCode.DONE, done="both"),
    "stalled once, first": Case(effect=Stall(), path=SERVICE, times=1, code=ExitCode.DONE, done="both"),
    "throttled twice, first": Case(effect=STORM, path=SERVICE, times=2, code=ExitCode.DONE, done="both"),
    "expired once, second": Case(effect=Reply(status=401), path=LOCK, times=1, code=ExitCode.DONE, done="both"),
    "dropped, first": Case(effect=Drop(), path=SERVICE, code=FIRST, done="nothing"),
    "dropped late, first": Case(effect=Drop(done=True), path=SERVICE, code=ExitCode.DONE, done="both"),
    "dropped, second": Case(effect=Drop(), path=LOCK, code=PARTLY, done="service"),
    "dropped late, second": Case(effect=Drop(done=True), path=LOCK, code=ExitCode.DONE, done="both"),
    "half, first": Case(effect=Half(), path=SERVICE, code=ExitCode.DONE, done="both"),
    "stalled, first": Case(effect=Stall(), path=SERVICE, code=FIRST, done="nothing"),
    "500, first": Case(effect=Reply(status=500), path=SERVICE, code=FIRST, done="nothing"),
    "500, second": Case(effect=Reply(status=500), path=LOCK, code=PARTLY, done="service"),
    "redirected, first": Case(
        effect=Reply(status=302, headers={"location": "https://evil.example/"}),
        path=SERVICE,
        code=FIRST,
        done="nothing",
    ),
    "throttled, first": Case(effect=STORM, path=SERVICE, code=FIRST, done="nothing"),
    "throttled, second": Case(effect=STORM, path=LOCK, code=PARTLY, done="service"),
    "daily, first": Case(effect=DAILY, path=SERVICE, code=FIRST, done="nothing"),
    "daily, second": Case(effect=DAILY, path=LOCK, code=PARTLY, done="service"),
    "busy, first": Case(effect=BUSY, path=SERVICE, code=FIRST, done="nothing"),
    "busy, second": Case(effect=BUSY, path=LOCK, code=PARTLY, done="service"),
    "forbidden, first": Case(effect=Reply(status=403), path=SERVICE, code=ExitCode.NOT_AUTHORISED, done="nothing"),
    "forbidden, second": Case(effect=Reply(status=403), path=LOCK, code=PARTLY, done="service"),
    "expired, first": Case(effect=Reply(status=401), path=SERVICE, code=ExitCode.NOT_AUTHORISED, done="nothing"),
    "wrong, first": Case(effect=Reply(status=400), path=SERVICE, code=FIRST, done="nothing"),
    "nonsense, second": Case(effect=Reply(body=b"<html>"), path=LOCK, code=PARTLY, done="service"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_fault_while_writing_gives_the_code_of_what_was_done(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    with stage(monkeypatch) as staged:
        staged.server.plan(case.effect, method="PUT", path=case.path, times=case.times)
        said = calplan("apply", "corp", "--auto-approve")
        assert said.code is case.code, said.err
        assert done(staged) == case.done
        told_as_it_is(said, case)


def told_as_it_is(said: Said, case: Case) -> None:
    """The report claims no more and no less than what is known."""
    assert "Traceback" not in said.err
    assert ("nobody knows whether it was written" in said.err) is case.doubt
    if case.code is ExitCode.DONE:
        assert "Applied 2 steps" in said.out
    elif case.path == SERVICE:
        assert "done: none; not started: s2" in said.err
    else:
        assert "done: s1; not started: none" in said.err


READS = {
    "dropped": (Drop(), ExitCode.UNREACHABLE),
    "half": (Half(), ExitCode.UNREACHABLE),
    "500": (Reply(status=500), ExitCode.UNREACHABLE),
    "throttled": (STORM, ExitCode.UNREACHABLE),
    "daily": (DAILY, ExitCode.UNREACHABLE),
    "stalled": (Stall(), ExitCode.UNREACHABLE),
    "forbidden": (Reply(status=403), ExitCode.NOT_AUTHORISED),
    "expired": (Reply(status=401), ExitCode.NOT_AUTHORISED),
    "nonsense": (Reply(body=b"<html>", headers={"content-type": "text/html"}), ExitCode.UNREACHABLE),
}


@pytest.mark.parametrize(
    "path", ["/token", "/users", *(pytest.param(one, marks=pytest.mark.slow) for one in ("/settings", "/groups"))]
)
@pytest.mark.parametrize("effect, code", READS.values(), ids=READS)
def test_a_fault_while_reading_stops_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch, path: str, effect: Effect, code: ExitCode
) -> None:
    expected = {ExitCode.NOT_AUTHORISED, code} if path == "/token" else {code}
    with stage(monkeypatch) as staged:
        staged.server.plan(effect, path=path, times=99)
        for words in (("plan", "corp"), ("apply", "corp", "--auto-approve")):
            said = calplan(*words)
            assert said.code in expected, said.err
            assert said.err.startswith("error: ")
        assert staged.writes() == []
        assert done(staged) == "nothing"


def test_a_limit_for_the_day_is_said_with_the_moment_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    with stage(monkeypatch) as staged:
        staged.server.plan(DAILY, path="/users", times=99)
        said = calplan("plan", "corp")
        assert "takes no more requests before" in said.err
        assert staged.server.asked().count("GET /users") == 1


def test_without_a_server_nothing_is_written_and_nothing_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    with stage(monkeypatch):
        pass
    for words in (("plan", "corp"), ("apply", "corp", "--auto-approve")):
        said = calplan(*words)
        assert said.code is ExitCode.UNREACHABLE
        assert "could not be reached: no connection came about" in said.err
