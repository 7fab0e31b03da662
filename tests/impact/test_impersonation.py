"""An impersonation account (R09)."""

import pytest

from calplan.model.service import ExchangeEws
from calplan.model.user import RawFacts
from tests import make
from tests.impact.cases import NOBODY, WHO_KNOWS, Case, check, old
from tests.impact.worlds import OTHER_SERVER

PLAIN = make.account(service=make.exchange())
IMPERSONATED = make.account(service=make.exchange(impersonation=make.impersonation()))
NEW_PASSWORD = make.account(service=make.exchange(impersonation=make.impersonation(password_version=2)))
LOCKED = make.account(service=make.exchange(impersonation=make.impersonation()), locked=True)


def on_premises(clients: tuple[str, ...] = (make.NEW_WINDOWS,), service: str = "") -> RawFacts:
    host = "mail.corp.example" if service else None
    return make.facts(service, auth="basic", ews_host=host, clients=clients, mailbox_location="on-premises")


ON_IT = make.facts("exchange-ews", ews_host="mail.corp.example", auth="impersonation", mailbox_location="on-premises")

CASES = (
    Case(
        says="a new client syncs by itself from now on",
        rules="R09a R11b R14",
        forecast="automatic gained none none documented",
        after=IMPERSONATED,
        user=on_premises(),
    ),
    Case(
        says="under the lock too, without a prompt",
        rules="R09a R14",
        forecast="automatic gained none none documented",
        after=LOCKED,
        user=on_premises(),
    ),
    Case(
        says="whoever had the same server by password is taken over",
        rules="R09a",
        forecast="automatic gained none none documented",
        before=PLAIN,
        after=IMPERSONATED,
        user=on_premises(service="exchange-ews"),
    ),
    Case(
        says="the client is too old for it",
        rules="R09b R11b R14",
        forecast="unaffected none none upgrade_client documented",
        after=IMPERSONATED,
        user=on_premises((make.MIDDLE_WINDOWS,)),
    ),
    Case(
        says="no client is known",
        rules="R09b R10c1 R14",
        forecast="prompted none prompt_possible authorise ambiguous",
        after=LOCKED,
        user=on_premises(()),
    ),
    Case(
        says="a mailbox in the cloud is not reached",
        rules="R09c1 R11b R14",
        forecast="unaffected none none may_set_up inferred",
        after=IMPERSONATED,
        user=NOBODY,
    ),
    Case(
        says="nobody knows where the mailbox lies",
        rules="R09c2",
        forecast="unaffected none none none unknown",
        before=PLAIN,
        after=IMPERSONATED,
        user=make.facts(mailbox_location="unknown"),
    ),
    Case(
        says="it ends, and the old client does not say so",
        rules="R09d1",
        forecast="disconnected_silent lost no_prompt enter_password inferred",
        before=IMPERSONATED,
        after=PLAIN,
        user=ON_IT._replace(clients=old().clients),
    ),
    Case(
        says="it ends, and no prompt is documented even for a new client",
        rules="R09d2",
        forecast="disconnected_notice_unknown lost unknown enter_password inferred",
        before=IMPERSONATED,
        after=PLAIN,
        user=ON_IT,
    ),
    Case(
        says="it ends, and nobody knows whether he is connected",
        rules="R09d3",
        forecast="at_risk at_risk unknown enter_password unknown",
        before=IMPERSONATED,
        after=PLAIN,
        user=WHO_KNOWS,
    ),
    Case(
        says="it ends, and nobody knows how he signs in",
        rules="R09d3",
        forecast="at_risk at_risk unknown enter_password unknown",
        before=IMPERSONATED,
        after=PLAIN,
        user=ON_IT._replace(auth=None),
    ),
    Case(
        says="another password may be a wrong one",
        rules="R09e",
        forecast="at_risk at_risk unknown verify_before_save inferred",
        before=IMPERSONATED,
        after=NEW_PASSWORD,
        user=ON_IT,
    ),
    Case(
        says="another server under a new lock is a loss, not a mere risk",
        rules="R09e R10b1 R14",
        forecast="disconnected_prompted lost prompt authorise documented",
        before=IMPERSONATED,
        after=make.account(service=make.exchange(OTHER_SERVER, make.impersonation()), locked=True),
        user=ON_IT,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_impersonation(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    "after",
    [
        make.exchange(impersonation=make.impersonation("other@corp.example")),
        make.exchange(impersonation=make.impersonation(exchange_version="2019")),
        make.exchange(impersonation=make.impersonation(password_version=2)),
        make.exchange("https://mail.corp.example/other", make.impersonation()),
        make.exchange(OTHER_SERVER, make.impersonation()),
    ],
)
def test_every_part_of_the_shared_login_counts(after: ExchangeEws) -> None:
    for user, risky in ((ON_IT, True), (ON_IT._replace(auth=None), True), (WHO_KNOWS, True), (NOBODY, False)):
        one = make.forecast(IMPERSONATED, make.account(service=after), user)
        assert one is not None
        assert ("R09e" in one.rules) is risky
    by_password = make.forecast(IMPERSONATED, make.account(service=after), ON_IT._replace(auth="basic"))
    assert by_password is not None
    assert "R09e" not in by_password.rules


def test_a_loss_that_the_lock_brings_already_is_not_reported_again() -> None:
    after = make.account(service=make.graph(), locked=True)
    one = make.forecast(IMPERSONATED, after, ON_IT)
    assert one is not None
    assert not {rule for rule in one.rules if rule.startswith("R09d")}


def test_sign_in_by_unknown_means_is_by_password_where_nothing_impersonates() -> None:
    user = make.facts("exchange-ews", ews_host="mail.corp.example", auth=None)
    one = make.forecast(PLAIN, make.account(service=make.google()), user)
    assert one is not None
    assert one.rules == ("R11a",)


def test_an_impersonated_user_without_a_recorded_server_is_on_that_of_the_account() -> None:
    user = ON_IT._replace(ews_host=None)
    kept = make.forecast(IMPERSONATED, LOCKED, user)
    moved = make.forecast(
        IMPERSONATED, make.account(service=make.exchange(OTHER_SERVER, make.impersonation()), locked=True), user
    )
    assert kept is not None
    assert moved is not None
    assert (kept.rules, moved.outcome.value) == (("R10a",), "disconnected_prompted")


def test_a_cloud_mailbox_of_a_user_on_another_service_is_lost_by_the_lock_all_the_same() -> None:
    one = make.forecast(make.account(), LOCKED, make.facts("google", "write", "read", mailbox_location="on-premises"))
    assert one is not None
    assert (one.rules, one.connection.value) == (("R10b1", "R14"), "lost")
