"""How traces, files, silence and what was known last become a connection, row by row of what is specified."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.model.proof import Basis, Known, Person, Trace, Witness
from calplan.model.service import ServiceType
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.plan.joining import Why
from tests.make import facts
from tests.plan.witnesses import (
    ANN,
    BOB,
    EWS,
    GOOGLE,
    GRAPH,
    NO_TRACE,
    NOW,
    ON_GOOGLE,
    ON_GRAPH,
    UNTOLD,
    google,
    held,
    joined,
    microsoft,
    person,
    stated,
    told,
)


def test_a_token_is_the_service_with_the_levels_of_its_scopes() -> None:
    rows, report = joined(google(person(ANN, Known(traces=(ON_GOOGLE,)))))
    assert told(rows) == ("google", "write", "read")
    assert rows[ANN][0].auth == "oauth"
    assert rows[ANN][1] is Basis.GOOGLE_TOKENS
    assert report.holders == {Basis.GOOGLE_TOKENS: {ANN}}
    assert not report.unknown


def test_a_grant_is_the_service_and_says_what_was_granted_and_where_the_mailbox_lies() -> None:
    known = Known(traces=(ON_GRAPH,), own_grant='["Calendars.ReadWrite","Contacts.Read"]', mailbox_location="cloud")
    rows, _ = joined(microsoft(person(ANN, known)), live=frozenset({GRAPH}))
    assert told(rows) == ("office365-graph", "write", "read")
    assert (rows[ANN][0].own_grant, rows[ANN][0].mailbox_location) == (known.own_grant, "cloud")


def test_an_ews_grant_has_no_host_that_anybody_knows() -> None:
    rows, _ = joined(microsoft(person(ANN, Known(traces=(Trace(EWS),)))), live=frozenset({EWS}))
    assert told(rows) == ("office365-ews", None, None)
    assert rows[ANN][0].ews_host is None


def test_the_platform_knows_its_own_connections_best() -> None:
    own = facts("office365-graph", "read", "read")
    rows, report = joined(google(person(ANN, Known(traces=(ON_GOOGLE,)))), users={ANN: own})
    assert rows[ANN] == (own, Basis.PLATFORM)
    assert report.holders == {Basis.GOOGLE_TOKENS: {ANN}}, "whose consent is left over is known all the same"


@pytest.mark.parametrize(
    "live, witnesses, service, why",
    [
        ({GOOGLE}, (google(person(ANN, NO_TRACE)),), "", None),
        ({GOOGLE}, (google(person(ANN, NO_TRACE)), microsoft(person(ANN, NO_TRACE))), "", None),
        ({GRAPH}, (google(person(ANN, NO_TRACE)),), None, Why.NO_SOURCE),
        ({GOOGLE, GRAPH}, (google(person(ANN, NO_TRACE)),), None, Why.NO_SOURCE),
        ({GOOGLE, GRAPH}, (google(person(ANN, NO_TRACE)), microsoft(person(ANN, NO_TRACE))), "", None),
        ({ServiceType.EXCHANGE_EWS}, (google(person(ANN, NO_TRACE)),), None, Why.NO_SOURCE),
        ({ServiceType.EXCHANGE_MAPI}, (microsoft(person(ANN, NO_TRACE)),), None, Why.NO_SOURCE),
        (UNKNOWN, (google(person(ANN, NO_TRACE)), microsoft(person(ANN, NO_TRACE))), None, Why.NO_SOURCE),
        ({GOOGLE}, (google(person(BOB, NO_TRACE)),), None, Why.ELSEWHERE),
        ({GOOGLE}, (google(person(BOB, NO_TRACE), complete=False),), None, Why.UNREAD),
        ({GOOGLE}, (google(person(ANN, Known(traces=None))),), None, Why.UNREAD),
        ({GRAPH}, (microsoft(person(ANN, NO_TRACE), hides=True),), None, Why.HIDDEN),
        ({GOOGLE}, (google(person(ANN, NO_TRACE)), microsoft(person(ANN, NO_TRACE), hides=True)), None, Why.HIDDEN),
        ({GOOGLE}, (google(person(ANN, NO_TRACE)), microsoft(person(BOB, NO_TRACE), hides=True)), "", None),
    ],
)
def test_silence_means_no_connection_only_where_the_live_service_would_be_seen(
    live: set[ServiceType] | Unknown, witnesses: tuple[Witness, ...], service: str | None, why: Why | None
) -> None:
    rows, report = joined(*witnesses, live=live if isinstance(live, Unknown) else frozenset(live))
    assert rows[ANN][0].service == service
    assert dict(report.unknown) == ({} if why is None else {why: 1})
    assert rows[ANN][1] is (Basis.NO_TRACE if why is None else Basis.PLATFORM)


def test_traces_of_two_services_are_a_conflict_that_is_listed() -> None:
    rows, report = joined(
        google(person(ANN, Known(traces=(ON_GOOGLE,)))), microsoft(person(ANN, Known(traces=(ON_GRAPH,))))
    )
    assert told(rows) == (None, None, None)
    assert report.conflicts == {ANN: ("google", "office365-graph")}
    assert report.unknown == {Why.CONFLICT: 1}


def test_two_grants_of_one_person_can_be_a_conflict_by_themselves() -> None:
    _, report = joined(microsoft(person(ANN, Known(traces=(ON_GRAPH, Trace(EWS))))))
    assert report.conflicts == {ANN: ("office365-ews", "office365-graph")}


def test_a_trace_beside_a_source_that_could_not_be_read_is_not_enough() -> None:
    rows, report = joined(google(person(ANN, Known(traces=(ON_GOOGLE,)))), microsoft(person(ANN, Known(traces=None))))
    assert rows[ANN][0].service is None
    assert report.unread == {"Microsoft": 1}


@pytest.mark.parametrize("service", ["office365-graph", "google", ""])
def test_what_was_known_last_is_used_where_the_tenant_wide_grant_hides_everybody(service: str) -> None:
    witness = microsoft(person(ANN, NO_TRACE), hides=True)
    rows, report = joined(witness, last={ANN: held(service, 23)}, live=frozenset({GRAPH}))
    assert rows[ANN][0].service == service
    assert rows[ANN][1] is Basis.LAST_KNOWN
    assert report.ages == {"last-known": NOW - timedelta(hours=23)}
    assert not report.unknown
    rows, report = joined(witness, last={ANN: held(service, 25)}, live=frozenset({GRAPH}))
    assert rows[ANN][0].service is None, "what is too old counts no longer"
    assert report.unknown == {Why.HIDDEN: 1}


def test_what_was_known_last_falls_to_a_source_that_would_show_it_and_does_not() -> None:
    rows, report = joined(
        google(person(ANN, NO_TRACE)),
        microsoft(person(ANN, NO_TRACE), hides=True),
        last={ANN: held("google", 1)},
        live=frozenset({GRAPH}),
    )
    assert rows[ANN][0].service is None
    assert report.unknown == {Why.HIDDEN: 1}


def test_what_was_known_last_settles_no_conflict() -> None:
    rows, _ = joined(
        google(person(ANN, Known(traces=(ON_GOOGLE,)))),
        microsoft(person(ANN, Known(traces=(ON_GRAPH,)))),
        last={ANN: held("google", 1)},
    )
    assert rows[ANN][0].service is None


def test_only_what_was_found_out_now_is_kept_with_the_age_it_has() -> None:
    read, hour_ago = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
    users = dict.fromkeys((ANN, BOB, "cid@corp.example"), UNTOLD)
    _, report = joined(
        google(person(ANN, Known(traces=(ON_GOOGLE,))), person(BOB, NO_TRACE), as_of=read),
        users=users,
        files=(stated("google", as_of=hour_ago, email="cid@corp.example"),),
    )
    ages = {email: (one.service, one.as_of) for email, one in report.established.items()}
    assert ages == {ANN: ("google", read), BOB: ("", read), "cid@corp.example": ("google", hour_ago)}
    _, report = joined(
        microsoft(person(ANN, NO_TRACE), hides=True), last={ANN: held("google", 1)}, live=frozenset({GRAPH})
    )
    assert report.established == {}, "what is remembered does not become younger by being used"


@pytest.mark.parametrize("login", ["ANN@corp.example ", "ann@CORP.example", "ann@corp.example.", "ann@corp。example"])
def test_addresses_are_compared_in_normal_form(login: str) -> None:
    rows, _ = joined(google(person(login, Known(traces=(ON_GOOGLE,)))))
    assert rows[ANN][0].service == "google"


def test_a_name_an_alias_and_a_mailbox_all_lead_to_a_person() -> None:
    known = Known(traces=(ON_GOOGLE,))
    upn = Person(id="1", names=("a.adams@corp.example", ANN), aliases=(), known=known)
    alias = person("a.adams@corp.example", known, aliases=(ANN,))
    other = person("ann@mail.corp.example", known)
    for one in (upn, alias):
        assert told(joined(google(one))[0])[0] == "google"
    assert told(joined(google(other))[0])[0] is None
    assert told(joined(google(other), mailboxes={ANN: "ann@mail.corp.example"})[0])[0] == "google"


def test_nobody_knows_whose_consent_it_is_where_people_share_an_address() -> None:
    twice = (
        person("x@corp.example", Known(traces=(ON_GOOGLE,)), aliases=(ANN,), number="1"),
        person("y@corp.example", NO_TRACE, aliases=(ANN,), number="2"),
    )
    rows, report = joined(google(*twice))
    assert rows[ANN][0].service is None
    assert report.shared == [ANN]


def test_of_two_logins_that_are_one_person_the_one_by_name_is_him() -> None:
    one = person(ANN, Known(traces=(ON_GOOGLE,)), aliases=(BOB,))
    users = dict.fromkeys((BOB, ANN), UNTOLD)
    rows, report = joined(google(one), users=users)
    assert told(rows, ANN)[0] == "google"
    assert told(rows, BOB)[0] is None
    assert report.shared == [BOB]
    both = Person(id="1", names=("c@corp.example",), aliases=(ANN, BOB), known=Known(traces=(ON_GOOGLE,)))
    rows, report = joined(google(both), users=users)
    assert [told(rows, email)[0] for email in (ANN, BOB)] == [None, None]
    assert sorted(report.shared) == [ANN, BOB]


def worlds() -> st.SearchStrategy[dict[str, tuple[Known | None, Known | None]]]:
    """What Google and Microsoft know of a few users; ``None`` is nobody of this name."""
    of_google = st.sampled_from([None, NO_TRACE, Known(traces=None), Known(traces=(ON_GOOGLE,))])
    of_microsoft = st.sampled_from([None, NO_TRACE, Known(traces=None), Known(traces=(ON_GRAPH,))])
    names = st.sampled_from([f"u{number}@corp.example" for number in range(6)])
    return st.dictionaries(names, st.tuples(of_google, of_microsoft), min_size=1)


def witnesses_of(
    world: Mapping[str, tuple[Known | None, Known | None]], *, hides: bool, order: Iterable[int] = (0, 1)
) -> list[Witness]:
    both = (
        google(*(person(email, one) for email, (one, _) in world.items() if one is not None)),
        microsoft(*(person(email, one) for email, (_, one) in world.items() if one is not None), hides=hides),
    )
    return [both[number] for number in order]


@given(worlds(), st.booleans(), st.sets(st.sampled_from([GOOGLE, GRAPH]), min_size=1))
def test_each_user_is_judged_by_himself_and_the_order_of_sources_plays_no_part(
    world: dict[str, tuple[Known | None, Known | None]], hides: bool, live: set[ServiceType]
) -> None:
    users = dict.fromkeys(world, UNTOLD)
    rows, report = joined(*witnesses_of(world, hides=hides), users=users, live=frozenset(live))
    again, _ = joined(*witnesses_of(world, hides=hides, order=(1, 0)), users=users, live=frozenset(live))
    assert rows == again
    for email, both in world.items():
        alone, _ = joined(*witnesses_of({email: both}, hides=hides), users={email: UNTOLD}, live=frozenset(live))
        assert alone[email] == rows[email]
    assert sum(report.unknown.values()) == sum(raw.service is None for raw, _ in rows.values())


@given(worlds(), st.booleans(), st.sets(st.sampled_from([GOOGLE, GRAPH]), min_size=1))
def test_what_could_not_be_read_is_never_shown_as_absent_or_as_something_else(
    world: dict[str, tuple[Known | None, Known | None]], hides: bool, live: set[ServiceType]
) -> None:
    rows, _ = joined(*witnesses_of(world, hides=hides), users=dict.fromkeys(world, UNTOLD), live=frozenset(live))
    for email, both in world.items():
        raw, _ = rows[email]
        if any(one is not None and one.traces is None for one in both):
            assert raw.service is None
        if raw.service == "":
            assert all(one is None or one.traces == () for one in both)
            assert any(one is not None for one in both)


@pytest.mark.parametrize("bobs", [{"mailboxes": {BOB: ANN}}, {"aliases": (BOB,)}])
def test_whose_consent_two_logins_share_has_none_of_his_own_to_be_revoked(bobs: dict[str, Any]) -> None:
    one = person(ANN, Known(traces=(ON_GOOGLE,)), aliases=bobs.get("aliases", ()))
    users = dict.fromkeys((ANN, BOB), UNTOLD)
    rows, report = joined(google(one), users=users, mailboxes=bobs.get("mailboxes"))
    assert (told(rows, ANN)[0], told(rows, BOB)[0]) == ("google", None)
    assert report.shared == [BOB]
    assert not report.holders, "revoking it would disconnect the other one, too"


def test_a_consent_found_by_the_mailbox_alone_is_none_that_could_be_revoked() -> None:
    other = person("ann@mail.corp.example", Known(traces=(ON_GOOGLE,)))
    rows, report = joined(google(other), mailboxes={ANN: "ann@mail.corp.example"})
    assert told(rows)[0] == "google"
    assert not report.holders, "whoever revokes looks for the login address, and would find nobody"


def test_two_logins_with_one_mailbox_share_its_consent() -> None:
    other = person("both@mail.corp.example", Known(traces=(ON_GOOGLE,)))
    users = dict.fromkeys((ANN, BOB), UNTOLD)
    rows, report = joined(google(other), users=users, mailboxes=dict.fromkeys(users, "both@mail.corp.example"))
    assert [told(rows, email)[0] for email in (ANN, BOB)] == [None, None]
    assert sorted(report.shared) == [ANN, BOB]


def test_a_file_that_could_know_of_a_trace_outranks_it_though_the_trace_was_read_again() -> None:
    both = (google(person(ANN, Known(traces=(ON_GOOGLE,)))), microsoft(person(ANN, Known(traces=(ON_GRAPH,)))))
    yesterday, hour_ago = NOW - timedelta(days=1), NOW - timedelta(hours=1)
    file = stated("office365-graph", as_of=hour_ago)
    rows, report = joined(*both, files=(file,), seen={ANN: {"google": yesterday, "office365-graph": yesterday}})
    assert rows[ANN][1] is Basis.CONNECTIONS_FILE
    assert rows[ANN][0].service == "office365-graph"
    assert report.seen == {ANN: {"google": yesterday, "office365-graph": yesterday}}
    rows, report = joined(*both, files=(file,), seen={ANN: {"google": yesterday}})
    assert rows[ANN][0].service is None, "the grant is younger than the file, as far as anybody knows"
    assert report.conflicts
    assert report.seen == {ANN: {"google": yesterday, "office365-graph": NOW}}
