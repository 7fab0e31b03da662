import pytest

from calplan.model.service import Service
from calplan.model.unknown import UNKNOWN
from calplan.model.user import RawFacts
from calplan.sandbox.account.account import Account
from tests.make import (
    MIDDLE_WINDOWS,
    NEW_WINDOWS,
    OLD_WINDOWS,
    account,
    domains,
    exchange,
    facts,
    google,
    impersonation,
)
from tests.sandbox.stage import CUT, CUT_AND_TOLD, HOST, NOTHING, SYNCED, after

IMPERSONATING = exchange(impersonation=impersonation())
PLAIN = exchange()
IMPERSONATED = facts("exchange-ews", ews_host=HOST, auth="impersonation", mailbox_location="on-premises")


def on_premises(service: str = "", *, host: str | None = None, clients: tuple[str, ...] = (NEW_WINDOWS,)) -> RawFacts:
    levels = ("write", "read") if service == "google" else (None, None)
    return facts(service, *levels, ews_host=host, auth="basic", clients=clients, mailbox_location="on-premises")


def begin(scene: Account) -> None:
    scene.set_service(IMPERSONATING)


@pytest.mark.parametrize(
    "user,gains",
    [
        (on_premises(), True),
        (on_premises("exchange-ews", host=HOST), True),
        (on_premises("exchange-ews", host="mail.old.example"), False),
        (on_premises("exchange-ews"), False),
        (on_premises("google"), False),
        (on_premises("exchange-mapi"), False),
        (on_premises(clients=("5.11.0",)), True),
        (on_premises(clients=("5.11.6602",)), True),
        (on_premises(clients=(MIDDLE_WINDOWS,)), False),
        (on_premises(clients=(MIDDLE_WINDOWS, "5.12.2 (9281)")), True),
        (on_premises(clients=("-",)), False),
        (on_premises(clients=()), False),
        (facts(mailbox_location="cloud"), False),
        (facts(mailbox_location=None), False),
        (facts(None, mailbox_location="on-premises"), False),
    ],
)
def test_impersonation_syncs_on_premises_mailboxes_of_new_clients(user: RawFacts, gains: bool) -> None:
    result = after(user, begin, account(service=PLAIN))
    assert result.happened == (SYNCED if gains else NOTHING)
    assert (result.facts.auth == "impersonation") is gains
    if gains:
        assert result.facts[1:6] == ("exchange-ews", HOST, None, None, "impersonation")


def test_the_domain_list_stands_above_impersonation() -> None:
    shut_out = account(service=PLAIN, allowed_domains=domains("else.example"))
    assert after(on_premises(), begin, shut_out).happened == NOTHING


def test_a_lock_takes_a_different_service_and_impersonation_does_not_replace_it() -> None:
    locked = account(service=google(), locked=True)
    result = after(on_premises("google"), begin, locked)
    assert (result.happened, result.connected) == (CUT_AND_TOLD, False)
    assert after(on_premises(), begin, locked).happened == SYNCED


@pytest.mark.parametrize("service", [PLAIN, google()])
def test_impersonation_off_cuts_who_rested_on_it_without_a_prompt(service: Service) -> None:
    result = after(IMPERSONATED, lambda scene: scene.set_service(service), account(service=IMPERSONATING))
    assert (result.happened, result.connected) == (CUT, False)


def test_impersonation_off_leaves_everybody_else_as_he_is() -> None:
    for user in (on_premises("exchange-ews", host=HOST), facts("exchange-ews", ews_host=HOST, auth=None)):
        result = after(user, lambda scene: scene.set_service(PLAIN), account(service=IMPERSONATING))
        assert (result.happened, result.connected) == (NOTHING, True)


def test_under_a_lock_the_locks_prompt_is_what_the_impersonated_user_sees() -> None:
    locked = account(service=IMPERSONATING, locked=True)
    assert after(IMPERSONATED, lambda scene: scene.set_service(google()), locked).happened == CUT_AND_TOLD
    assert after(IMPERSONATED, lambda scene: scene.set_service(PLAIN), locked).happened == CUT


EDITS = {
    "account": exchange(impersonation=impersonation(account="other@corp.example")),
    "version": exchange(impersonation=impersonation(exchange_version="2019")),
    "password": exchange(impersonation=impersonation(password_version=2)),
    "path": exchange("https://mail.corp.example/ews/other.asmx", impersonation=impersonation()),
    "host": exchange("https://mail2.corp.example/EWS/Exchange.asmx", impersonation=impersonation()),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("works", [True, False])
def test_an_edited_login_works_or_it_does_not(edit: str, works: bool) -> None:
    def edit_it(scene: Account) -> None:
        scene.suppose_edits_work(works)
        scene.set_service(EDITS[edit])

    result = after(IMPERSONATED, edit_it, account(service=IMPERSONATING))
    assert result.connected is works
    assert result.happened == (NOTHING if works else CUT)


def test_another_host_under_a_lock_is_another_service_whether_the_login_works_or_not() -> None:
    result = after(
        IMPERSONATED,
        lambda scene: scene.set_service(EDITS["host"]),
        account(service=IMPERSONATING, locked=True),
    )
    assert result.happened == CUT_AND_TOLD


def test_an_impersonated_user_without_a_host_is_on_the_accounts() -> None:
    user = IMPERSONATED._replace(ews_host=None)
    result = after(user, lambda scene: scene.set_locked(True), account(service=IMPERSONATING))
    assert (result.facts.ews_host, result.happened) == (HOST, NOTHING)


def test_an_impersonation_nobody_could_read_promises_nothing_and_may_end() -> None:
    unread = account(service=exchange(impersonation=UNKNOWN))
    assert after(on_premises(), begin, unread).happened == NOTHING
    assert after(IMPERSONATED, lambda scene: scene.set_service(PLAIN), unread).happened == CUT


def test_no_other_setting_syncs_anybody() -> None:
    def everything_else(scene: Account) -> None:
        scene.set_domains(domains("corp.example"))
        scene.set_oauth(True)
        scene.set_sync(True)
        scene.set_consent(True)

    shut_out = account(service=IMPERSONATING, allowed_domains=domains("else.example"))
    assert after(on_premises(), everything_else, shut_out).happened == NOTHING


def test_old_clients_are_prompted_by_a_lock_instead() -> None:
    locked = account(service=google(), locked=True)
    assert after(on_premises(clients=(MIDDLE_WINDOWS,)), begin, locked).happened == {"prompted"}
    assert after(on_premises(clients=(OLD_WINDOWS,)), begin, locked).happened == NOTHING
