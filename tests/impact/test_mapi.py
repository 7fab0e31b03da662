"""MAPI under the lock serves Windows only (R08)."""

from dataclasses import replace

import pytest

from calplan.model.settings import AccountSettings
from calplan.model.user import RawFacts, text_list
from tests import make
from tests.impact.cases import Case, check

LOCKED = make.account(locked=True, service=make.MAPI)
OPEN = make.account(service=make.MAPI)
OLD_LINUX = "5.1.0(linux)"
VAGUE_WINDOWS = "5.2(win)"


def google_on(*clients: str) -> RawFacts:
    return make.facts("google", "write", "read", clients=clients)


CASES = (
    Case(
        says="no Windows client: the connection is lost for good",
        rules="R08a1 R10b1",
        forecast="disconnected_blocked lost prompt blocked:platform documented",
        after=LOCKED,
        user=google_on(make.NEW_MAC),
    ),
    Case(
        says="recorded on MAPI but without a Windows client, and not told",
        rules="R08a1 R10a",
        forecast="disconnected_blocked lost no_prompt blocked:platform documented",
        after=LOCKED,
        user=make.facts("exchange-mapi", clients=(OLD_LINUX,)),
    ),
    Case(
        says="under an old lock the list of domains takes the connection, and the platform bars the way back",
        rules="R05b R08a1",
        forecast="disconnected_blocked lost prompt blocked:domain assumed",
        before=LOCKED,
        after=make.account(locked=True, service=make.MAPI, allowed_domains=make.domains("other.example")),
        user=make.facts("exchange-mapi", clients=(make.NEW_MAC,)),
    ),
    Case(
        says="no Windows client and no connection: no way to set up",
        rules="R08a2 R10c1",
        forecast="blocked none prompt_possible blocked:platform documented",
        after=LOCKED,
        user=make.facts(clients=(make.NEW_MAC,)),
    ),
    Case(
        says="no Windows client, and nobody knows whether he is connected",
        rules="R08a3 R10d",
        forecast="at_risk at_risk unknown blocked:platform unknown",
        after=LOCKED,
        user=make.facts("unknown", clients=(make.NEW_MAC,)),
    ),
    Case(
        says="on Windows and on MAPI already",
        rules="R08b1 R10a",
        forecast="unaffected kept none none documented",
        after=LOCKED,
        user=make.facts("exchange-mapi"),
    ),
    Case(
        says="on Windows, connected otherwise, and prompted",
        rules="R08b2 R10b1",
        forecast="disconnected_prompted lost prompt authorise_on_windows documented",
        after=LOCKED,
        user=google_on(make.NEW_WINDOWS),
    ),
    Case(
        says="on Windows, connected otherwise, and not told",
        rules="R08b3 R10b2",
        forecast="disconnected_silent lost no_prompt tell_then_authorise documented",
        after=LOCKED,
        user=google_on(make.OLD_WINDOWS),
    ),
    Case(
        says="on Windows, connected otherwise, and nobody knows whether he is told",
        rules="R08b4 R10b3",
        forecast="disconnected_notice_unknown lost unknown tell_then_authorise unknown",
        after=LOCKED,
        user=google_on(VAGUE_WINDOWS),
    ),
    Case(
        says="on Windows and not connected",
        rules="R08b5 R10c1",
        forecast="prompted none prompt_possible authorise_on_windows ambiguous",
        after=LOCKED,
        user=make.facts(),
    ),
    Case(
        says="on Windows, and nobody knows whether he is connected",
        rules="R08b5 R10d",
        forecast="at_risk at_risk unknown unknown unknown",
        after=LOCKED,
        user=make.facts("unknown"),
    ),
    Case(
        says="on MAPI, and nobody knows on which platform",
        rules="R08c1 R10a",
        forecast="at_risk at_risk unknown unknown unknown",
        after=LOCKED,
        user=make.facts("exchange-mapi", clients=()),
    ),
    Case(
        says="the platform is unknown but the key differs anyway: lost, not merely at risk",
        rules="R08c1 R10b3",
        forecast="disconnected_notice_unknown lost unknown unknown unknown",
        after=LOCKED,
        user=google_on(),
    ),
    Case(
        says="not connected, and nobody knows whether he has Windows",
        rules="R08c2 R10c1",
        forecast="at_risk none unknown unknown unknown",
        after=LOCKED,
        user=make.facts(clients=()),
    ),
    Case(
        says="MAPI as the default without the lock takes nothing away",
        rules="R08d R11a",
        forecast="unaffected kept none may_set_up inferred",
        after=OPEN,
        user=google_on(make.NEW_MAC),
    ),
    Case(
        says="MAPI as the default without the lock, platform unknown",
        rules="R08d R11b",
        forecast="unaffected none none may_set_up inferred",
        after=OPEN,
        user=make.facts(clients=()),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_mapi(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("user", [make.facts("exchange-mapi"), make.facts()])
@pytest.mark.parametrize("clients", [(), (make.NEW_MAC,), (make.NEW_WINDOWS,)])
@pytest.mark.parametrize("mapi", [LOCKED, OPEN])
def test_mapi_as_it_was_says_nothing(mapi: AccountSettings, clients: tuple[str, ...], user: RawFacts) -> None:
    one = make.forecast(mapi, replace(mapi, bidirectional_sync=True), user._replace(clients=text_list([*clients])))
    assert one is not None
    assert one.rules == ("R16",)


def test_mapi_as_the_default_says_nothing_to_whoever_has_windows() -> None:
    one = make.forecast(make.account(), OPEN, google_on(make.NEW_WINDOWS))
    assert one is not None
    assert one.rules == ("R11a",)


def test_whoever_loses_mapi_otherwise_and_has_an_unknown_platform_may_have_no_way_back() -> None:
    after = replace(LOCKED, allowed_domains=make.domains("other.example"))
    one = make.forecast(LOCKED, after, make.facts("exchange-mapi", clients=()))
    assert one is not None
    assert one.rules == ("R05b", "R08c1")
