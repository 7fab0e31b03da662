"""What a probe proves where all is well, and what it says of versions, folders and rights."""

from dataclasses import replace
from pathlib import Path

import pytest

from calplan.model.service import EwsUrl, ExchangeEws, Impersonation, Office365Ews, SecretReference
from calplan.policyfile.documents import StatedProvider
from calplan.providers.base import Ability
from calplan.providers.checkup import Verdict
from calplan.providers.errors import NotAuthorisedError, ProviderError
from calplan.providers.exchange.builds import product_of
from calplan.providers.exchange.capabilities import CAPABILITIES
from calplan.providers.exchange.checkup import check_exchange
from calplan.providers.exchange.probing import probe_exchange
from calplan.providers.trust import Trust
from calplan.sandbox.servers.exchange.keys import Auth
from calplan.sandbox.servers.exchange.vendor import Exchange
from tests.providers.exchange.make import FROM_ENV, last, policy, probe, rows, stated
from tests.sandbox.servers.exchange_stage import (
    CLOUD,
    EVE,
    FAY,
    FAYS_MAILBOX,
    PASSWORD,
    SERVICE,
    USERNAME,
    of_build,
    offering,
)
from tests.sandbox.servers.stage import Stage

pytestmark = pytest.mark.loopback

WELL = [
    ("ok", "EWS answer"),
    ("ok", "EWS sign-in"),
    ("ok", "Exchange version"),
    ("ok", "impersonation: calendar"),
    ("ok", "impersonation: contacts"),
]


@pytest.mark.parametrize(
    "sign_in, offered, requests",
    [("", Auth.BASIC, 4), ("basic", Auth.BOTH, 4), ("ntlm", Auth.NTLM, 6), ("ntlm", Auth.BOTH, 6)],
)
def test_both_folders_of_the_probe_mailbox_are_opened_in_its_owners_name(
    stage: Stage, exchange: Exchange, sign_in: str, offered: Auth, requests: int
) -> None:
    offering(exchange, offered)
    checks = probe(stage, authType=sign_in)
    assert rows(checks) == WELL
    assert f"takes the password of {USERNAME} ({sign_in or 'basic'})" in checks[1].found
    assert "proves nothing" in checks[3].found
    assert [one.operation for one in exchange.asked] == ["ConvertId", "GetFolder", "GetFolder"]
    assert [one.folder for one in exchange.asked] == [None, "calendar", "contacts"]
    for one in exchange.asked[1:]:
        assert [(named.by, named.name) for named in one.impersonated] == [("PrimarySmtpAddress", EVE)]
    assert stage.asked() == ["POST /EWS/Exchange.asmx"] * requests


def test_without_a_user_name_the_account_signs_in_by_its_address(stage: Stage, exchange: Exchange) -> None:
    checks = probe(stage, username="")
    assert rows(checks) == WELL
    assert SERVICE in checks[1].found


def test_a_path_in_other_letters_is_asked_as_it_is_written(stage: Stage, exchange: Exchange) -> None:
    assert rows(probe(stage, policy(stage, path="/ews/exchange.asmx"))) == WELL
    assert set(stage.asked()) == {"POST /ews/exchange.asmx"}


@pytest.mark.parametrize(
    "build, product, version, verdict",
    [
        ((8, 3, 83, 6), "2007", "2016", "warn"),
        ((14, 3, 123, 4), "2010", "2016", "warn"),
        ((15, 0, 847, 32), "2013", "2013", "ok"),
        ((15, 1, 2507, 72), "2016", "2016", "ok"),
        ((15, 1, 2507, 72), "2016", "SE", "warn"),
        ((15, 2, 1544, 44), "2019", "2019", "ok"),
        ((15, 2, 1748, 49), "2019", "SE", "warn"),
        ((15, 2, 2562, 46), "SE", "SE", "ok"),
        ((15, 2, 2562, 46), "SE", "2019", "warn"),
        ((15, 20, 8835, 12), "Online", "2016", "warn"),
    ],
)
@pytest.mark.usefixtures("exchange")
def test_the_product_is_told_by_its_build_and_held_against_the_policy(
    served: tuple[Stage, Exchange], build: tuple[int, int, int, int], product: str, version: str, verdict: str
) -> None:
    stage, exchange = served
    of_build(exchange, build)
    checks = probe(stage, policy(stage, version=version))
    assert rows(checks) == [*WELL[:2], (verdict, "Exchange version"), *WELL[3:]]
    assert f"Exchange {product}" in checks[2].found
    assert ".".join(map(str, build)) in checks[2].found
    assert (verdict == "ok") is (checks[2].fix == "")


