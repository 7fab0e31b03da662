"""What is read out of a recorded connection in the light of the live settings (semantics (b))."""

from dataclasses import replace

import pytest

from calplan.impact.facts import completed
from calplan.model.connection import Authentication, Connection
from calplan.model.service import ServiceType
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN
from tests import make

BY_UNKNOWN_MEANS = Connection(service=ServiceType.EXCHANGE_EWS, ews_host="owa.corp.example")
IMPERSONATED = Connection(service=ServiceType.EXCHANGE_EWS, auth=Authentication.IMPERSONATION)
WITHOUT_LOGIN = make.account(service=make.exchange())
WITH_LOGIN = make.account(service=make.exchange(impersonation=make.impersonation()))
LOGIN_UNREAD = make.account(service=make.exchange(impersonation=UNKNOWN))
UNREAD = make.account(service=UNKNOWN)


@pytest.mark.parametrize("live", [WITHOUT_LOGIN, make.account(), make.account(service=make.MAPI)])
def test_where_nothing_impersonates_exchange_is_by_password(live: AccountSettings) -> None:
    assert completed(BY_UNKNOWN_MEANS, live) == replace(BY_UNKNOWN_MEANS, auth=Authentication.BASIC)


@pytest.mark.parametrize("live", [WITH_LOGIN, LOGIN_UNREAD, UNREAD])
def test_where_something_may_impersonate_nobody_knows_the_means(live: AccountSettings) -> None:
    assert completed(BY_UNKNOWN_MEANS, live) == BY_UNKNOWN_MEANS


def test_a_means_that_is_known_or_of_another_service_is_left_alone() -> None:
    for service in ServiceType:
        for auth in (Authentication.OAUTH, Authentication.BASIC, Authentication.UNKNOWN):
            held = Connection(service=service, auth=auth)
            completes = service is ServiceType.EXCHANGE_EWS and auth is Authentication.UNKNOWN
            assert (completed(held, WITHOUT_LOGIN) != held) is completes


def test_an_impersonated_connection_is_on_the_server_of_the_account() -> None:
    assert completed(IMPERSONATED, WITH_LOGIN) == replace(IMPERSONATED, ews_host="mail.corp.example")
    for live in (UNREAD, make.account()):
        assert completed(IMPERSONATED, live) == IMPERSONATED
    elsewhere = replace(IMPERSONATED, ews_host="owa.corp.example")
    assert completed(elsewhere, WITH_LOGIN) == elsewhere


def test_no_connection_and_an_unknown_one_have_nothing_to_complete() -> None:
    assert completed(None, WITHOUT_LOGIN) is None
    assert completed(UNKNOWN, WITHOUT_LOGIN) is UNKNOWN
