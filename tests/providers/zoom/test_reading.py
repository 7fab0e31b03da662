"""What is read of an account over the vendor's protocol, and what stays unknown."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from calplan.impact.population import populate
from calplan.model.account import AssistantPair, PrivateAccess
from calplan.model.levels import Group
from calplan.model.policy import Attested, GroupOverride
from calplan.model.settings import Setting
from calplan.model.unknown import UNKNOWN
from calplan.model.user import RawFacts
from calplan.providers.base import Ability
from calplan.providers.errors import InvalidAccountError, NotAuthorisedError
from calplan.providers.zoom.calls import MissingScopeError
from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.rates import RatePlan
from calplan.sandbox.servers.sign_in import EVERY_SCOPE
from tests.make import account, facts
from tests.providers.zoom.make import NOON, Passing, reading, writing
from tests.sandbox.servers.stage import ANN, BOB, DEE, GUY, IDA, PAIRS, PIA, Stage, serving

pytestmark = pytest.mark.loopback

ATTESTED = Attested(
    name="corp-portal",
    settings=replace(account(), locked=UNKNOWN),
    overrides=(GroupOverride(group="Sales", locked=True),),
    by="dana@corp.example",
    at=NOON - timedelta(days=3),
    portal="the web portal",
)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with serving(monkeypatch) as running:
        yield running


def users_of(stage: Stage) -> dict[str, RawFacts]:
    batches = reading(stage).read_users().batches
    return {email: raw for batch in batches for email, raw in zip(batch.emails, batch.facts, strict=True)}


def test_every_user_of_any_status_is_read_and_of_nobody_a_connection(stage: Stage) -> None:
    found = users_of(stage)
    assert {email: raw.status for email, raw in found.items()} == {
        ANN: "active",
        BOB: "active",
        DEE: "active",
        GUY: "active",
        IDA: "inactive",
        PIA: "pending",
    }
    for raw in found.values():
        assert raw._replace(status="", groups=None, clients="") == RawFacts(
            status="",
            service=None,
            ews_host=None,
            calendar=None,
            contacts=None,
            auth=None,
            mailbox_location=None,
            own_grant=None,
            groups=None,
            primary_group=None,
            clients="",
        )
    assert found[BOB].clients == '["5.2.44052.0816(win)"]'
    assert found[DEE].clients == "[]"


def test_groups_are_named_and_of_whom_nothing_is_said_is_looked_for_among_the_members(stage: Stage) -> None:
    found = users_of(stage)
    assert (found[BOB].groups, found[ANN].groups, found[DEE].groups) == ('["Sales","Staff"]', '["Staff"]', "[]")
    assert [one for one in stage.asked() if one.endswith("/members")]


def test_without_the_scope_for_members_the_groups_of_such_a_user_stay_unknown(stage: Stage) -> None:
    stage.grant(*(one for one in EVERY_SCOPE if one != "group:read:list_members:admin"))
    found = users_of(stage)
    assert found[DEE].groups is None
    assert found[ANN].groups == '["Staff"]'


def test_the_evidence_says_where_from_and_that_one_client_alone_is_known(stage: Stage) -> None:
    users = reading(stage).read_users()
    assert users.last_client_only
    assert users.evidence.records == 6
    assert (users.evidence.as_of, users.evidence.live, users.evidence.complete) == (NOON, True, True)
    assert users.evidence.source.startswith("Zoom account ")
    population = populate(users.batches, last_client_only=users.last_client_only)
    assert population.last_client_only
    addresses = list(population.addresses())
    assert addresses == sorted(addresses)
    assert len(addresses) == 6


def test_settings_are_those_that_were_attested_and_nothing_the_api_says(stage: Stage) -> None:
    observed = reading(stage, ATTESTED).read_settings()
    assert observed.value == ATTESTED.settings
    evidence = observed.evidence
    assert evidence.source == "PortalRecord corp-portal, attested by dana@corp.example"
    assert (evidence.kind, evidence.as_of, evidence.live, evidence.account) == ("portal", ATTESTED.at, False, "corp")


def test_without_a_record_every_setting_is_unknown_and_its_age_too(stage: Stage) -> None:
    platform = reading(stage)
    observed = platform.read_settings()
    assert {observed.value.value(one) for one in Setting} == {UNKNOWN}
    assert observed.evidence.as_of is None
    assert platform.read_groups().value.overrides is UNKNOWN
    assert platform.read_tenant() is None


def test_what_groups_were_attested_to_state_goes_by_their_ids(stage: Stage) -> None:
    groups = reading(stage, ATTESTED).read_groups().value
    sales, staff = stage.group_id("Sales"), stage.group_id("Staff")
    assert set(groups.known) == {Group(id=sales, name="Sales"), Group(id=staff, name="Staff")}
    assert groups.overrides == (GroupOverride(group=sales, locked=True),)


def test_a_record_that_speaks_of_a_group_by_two_words_is_refused(stage: Stage) -> None:
    both = (GroupOverride(group="Sales", locked=True), GroupOverride(group=stage.group_id("Sales"), enabled=False))
    with pytest.raises(InvalidAccountError, match="states group Sales twice"):
        reading(stage, replace(ATTESTED, overrides=both)).read_groups()


def test_a_record_that_names_one_of_several_groups_of_one_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        serving(monkeypatch, users=[], pairs={}, groups={"g1": "Sales", "g2": "Sales"}) as stage,
        pytest.raises(InvalidAccountError, match="2 groups have this name: write the id"),
    ):
        reading(stage, ATTESTED).read_groups()


def test_assistants_of_everybody_with_a_licence_are_read_and_a_missing_flag_is_unknown(stage: Stage) -> None:
    platform = reading(stage)
    for _batch in platform.read_users().batches:
        pass
    stage.access_log.clear()
    observed = platform.read_assistants()
    assert observed.value == PAIRS
    assert observed.value[AssistantPair(user=ANN, assistant=DEE)] is PrivateAccess.UNKNOWN
    assert len(stage.asked()) == 3, "one for each active user with a licence: neither for guy nor for ida"
    assert observed.evidence.complete


def test_users_who_were_read_in_part_are_read_again_for_their_assistants(stage: Stage) -> None:
    platform = reading(stage)
    platform.read_users()
    assert platform.read_assistants().value == PAIRS
    assert writing(stage).read_assistants().value == PAIRS


def test_assistants_of_named_hosts_alone_cost_a_request_each(stage: Stage) -> None:
    observed = reading(stage).read_assistants(frozenset({BOB, "gone@corp.example"}))
    assert set(observed.value) == {AssistantPair(user=BOB, assistant=ANN)}
    assert len(stage.asked("GET")) == 2


def test_as_many_assistants_as_the_api_gives_at_most_may_not_be_all(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"u{number:02}@corp.example" for number in range(31)]
    pairs = {AssistantPair(user=names[0], assistant=one): PrivateAccess.HIDDEN for one in names[1:]}
    with serving(monkeypatch, users=[UserRecord(one, facts()) for one in names], pairs=pairs) as stage:
        observed = reading(stage).read_assistants(frozenset({names[0]}))
        assert len(observed.value) == 30
        assert not observed.evidence.complete


@pytest.mark.parametrize("missing", ["user:read:list_users:admin", "group:read:list_groups:admin"])
def test_a_scope_that_is_missing_is_named_before_anything_is_asked(missing: str, stage: Stage) -> None:
    stage.grant(*(one for one in EVERY_SCOPE if one != missing))
    with pytest.raises(NotAuthorisedError, match=f"{missing} is missing"):
        reading(stage).read_settings()
    assert stage.asked() == ["POST /oauth/token"]


def test_a_classic_scope_allows_what_the_granular_ones_do(stage: Stage) -> None:
    stage.grant("user:read:admin", "group:read:admin")
    reading(stage).read_settings()
    with pytest.raises(MissingScopeError, match="report:read:operation_logs:admin"):
        reading(stage).recent_edits(NOON - timedelta(days=1))


def test_managed_domains_are_unknown_without_their_scope(stage: Stage) -> None:
    assert isinstance(reading(stage).managed_domains(), frozenset)
    stage.grant("user:read:admin")
    assert reading(stage).managed_domains() is UNKNOWN


def test_edits_in_the_portal_are_read_as_a_hint(stage: Stage) -> None:
    stage.clock.passed = NOON - timedelta(hours=1) - stage.clock()
    stage.zoom.world.note("account", "Update", "Update account settings")
    stage.zoom.world.note("user", "Update", "something else")
    platform = reading(stage)
    (edit,) = platform.recent_edits(NOON - timedelta(days=100)).edits
    assert (edit.operator, edit.action, edit.detail) == (ANN, "Update", "Update account settings")
    assert edit.time is not None
    assert edit.time < NOON
    assert platform.recent_edits(NOON - timedelta(minutes=30)).edits == ()


def test_twenty_thousand_users_take_at_most_twelve_requests_and_memory_stays_flat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = [
        UserRecord(f"u{number:05}@corp.example", facts(groups=["Staff"], clients=[f"6.{number % 5}.0.1(win)"]))
        for number in range(20_000)
    ]
    with serving(monkeypatch, users=many, pairs={}) as stage:
        users = reading(stage).read_users()
        read, highest = 0, 0
        tracemalloc.start()
        try:
            for number, batch in enumerate(users.batches):
                read += len(batch.emails)
                if number == 1:
                    tracemalloc.reset_peak()
                    before = tracemalloc.get_traced_memory()[0]
                highest = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
        assert read == users.evidence.records == 20_000
        assert len([one for one in stage.asked() if one == "GET /v2/users"]) <= 12
        grown = (highest - before) / 16_000
        assert grown < 300, f"{grown:.0f} bytes for each user after the first pages"


@pytest.mark.parametrize("plan", [RatePlan.FREE, RatePlan.PRO, RatePlan.BUSINESS])
def test_calls_keep_to_the_rate_that_answers_tell(plan: RatePlan, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [UserRecord(f"u{number:02}@corp.example", facts()) for number in range(90)]
    with serving(monkeypatch, users=people, pairs={}, plan=plan) as stage:
        reading(stage, passing=Passing(along=stage)).read_assistants()
        asked = [one for one in stage.access_log if one.path.endswith("/assistants")]
        refused = [one for one in asked if one.status == 429]
        assert len(asked) - len(refused) == 90
        assert len(refused) <= 1, "nobody knows the limit before the first answer"


def test_capabilities_say_of_no_setting_that_it_can_be_written(stage: Stage) -> None:
    capabilities = reading(stage).capabilities
    assert capabilities.writable == {"privateEvents"}
    assert {capabilities.of(one.value).ability for one in Setting} == {Ability.ATTEST}
    assert all(one.source for one in capabilities.table.values())
