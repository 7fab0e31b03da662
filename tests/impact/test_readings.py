"""Every other reading, on users made by hand: exactly who is forecast otherwise, and how."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calplan.diff import Transition
from calplan.impact.client_readings import prompts_of
from calplan.impact.otherwise import Basis, concerned, mailbox_domains, shift
from calplan.impact.outcome import Link, Notice, Outcome
from calplan.impact.readings import ALTERNATIVES, AMBIGUITIES, AS_READ, Reading
from calplan.impact.terms import Terms
from calplan.model.account import TenantFacts
from calplan.model.service import Service
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.model.user import RawFacts, decode
from tests import make
from tests.impact.cases import NOBODY, ON_GOOGLE, ON_GRAPH, WHO_KNOWS
from tests.impact.readings_of_facts import ABOUT_FACTS
from tests.impact.readings_of_losses import ABOUT_LOSSES, LISTED, LOCKED, TO_GRAPH
from tests.impact.second_reading import Case, address, moved, read_otherwise
from tests.impact.worlds import OTHER_SERVER, Someone, moves, people, tenants

CASES = (*ABOUT_LOSSES, *ABOUT_FACTS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_exactly_these_users_are_forecast_otherwise(case: Case) -> None:
    move = Transition(before=case.before, after=case.after)
    was = read_otherwise(move, case.people, case.tenant)
    now = read_otherwise(move, case.people, case.tenant, case.reading, mailboxes=case.mailboxes)
    found = {email: f"{one.outcome.value} {' '.join(one.rules)}" for email, one in now.items() if one != was[email]}
    assert found == {address(name): said for name, said in case.otherwise.items()}
    assert shift(case.basis, case.reading) == moved(was, now)


def test_every_other_reading_has_a_case_that_changes_something_and_one_that_changes_nothing() -> None:
    for changes in (True, False):
        assert {case.reading for case in CASES if bool(case.otherwise) is changes} == set(ALTERNATIVES), changes


def test_every_other_reading_is_said_in_words() -> None:
    names = ["A01", "A02", "A04", "A05", "A06", "A07", "A09", "A11", "A12", "A13", "A15", "A18", "A19", "A20", "A23"]
    assert [one.value for one in ALTERNATIVES] == names
    assert set(AMBIGUITIES) == set(Reading)
    assert all(one.otherwise is None or one.otherwise.endswith(".") for one in AMBIGUITIES.values())


def test_a_prompt_of_the_list_for_every_client_moves_nothing_but_who_is_told() -> None:
    (case,) = (one for one in CASES if one.reading is Reading.A13 and one.otherwise)
    assert shift(case.basis, Reading.A13) == {"told": 2}


def test_a_source_that_knows_the_last_client_alone_is_read_as_it_is() -> None:
    mixed = make.facts("google", "write", "read", clients=(make.OLD_WINDOWS, make.NEW_WINDOWS))
    move = Transition(before=make.account(), after=TO_GRAPH)
    for last_client_only, moves_somebody in ((False, True), (True, False)):
        everybody = make.population({"ann@corp.example": mixed}, last_client_only=last_client_only)
        basis = Basis(assessment=make.assess_move(move, everybody, make.tenant()), tenant=make.tenant())
        assert bool(concerned(basis, Reading.A18)) is moves_somebody
        assert bool(shift(basis, Reading.A18)) is moves_somebody


def test_nobody_is_concerned_twice_and_the_counts_are_of_users_not_of_cohorts() -> None:
    users = {f"u{number}@emea.corp.example": ON_GOOGLE for number in range(3)} | {"v@eu.corp.example": ON_GOOGLE}
    case = Case(says="", reading=Reading.A09, after=LISTED, users=users)
    assert [*concerned(case.basis, Reading.A09).values()] == [4]
    assert shift(case.basis, Reading.A09) == {"disconnected_blocked": -4, "unaffected": 4, "told": -4}


WIDER = make.account(service=make.google("write", "write"))
NARROWER = make.account(service=make.google("read", "none"))
WITH_CONSENT = replace(TO_GRAPH, consent_for_account=True)


@pytest.mark.parametrize(
    "reading, after, user",
    [
        (Reading.A01, TO_GRAPH, ON_GOOGLE),
        (Reading.A01, TO_GRAPH, WHO_KNOWS),
        (Reading.A02, TO_GRAPH, ON_GOOGLE),
        (Reading.A02, TO_GRAPH, WHO_KNOWS),
        (Reading.A05, WIDER, ON_GOOGLE),
        (Reading.A05, NARROWER, NOBODY),
        (Reading.A23, TO_GRAPH, ON_GOOGLE),
        (Reading.A23, WITH_CONSENT, ON_GRAPH),
    ],
)
def test_whose_outcome_does_not_hang_on_a_reading_is_not_counted_for_it(
    reading: Reading, after: AccountSettings, user: RawFacts
) -> None:
    case = Case(says="", reading=reading, after=after, users={"ann": user}, tenant=make.tenant(()))
    assert not concerned(case.basis, reading)


def test_only_active_users_with_a_mailbox_elsewhere_hang_on_which_address_counts() -> None:
    users = {"away": ON_GOOGLE, "here": ON_GOOGLE, "gone": ON_GOOGLE._replace(status="inactive")}
    mailboxes = {address("away"): "a@x.example", address("here"): "h@corp.example", address("gone"): "g@x.example"}
    case = Case(says="", reading=Reading.A11, after=LISTED, users=users, mailboxes=mailboxes)
    assert [*mailbox_domains(case.basis).values()] == [1]


DEFAULT = settings.default or settings()
FEW = settings(max_examples=DEFAULT.max_examples)
LOST = {one for one in Outcome if one.value.startswith("disconnected")}
NOTICE = {
    Outcome.DISCONNECTED_SILENT: Notice.NO_PROMPT,
    Outcome.DISCONNECTED_NOTICE_UNKNOWN: Notice.UNKNOWN,
    Outcome.DISCONNECTED_PROMPTED: Notice.PROMPT,
}
TAILS = ("corp.example", "eu.corp.example", "partner.example", "not a domain")
crews = st.lists(
    st.tuples(
        people(), st.sampled_from(TAILS), st.sampled_from((None, *TAILS)), st.sampled_from(("active", "pending"))
    ),
    max_size=10,
)
Crew = list[tuple[Someone, str, str | None, str]]


@FEW
@given(moves(), crews, tenants(), st.sampled_from(ALTERNATIVES))
def test_with_any_other_reading_the_forecast_is_whole_and_its_figures_are_those_of_every_user(
    move: Transition, crew: Crew, tenant: TenantFacts, reading: Reading
) -> None:
    users = {f"u{number}@{tail}": one.raw._replace(status=status) for number, (one, tail, _, status) in enumerate(crew)}
    mailboxes = {
        f"u{number}@{tail}": f"m{number}@{other}"
        for number, (_, tail, other, _) in enumerate(crew)
        if other is not None
    }
    assessment = make.assess_move(move, make.population(users, mailboxes=mailboxes), tenant)
    was = read_otherwise(move, users, tenant)
    now = read_otherwise(move, users, tenant, reading, mailboxes=mailboxes)
    found = shift(Basis(assessment=assessment, tenant=tenant), reading)
    assert found == moved(was, now)
    assert not sum(number for name, number in found.items() if name != "told")
    for email, one in now.items():
        held = decode(users[email]).connection
        assert (one.connection is Link.LOST) == (one.outcome in LOST), email
        assert one.connection is not Link.LOST or (held is not None and move.before.enabled), email
        assert one.notice is NOTICE.get(one.outcome, one.notice), email
        if one.outcome in (Outcome.DISCONNECTED_BLOCKED, Outcome.BLOCKED):
            step = one.next_step.value
            assert step.startswith("blocked:") or step == "tenant_admin_consent", email
        if one.outcome is Outcome.PROMPTED:
            assert (one.connection, one.notice) == (Link.NONE, Notice.PROMPT_POSSIBLE), email
        if one.outcome is Outcome.AUTOMATIC:
            assert (one.connection, one.next_step.value) == (Link.GAINED, "none"), email


@FEW
@given(people())
def test_clients_are_read_as_the_model_reads_them_unless_told_otherwise(user: Someone) -> None:
    facts = decode(user.raw)
    assert prompts_of(facts, AS_READ) is facts.prompt_capable


def test_a_forecast_takes_the_other_reading_of_what_it_is_told_and_of_nothing_else() -> None:
    move = Transition(before=make.account(), after=LOCKED)
    assert not any(map(Terms(move=move).otherwise, Reading))
    terms = Terms(move=move, read_otherwise=frozenset({Reading.A01, Reading.A12}))
    assert [one.value for one in Reading if terms.otherwise(one)] == ["A01", "A12"]


NARROWED: dict[str, tuple[Service | Unknown, Service | Unknown, bool]] = {
    "calendar down": (make.google("write", "read"), make.google("read", "read"), True),
    "contacts gone": (make.graph("write", "read"), make.graph("write", "none"), True),
    "one down, one up": (make.google("write", "none"), make.google("read", "read"), True),
    "up": (make.google("read", "read"), make.google("write", "read"), False),
    "equal": (make.google("read", "read"), make.google("read", "read"), False),
    "another service": (make.google("write", "read"), make.graph("read", "none"), False),
    "from a level nobody read": (make.google("unknown", "read"), make.google("read", "read"), False),
    "from a service nobody read": (UNKNOWN, make.google("read", "read"), False),
    "to Exchange": (make.google("write", "read"), make.exchange(), False),
    "between servers": (make.exchange(), make.exchange(OTHER_SERVER), False),
}


@pytest.mark.parametrize("says", NARROWED)
def test_permissions_are_narrowed_where_one_goes_down_and_nothing_is_locked(says: str) -> None:
    was, now, narrowed = NARROWED[says]
    for locked in (False, True, UNKNOWN):
        move = Transition(before=make.account(service=was), after=make.account(service=now, locked=locked))
        assert Terms(move=move).narrowed is (narrowed and locked is False), locked
