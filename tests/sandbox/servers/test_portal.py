"""The portal page: what a person does there changes the account, and what the account holds stays text."""

from collections.abc import Iterator

import pytest

from calplan.model.policy import GroupOverride
from calplan.model.service import ExchangeEws, ExchangeMapi, Impersonation, Service
from calplan.model.settings import ANY, AccountSettings
from calplan.model.unknown import UNKNOWN, Unknown
from tests.make import account, domains, exchange, google, graph, office365_ews
from tests.sandbox.servers.browser import Browser
from tests.sandbox.servers.stage import ANN, BOB, DEE, Stage, serving

pytestmark = pytest.mark.loopback

OLDER_PATH = (
    "Older navigation, as of 2020",
    "Account Management",
    "Account Settings",
    "Meeting",
    "Calendar and Contacts",
)
NEWER_PATH = (
    "Newer navigation, as of 2026",
    "Account Management",
    "Account Settings",
    "Mail & Calendar",
    "Integrations",
)
OLDER = "/portal/2020/account/meeting"
NEWER = "/portal/2026/account/mail-calendar"
INTEGRATION = "Calendar and contacts integration"
OLD_SYNC = "Automatically sync Zoom calendar events information bi-directionally between Zoom and integrated calendars"
OWN_URL = "https://mail.corp.example/EWS/Exchange.asmx"


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with serving(monkeypatch) as stage:
        yield stage


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return Browser(stage.client().http)


def live(stage: Stage) -> AccountSettings:
    with stage.account as account:
        return account.settings()


def happened(stage: Stage) -> set[tuple[str, str]]:
    with stage.account as account:
        return {(event.email, event.what.value) for event in account.events()}


def logged(stage: Stage) -> list[str]:
    day = stage.clock().date().isoformat()
    rows = stage.client().get("/report/operationlogs", from_=day, to=day, category_type="account")["operation_logs"]
    return [row["operation_detail"] for row in rows]


@pytest.mark.parametrize(
    "path,switch", [(OLDER_PATH, INTEGRATION), (NEWER_PATH, "Integrate third-party mail and calendar services")]
)
def test_the_way_to_the_setting_is_the_one_of_the_articles(
    browser: Browser, path: tuple[str, ...], switch: str
) -> None:
    browser.open("/portal").click(*path[:-1])
    assert path[-1] in browser.page.links
    assert browser.page.switches[switch] == "true"


@pytest.mark.parametrize(
    "edition,groups,tab", [("2020", "Group Management", "Meeting"), ("2026", "Groups", "Mail & Calendar")]
)
def test_the_way_to_a_group_is_the_one_of_the_articles(browser: Browser, edition: str, groups: str, tab: str) -> None:
    browser.open(f"/portal/{edition}").click("User Management", groups, "Staff", tab)
    assert "Staff" in browser.text
    assert len(browser.page.switches) == (1 if edition == "2020" else 2)


def test_turning_the_integration_off_asks_once_more_and_then_cuts_everybody(stage: Stage, browser: Browser) -> None:
    browser.open(OLDER).press(INTEGRATION)
    assert live(stage).enabled is True
    assert f"Disable “{INTEGRATION}”?" in browser.text
    browser.press("Disable")
    assert "Your settings have been updated." in browser.text
    assert live(stage).enabled is False
    assert {(ANN, "disconnected"), (BOB, "disconnected"), (DEE, "disconnected")} <= happened(stage)
    assert logged(stage) == [f"Update Account Settings  - {INTEGRATION}: Off"]
    assert browser.page.switches[INTEGRATION] == "false"


def test_locking_asks_with_the_word_of_the_article_and_disconnects_who_differs(stage: Stage, browser: Browser) -> None:
    browser.open(OLDER).press(f"Lock icon: {INTEGRATION}")
    assert "disconnected from users that currently have different permissions" in browser.text
    browser.press("Lock")
    assert live(stage).locked is True
    assert (BOB, "disconnected") in happened(stage)
    assert (ANN, "disconnected") not in happened(stage)
    browser.press(f"Lock icon: {INTEGRATION}").press("Unlock")
    assert live(stage).locked is False


def test_cancelling_changes_nothing(stage: Stage, browser: Browser) -> None:
    browser.open(OLDER).press(INTEGRATION).click("Cancel")
    assert browser.page.switches[INTEGRATION] == "true"
    assert logged(stage) == []


