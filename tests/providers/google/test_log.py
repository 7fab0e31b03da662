"""Who consented, concluded from the log alone: what it says, what it leaves open, and what is kept of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from calplan.model.proof import Basis
from calplan.providers.errors import NotAuthorisedError
from calplan.providers.google.calls import AUTHORIZE, REVOKE, Entry
from calplan.providers.google.consent_log import scopes_held
from calplan.sandbox.servers.google.consents import AppToken
from tests.providers.google.make import AUTH, DAY, FOREIGN, LOG, NOT_READ, NOTHING, Scene, google, held, keys, known
from tests.sandbox.servers.stage import ANN, BOB, DEE, GUY, IDA, PIA

pytestmark = pytest.mark.loopback

CALENDAR, CONTACTS, READ = f"{AUTH}calendar", f"{AUTH}contacts", f"{AUTH}calendar.readonly"


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with google(monkeypatch, more={"evidence": "reports"}) as opened:
        yield opened


def app(client: str, *scopes: str) -> AppToken:
    return AppToken(client_id=client, text="Zoom", scopes=scopes)


def ours(*scopes: str) -> AppToken:
    return app(keys().client_ids[0], *scopes)


def test_whoever_consented_within_half_a_year_is_known_and_nobody_else(scene: Scene) -> None:
    witness = scene.reading().read_people()
    assert known(witness) == {
        ANN: held("write", "read"),
        BOB: held("read", "none"),
        DEE: NOT_READ,
        GUY: NOT_READ,
        IDA: NOT_READ,
        PIA: NOT_READ,
    }
    assert (witness.basis, witness.evidence.complete, witness.failure) == (Basis.GOOGLE_LOG, True, None)
    assert not scene.asked("/tokens")
    assert len(scene.asked(LOG)) == 2


def test_whoever_took_everything_back_has_no_trace(scene: Scene) -> None:
    with scene.stage.account as account:
        account.revoke_google(ANN)
    assert known(scene.reading().read_people())[ANN] == NOTHING


def test_what_was_consented_to_before_the_log_begins_is_unknown(scene: Scene) -> None:
    scene.google.log.authorized[ANN] = scene.stage.clock() - timedelta(days=181)
    found = known(scene.reading().read_people())
    assert (found[ANN], found[BOB]) == (NOT_READ, held("read", "none"))


def test_consents_to_other_applications_count_for_nothing(scene: Scene) -> None:
    scene.google.give(DEE, app(FOREIGN, CALENDAR))
    assert known(scene.reading().read_people())[DEE] == NOT_READ


def test_a_suspended_user_leaves_no_trace(scene: Scene) -> None:
    scene.google.people.suspended.update({ANN, DEE})
    found = known(scene.reading().read_people())
    assert (found[ANN], found[DEE]) == (NOTHING, NOTHING)


def test_somebody_who_is_no_user_is_nobody(scene: Scene) -> None:
    scene.google.log.add(AUTHORIZE, None, token=ours(CALENDAR))
    assert set(known(scene.reading().read_people())) == {ANN, BOB, DEE, GUY, IDA, PIA}


def test_what_is_kept_of_the_log_is_not_read_again_but_for_a_day(scene: Scene) -> None:
    before = scene.reading().read_people()
    scene.google.log.add(AUTHORIZE, DEE, token=ours(READ))
    scene.google.log.add(REVOKE, BOB, token=ours(), at=scene.stage.clock() - timedelta(hours=20))
    scene.ahead = timedelta(hours=1)
    after = scene.reading().read_people()
    assert known(after) == known(before) | {DEE: held("read", "none"), BOB: NOTHING}
    stored = b"".join(part.content for part in scene.memory.parts(scene.source))
    assert stored.count(f'"person":"{scene.google.id_of(ANN)}"'.encode()) == 1, "each entry is kept once"


def test_what_the_log_said_once_outlives_its_half_year(scene: Scene) -> None:
    scene.google.log.authorized[ANN] = scene.stage.clock() - timedelta(days=179)
    assert known(scene.reading().read_people())[ANN] == held("write", "read")
    scene.ahead = timedelta(hours=20)
    assert known(scene.reading().read_people())[ANN] == held("write", "read")


def test_many_pages_are_read_to_their_end(scene: Scene) -> None:
    for number in range(1200):
        scene.google.log.add(AUTHORIZE, DEE, token=ours(READ), at=scene.stage.clock() - timedelta(minutes=number + 1))
    assert known(scene.reading().read_people())[DEE] == held("read", "none")
    assert len(scene.asked(LOG)) == 3
    numbers = [part.number for part in scene.memory.parts(scene.source)]
    assert numbers == [0, 1, 2], "a thousand entries a part"
    assert known(scene.reading().read_people())[DEE] == held("read", "none")


def test_a_log_that_must_not_be_read_is_an_error_where_nothing_of_it_is_kept(scene: Scene) -> None:
    scene.google.grant(*(keys().scopes - {f"{AUTH}admin.reports.audit.readonly"}))
    with pytest.raises(NotAuthorisedError, match=r"admin\.reports\.audit\.readonly"):
        scene.reading().read_people()


def test_what_is_kept_of_a_log_that_must_not_be_read_any_more_still_counts(scene: Scene) -> None:
    scene.reading().read_people()
    scene.google.grant(*(keys().scopes - {f"{AUTH}admin.reports.audit.readonly"}))
    witness = scene.reading().read_people()
    assert known(witness)[ANN] == held("write", "read")
    assert (witness.evidence.complete, witness.evidence.live) == (False, False)
    assert "admin.reports.audit.readonly" in str(witness.failure)


def test_without_the_log_nobody_is_known_and_the_reason_is_told(scene: Scene) -> None:
    scene.stage.fault(f"GET {LOG}:500x100")
    witness = scene.reading().read_people()
    assert set(known(witness).values()) == {NOT_READ}
    assert (witness.evidence.complete, witness.evidence.live) == (False, False)
    assert "has trouble of its own" in str(witness.failure)


def test_users_are_listed_even_for_the_log(scene: Scene) -> None:
    scene.google.grant(f"{AUTH}admin.reports.audit.readonly")
    with pytest.raises(NotAuthorisedError, match=r"admin\.directory\.user\.readonly"):
        scene.reading().read_people()


def test_what_is_kept_and_cannot_be_made_out_is_read_again(scene: Scene) -> None:
    scene.reading().read_people()
    for number in (0, 1):
        scene.memory.keep(scene.source, number, b"[{")
        assert known(scene.reading().read_people())[ANN] == held("write", "read")


def test_what_was_kept_at_a_later_time_than_now_is_read_again(scene: Scene) -> None:
    scene.reading().read_people()
    scene.ahead = -DAY
    assert known(scene.reading().read_people())[BOB] == held("read", "none")


# What a line of entries comes to: "+" and the scopes consented to, "-" and those taken back, none for all.
LINES: list[tuple[list[str], tuple[str, ...] | None]] = [
    ([], None),
    (["+ a"], ("a",)),
    (["+ a", "+ b"], ("a", "b")),
    (["+ a b", "-"], ()),
    (["+ a b", "- a b"], ()),
    (["+ a b", "- a"], None),
    (["- a"], None),
    (["-"], ()),
    (["-", "+ a"], ("a",)),
    (["+ a", "-", "+ b"], ("b",)),
    (["+ a", "- a", "+ b"], ("b",)),
    (["+"], None),
]


def entry(at: int, word: str, client: str = "ours") -> Entry:
    name, *scopes = word.split()
    time = datetime(2026, 11, 1, minute=at, tzinfo=UTC).isoformat()
    return Entry(time, str(at), "1", "", client, AUTHORIZE if name == "+" else REVOKE, tuple(scopes))


@pytest.mark.parametrize("words, held_at_last", LINES)
def test_consents_add_and_revocations_take_away(words: list[str], held_at_last: tuple[str, ...] | None) -> None:
    entries = [entry(at, word) for at, word in enumerate(words)]
    assert scopes_held(entries, frozenset({"ours"})) == held_at_last
    assert scopes_held(reversed(entries), frozenset({"ours"})) == held_at_last


def test_with_two_applications_one_consent_is_a_trace_and_one_silence_leaves_it_open() -> None:
    both = frozenset({"ours", "theirs"})
    assert scopes_held([entry(1, "+ a")], both) == ("a",)
    assert scopes_held([entry(1, "-")], both) is None
    assert scopes_held([entry(1, "-"), entry(2, "-", "theirs")], both) == ()


def test_a_consent_and_a_revocation_of_one_moment_leave_it_open() -> None:
    assert scopes_held([entry(1, "+ a"), entry(1, "-")], frozenset({"ours"})) is None