@pytest.mark.parametrize(
    "build, product",
    [
        ((7, 9, 9, 9), None),
        ((8, 0, 0, 0), "2007"),
        ((8, 3, 999, 0), "2007"),
        ((8, 4, 0, 0), None),
        ((13, 9, 9, 9), None),
        ((14, 0, 0, 0), "2010"),
        ((14, 4, 0, 0), None),
        ((15, 0, 0, 0), "2013"),
        ((15, 1, 0, 0), "2016"),
        ((15, 2, 2561, 999), "2019"),
        ((15, 2, 2562, 0), "SE"),
        ((15, 2, 9999, 9), "SE"),
        ((15, 3, 0, 0), None),
        ((15, 19, 9, 9), None),
        ((15, 20, 0, 0), "Online"),
        ((15, 21, 0, 0), None),
        ((16, 0, 0, 0), None),
    ],
)
def test_the_borders_between_products(build: tuple[int, int, int, int], product: str | None) -> None:
    assert product_of(build) == product


def test_a_build_that_nobody_described_is_not_taken_for_one_that_is_known(stage: Stage, exchange: Exchange) -> None:
    of_build(exchange, (15, 3, 1, 1))
    checks = probe(stage)
    assert rows(checks)[2] == ("warn", "Exchange version")
    assert "15.3.1.1, which calplan does not know" in checks[2].found
    exchange.names_schema = False
    found = last(probe(stage))
    assert (found.subject, type(found.error)) == ("EWS sign-in", ProviderError)
    assert "names a build that the EWS library does not know" in found.found


def test_an_old_server_is_asked_again_in_its_own_edition(stage: Stage, exchange: Exchange) -> None:
    of_build(exchange, (14, 3, 123, 4))
    exchange.names_schema = False
    checks = probe(stage)
    assert "update it first" in checks[2].fix
    assert rows(checks)[3:] == WELL[3:]
    assert {one.schema for one in exchange.asked if one.operation == "GetFolder"} == {"Exchange2010_SP2"}


@pytest.mark.parametrize("denied, verdicts", [("contacts", ("ok", "fail")), ("calendar", ("fail", "ok"))])
def test_a_folder_that_is_denied_does_not_hide_the_other(
    stage: Stage, exchange: Exchange, denied: str, verdicts: tuple[str, str]
) -> None:
    exchange.keys = replace(exchange.keys, denied_folders=frozenset({denied}))
    checks = probe(stage)
    assert rows(checks)[3:] == [(verdicts[0], "impersonation: calendar"), (verdicts[1], "impersonation: contacts")]
    (refused,) = [one for one in checks if one.verdict is Verdict.FAIL]
    assert type(refused.error) is NotAuthorisedError
    assert refused.found == f"{SERVICE} is refused this folder of {EVE}"


@pytest.mark.parametrize(
    "mailbox, words",
    [
        ("nobody@corp.example", "there is no mailbox nobody@corp.example on "),
        (CLOUD, f"there is no mailbox {CLOUD} on "),
        (FAY, f"{FAY} is not the main address of its mailbox"),
    ],
)
def test_a_mailbox_that_is_not_there_by_this_name(stage: Stage, exchange: Exchange, mailbox: str, words: str) -> None:
    found = last(probe(stage, probeMailbox=mailbox))
    assert (found.subject, type(found.error)) == ("impersonation: calendar", ProviderError)
    assert found.found.startswith(words)
    assert "probeMailbox" in found.fix


@pytest.mark.parametrize("covered", [False, frozenset({FAYS_MAILBOX})])
def test_whoever_lacks_the_right_is_told_how_it_is_given(
    stage: Stage, exchange: Exchange, covered: bool | frozenset[str]
) -> None:
    exchange.keys = replace(exchange.keys, may_impersonate=covered)
    checks = probe(stage)
    assert rows(checks) == [*WELL[:3], ("fail", "impersonation: calendar")]
    found = last(checks)
    assert (found.found, type(found.error)) == (f"{SERVICE} may not impersonate {EVE}", NotAuthorisedError)
    assert f"-Role:ApplicationImpersonation -User:{SERVICE}" in found.fix
    assert "scope" in found.fix


@pytest.mark.parametrize("mailbox", [SERVICE, SERVICE.upper()])
def test_the_accounts_own_mailbox_proves_nothing_and_nobody_is_asked(
    stage: Stage, exchange: Exchange, mailbox: str
) -> None:
    (found,) = probe(stage, probeMailbox=mailbox)
    assert "proves nothing" in found.found
    assert isinstance(found.error, ProviderError)
    assert stage.asked() == []


