"""Commands that only look send nothing but reads and requests for tokens."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_type_hints

import pytest
import trustme

from calplan.cli.exit_codes import ExitCode
from calplan.providers.base import Platform, WritablePlatform
from calplan.providers.catalog import Opening, open_platform
from calplan.providers.trust import Trust
from tests.cli.make import GRAPH, calplan, folder, state
from tests.loopback.stage import Stage, documents_of, platform, stage

pytestmark = pytest.mark.loopback

WRITING = frozenset({"perform", "write", "put", "post", "patch", "delete", "request", "send", "exchange", "execute"})
EWS = {
    "type": "exchange-ews",
    "ewsUrl": "https://mail.corp.example/EWS/Exchange.asmx",
    "impersonation": {
        "account": "svc@corp.example",
        "exchangeVersion": "2016",
        "passwordFrom": {"env": "CALPLAN_SECRET_EWS"},
        "passwordVersion": 2,
    },
}

LOOKING: dict[str, tuple[str, ...]] = {
    "plan": ("plan", "corp"),
    "plan in detail": ("plan", "corp", "--detailed-exitcode", "--verbose", "--users", "all"),
    "plan as JSON": ("plan", "corp", "-o", "json"),
    "plan to a file": ("plan", "corp", "--out", "corp.plan"),
    "show": ("show", "saved.plan"),
    "show whether it holds": ("show", "saved.plan", "--check"),
    "why": ("why", "ann@corp.example", "corp"),
    "why not": ("why", "ann@corp.example", "corp", "--not", "disconnected_prompted"),
    "impact": ("impact", "corp"),
    "impact of a file": ("impact", "saved.plan", "-o", "csv"),
    "validate": ("validate", "corp"),
    "export": ("export", "corp"),
    "snapshot": ("snapshot", "corp", "--out", "corp.snapshot", "--assistants"),
    "test": ("test", "corp"),
    "explain": ("explain", "T-HOST"),
    "drift": ("drift", "corp"),
    "drift as JSON": ("drift", "corp", "-o", "json"),
    "history": ("history", "corp", "--rules"),
    "log": ("log", "--verify-chain"),
    "state": ("state", "show"),
    "doctor": ("doctor", "corp"),
    "providers": ("providers",),
}
"""Every command that only looks; a new one belongs here."""


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with stage(monkeypatch) as made:
        assert calplan("plan", "corp", "--out", "saved.plan").code is ExitCode.DONE
        yield made


@pytest.mark.parametrize("words", LOOKING.values(), ids=LOOKING)
def test_a_command_that_looks_sends_nothing_but_reads(staged: Stage, words: tuple[str, ...]) -> None:
    before, events = staged.bytes, staged.events
    said = calplan(*words)
    assert said.code in (ExitCode.DONE, ExitCode.CHANGES, ExitCode.INVALID), said.err
    assert (said.code is ExitCode.INVALID) is (words[0] == "test"), "there is no Scenario in the folder"
    assert staged.writes() == []
    assert (staged.bytes, staged.events, staged.routes.puts) == (before, events, 0)


def test_commands_that_need_no_account_ask_for_nothing_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with stage(monkeypatch) as staged:
        monkeypatch.delenv("CALPLAN_SECRET_ZOOM")
        for words in (("validate", "corp"), ("test", "corp"), ("schema", "Account"), ("version",)):
            calplan(*words)
        assert staged.server.log == []


def test_a_plan_over_the_wire_says_what_a_plan_of_the_account_itself_says(staged: Stage) -> None:
    local = folder(Path("local"))
    (local / "corp.db").write_bytes(staged.database.read_bytes())
    ours, theirs = calplan("plan", "corp"), calplan("plan", local)
    assert ours.last == theirs.last
    assert "2 to change" in ours.last
    assert [one for one in staged.server.asked() if "users" in one]


@pytest.mark.parametrize("command", ["verify", "rollback", "log"])
def test_what_looks_at_a_run_only_looks(command: str, staged: Stage) -> None:
    applied = calplan("apply", "saved.plan")
    assert applied.code is ExitCode.DONE
    run = applied.out.partition("in run ")[2].partition(".")[0]
    puts, before = len(staged.writes()), staged.bytes
    assert puts == 2
    assert calplan(command, run).code is ExitCode.DONE
    assert (len(staged.writes()), staged.bytes) == (puts, before)


def methods_within(thing: object, seen: set[int]) -> Iterator[tuple[str, Callable[..., object]]]:
    """Every method that can be reached from a thing by public attributes."""
    if id(thing) in seen or isinstance(thing, type | str | bytes | int | float | frozenset | datetime):
        return
    seen.add(id(thing))
    for name in dir(thing):
        if name.startswith("_"):
            continue
        value = getattr(thing, name)
        if callable(value):
            yield name, value
        else:
            yield from methods_within(value, seen)


def test_what_a_plan_is_handed_cannot_write(staged: Stage) -> None:
    assert get_type_hints(open_platform)["return"] is Platform
    assert "perform" in dir(WritablePlatform)
    assert not WRITING & set(dir(Platform))
    opening = Opening(clock=lambda: datetime.now(UTC), trust=Trust())
    for corp in (staged.corp, Path("behind")):
        (account,) = documents_of(corp)
        opened = open_platform(account, opening)
        found = {name for name, _ in methods_within(opened, set())}
        assert found >= {"read_settings", "read_users"}
        assert not found & WRITING


def test_a_plan_resolves_no_secret_that_only_an_apply_needs_and_contacts_no_ews_url(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = {"integration": {"locked": True, "service": EWS}}
    with stage(monkeypatch, policy=wanted) as staged:
        for words in (
            ("validate", "corp"),
            ("plan", "corp", "--out", "saved.plan"),
            ("why", "ann@corp.example", "corp"),
        ):
            assert calplan(*words).code is ExitCode.DONE, words
        refused = calplan("apply", "saved.plan")
        assert refused.code is ExitCode.NOT_AUTHORISED, refused.err
        assert "{env: CALPLAN_SECRET_EWS} cannot be resolved: the variable is not set" in refused.err
        assert staged.writes() == []
        monkeypatch.setenv("CALPLAN_SECRET_EWS", "ews-canary-2231")
        assert calplan("apply", "saved.plan", "--no-verify").code is ExitCode.DONE
        sent = [one for one in staged.server.log if b"ews-canary-2231" in one.body]
        assert [f"{one.method} {one.path}" for one in sent] == ["PUT /settings/integration.service"]


def test_over_tls_the_account_is_reached_by_the_certificate_the_document_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    authority = trustme.CA()
    with stage(monkeypatch, authority=authority) as staged:
        authority.cert_pem.write_to_path("corp/ca.pem")
        endpoints = {"api": staged.server.url, "token": f"{staged.server.url}/token"}
        assert calplan("plan", "corp").code is ExitCode.UNREACHABLE
        platform(staged.corp, endpoints=endpoints, caFile="ca.pem")
        assert calplan("plan", "corp").code is ExitCode.DONE
        state(staged.corp, {"integration": {"service": GRAPH}})
        assert calplan("apply", "corp", "--auto-approve").code is ExitCode.DONE
