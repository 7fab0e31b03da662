"""The proof chain of one user."""

from datetime import UTC, datetime

from pytest_snapshot.plugin import Snapshot

from calplan.plan.document import UserDocument
from calplan.render.why import why_text
from tests.render import make

LATER = datetime(2026, 11, 23, 10, tzinfo=UTC)


def shown(user: UserDocument, *, now: datetime | None = None) -> str:
    return "".join(why_text(make.plan(), user, now=now))


def test_a_user_is_told_facts_settings_rules_and_what_follows(snapshot: Snapshot) -> None:
    snapshot.assert_match(shown(make.user("dan@partner.example", "R05b", "R10b1"), now=LATER), "why.txt")


def test_unknown_facts_are_said_to_be_unknown() -> None:
    user = make.user("a@contoso.com", "R10d") | {"clients": []}
    for fact in ("service", "groups", "own_grant", "mailbox_location"):
        user.pop(fact)  # type: ignore[misc]  # each of these may be missing
    text = shown(user)
    for line in ("connection: (unknown)", "clients: none known", "groups: (unknown)", "mailbox lies: (unknown)"):
        assert line in text
    assert "own Microsoft grant: (unknown)" in text


def test_no_connection_is_not_an_unknown_one() -> None:
    assert "connection: (not connected)" in shown(make.user("a@contoso.com", "R10c1") | {"service": ""})


def test_a_connection_through_ews_is_told_by_its_host() -> None:
    user = make.user("a@contoso.com") | {"service": "exchange-ews", "ews_host": "mail.contoso.com", "auth": "basic"}
    assert "Exchange through EWS, host mail.contoso.com, signed in by basic" in shown(user)


def test_the_rules_that_decide_come_first() -> None:
    text = shown(make.user("a@contoso.com", "R05b", "R06", "R01"))
    assert text.index("R05b decides") < text.index("R01 also applies") < text.index("R06 also applies")


def test_old_evidence_is_marked() -> None:
    document = make.plan(sources=[make.evidence(stale=True)])
    text = "".join(why_text(document, make.user("a@contoso.com")))
    assert "Facts  stale?\n" in text
    assert "of unknown age, not read to its end  stale?" in text


def test_a_rule_of_a_newer_calplan_is_named_without_words() -> None:
    user = make.user("a@contoso.com") | {"rules": ["R99"], "outcome": "unheard_of"}
    assert "R99 also applies" in shown(user)


def test_a_setting_nobody_could_read_is_unknown_here_too() -> None:
    prior = make.PRIOR | {"integration.locked": None, "bidirectionalSync": None}
    wanted = make.WANTED | {"bidirectionalSync": None}
    document = make.plan(prior=prior, wanted=wanted, unknown=["integration.locked", "bidirectionalSync"])
    text = "".join(why_text(document, make.user("a@contoso.com")))
    assert "~ integration.locked (the lock): (unknown) -> true" in text
    assert "  bidirectionalSync (sync in both directions): (unknown)\n" in text


def test_names_made_to_harm_are_neutralised() -> None:
    user = make.user(make.CHAOS, groups=[make.CHAOS]) | {"clients": [make.CHAOS], "primary_group": make.CHAOS}
    assert all(line.isprintable() for line in shown(user).split("\n"))