@pytest.mark.parametrize(
    "auth, verdict",
    [(Auth.BASIC, "ok"), (Auth.BOTH, "ok"), (Auth.NEGOTIATE, "ok"), (Auth.BEARER, "warn")],
)
@pytest.mark.parametrize("office", [True, False])
def test_without_impersonation_one_request_without_credentials_is_all(
    stage: Stage, exchange: Exchange, auth: Auth, verdict: str, office: bool
) -> None:
    offering(exchange, auth)
    service = policy(stage, account=None)
    (found,) = probe(stage, Office365Ews(ews_url=service.ews_url) if office else service)
    assert (found.verdict.value, found.subject) == (verdict, "EWS answer")
    assert "nothing is proven about anybody's rights" in found.found
    assert stage.asked() == ["POST /EWS/Exchange.asmx"]
    assert exchange.asked == []


@pytest.mark.parametrize(
    "url, words",
    [
        ("http://mail.corp.example/EWS/Exchange.asmx", "it is not https"),
        ("https://mail.corp.example/EWS/../x", "`.` or `..`"),
        ("https://svc:pw@mail.corp.example/EWS/Exchange.asmx", "user name or password"),
    ],
)
def test_an_address_that_a_password_must_not_go_to_is_not_asked(url: str, words: str) -> None:
    impersonation = Impersonation(account=SERVICE, exchange_version="2016", password_from=FROM_ENV)
    service = ExchangeEws(ews_url=EwsUrl(url, "mail.corp.example"), impersonation=impersonation)
    provider = StatedProvider(type="exchange", stated={"type": "exchange", "probeMailbox": EVE})
    (found,) = probe_exchange(provider, Path("account.yaml"), service, Path("policy.yaml"), Trust())
    assert (found.verdict, found.subject) == (Verdict.FAIL, "EWS address")
    assert words in found.found
    assert "svc:pw" not in found.found


@pytest.mark.parametrize(
    "reference, words",
    [
        (None, "names no password"),
        (SecretReference(kind="env", parts=(("env", "CALPLAN_SECRET_NOT_SET"),)), "the variable is not set"),
    ],
)
def test_a_password_that_is_not_at_hand_is_missed_after_the_server_answered(
    stage: Stage, exchange: Exchange, reference: SecretReference | None, words: str
) -> None:
    checks = probe(stage, policy(stage, password=reference))
    assert rows(checks) == [("ok", "EWS answer"), ("fail", "impersonation password")]
    assert words in checks[1].found
    assert stage.asked() == ["POST /EWS/Exchange.asmx"]


def test_the_password_is_found_beside_the_policy_and_within_what_trust_allows(
    stage: Stage, exchange: Exchange, tmp_path: Path
) -> None:
    (tmp_path / "corp").mkdir()
    (tmp_path / "corp" / "ews.txt").write_text(f"{PASSWORD}\n")
    (tmp_path / "corp" / "ews.txt").chmod(0o600)
    reference = SecretReference(kind="file", parts=(("file", "ews.txt"),))
    assert rows(probe(stage, policy(stage, password=reference))) == WELL
    refused = last(probe(stage, trust=Trust(secret_names=frozenset({"CALPLAN_SECRET_OTHER"}))))
    assert (refused.subject, "CALPLAN_SECRET_NAMES" in refused.found) == ("impersonation password", True)


@pytest.mark.parametrize("password", ["pässwörd-ł€", "with:colon and blank "])
def test_a_password_of_any_letters_reaches_the_server(
    stage: Stage, exchange: Exchange, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("CALPLAN_SECRET_EWS", password)
    exchange.keys = replace(exchange.keys, password=password)
    assert rows(probe(stage)) == WELL


def test_a_look_beforehand_contacts_nobody_and_resolves_nothing(
    stage: Stage, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALPLAN_SECRET_EWS")
    checks = tuple(check_exchange(stated(stage), Path("corp/account.yaml"), Trust(secret_names=frozenset())))
    assert {one.verdict for one in checks} == {Verdict.OK}
    assert "apply and verify" in checks[0].found
    assert EVE in checks[0].found
    assert stage.asked() == []
    missing = tuple(check_exchange(stated(stage, caFile="no.pem"), Path("corp/account.yaml"), Trust()))
    assert (missing[-1].verdict, "caFile" in missing[-1].fix) == (Verdict.FAIL, True)


def test_the_capabilities_promise_what_the_probe_keeps_and_nothing_of_mapi() -> None:
    assert CAPABILITIES.platform == "exchange"
    assert CAPABILITIES.writable == frozenset()
    readable = {address for address, one in CAPABILITIES.table.items() if one.ability is not Ability.NONE}
    assert readable == {"exchange.impersonation", "exchange.version"}
    assert "nothing to probe by API" in CAPABILITIES.of("exchange-mapi").source