@pytest.mark.parametrize(
    "url,values,expected",
    [
        (OLDER, {"service": "office365", "calendar_write": "on"}, graph("write", "read")),
        (NEWER, {"service": "office365", "calendar_write": None, "contacts_read": None}, graph("read", "none")),
        (NEWER, {"calendar_read": None, "calendar_write": None}, google("none", "read")),
        (NEWER, {"contacts_read": None, "contacts_write": "on"}, google("write", "write")),
        (OLDER, {"service": "office365", "authorise": "ews", "ews_url": OWN_URL}, office365_ews(OWN_URL)),
        (NEWER, {"service": "office365", "authorise": "ews", "ews_url": OWN_URL}, office365_ews(OWN_URL)),
        (OLDER, {"service": "exchange", "method": "mapi"}, ExchangeMapi()),
        (OLDER, {"service": "exchange", "method": "ews", "ews_url": OWN_URL}, exchange(OWN_URL)),
    ],
)
def test_a_service_is_saved_whole_by_one_save(
    stage: Stage, browser: Browser, url: str, values: dict[str, str | None], expected: Service
) -> None:
    browser.open(url).press("Save", **values)
    assert browser.answer.status_code == 200
    assert live(stage).service == expected
    with stage.account as account:
        assert account.events() == ()
    browser.press("Save")
    assert live(stage).service == expected, "the form as it is shown is what is saved"
    assert len(logged(stage)) == 1


def test_impersonation_is_part_of_the_same_save_and_its_password_is_kept_nowhere(
    stage: Stage, browser: Browser
) -> None:
    browser.open(OLDER).press(
        "Save",
        service="exchange",
        method="ews",
        ews_url=OWN_URL,
        impersonate="on",
        account="svc@corp.example",
        password="hunter2-canary",
        version="2019",
    )
    expected = Impersonation(account="svc@corp.example", exchange_version="2019", password_version=1)
    assert live(stage).service == exchange(OWN_URL, expected)
    assert "Impersonation account: svc@corp.example , Exchange version 2019" in browser.text
    assert browser.form("Save").values["password"] == ""
    assert b"hunter2-canary" not in stage.database.read_bytes()
    assert "hunter2-canary" not in browser.answer.text + str(logged(stage)) + str(stage.access_log)


def test_a_stored_password_is_kept_until_another_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Impersonation(account="svc@corp.example", exchange_version="2016", password_version=4)
    with serving(monkeypatch, settings=account(service=exchange(OWN_URL, before))) as stage:
        browser = Browser(stage.client().http).open(OLDER)
        browser.press("Save", version="2019")
        assert password_version(live(stage)) == 4
        browser.press("Save", password="another")
        assert password_version(live(stage)) == 5
        browser.press("Save", account="new@corp.example")
        assert "Enter the password" in browser.text
        browser.press("Save", impersonate=None)
        assert live(stage).service == exchange(OWN_URL)


def password_version(settings: AccountSettings) -> int | Unknown:
    service = settings.service
    assert isinstance(service, ExchangeEws)
    assert isinstance(service.impersonation, Impersonation)
    return service.impersonation.password_version


@pytest.mark.parametrize(
    "values,words",
    [
        ({"service": ""}, "Choose a service."),
        ({"service": "notes"}, "Choose a service."),
        ({"calendar_read": None, "calendar_write": None, "contacts_read": None}, "Choose a permission"),
        ({"service": "exchange", "method": "ews"}, "Enter the address of the server"),
        ({"service": "office365", "authorise": "ews", "ews_url": "http://x"}, "it does not begin with https://"),
        ({"service": "exchange", "ews_url": OWN_URL, "impersonate": "on"}, "Enter the password"),
        ({"service": "exchange", "ews_url": OWN_URL, "impersonate": "on", "version": "97"}, "Choose the version"),
    ],
)
def test_a_mistake_is_named_what_was_typed_stays_and_nothing_is_saved(
    stage: Stage, browser: Browser, values: dict[str, str | None], words: str
) -> None:
    before = live(stage)
    browser.open(OLDER).press("Save", **values)
    assert browser.answer.status_code == 422
    assert "Nothing was saved." in browser.text
    assert words in browser.text
    assert browser.form("Save").values.get("ews_url") == values.get("ews_url", "")
    assert live(stage) == before
    assert logged(stage) == []


def test_a_list_of_domains_takes_effect_with_its_save(stage: Stage, browser: Browser) -> None:
    switch = "Only users in specific domains can integrate calendar and contacts services"
    browser.open(NEWER).press(switch)
    assert live(stage).allowed_domains is ANY
    (form,) = [form for form in browser.page.forms if "domains" in form.inputs]
    sent = {**form.values, "domains": " corp.example,Emea.Corp.Example "}
    browser.http.post(form.action, data=sent)
    assert live(stage).allowed_domains == domains("corp.example", "emea.corp.example")
    assert (DEE, "disconnected") in happened(stage)
    assert (ANN, "disconnected") not in happened(stage)
    browser.open(NEWER)
    assert browser.page.switches[switch] == "true"
    browser.press(switch).press("Disable")
    assert live(stage).allowed_domains is ANY


