"""Every rule that needs only the text: where it speaks, how loud, and the nearest policies on which it is silent."""

from datetime import date
from typing import Final, NamedTuple

import pytest

from tests.plan.validity.make import at_its_place, text_said, with_code
from tests.policyfile.make import DAY, judged, policy

EWS: Final = "https://mail.contoso.com/EWS/Exchange.asmx"
ONLINE: Final = "https://outlook.office365.com/EWS/Exchange.asmx"
GRAPH: Final = "{type: office365-graph, permissions: {calendar: write, contacts: read}}"
GOOGLE: Final = "{type: google, permissions: {calendar: write, contacts: read}}"
GOOGLE_READ: Final = "{type: google, permissions: {calendar: read, contacts: read}}"
MAPI: Final = "{type: exchange-mapi}"
OFFICE_EWS: Final = f"{{type: office365-ews, ewsUrl: '{ONLINE}'}}"
LISTED_EWS: Final = f"{{type: office365-ews, ewsUrl: '{ONLINE}', ewsAllowListed: true}}"
UNLISTED_EWS: Final = f"{{type: office365-ews, ewsUrl: '{ONLINE}', ewsAllowListed: false}}"


def exchange(url: str = EWS, version: str | None = None) -> str:
    account = "" if version is None else f", impersonation: {{account: svc@contoso.com, exchangeVersion: '{version}'}}"
    return f"{{type: exchange-ews, ewsUrl: '{url}'{account}}}"


def service(text: str, more: str = "") -> str:
    return f"integration:\n  service: {text}\n{more}"


def domains(*names: str) -> str:
    return f"allowedDomains: [{', '.join(names)}]"


class Case(NamedTuple):
    """A policy on which a rule speaks, and the beginning of what stands at the place it speaks of."""

    code: str
    severity: str
    place: str
    spec: str
    as_of: date = DAY


LOCKED = "  locked: true\n"
BEFORE_OFF, OFF = date(2026, 9, 30), date(2026, 10, 1)
BEFORE_GONE, GONE = date(2027, 3, 31), date(2027, 4, 1)

SPEAKS: Final = (
    Case("V06", "warning", "'https://mail.contoso.com/ews'", service(exchange("https://mail.contoso.com/ews"))),
    Case("V06", "warning", "'https://mail.contoso.com'", service(exchange("https://mail.contoso.com"))),
    Case("V06", "warning", f"'{EWS}/'", service(exchange(f"{EWS}/"))),
    Case("V06", "warning", f"'{ONLINE}x'", service(LISTED_EWS.replace(ONLINE, f"{ONLINE}x"))),
    Case("V07", "error", f"'{ONLINE}'", service(exchange(ONLINE))),
    Case("V07", "error", f"'{ONLINE}'", service(exchange(ONLINE, "2016"))),
    *(
        Case("V07", "error", f"'https://{host}", service(exchange(f"https://{host}/EWS/Exchange.asmx")))
        for host in (
            "outlook.office.com",
            "outlook.office365.us",
            "outlook-dod.office365.us",
            "eur.outlook.office365.com",
            "webmail.apps.mil",
            "outlook.office.de",
            "partner.outlook.cn",
            "OUTLOOK.office365.com.:8443",
        )
    ),
    Case("V08", "warning", "office365-ews", service(OFFICE_EWS), BEFORE_OFF),
    Case("V08", "error", "office365-ews", service(OFFICE_EWS), OFF),
    Case("V08", "error", "office365-ews", service(UNLISTED_EWS), OFF),
    Case("V08", "warning", "office365-ews", service(LISTED_EWS), BEFORE_OFF),
    Case("V08", "warning", "office365-ews", service(LISTED_EWS), OFF),
    Case("V08", "warning", "office365-ews", service(LISTED_EWS), BEFORE_GONE),
    Case("V08", "error", "office365-ews", service(LISTED_EWS), GONE),
    Case("V08", "error", "office365-ews", service(OFFICE_EWS), GONE),
    Case("V09", "warning", "true", service(MAPI, LOCKED)),
    Case("V10", "error", "true", service(MAPI, "office365: {consentForAccount: true}")),
    Case("V10", "error", "true", service(MAPI, "office365: {enforceOAuth: true}")),
    *(Case("V13", "warning", f"'{one}'", service(exchange(EWS, one))) for one in ("2013", "2016", "2019", "SE")),
    Case("V15", "warning", "true", service(GOOGLE, "office365: {consentForAccount: true}")),
    Case("V15", "warning", "true", service(exchange(), "office365: {consentForAccount: true}")),
    Case("V16", "warning", "true", service(GOOGLE, "office365: {enforceOAuth: true}")),
    Case("V16", "warning", "true", service(exchange(EWS, "2016"), "office365: {enforceOAuth: true}")),
    Case("V16", "warning", "true", service(exchange(ONLINE), "office365: {enforceOAuth: true}")),
    Case("V16", "error", "true", service(exchange(ONLINE, "2016"), "office365: {enforceOAuth: true}")),
    *(
        Case("V19", "error", one, domains("contoso.com", one))
        for one in ("com", "intranet", "co.uk", "edu.pl", "github.io", "foo.kobe.jp", "公司.cn")
    ),
    *(
        Case("V20", "error", one, domains("contoso.com", one))
        for one in ("gmail.com", "Outlook.com", "hotmail.com", "mail.ru", "tuta.com", "hey.com")
    ),
    Case("V21", "error", "OnMicrosoft.com.", domains("contoso.com", "OnMicrosoft.com.")),
    Case("V24", "error", "cоntoso.com", domains("contoso.com", "cоntoso.com")),  # noqa: RUF001 - Cyrillic o
    Case("V24", "error", "xn--cntoso-wqf.com", domains("xn--cntoso-wqf.com")),
    Case("V24", "error", "аре.com", domains("ape.com", "аре.com")),  # noqa: RUF001 - all of it Cyrillic
    Case("V24", "error", "хо.zz", domains("хо.zz", "xo.zz")),  # noqa: RUF001 - Cyrillic, sorts before its Latin double
    Case("V27", "warning", "true", "integration: {enabled: false, locked: true}"),
    Case("V29", "warning", "true", service(GOOGLE_READ, "bidirectionalSync: true")),
    Case("V29", "warning", "true", service(GRAPH.replace("write", "none"), "bidirectionalSync: true")),
    Case("V30", "warning", "true", service(exchange(), "bidirectionalSync: true")),
    Case("V30", "warning", "true", service(MAPI, "bidirectionalSync: true")),
    Case("V31", "note", "true", "bidirectionalSync: true"),
    Case("V37", "warning", "{group: Sales", "integration: {locked: true}\ngroups: [{group: Sales, enabled: false}]"),
    Case("V37", "warning", "{group: A", "integration: {locked: true}\ngroups: [{group: A, locked: false}]"),
    Case("V39", "note", "true", "integration: {enabled: true}"),
    Case("V39", "note", "true", "office365: {consentForAccount: true}"),
    Case("V39", "note", "false", "office365: {enforceOAuth: false}"),
)

