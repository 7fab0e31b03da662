"""The portal page against whoever means harm: hostile names, foreign sites, addresses made up."""

import re
from collections.abc import Callable, Iterator

import pytest

from calplan.sandbox.account.create import UserRecord
from tests.make import facts
from tests.sandbox.servers.browser import Browser
from tests.sandbox.servers.stage import ANN, Stage, serving

pytestmark = pytest.mark.loopback

OLDER = "/portal/2020/account/meeting"
NEWER = "/portal/2026/account/mail-calendar"
INTEGRATION = "Calendar and contacts integration"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One server: every test leaves its account as it is."""
    with (
        pytest.MonkeyPatch.context() as patch,
        serving(patch, folder=tmp_path_factory.mktemp("servers") / "corp") as stage,
    ):
        yield stage


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return Browser(stage.client().http)


HOSTILE = '"><script>alert(1)</script>{{ 7 * 7 }}{% raw %}'


def test_hostile_names_and_input_stay_text(monkeypatch: pytest.MonkeyPatch) -> None:
    users = [UserRecord(ANN, facts("google", "write", "read", groups=[HOSTILE]))]
    with serving(monkeypatch, users=users, pairs={}) as stage:
        browser = Browser(stage.client().http)
        pages: list[Callable[[], Browser]] = [
            lambda: browser.open("/portal/2026/groups"),
            lambda: browser.click(HOSTILE),
            lambda: browser.click("Mail & Calendar"),
            lambda: browser.press("Save", service="exchange", ews_url=HOSTILE, account=HOSTILE, impersonate="on"),
            lambda: browser.open(
                f"/portal/2026/group/{stage.group_id(HOSTILE)}/mail-calendar/confirm?setting=enabled&to=reset"
            ),
            lambda: browser.open(f"{NEWER}?domains=on&list={'%22%3E%3Cscript%3E'}&saved={HOSTILE}"),
        ]
        for open_page in pages:
            text = open_page().answer.text
            assert "<script" not in text
            assert "49" not in re.sub(r'name="csrf" value="[^"]*"', "", text)
        assert HOSTILE in browser.open("/portal/2026/groups").text


def test_pages_load_nothing_from_elsewhere_and_run_no_script(browser: Browser) -> None:
    for path in ("/portal", "/portal/2026", OLDER, NEWER, "/portal/2026/groups"):
        answer = browser.open(path).answer
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self';")
        assert "frame-ancestors 'none'" in policy
        assert not re.search(r"https?:|<script|style=| on\w+=|javascript:", answer.text.replace("https://.", ""))
    assert browser.http.get("/portal/style.css").headers["content-type"].startswith("text/css")
    assert "url(" not in browser.http.get("/portal/style.css").text


@pytest.mark.parametrize(
    "fields,origin",
    [
        ({"csrf": ""}, None),
        ({"csrf": "guessed"}, None),
        ({}, "https://evil.example"),
        ({}, "null"),
        ({}, "http://127.0.0.1:1"),
    ],
)
def test_a_form_that_another_site_sends_is_refused(
    stage: Stage, browser: Browser, fields: dict[str, str], origin: str | None
) -> None:
    form = browser.open(OLDER).press(INTEGRATION).form("Disable")
    headers = {} if origin is None else {"origin": origin}
    answer = browser.http.post(form.action, data={**form.values, **fields}, headers=headers)
    assert answer.status_code == 403
    with stage.account as account:
        assert account.settings().enabled is True


@pytest.mark.parametrize(
    "path",
    [
        "/portal/2013",
        "/portal/2026/billing-management",
        "/portal/2026/account/recording",
        "/portal/2026/group/none/mail-calendar",
        "/portal/2026/account/meeting/confirm?setting=enabled&to=on",
        f"{NEWER}/confirm?setting=enabled&to=reset",
        f"{NEWER}/confirm?setting=password&to=on",
        f"{NEWER}/confirm",
        f"{NEWER}/service",
        "/elsewhere",
    ],
)
def test_a_page_that_is_not_there(browser: Browser, path: str) -> None:
    assert browser.open(path).answer.status_code == 404


def test_everything_that_can_be_filled_in_has_a_label(browser: Browser) -> None:
    for url in (OLDER, f"{NEWER}?domains=on"):
        text = browser.open(url).answer.text
        labelled = set(re.findall(r'<label for="([^"]+)"', text))
        for tag in re.findall(r"<(?:input|select)[^>]*>", re.sub(r"<label>.*?</label>", "", text, flags=re.DOTALL)):
            if 'type="hidden"' not in tag:
                found = re.search(r' id="([^"]+)"', tag)
                assert found is not None, tag
                assert found[1] in labelled, tag
        assert text.count("<h1") == 1
