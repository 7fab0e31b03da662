"""Live settings that nobody could read: which rows fire, and that the truth is never worse (semantics (k), (l))."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calplan.diff import Transition
from calplan.impact.outcome import OUTCOMES, Outcome, UserOutcome
from calplan.impact.summary import Range, summarise
from calplan.model.account import TenantFacts
from calplan.model.service import ExchangeEws, Service
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.model.user import RawFacts
from tests import make
from tests.impact.cases import CORP, NOBODY, ON_GOOGLE, OUTSIDE, WHO_KNOWS
from tests.impact.table import TABLE
from tests.impact.worlds import FIELDS, Crowd, crowds, moves, outcomes_of, rank, tenants

DEFAULT = settings.default or settings()
FEW = settings(max_examples=DEFAULT.max_examples)
HIDEABLE = tuple(name for name in FIELDS if name != "enabled")
"""``enabled`` is exempt: the gate ``live.unknown`` refuses the plan."""


def told(one: UserOutcome | None) -> tuple[str, str, str]:
    assert one is not None
    return " ".join(one.rules), one.outcome.value, one.certainty.value


OLD = make.facts(clients=(make.OLD_MAC,))
ON_A_MAC = make.facts("google", "write", "read", clients=(make.NEW_MAC,))
MAC_ONLY = make.facts(clients=(make.NEW_MAC,))
HYBRID = make.facts(mailbox_location="on-premises")
IMPERSONATED = make.facts("exchange-ews", ews_host="mail.corp.example", auth="impersonation")
BY_UNKNOWN_MEANS = make.facts("exchange-ews", ews_host="mail.corp.example", auth=None)
BY_PASSWORD = make.facts("office365-ews", ews_host="outlook.office365.com", auth="basic")
LOGIN = make.impersonation()


def case(
    before: AccountSettings, after: AccountSettings, user: RawFacts, expected: str, email: str = "ann@corp.example"
) -> tuple[AccountSettings, AccountSettings, RawFacts, str, str]:
    return before, after, user, expected, email


NARROW = make.account(locked=True, service=make.google("read", "none"))
UNREAD_LOCK = make.account(locked=UNKNOWN)
UNREAD_KEY = make.account(service=UNKNOWN)
UNREAD_LIST = make.account(allowed_domains=UNKNOWN)
UNREAD_LOGIN = make.account(service=make.exchange(impersonation=UNKNOWN))
UNREAD_OAUTH = make.account(service=make.office365_ews(), enforce_oauth=UNKNOWN)

UNMANAGED = (
    # A lock that nobody read, and a key that changes under it.
    case(UNREAD_LOCK, replace(UNREAD_LOCK, service=make.google("read", "none")), ON_GOOGLE, "R10d at_risk unknown"),
    case(UNREAD_LOCK, replace(UNREAD_LOCK, service=make.google("read", "none")), WHO_KNOWS, "R10d at_risk unknown"),
    case(UNREAD_LOCK, replace(UNREAD_LOCK, service=make.google("read", "none")), NOBODY, "R10c1 prompted unknown"),
    case(UNREAD_LOCK, replace(UNREAD_LOCK, service=make.google("read", "none")), OLD, "R10c2 unaffected unknown"),
    case(UNREAD_LOCK, replace(UNREAD_LOCK, bidirectional_sync=True), ON_GOOGLE, "R16 unaffected documented"),
    case(UNREAD_LOCK, replace(UNREAD_LOCK, service=make.MAPI), ON_A_MAC, "R10d at_risk unknown"),
    case(UNREAD_LOCK, replace(UNREAD_LOCK, service=make.MAPI), MAC_ONLY, "R08a2 R10c1 blocked unknown"),
    case(UNREAD_LOCK, replace(UNREAD_LOCK, service=make.MAPI), ON_GOOGLE, "R10d at_risk unknown"),
    case(UNREAD_LOCK, replace(UNREAD_LOCK, service=make.graph()), HYBRID, "R10c1 R12b R12d R15b blocked unknown"),
    # A key that nobody read, and a lock that comes: also whoever must set up may find himself barred by it.
    case(UNREAD_KEY, replace(UNREAD_KEY, locked=True), ON_GOOGLE, "R10d at_risk unknown"),
    case(UNREAD_KEY, replace(UNREAD_KEY, locked=True), WHO_KNOWS, "R09d3 R10d at_risk unknown"),
    case(UNREAD_KEY, replace(UNREAD_KEY, locked=True), NOBODY, "R10c1 R10d at_risk unknown"),
    case(UNREAD_KEY, replace(UNREAD_KEY, locked=True), OLD, "R10c2 R10d at_risk unknown"),
    case(UNREAD_KEY, replace(UNREAD_KEY, bidirectional_sync=True), ON_GOOGLE, "R16 unaffected documented"),
    case(UNREAD_KEY, replace(UNREAD_KEY, bidirectional_sync=True), NOBODY, "R16 unaffected documented"),
    # A list that nobody read matters to whoever has to set up.
    case(UNREAD_LIST, replace(UNREAD_LIST, locked=True), ON_GOOGLE, "R10a unaffected documented"),
    case(UNREAD_LIST, replace(UNREAD_LIST, locked=True), WHO_KNOWS, "R05d R10d at_risk unknown"),
    case(UNREAD_LIST, replace(UNREAD_LIST, locked=True), NOBODY, "R05d R10c1 at_risk unknown"),
    case(UNREAD_LIST, replace(UNREAD_LIST, bidirectional_sync=True), NOBODY, "R16 unaffected documented"),
    # An impersonation account that nobody read, and a lock that comes.
    case(UNREAD_LOGIN, replace(UNREAD_LOGIN, locked=True), IMPERSONATED, "R09d3 R10a at_risk unknown"),
    case(UNREAD_LOGIN, replace(UNREAD_LOGIN, locked=True), BY_UNKNOWN_MEANS, "R09d3 R10a at_risk unknown"),
    case(UNREAD_LOGIN, replace(UNREAD_LOGIN, bidirectional_sync=True), IMPERSONATED, "R16 unaffected documented"),
    # Switches of Office 365 that nobody read fire no row.
    case(UNREAD_OAUTH, replace(UNREAD_OAUTH, bidirectional_sync=True), BY_PASSWORD, "R16 unaffected documented"),
    case(
        make.account(consent_for_account=UNKNOWN),
        make.account(consent_for_account=UNKNOWN, bidirectional_sync=True),
        ON_GOOGLE,
        "R16 unaffected documented",
    ),
)
MANAGED = (
    # Lock: as if it had not been locked.
    case(
        UNREAD_LOCK,
        make.account(locked=True),
        make.facts("google", "read", "none"),
        "R10b1 disconnected_prompted unknown",
    ),
    case(UNREAD_LOCK, make.account(locked=True), ON_GOOGLE, "R10a unaffected documented"),
    case(UNREAD_LOCK, NARROW, ON_GOOGLE, "R10b1 disconnected_prompted documented"),
    case(UNREAD_LOCK, make.account(locked=True), NOBODY, "R10c1 prompted unknown"),
    case(UNREAD_LOCK, make.account(), make.facts("google", "read", "none"), "R01 unaffected design"),
    # Key: as if it had been another.
    case(
        make.account(service=UNKNOWN, locked=True),
        make.account(locked=True),
        make.facts("google", "read", "none"),
        "R10b1 disconnected_prompted unknown",
    ),
    case(UNREAD_KEY, make.account(), ON_GOOGLE, "R11a unaffected inferred"),
    # Domains: as if any had been allowed.
    case(UNREAD_LIST, make.account(allowed_domains=CORP), ON_GOOGLE, "R05b disconnected_blocked unknown", OUTSIDE),
    case(UNREAD_LIST, make.account(allowed_domains=CORP), NOBODY, "R05c blocked unknown", OUTSIDE),
    case(UNREAD_LIST, make.account(allowed_domains=CORP), WHO_KNOWS, "R05d at_risk unknown", OUTSIDE),
    case(UNREAD_LIST, make.account(allowed_domains=CORP), ON_GOOGLE, "R06 unaffected documented"),
    # Impersonation: on for those who would lose it, off for those who would gain it.
    case(
        UNREAD_LOGIN, make.account(service=make.exchange()), IMPERSONATED, "R09d2 disconnected_notice_unknown unknown"
    ),
    case(UNREAD_LOGIN, make.account(service=make.exchange()), BY_UNKNOWN_MEANS, "R09d3 at_risk unknown"),
    case(
        UNREAD_LOGIN,
        make.account(service=make.exchange(impersonation=LOGIN)),
        make.facts(mailbox_location="on-premises"),
        "R01 unaffected design",
    ),
    case(UNREAD_LOGIN, make.account(service=make.exchange(impersonation=LOGIN)), IMPERSONATED, "R09e at_risk unknown"),
    # OAuth: as if it had not been enforced.
    case(
        UNREAD_OAUTH,
        make.account(service=make.office365_ews(), enforce_oauth=True),
        BY_PASSWORD,
        "R13a2 disconnected_notice_unknown unknown",
    ),
    case(UNREAD_OAUTH, make.account(service=make.office365_ews()), BY_PASSWORD, "R01 unaffected design"),
    case(make.account(consent_for_account=UNKNOWN), make.account(), ON_GOOGLE, "R12g unaffected inferred"),
)


@pytest.mark.parametrize("before, after, user, expected, email", [*UNMANAGED, *MANAGED])
def test_an_unread_setting_fires_the_rows_that_alarm_more(
    before: AccountSettings, after: AccountSettings, user: RawFacts, expected: str, email: str
) -> None:
    assert " ".join(told(make.forecast(before, after, user, email=email))) == expected


def test_an_outcome_that_rests_on_an_unread_setting_names_it() -> None:
    for before, after, user, setting in (
        (UNREAD_LOCK, make.account(locked=True), make.facts("google", "read", "none"), Setting.LOCKED),
        (make.account(service=UNKNOWN, locked=True), NARROW, ON_GOOGLE, Setting.SERVICE),
        (
            UNREAD_OAUTH,
            make.account(service=make.office365_ews(), enforce_oauth=True),
            BY_PASSWORD,
            Setting.ENFORCE_OAUTH,
        ),
        (UNREAD_LIST, make.account(allowed_domains=make.domains("other.example")), ON_GOOGLE, Setting.ALLOWED_DOMAINS),
        (UNREAD_LOCK, replace(UNREAD_LOCK, service=make.graph()), ON_GOOGLE, Setting.LOCKED),
        (make.account(locked=UNKNOWN, service=UNKNOWN), NARROW, ON_GOOGLE, Setting.LOCKED),
        (UNREAD_KEY, replace(UNREAD_KEY, locked=True), ON_GOOGLE, Setting.SERVICE),
        (UNREAD_LOGIN, make.account(service=make.exchange(impersonation=LOGIN)), IMPERSONATED, Setting.SERVICE),
        (UNREAD_LOGIN, make.account(service=make.exchange()), IMPERSONATED, Setting.SERVICE),
        (UNREAD_KEY, replace(UNREAD_KEY, locked=True), NOBODY, Setting.SERVICE),
    ):
        one = make.forecast(before, after, user)
        assert one is not None
        assert one.rests_on == {setting}
        assert not one.loss_is_certain


def test_what_rests_on_an_unread_setting_counts_in_the_upper_end_of_the_ranges_only() -> None:
    """Nobody read the lock, and it is switched on: who differs is cut off now, or was long ago."""
    users = {
        "lost@corp.example": make.facts("google", "read", "none", clients=(make.OLD_MAC,)),
        "barred@partner.example": NOBODY,
        "kept@corp.example": ON_GOOGLE,
    }
    listed = make.account(locked=UNKNOWN, allowed_domains=CORP)
    for before, certain in ((listed, 0), (replace(listed, locked=False), 1)):
        impact = summarise(make.assessment(before, replace(listed, locked=True), users))
        found = Range(certain=certain, possible=1)
        assert (impact.lose, impact.not_told, impact.cannot_return) == (found, found, found)
        assert impact.unknown_certainty == 2 - 2 * certain


def test_nothing_rests_on_an_unread_setting_when_everything_was_read() -> None:
    for after in (NARROW, make.account(allowed_domains=CORP), make.account(enabled=False)):
        for user in (ON_GOOGLE, NOBODY, WHO_KNOWS):
            one = make.forecast(make.account(), after, user, email=OUTSIDE)
            assert one is not None
            assert one.rests_on == frozenset()


def test_where_nobody_knows_whether_the_account_is_on_everything_is_unsure() -> None:
    before = make.account(enabled=UNKNOWN)
    for after in (replace(NARROW, enabled=UNKNOWN), NARROW, make.account(enabled=False)):
        for user in (ON_GOOGLE, NOBODY, WHO_KNOWS):
            one = make.forecast(before, after, user)
            assert one is not None
            assert (one.certainty.value, one.loss_is_certain) == ("unknown", False)
            assert Setting.ENABLED in one.rests_on


def test_a_loss_that_rests_on_an_unread_setting_does_not_hide_one_that_is_certain() -> None:
    """The lock may act or not, which nobody knows; enforced OAuth ends the connection, and without a prompt."""
    before = make.account(locked=True, service=UNKNOWN)
    after = make.account(locked=True, service=make.exchange(), enforce_oauth=True)
    user = make.facts("office365-graph", "write", "read", auth="basic")
    one = make.forecast(before, after, user)
    assert one is not None
    assert one.rules == ("R10b1", "R13a2", "R14")
    assert (one.outcome.value, one.loss_is_certain) == ("disconnected_notice_unknown", True)


def test_a_certain_loss_with_a_doubtful_way_back_is_no_sure_forecast() -> None:
    """Nobody read the list of domains: the user is cut off and told, or cut off and barred."""
    after = replace(UNREAD_LIST, locked=True, service=make.google("read", "none"))
    one = make.forecast(UNREAD_LIST, after, ON_GOOGLE)
    assert one is not None
    assert (one.rules, one.outcome.value) == (("R05d", "R10b1"), "disconnected_prompted")
    assert (one.loss_is_certain, one.return_is_doubtful) == (True, True)
    assert (one.certainty.value, one.rests_on) == ("unknown", frozenset({Setting.ALLOWED_DOMAINS}))


def test_whoever_must_authorise_again_may_lack_consent_where_nobody_read_the_service() -> None:
    """Without a lock: OAuth ends the connection, and the unread service may be Graph without a grant."""
    user = make.facts("office365-graph", "write", "read", auth="basic")
    missing = make.tenant(())
    truth = make.forecast(
        make.account(service=make.graph()),
        make.account(service=make.graph(), enforce_oauth=True),
        user,
        facts_of_tenant=missing,
    )
    one = make.forecast(UNREAD_KEY, replace(UNREAD_KEY, enforce_oauth=True), user, facts_of_tenant=missing)
    assert truth is not None
    assert one is not None
    assert truth.outcome is Outcome.DISCONNECTED_BLOCKED
    assert (one.rules, one.certainty.value, one.return_is_doubtful) == (("R10d", "R13a2"), "unknown", True)


@pytest.mark.parametrize("before", [UNREAD_LIST, UNREAD_KEY], ids=["list", "key"])
def test_whoever_is_not_connected_has_no_connection_at_risk(before: AccountSettings) -> None:
    one = make.forecast(before, replace(before, locked=True), NOBODY)
    assert one is not None
    assert (one.outcome.value, one.connection.value) == ("at_risk", "none")


@st.composite
def hidden(draw: st.DrawFn) -> tuple[Transition, Transition]:
    """A change as it is forecast with some live settings unread, and as it is in truth."""
    move = draw(moves())
    seen_before, seen_after, after = move.before, move.after, move.after
    for name in sorted(draw(st.sets(st.sampled_from((*HIDEABLE, "impersonation")), min_size=1, max_size=3))):
        unread: Service | Unknown = UNKNOWN
        stated = "service" if name == "impersonation" else name
        if name == "impersonation":
            if not isinstance(move.before.service, ExchangeEws):
                continue
            unread = replace(move.before.service, impersonation=UNKNOWN)
        seen_before = make.altered(seen_before, stated, unread)
        if draw(st.booleans()):  # the policy leaves the setting alone
            seen_after = make.altered(seen_after, stated, unread)
            after = make.altered(after, stated, getattr(move.before, stated))
    return Transition(before=seen_before, after=seen_after), Transition(before=move.before, after=after)


def at_risk(rules: Iterable[str]) -> bool:
    return any(TABLE[rule].outcome == "at_risk" for rule in rules)


@FEW
@given(hidden(), crowds(), tenants())
def test_the_truth_is_never_worse_than_a_forecast_without_an_unread_setting(
    moves_: tuple[Transition, Transition], crowd: Crowd, tenant: TenantFacts
) -> None:
    seen, true = (outcomes_of(move, crowd, tenant) for move in moves_)
    for (user, forecast), (_, truth) in zip(seen, true, strict=True):
        assert at_risk(forecast.rules) or rank(truth.outcome) >= rank(forecast.outcome), (user, forecast, truth)


BARRED = (Outcome.DISCONNECTED_BLOCKED, Outcome.BLOCKED)


@FEW
@given(hidden(), crowds(), tenants())
def test_a_loss_called_certain_happens_whatever_the_unread_settings_are(
    moves_: tuple[Transition, Transition], crowd: Crowd, tenant: TenantFacts
) -> None:
    seen, true = (outcomes_of(move, crowd, tenant) for move in moves_)
    for (user, forecast), (_, truth) in zip(seen, true, strict=True):
        assert not forecast.loss_is_certain or truth.outcome in OUTCOMES[:4], (user, forecast, truth)
        if forecast.outcome in BARRED and not forecast.rests_on:
            assert truth.outcome in BARRED, (user, forecast, truth)


@FEW
@given(hidden(), crowds(), tenants())
def test_whoever_is_barred_in_truth_is_counted_as_possibly_barred(
    moves_: tuple[Transition, Transition], crowd: Crowd, tenant: TenantFacts
) -> None:
    seen, true = (outcomes_of(move, crowd, tenant) for move in moves_)
    for (user, forecast), (_, truth) in zip(seen, true, strict=True):
        possible = forecast.outcome in (*BARRED, Outcome.AT_RISK) or forecast.return_is_doubtful
        assert possible or truth.outcome not in BARRED, (user, forecast, truth)


@FEW
@given(hidden(), crowds(), tenants())
def test_whoever_loses_in_truth_is_counted_as_possibly_losing(
    moves_: tuple[Transition, Transition], crowd: Crowd, tenant: TenantFacts
) -> None:
    seen, true = (outcomes_of(move, crowd, tenant) for move in moves_)
    for (user, forecast), (_, truth) in zip(seen, true, strict=True):
        possible = forecast.outcome in (*OUTCOMES[:4], Outcome.AT_RISK)
        assert possible or truth.outcome not in OUTCOMES[:4], (user, forecast, truth)


ON_PREMISES = make.facts(mailbox_location="on-premises")


@pytest.mark.parametrize("user", [NOBODY, ON_PREMISES], ids=["anywhere", "on premises"])
def test_a_bar_that_stands_whatever_is_unread_is_certain(user: RawFacts) -> None:
    after = replace(UNREAD_LOCK, service=make.graph(), allowed_domains=CORP)
    outside = make.forecast(UNREAD_LOCK, after, user, email=OUTSIDE)
    assert outside is not None
    assert (outside.outcome, outside.rests_on) == (Outcome.BLOCKED, frozenset())
    within = make.forecast(UNREAD_LOCK, after, ON_PREMISES, email="ann@corp.example")
    assert within is not None
    assert within.rests_on == {Setting.LOCKED}


def test_a_bar_is_only_possible_where_nobody_knows_whether_the_integration_will_be_on() -> None:
    before = make.account(enabled=False)
    one = make.forecast(before, make.account(enabled=UNKNOWN, allowed_domains=CORP), NOBODY, email=OUTSIDE)
    assert one is not None
    assert (one.outcome, one.rests_on) == (Outcome.BLOCKED, frozenset({Setting.ENABLED}))


def test_whoever_leaves_a_login_that_is_known_for_a_service_that_is_not_is_at_risk() -> None:
    before = make.account(service=make.exchange(impersonation=LOGIN))
    assert told(make.forecast(before, make.account(service=UNKNOWN), IMPERSONATED))[1:] == ("at_risk", "unknown")
    assert told(make.forecast(before, make.account(service=UNKNOWN), ON_GOOGLE))[1] == "unaffected"