SILENT: Final = (
    ("V06", service(exchange("https://mail.contoso.com/ews/exchange.ASMX"))),
    ("V06", service(MAPI)),
    ("V07", service(LISTED_EWS)),
    ("V07", service(exchange("https://my-outlook.office365.com/EWS/Exchange.asmx"))),
    ("V07", service(exchange("https://office365.com/EWS/Exchange.asmx", "2016"))),
    ("V08", service(exchange())),
    ("V08", service(GRAPH)),
    ("V09", service(MAPI)),
    ("V09", service(MAPI, "  locked: false\n")),
    ("V09", service(GOOGLE, LOCKED)),
    ("V09", "integration: {locked: true}"),
    ("V10", service(MAPI, "office365: {consentForAccount: false, enforceOAuth: false}")),
    ("V10", service(GOOGLE, "office365: {consentForAccount: true, enforceOAuth: true}")),
    ("V10", service(MAPI, f"office365: {{enforceOAuth: true}}\ngroups: [{{group: A, service: {GRAPH}}}]")),
    ("V13", service(exchange())),
    ("V15", service(GRAPH, "office365: {consentForAccount: true}")),
    ("V15", service(LISTED_EWS, "office365: {consentForAccount: true}")),
    ("V15", service(GOOGLE, "office365: {consentForAccount: false}")),
    ("V15", service(MAPI, "office365: {consentForAccount: true}")),
    ("V15", "office365: {consentForAccount: true}"),
    ("V15", service(GOOGLE, f"office365: {{consentForAccount: true}}\ngroups: [{{group: A, service: {GRAPH}}}]")),
    ("V15", service(GRAPH, f"office365: {{consentForAccount: true}}\ngroups: [{{group: A, service: {GOOGLE}}}]")),
    ("V16", service(GRAPH, "office365: {enforceOAuth: true}")),
    ("V16", service(LISTED_EWS, "office365: {enforceOAuth: true}")),
    ("V16", service(GOOGLE, "office365: {enforceOAuth: false}")),
    ("V16", service(exchange(ONLINE, "2016"), "office365: {enforceOAuth: false}")),
    ("V16", service(MAPI, "office365: {enforceOAuth: true}")),
    ("V16", "office365: {enforceOAuth: true}"),
    *(("V19", domains(one)) for one in ("contoso.co.uk", "city.kobe.jp", "corp.example", "corp.local", "me.github.io")),
    ("V19", "allowedDomains: any"),
    *(("V20", domains(one)) for one in ("notgmail.com", "mail.gmail.com", "contoso.com")),
    ("V21", domains("contoso.onmicrosoft.com")),
    *(("V24", domains(one)) for one in ("xn--fa-hia.example", "日本語テスト.example", "皇abc.example", "пример.рф")),
    ("V24", domains("ape.com", "аре.net")),  # noqa: RUF001 - Cyrillic, and in another domain
    ("V24", domains("modern.com", "modem.com")),
    ("V27", "integration: {enabled: true, locked: true}"),
    ("V27", "integration: {enabled: false, locked: false}"),
    ("V27", "integration: {locked: true}"),
    ("V29", service(GOOGLE, "bidirectionalSync: true")),
    ("V29", service(GOOGLE_READ, "bidirectionalSync: false")),
    ("V29", service(MAPI, "bidirectionalSync: true")),
    ("V30", service(exchange(), "bidirectionalSync: false")),
    ("V30", service(exchange(ONLINE), "bidirectionalSync: true")),
    ("V30", service(GOOGLE, "bidirectionalSync: true")),
    ("V30", service(LISTED_EWS, "bidirectionalSync: true")),
    ("V31", "bidirectionalSync: false"),
    ("V37", "integration: {locked: false}\ngroups: [{group: Sales, enabled: false}]"),
    ("V37", "integration: {locked: true}\ngroups: [{group: Sales, inherit: true}]"),
    ("V37", "integration: {locked: true}\ngroups: [{group: A, bidirectionalSync: true}]"),
    ("V37", "groups: [{group: Sales, enabled: false, locked: true}]"),
    ("V39", "integration: {enabled: false}\noffice365: {consentForAccount: false, enforceOAuth: true}"),
    ("V39", "integration: {locked: true}"),
)


