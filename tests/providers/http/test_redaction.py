"""No log holds a secret: not in a header, not in a body, not in another form."""

import html
import json
import logging
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calplan.providers.http.client import Reader
from calplan.providers.redaction import HIDDEN, Redactor, names_a_secret
from calplan.providers.secret import Secret
from tests.loopback.server import Asked, Reply, serving
from tests.providers.http.make import server

CANARY = "Tr0ub4dor&canary/7f3a+ü"
WORDS = st.text(min_size=8, max_size=40).filter(lambda word: len(set(word)) > 3 and word not in HIDDEN)


@given(WORDS, st.binary(max_size=7), st.binary(max_size=7))
@example(CANARY, b"app:", b"")
@example("aaaa1234", b"x", b"yz")
def test_a_known_secret_is_taken_out_in_every_form(word: str, before: bytes, after: bytes) -> None:
    redactor = Redactor(Secret(word))
    data = before + word.encode("utf-8", "surrogatepass") + after
    forms = [word, json.dumps(word), repr(word), b64encode(data).decode(), urlsafe_b64encode(data).decode()]
    if not any("\ud800" <= sign <= "\udfff" for sign in word):
        forms += [quote(word), quote(word, safe=""), quote_plus(word)]
    for form in forms:
        assert HIDDEN in redactor.text(f"before {form} after"), form
        assert word not in redactor.text(f"before {form} after")


@pytest.mark.parametrize(
    "name",
    [
        *("Authorization", "proxy-authorization", "Set-Cookie", "access_token", "next_page_token", "client_secret"),
        *("PASSWORD", "id_token", "clientAssertion", "x-api-key", "passwordFrom", "private_key", "X-Vault-Token"),
    ],
)
def test_what_is_named_like_a_secret_is_one(name: str) -> None:
    assert names_a_secret(name)
    redactor = Redactor()
    assert redactor.headers({name: "hunter2hunter2"}) == {name: HIDDEN}
    deep = redactor.value({"a": [{"b": {name: {"c": "hunter2hunter2"}}}, 5, None, True]})
    assert "hunter2" not in json.dumps(deep)


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer hunter2hunter2",
        "got Basic aHVudGVyMjpodW50ZXIy back",
        '{"access_token": "hunter2hunter2", "n": 1}',
        "/oauth?access_token=hunter2hunter2&x=1",
        "{'client_secret': 'hunter2hunter2'}",
        "password=hunter2hunter2",
        "refresh_token: hunter2hunter2",
        'password: "correct horse hunter2 staple" and more',
        '{"body": "{\\"password\\": \\"correct hunter2\\"}"}',
        "page?redirect=x%26client_secret%3Dhunter2hunter2",
    ],
)
def test_text_that_speaks_of_a_secret_loses_it(text: str) -> None:
    assert "hunter2" not in Redactor().text(text)
    assert "aHVudGVyMj" not in Redactor().text(text)


@pytest.mark.parametrize(
    "form",
    [
        quote(CANARY).replace("%2B", "%2b").replace("%C3%BC", "%c3%bc"),
        json.dumps(CANARY)[1:-1].replace("/", "\\/"),
        html.escape(CANARY),
        CANARY.lower(),
        CANARY.upper(),
        CANARY.encode().hex(),
    ],
)
def test_a_known_secret_is_taken_out_as_other_servers_write_it(form: str) -> None:
    assert Redactor(Secret(CANARY)).text(f"it said {form} to us") == f"it said {HIDDEN} to us"


def test_a_known_secret_is_taken_out_of_json_of_either_kind() -> None:
    odd = 'Tr0"ub4dör'
    for ascii_alone in (True, False):
        assert Redactor(Secret(odd)).text(json.dumps(odd, ensure_ascii=ascii_alone)) == f'"{HIDDEN}"'


def test_a_secret_with_bytes_that_are_no_text_is_taken_out_as_well() -> None:
    text = b"Tr0ub4dor\xff".decode("utf-8", "surrogateescape")
    assert Redactor(Secret(text)).text(f"say {text}") == f"say {HIDDEN}"


@pytest.mark.parametrize("word", ["a", "token", "token ", "password:", "basic ", '"password"', "\\"])
def test_a_text_of_a_million_letters_keeps_nobody_busy(word: str) -> None:
    text = word * (1_000_000 // len(word))
    assert len(Redactor(Secret(CANARY)).text(text)) <= 2 * len(text)


def test_harmless_text_stays_as_it_is() -> None:
    text = "GET api.zoom.us /v2/users/ann@corp.example: 200 in 35 ms, try 1"
    assert Redactor(Secret(CANARY)).text(text) == text
    assert Redactor().headers({"content-type": "application/json"}) == {"content-type": "application/json"}


@pytest.mark.loopback
def test_the_log_tells_what_was_asked_and_holds_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    token = "t0ken-canary-5521"

    def answer(asked: Asked) -> Reply:
        if asked.path == "/token":
            return Reply(body=json.dumps({"access_token": token}).encode())
        echo = {"you": {"sent": [asked.headers["authorization"], asked.query]}, "client_secret": "hunter2hunter2"}
        body = json.dumps(echo).encode()
        return Reply(status=500, body=body, headers={"set-cookie": token, "x-echo": asked.headers["authorization"]})

    with caplog.at_level(logging.DEBUG, "calplan.http"), serving(answer) as loopback:
        with pytest.raises(Exception, match="trouble of its own"):
            Reader(server(loopback.url, secret=CANARY)).get("users", token, query={"q": CANARY})
        text = "\n".join(one.getMessage() for one in caplog.records if one.name.startswith("calplan"))
    assert f"GET 127.0.0.1:{loopback.port} /v2/users/(hidden) -> 500 in 0 ms, try 4" in text
    assert "POST" in text
    encoded = b64encode(f"app:{CANARY}".encode()).decode()
    for secret in (CANARY, quote(CANARY), quote_plus(CANARY), encoded, token, "hunter2"):
        assert secret not in text