@pytest.mark.parametrize("text,words", [("", "at least one domain"), ("corp.example,-,b c", "-, b c: no domain")])
def test_a_bad_list_of_domains_is_shown_again(stage: Stage, browser: Browser, text: str, words: str) -> None:
    browser.open(f"{NEWER}?domains=on")
    (form,) = [form for form in browser.page.forms if "domains" in form.inputs]
    answer = browser.http.post(form.action, data={**form.values, "domains": text})
    assert answer.status_code == 422
    assert words in answer.text
    assert live(stage).allowed_domains is ANY


@pytest.mark.parametrize(
    "url,switch,of",
    [
        (
            NEWER,
            "Consent to Office 365 calendar integration permissions on behalf of entire account",
            "consent_for_account",
        ),
        (NEWER, "Enforce OAuth 2.0 for Office 365 calendar integration", "enforce_oauth"),
        (NEWER, "Bidirectional sync for Zoom meeting data between Zoom web portal and calendars", "bidirectional_sync"),
        (
            "/portal/2020/account/mail-calendar",
            OLD_SYNC,
            "bidirectional_sync",
        ),
    ],
)
def test_every_other_switch_can_be_turned_on_and_off(
    stage: Stage, browser: Browser, url: str, switch: str, of: str
) -> None:
    assert getattr(live(stage), of) is False
    browser.open(url).press(switch).press("Enable")
    assert getattr(live(stage), of) is True
    browser.press(switch).press("Disable")
    assert getattr(live(stage), of) is False
    assert len(logged(stage)) == 2


def test_a_group_states_for_itself_what_it_changes_and_gives_it_back(stage: Stage, browser: Browser) -> None:
    url = f"/portal/2020/group/{stage.group_id('Staff')}/meeting"
    browser.open(url).press("Save", service="office365").press(f"Lock icon: {INTEGRATION}").press("Lock")
    browser.press(INTEGRATION).press("Disable")
    (override,) = overrides(stage)
    assert (override.service, override.locked, override.enabled) == (graph("write", "read"), True, False)
    assert live(stage) == account()
    assert any("Group Settings (Staff)" in line for line in logged(stage))
    browser.press(f"Lock icon: {INTEGRATION}").press("Unlock")
    browser.press(f"Reset {INTEGRATION}").press("Reset")
    browser.press("Reset Choose default calendar and contact services for users").press("Reset")
    assert overrides(stage) == ()
    sync = "Bidirectional sync for Zoom meeting data between Zoom web portal and calendars"
    browser.open(url.replace("2020", "2026").replace("meeting", "mail-calendar")).press(sync).press("Enable")
    assert [one.bidirectional_sync for one in overrides(stage)] == [True]
    browser.press(f"Reset {sync}").press("Reset")
    assert overrides(stage) == ()


def overrides(stage: Stage) -> tuple[GroupOverride, ...]:
    with stage.account as account:
        stated = account.groups().overrides
    assert not isinstance(stated, Unknown)
    return stated


def test_a_group_shows_no_setting_that_only_the_account_has(stage: Stage, browser: Browser) -> None:
    browser.open(f"/portal/2026/group/{stage.group_id('Staff')}/mail-calendar")
    assert len(browser.page.switches) == 2
    path = f"/portal/2026/group/{stage.group_id('Staff')}/mail-calendar/confirm"
    for setting in ("consent", "oauth", "domains", "service"):
        assert browser.http.get(path, params={"setting": setting, "to": "on"}).status_code == 404


def test_a_group_below_a_locked_account_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, settings=account(locked=True)) as stage:
        browser = Browser(stage.client().http).open(f"/portal/2020/group/{stage.group_id('Sales')}/meeting")
        assert "Locked by the account" in browser.text


def test_what_the_account_does_not_know_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = account(enabled=UNKNOWN, locked=UNKNOWN, service=UNKNOWN, allowed_domains=UNKNOWN, enforce_oauth=UNKNOWN)
    with serving(monkeypatch, settings=nothing) as stage:
        browser = Browser(stage.client().http).open(OLDER)
        assert browser.text.count("What is set is not known to the sandbox.") == 2
        browser.press(INTEGRATION).press("Enable")
        assert live(stage).enabled is True
