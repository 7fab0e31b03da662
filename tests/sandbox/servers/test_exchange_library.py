"""The simulated Exchange server, as the library that everybody uses sees it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from calplan.sandbox.servers.exchange.keys import Auth
from calplan.sandbox.servers.exchange.vendor import Exchange
from tests.sandbox.servers.exchange_stage import (
    CLOUD,
    EVE,
    FAY,
    FAYS_MAILBOX,
    PASSWORD,
    SERVICE,
    USERNAME,
    as_made,
    exchange_serving,
    library,
    of_build,
    offering,
)
from tests.sandbox.servers.stage import Stage

pytestmark = pytest.mark.loopback


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Exchange]]:
    with (
        pytest.MonkeyPatch.context() as patch,
        exchange_serving(patch, folder=tmp_path_factory.mktemp("exchange") / "corp") as made,
    ):
        yield made


@pytest.fixture
def stage(served: tuple[Stage, Exchange]) -> Stage:
    return served[0]


@pytest.fixture
def exchange(served: tuple[Stage, Exchange]) -> Exchange:
    as_made(served[1])
    served[0].access_log.clear()
    return served[1]


@contextmanager
def mailbox(
    stage: Stage,
    address: str = EVE,
    *,
    auth: str | None = "basic",
    username: str = USERNAME,
    password: str = PASSWORD,
    delegate: bool = False,
) -> Iterator[Any]:
    """A mailbox as the library opens it, with the trust of this stage."""
    the = library()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(stage.authority))
        patch.setattr(the.protocol.BaseProtocol, "TIMEOUT", 10)
        patch.setattr(the.protocol.BaseProtocol, "RETRY_WAIT", 0)
        config = the.Configuration(
            service_endpoint=f"{stage.url}/EWS/Exchange.asmx",
            credentials=the.Credentials(username, password),
            auth_type=auth,
            retry_policy=the.FailFast(),
            max_connections=1,
        )
        try:
            yield the.Account(
                address,
                config=config,
                access_type=the.DELEGATE if delegate else the.IMPERSONATION,
                autodiscover=False,
                default_timezone=the.UTC,
                locale="en_US",
            )
        finally:
            the.protocol.Protocol.clear_cache()


def folder(opened: Any, name: str = "Calendar") -> Any:  # noqa: ANN401 - the library says nothing of its types
    root = library().folders.Root(account=opened)
    return getattr(library().folders, name).get_distinguished(root=root)


@pytest.mark.parametrize("auth, offered", [("basic", Auth.BASIC), ("basic", Auth.BOTH), ("NTLM", Auth.NTLM)])
def test_another_persons_folders_are_opened_by_impersonation(
    stage: Stage, exchange: Exchange, auth: str, offered: Auth
) -> None:
    offering(exchange, offered)
    with mailbox(stage, auth=auth) as opened:
        assert str(opened.protocol.version.build) == "15.1.2507.72"
        assert opened.protocol.version.api_version == "Exchange2016"
        assert folder(opened).name == "Calendar"
        assert folder(opened, "Contacts").name == "Contacts"
    assert [one.operation for one in exchange.asked] == ["ConvertId", "GetFolder", "GetFolder"]
    assert [[named.name for named in one.impersonated] for one in exchange.asked] == [[], [EVE], [EVE]]
    assert [one.folder for one in exchange.asked] == [None, "calendar", "contacts"]


@pytest.mark.parametrize("offered, requests", [(Auth.BASIC, 4), (Auth.NTLM, 6), (Auth.BOTH, 6)])
def test_the_library_finds_out_by_itself_how_to_sign_in(
    stage: Stage, exchange: Exchange, offered: Auth, requests: int
) -> None:
    offering(exchange, offered)
    with mailbox(stage, auth=None) as opened:
        assert opened.protocol.version.build is not None
        folder(opened)
        folder(opened, "Contacts")
    assert len(stage.access_log) == requests


@pytest.mark.parametrize("sign_in", [("basic", Auth.BASIC), ("NTLM", Auth.NTLM)])
@pytest.mark.parametrize("username, password", [(USERNAME, "wrong"), ("CORP\\other", PASSWORD), ("x", PASSWORD)])
def test_nobody_else_is_let_in(
    stage: Stage, exchange: Exchange, sign_in: tuple[str, Auth], username: str, password: str
) -> None:
    auth, offered = sign_in
    offering(exchange, offered)
    with (
        mailbox(stage, auth=auth, username=username, password=password) as opened,
        pytest.raises(library().errors.UnauthorizedError),
    ):
        folder(opened)
    assert exchange.asked == []


def test_ntlm_wants_the_name_with_its_domain_and_basic_takes_the_address_too(stage: Stage, exchange: Exchange) -> None:
    with mailbox(stage, username=SERVICE) as opened:
        assert folder(opened).name == "Calendar"
    offering(exchange, Auth.NTLM)
    with mailbox(stage, auth="NTLM", username="svc") as opened, pytest.raises(library().errors.UnauthorizedError):
        folder(opened)


def test_ntlm_signs_in_a_connection_and_no_other(stage: Stage, exchange: Exchange) -> None:
    offering(exchange, Auth.NTLM)
    with mailbox(stage, auth="NTLM") as opened:
        folder(opened)
        first = len(stage.access_log)
        folder(opened)
        assert len(stage.access_log) == first + 1
    before = len(exchange.asked)
    answer = stage.client().http.post("/EWS/Exchange.asmx", content=b"<x/>")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "NTLM")
    assert len(exchange.asked) == before


def test_the_passwords_file_of_ntlm_is_gone_at_once(
    stage: Stage, exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    offering(exchange, Auth.NTLM)
    with mailbox(stage, auth="NTLM") as opened:
        assert folder(opened).name == "Calendar"
    assert "NTLM_USER_FILE" not in os.environ
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "address, error",
    [
        ("nobody@corp.example", "ErrorNonExistentMailbox"),
        (CLOUD, "ErrorNonExistentMailbox"),
        (FAY, "ErrorNonPrimarySmtpAddress"),
        (FAYS_MAILBOX, None),
    ],
)
def test_only_mailboxes_on_the_premises_are_there_by_their_main_address(
    stage: Stage, exchange: Exchange, address: str, error: str | None
) -> None:
    with mailbox(stage, address) as opened:
        if error is None:
            assert folder(opened).name == "Calendar"
        else:
            with pytest.raises(getattr(library().errors, error)):
                folder(opened)


def test_whoever_has_no_right_impersonates_nobody_and_a_scope_holds(stage: Stage, exchange: Exchange) -> None:
    exchange.keys = replace(exchange.keys, may_impersonate=False)
    with mailbox(stage) as opened, pytest.raises(library().errors.ErrorImpersonateUserDenied):
        folder(opened)
    exchange.keys = replace(exchange.keys, may_impersonate=frozenset({FAYS_MAILBOX}))
    with mailbox(stage) as opened, pytest.raises(library().errors.ErrorImpersonateUserDenied):
        folder(opened)
    with mailbox(stage, FAYS_MAILBOX) as opened:
        assert folder(opened).name == "Calendar"


def test_delegate_access_opens_no_mailbox_of_others(stage: Stage, exchange: Exchange) -> None:
    with mailbox(stage, delegate=True) as opened, pytest.raises(library().errors.ErrorAccessDenied):
        folder(opened)
    exchange.mailboxes.beside = frozenset({SERVICE})
    with mailbox(stage, SERVICE, delegate=True) as opened:
        assert folder(opened).name == "Calendar"


def test_one_folder_may_be_denied_while_the_other_opens(stage: Stage, exchange: Exchange) -> None:
    exchange.keys = replace(exchange.keys, denied_folders=frozenset({"contacts"}))
    with mailbox(stage) as opened:
        assert folder(opened).name == "Calendar"
        with pytest.raises(library().errors.ErrorAccessDenied):
            folder(opened, "Contacts")


@pytest.mark.parametrize(
    "build, schema",
    [
        ((8, 0, 685, 24), "Exchange2007"),
        ((8, 3, 83, 6), "Exchange2007_SP1"),
        ((14, 0, 639, 21), "Exchange2010"),
        ((14, 3, 123, 4), "Exchange2010_SP2"),
        ((15, 0, 516, 32), "Exchange2013"),
        ((15, 0, 1497, 48), "Exchange2013_SP1"),
        ((15, 1, 2507, 72), "Exchange2016"),
        ((15, 2, 1748, 49), "Exchange2016"),
        ((15, 2, 2562, 46), "Exchange2016"),
        ((15, 20, 8835, 12), "Exchange2016"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_the_library_works_its_way_down_to_the_edition_that_a_build_knows(
    stage: Stage, exchange: Exchange, build: tuple[int, int, int, int], schema: str, named: bool
) -> None:
    of_build(exchange, build)
    exchange.names_schema = named
    with mailbox(stage) as opened:
        assert str(opened.protocol.version.build) == ".".join(map(str, build))
        if named:
            assert opened.protocol.version.api_version == schema
        assert folder(opened).name == "Calendar"


def test_names_are_resolved_and_time_zones_listed(stage: Stage, exchange: Exchange) -> None:
    with mailbox(stage) as opened:
        assert opened.protocol.version.build is not None
        (found,) = opened.protocol.resolve_names([FAY])
        assert found.email_address == FAYS_MAILBOX
        (zone,) = opened.protocol.get_timezones()
        assert zone.id == "UTC"
