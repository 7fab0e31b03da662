"""A PortalRecord that is written reads as the same record, whatever it states."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from calplan.model.policy import Attested, GroupOverride
from calplan.model.service import Impersonation, SecretReference
from calplan.model.settings import ANY, AccountSettings, Setting
from calplan.model.unknown import UNKNOWN
from calplan.policyfile.documents import PortalRecordDocument
from calplan.policyfile.judge import judge
from calplan.policyfile.loader import loaded
from calplan.policyfile.portal_writer import ABOVE, comment_above, portal_text
from tests.make import NOW, exchange, graph
from tests.property.worlds import draw_settings

NOTHING = AccountSettings(
    enabled=UNKNOWN,
    locked=UNKNOWN,
    service=UNKNOWN,
    allowed_domains=UNKNOWN,
    bidirectional_sync=UNKNOWN,
    consent_for_account=UNKNOWN,
    enforce_oauth=UNKNOWN,
)
RECORD = Attested(
    name="corp", settings=NOTHING, overrides=UNKNOWN, by="ann@corp.example", at=NOW, portal="the admin portal"
)


def read(text: str) -> PortalRecordDocument:
    judged = judge(loaded(Path("portal-record.yaml"), text), asked_for=True, as_of=NOW.date())
    assert judged.diagnostics == (), text
    (document,) = judged.documents
    assert isinstance(document, PortalRecordDocument)
    return document


def same(record: Attested, account: str = "corp") -> str:
    text = portal_text(record, account)
    document = read(text)
    assert (document.attested, document.account) == (record, account), text
    return text


@pytest.mark.parametrize("seed", range(60))
def test_what_is_written_reads_the_same(seed: int) -> None:
    random = Random(seed)
    settings = draw_settings(random)
    settings = settings.taking([one.value for one in Setting if random.random() < 0.4], NOTHING)
    overrides = random.choice(
        (
            UNKNOWN,
            (),
            (GroupOverride(group="Executives", locked=True, service=graph("read", "none")),),
            (GroupOverride(group="yes", enabled=False), GroupOverride(group="a: b #c", bidirectional_sync=True)),
        )
    )
    same(
        Attested(
            name=random.choice(("corp", "true", "a\nb", "Ünïcode: # 'x'")),
            settings=settings,
            overrides=overrides,
            by=random.choice(("ann@corp.example", 'Ann \\ B. "C"', "null")),
            at=datetime(2026, 11, 22, 9, tzinfo=UTC) + timedelta(microseconds=random.choice((0, 1, 999_999))),
            portal=random.choice(("the admin portal", "Account Settings > Mail & Calendar: - x")),
        ),
        account=random.choice(("corp", "1.0", "x y")),
    )


def test_a_record_of_nothing_says_what_is_missing() -> None:
    text = same(RECORD)
    assert "# spec.integration.locked: not attested, so it is unknown" in text
    assert text.endswith("spec: {}\n")
    assert comment_above(text) == ABOVE


def test_that_no_group_overrides_anything_is_a_statement_of_its_own() -> None:
    assert "  groups: []\n" in same(replace(RECORD, overrides=()))
    assert "groups: not attested" in same(RECORD)


def test_a_login_keeps_its_version_and_where_its_password_lives_and_needs_neither() -> None:
    login = Impersonation(
        account="svc@corp.example",
        exchange_version="2016",
        password_version=3,
        password_from=SecretReference(kind="env", parts=(("env", "CALPLAN_SECRET_EWS"),)),
    )
    for one in (login, replace(login, password_version=UNKNOWN, password_from=None)):
        service = exchange(impersonation=one)
        record = replace(RECORD, settings=replace(NOTHING, service=service, allowed_domains=ANY))
        text = same(record)
        assert "#" not in text.partition("  integration:")[2].partition("allowedDomains")[0].partition("service")[2]


def test_a_service_of_which_the_login_is_unknown_is_unknown_as_a_whole() -> None:
    """Without it the record would say that impersonation is off."""
    service = exchange(impersonation=UNKNOWN)
    text = portal_text(replace(RECORD, settings=replace(NOTHING, service=service)), "corp")
    assert read(text).attested.settings.service is UNKNOWN
