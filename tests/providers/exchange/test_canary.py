"""A password that shows nowhere: in no log, output, error or picture of an object, and at no other server."""

import base64
import io
import json
import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
import trustme

from calplan.providers.checkup import Check
from calplan.providers.exchange.library import set_up
from calplan.providers.redaction import Redactor
from calplan.providers.secret import Secret
from calplan.providers.trust import Trust
from calplan.sandbox.servers.exchange.keys import Auth
from calplan.sandbox.servers.exchange.manner import Manner, Trouble
from calplan.sandbox.servers.exchange.vendor import Exchange
from tests.loopback.server import Asked, Reply, serving
from tests.providers.exchange.make import QUICK, SECRET, at, policy, probe, stated
from tests.sandbox.servers.exchange_stage import PASSWORD, SERVICE, USERNAME, library, of_build, offering
from tests.sandbox.servers.stage import Stage

pytestmark = pytest.mark.loopback

WRONG = "wr0ng-canary/Ews+91cd"
FORMS = {
    form
    for password in (PASSWORD, WRONG)
    for form in (
        password,
        quote(password, safe=""),
        password.encode().hex(),
        *(base64.b64encode(f"{name}:{password}".encode()).decode() for name in (USERNAME, SERVICE)),
        base64.b64encode(password.encode()).decode(),
        base64.b64encode(password.encode("utf-16-le")).decode(),
    )
}
TALKATIVE = ("", "exchangelib", "exchangelib.util", "exchangelib.util.xml", "requests_ntlm", "spnego", "urllib3")


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """Whatever any logger says, all of them at DEBUG, each with a handler of its own."""
    library()
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    loggers = [logging.getLogger(name) for name in TALKATIVE]
    before = [(one, one.level) for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
        one.addHandler(handler)
    yield stream
    for one, level in before:
        one.setLevel(level)
        one.removeHandler(handler)


def shown(checks: tuple[Check, ...]) -> str:
    """All that can be seen of checks and their errors."""
    parts = [repr(checks)]
    for one in checks:
        error = one.error
        if error is not None:
            assert error.__cause__ is None
            assert error.__context__ is None
            parts += [repr(error), str(error), *traceback.format_exception(error), repr(vars(error))]
    return "\n".join(parts)


def nothing_shows(text: str) -> None:
    assert [form for form in FORMS if form in text] == []


SCENES = {
    "well": None,
    "busy": Manner(trouble=Trouble.BUSY, on="GetFolder"),
    "redirected": Manner(trouble=Trouble.REDIRECT, on="ConvertId", location="https://owa.corp.example/"),
    "forbidden": Manner(trouble=Trouble.FORBIDDEN, on="GetFolder"),
    "a web page": Manner(trouble=Trouble.WEB_PAGE, on="ConvertId"),
    "locked out": Manner(trouble=Trouble.LOCKED_OUT),
    "closed": Manner(trouble=Trouble.UNAVAILABLE_AND_CLOSED, on="ConvertId"),
    "no word of EWS": Manner(trouble=Trouble.EMPTY_XML, on="GetFolder"),
    "endless": Manner(trouble=Trouble.ENDLESS, on="GetFolder"),
}


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("sign_in", ["basic", "ntlm"])
@pytest.mark.parametrize("right", [True, False])
def test_the_password_shows_nowhere(  # noqa: PLR0917 - a scene, and what hears it
    served: tuple[Stage, Exchange],
    exchange: Exchange,
    monkeypatch: pytest.MonkeyPatch,
    heard: io.StringIO,
    capfd: pytest.CaptureFixture[str],
    scene: str,
    sign_in: str,
    right: bool,
) -> None:
    stage, _ = served
    stage.access_log.clear()
    offering(exchange, Auth(sign_in))
    exchange.manner = SCENES[scene]
    if not right:
        monkeypatch.setenv(SECRET, WRONG)
    trust = Trust()
    checks = probe(stage, trust=trust, authType=sign_in, patience=replace(QUICK, in_all=1.0, read=0.5))
    out, err = capfd.readouterr()
    assert checks
    nothing_shows(shown(checks) + heard.getvalue() + out + err + repr(trust))
    place = stage.url.partition("://")[2]
    assert {one.host for one in stage.access_log} == {place}
    nothing_shows(json.dumps([one.row() for one in stage.access_log]))


def test_the_library_alone_would_have_shown_it(stage: Stage, exchange: Exchange, heard: io.StringIO) -> None:
    the = library()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(stage.authority))
        config = the.Configuration(
            service_endpoint=f"{stage.url}/EWS/Exchange.asmx",
            credentials=the.Credentials(USERNAME, PASSWORD),
            auth_type="basic",
            retry_policy=the.FailFast(),
        )
        account = the.Account("eve@corp.example", config=config, access_type=the.IMPERSONATION, autodiscover=False)
        assert account.protocol.version.build
        the.protocol.Protocol.clear_cache()
    assert [form for form in FORMS if form in heard.getvalue()]


def test_an_error_that_the_library_did_not_expect_is_not_logged_with_what_was_sent(
    stage: Stage, exchange: Exchange, heard: io.StringIO, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    def answer(asked: Asked) -> Reply:
        # It offers NTLM and then speaks of something else, which makes the library fail with an error of Python's own.
        scheme = "Negotiate" if "authorization" in asked.headers else "NTLM"
        return Reply(status=401, body=b"", headers={"www-authenticate": scheme})

    with serving(answer, authority=authority) as server:
        checks = probe(stage, at(server.url), authType="ntlm", caFile=str(tmp_path / "ca.pem"))
    assert "offers Kerberos alone" in checks[-1].found
    assert "Request XML" not in heard.getvalue()
    assert "PermissionError" not in heard.getvalue()


def test_what_the_library_keeps_for_the_process_is_put_back(stage: Stage, exchange: Exchange) -> None:
    the = library()
    protocol = the.protocol.BaseProtocol
    names = ("HTTP_ADAPTER_CLS", "USERAGENT", "TIMEOUT", "RETRY_WAIT")
    before = {name: getattr(protocol, name) for name in names}
    loggers = {name: logging.getLogger(name) for name in TALKATIVE}
    levels = {name: (one.level, list(one.filters)) for name, one in loggers.items()}
    of_build(exchange, (14, 3, 123, 4))
    for wrong in (None, Manner(trouble=Trouble.FORBIDDEN, on="ConvertId")):
        exchange.manner = wrong
        probe(stage)
        assert {name: getattr(protocol, name) for name in names} == before
        assert {name: (one.level, list(one.filters)) for name, one in loggers.items()} == levels
        assert the.protocol.CachingProtocol._protocol_cache == {}


def test_warnings_of_the_library_come_through_without_secrets_and_its_errors_not(heard: io.StringIO) -> None:
    with set_up(lambda: pytest.fail("nobody connects here"), Redactor(Secret(PASSWORD)), (1.0, 1.0)):
        logging.getLogger("exchangelib.account").warning("the password is %s", PASSWORD)
        logging.getLogger("exchangelib.protocol").info("quiet")
        logging.getLogger("exchangelib.util").error("Request XML: %s", "<s:Envelope/>")
        logging.getLogger("exchangelib.services.common").error("it broke", exc_info=ValueError(PASSWORD))
    assert heard.getvalue().splitlines() == ["the password is (hidden)"] * 2 + ["it broke"] * 2


def test_documents_and_policies_do_not_show_it_either(stage: Stage, exchange: Exchange) -> None:
    nothing_shows(repr(policy(stage)) + repr(stated(stage)) + repr(exchange))
