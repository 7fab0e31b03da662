"""What a policy states of the settings, and what becomes of the others."""

from dataclasses import fields, replace

import pytest

from calplan.model.settings import AccountSettings, Setting, WantedSettings
from calplan.model.unknown import UNKNOWN, UNMANAGED
from tests import make

LIVE = make.account(service=make.exchange(impersonation=make.impersonation()))
OTHER = make.account(
    enabled=False,
    locked=True,
    service=make.graph(),
    allowed_domains=make.domains("corp.example"),
    bidirectional_sync=True,
    consent_for_account=True,
    enforce_oauth=True,
)
NAMES = {
    "enabled": Setting.ENABLED,
    "locked": Setting.LOCKED,
    "service": Setting.SERVICE,
    "allowed_domains": Setting.ALLOWED_DOMAINS,
    "bidirectional_sync": Setting.BIDIRECTIONAL_SYNC,
    "consent_for_account": Setting.CONSENT_FOR_ACCOUNT,
    "enforce_oauth": Setting.ENFORCE_OAUTH,
}


def test_every_setting_has_a_field() -> None:
    assert list(NAMES) == [one.name for one in fields(AccountSettings)] == [one.name for one in fields(WantedSettings)]
    assert set(NAMES.values()) == set(Setting)


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_that_states_one_setting_manages_it_and_leaves_the_others_as_they_stand(name: str) -> None:
    wanted = make.wanted(OTHER)
    others = {one: UNMANAGED for one in NAMES if one != name}
    alone = replace(wanted, **others)
    assert alone.managed == {NAMES[name]}
    assert alone.over(LIVE) == make.altered(LIVE, name, getattr(OTHER, name))
    assert wanted.managed == set(Setting)
    assert wanted.over(LIVE) == OTHER


def test_a_service_that_nobody_read_has_an_unknown_key_and_an_unknown_impersonation() -> None:
    unread = make.account(service=UNKNOWN)
    assert unread.key is unread.impersonation is UNKNOWN
    assert LIVE.impersonation == make.impersonation()
    assert OTHER.impersonation is None


def test_every_setting_has_the_value_of_its_field() -> None:
    assert {one: OTHER.value(one) for one in Setting} == {NAMES[name]: getattr(OTHER, name) for name in NAMES}
