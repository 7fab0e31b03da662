"""A secret that stands in a document is never shown, wherever and however it stands there."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.model.diagnostic import errors_in
from calplan.policyfile.account_files import read_tenant
from calplan.policyfile.reader import read
from calplan.policyfile.row_source import InvalidFileError
from calplan.policyfile.settings_file import read_settings
from tests.policyfile.make import DAY, account, document, policy, rendered, write

SECRET = "hunter2"
IMPERSONATION = "integration:\n  service:\n    type: exchange-ews\n    ewsUrl: {url}\n    impersonation:\n"
FIELDS = '      account: svc@contoso.com\n      exchangeVersion: "2016"\n'


def impersonation(line: str, url: str = "https://mail.contoso.com/") -> str:
    return policy(IMPERSONATION.format(url=url) + FIELDS + f"      {line}")


PLACES = [
    impersonation("password: @@"),
    impersonation("password: |\n        line\n        @@"),
    impersonation("Password: [a, @@]"),
    impersonation("passwd: {a: @@}"),
    impersonation("passwordFrom: @@"),
    impersonation("passwordFrom: {@@}"),
    impersonation("passwordFrom: {value: @@}"),
    impersonation("passwordFrom: {env: @@}"),
    impersonation("passwordFrom: {env: CALPLAN_SECRET_A, @@: x}"),
    impersonation("passwordFrom: {env: [@@]}"),
    impersonation("passwordFrom: !@@ x"),
    impersonation("passwordFrom: {a: @@, a: @@}"),
    impersonation("passwordFrom: {env: &a @@}\n  locked: *a"),
    impersonation("x: &a @@\n      passwordFrom: *a"),
    impersonation("passwordVersion: @@"),
    policy("google: {token: &a @@.example}\nallowedDomains: [a.example, *a, *a]\nbidirectionalSync: *a"),
    policy("google: {token: &a @@}\nallowedDomains: *a\nprivateEvents: {default: *a}"),
    impersonation("passwordVersion: 1", "https://svc:@@@mail.contoso.com/"),
    impersonation('password: "@@\n  x: ['),
    impersonation("password: @@\n     x: y"),
    impersonation("password: @@: x"),
    impersonation("password: @@\n  y: \x01"),
    account("platform: {type: zoom, accountId: a, clientId: b, clientSecret: @@}"),
    account("platform: {type: zoom, accountId: a, clientId: b, credential: @@}"),
    account("platform: {type: zoom, accountId: a, clientId: b, credential: {kind: @@, from: @@}}"),
    account("platform: {type: local, path: a.db}\nproviders: [{type: google, credential: {from: [@@]}}]"),
    account("platform: {type: local, path: a.db}\napiKey: @@"),
    account("platform: {type: local, path: a.db}\ntoken:\n  - @@"),
]


@pytest.mark.parametrize("template", PLACES)
def test_a_secret_is_not_shown(template: str) -> None:
    text = template.replace("@@", SECRET)
    write(Path(), {"a.yaml": text})
    reading = read([Path()], DAY)
    assert errors_in(reading.diagnostics)
    assert SECRET not in rendered(reading.diagnostics)
    assert SECRET not in repr(reading.diagnostics)
    for reader in (read_settings, read_tenant):
        with pytest.raises(InvalidFileError) as raised:
            reader(Path("a.yaml"))
        assert SECRET not in repr(raised.value.diagnostics) + str(raised.value)


NOISE = st.sampled_from(["{", "}", "[", "]", ":", ",", "\n", "  ", "- ", "'", '"', "&a ", "*a", "!x ", "? ", "| ", "#"])


@given(at=st.integers(0, 400), noise=st.lists(NOISE, min_size=1, max_size=4))
def test_a_secret_is_not_shown_by_a_document_that_is_broken_elsewhere(at: int, noise: list[str]) -> None:
    text = document("CalendarPolicy", "spec:\n  integration:\n    service:\n      impersonation:\n")
    text += f"        passwordFrom: {{env: {SECRET}}}\n        password: {SECRET}\n  allowedDomains: any\n"
    write(Path(), {"a.yaml": text[:at] + "".join(noise) + text[at:]})
    shown = rendered(read([Path()], DAY).diagnostics)
    # Noise may cut the key in two; then nothing tells that the value is a secret.
    if at not in range(text.index("passwordFrom"), text.index("allowedDomains")):
        assert SECRET not in shown


def test_a_secret_reference_shows_no_line() -> None:
    write(Path(), {"a.yaml": impersonation("passwordFrom: {env: CALPLAN_SECRET_A}")})
    (found,) = read([Path()], DAY).policies
    assert all(SECRET not in repr(place) for place in found.policy.positions.values())