@pytest.mark.parametrize("case", SPEAKS, ids=lambda case: f"{case.code}-{case.place}-{case.as_of}")
def test_a_rule_speaks_once_at_its_place_and_as_loud_as_it_should(case: Case) -> None:
    said = with_code(text_said(case.spec, case.as_of), case.code)
    assert [one.severity.value for one in said] == [case.severity]
    assert at_its_place(said[0], case.spec).startswith(case.place)
    assert said[0].summary
    assert said[0].why
    assert said[0].help


@pytest.mark.parametrize("code, spec", SILENT)
def test_a_rule_is_silent_about_what_comes_near(code: str, spec: str) -> None:
    assert with_code(text_said(spec), code) == []


@pytest.mark.parametrize(
    "version, as_of, words",
    [
        ("2016", date(2025, 10, 13), "supported by Microsoft until 2025-10-14 only"),
        ("2016", date(2025, 10, 14), "out of support since 2025-10-14; its paid extension lasts until October 2026"),
        ("2019", date(2026, 10, 31), "out of support since 2025-10-14; its paid extension lasts until October 2026"),
        ("2019", date(2026, 11, 1), "out of support since 2025-10-14; its paid extension ended in October 2026"),
        ("2013", date(2023, 4, 10), "supported by Microsoft until 2023-04-11 only"),
        ("2013", date(2026, 11, 1), "out of support since 2023-04-11"),
        ("SE", date(2030, 1, 1), "supported by Microsoft, but the article does not name it"),
    ],
)
def test_support_of_an_exchange_version_is_told_as_of_a_day(version: str, as_of: date, words: str) -> None:
    (said,) = with_code(text_said(service(exchange(EWS, version)), as_of), "V13")
    assert said.summary.endswith(words)


@pytest.mark.parametrize(
    "text, as_of, summary, hint",
    [
        (OFFICE_EWS, BEFORE_OFF, "EWS in Exchange Online is being switched off", False),
        (OFFICE_EWS, OFF, "EWS in Exchange Online is off by default", True),
        (LISTED_EWS, OFF, "EWS in Exchange Online is being switched off", False),
        (OFFICE_EWS, BEFORE_GONE, "EWS in Exchange Online is off by default", True),
        (OFFICE_EWS, GONE, "EWS in Exchange Online is gone", False),
    ],
)
def test_the_end_of_ews_is_told_as_of_a_day(text: str, as_of: date, summary: str, hint: bool) -> None:
    (said,) = with_code(text_said(service(text), as_of), "V08")
    assert said.summary == summary
    assert str(as_of) in said.why
    assert ("ewsAllowListed" in said.help) is hint


def test_look_alikes_name_what_they_look_like() -> None:
    (said,) = with_code(text_said(domains("xn--cntoso-wqf.com")), "V24")
    assert "`xn--cntoso-wqf.com` and `contoso.com` look the same" in said.summary


def test_a_policy_that_is_refused_is_no_policy_of_the_folder_and_one_that_is_warned_of_is() -> None:
    assert judged(policy(service(OFFICE_EWS)), as_of=OFF).documents == ()
    assert len(judged(policy(service(OFFICE_EWS)), as_of=BEFORE_OFF).documents) == 1
