"""The settings of an account, one by one."""

from calplan.model.settings import Setting
from tests import make


def test_every_setting_has_the_value_of_its_field() -> None:
    settings = make.account(
        enabled=False, locked=True, allowed_domains=make.domains("corp.example"), consent_for_account=True
    )
    assert {one: settings.value(one) for one in Setting} == {
        Setting.ENABLED: False,
        Setting.LOCKED: True,
        Setting.SERVICE: make.google(),
        Setting.ALLOWED_DOMAINS: make.domains("corp.example"),
        Setting.BIDIRECTIONAL_SYNC: False,
        Setting.CONSENT_FOR_ACCOUNT: True,
        Setting.ENFORCE_OAUTH: False,
    }
