"""What each shipped template says, in each language; and that every word a plan can have is there."""

import re
from collections.abc import Iterator

import pytest
from pytest_snapshot.plugin import Snapshot

from calplan.impact.outcome import NEXT_STEPS
from calplan.model.service import ServiceType
from calplan.plan.document import PlanDocument
from calplan.render.notices.audience import TOLD, Languages
from calplan.render.notices.rendered import Notices
from calplan.render.notices.sources import OF_A_LANGUAGE, SHARED, shipped, sources
from calplan.render.notices.words import words
from tests.render.notices.make import notices, plan, row, text_of

LANGUAGES = ("de", "en")
ALL_STEPS = [one.value for one in NEXT_STEPS]


@pytest.fixture
def document() -> PlanDocument:
    return plan()


def only_message(made: Notices) -> str:
    (one,) = made.messages
    return text_of(made, f"{one.file}.md")


def reading(language: str) -> Languages:
    return Languages(offered=(language,))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("about", TOLD)
def test_the_message(about: str, language: str, document: PlanDocument, snapshot: Snapshot) -> None:
    made = notices(document, [row("ann@corp.example", about)], languages=reading(language))
    snapshot.assert_match(only_message(made), "message.md")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_to_do_by_next_step(language: str, document: PlanDocument, snapshot: Snapshot) -> None:
    parts = []
    for step in ALL_STEPS:
        rows = [row("ann@corp.example", "at_risk", next_step=step)]
        said = only_message(notices(document, rows, languages=reading(language)))
        parts.append(f"{step}\n\n" + "\n\n".join(said.split("\n\n")[5:-2]))
    assert len(set(parts)) == len(NEXT_STEPS)
    snapshot.assert_match("\n\n".join(parts) + "\n", "steps.md")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_for_the_help_desk(language: str, document: PlanDocument, snapshot: Snapshot) -> None:
    rows = [row(f"{about}{number}@corp.example", about) for about in TOLD for number in range(7)]
    rows += [row("zoe@corp.example", "at_risk", next_step="verify_before_save")]
    made = notices(document, rows, languages=reading(language))
    steady = text_of(made, f"help-desk.{language}.md").replace(document["plan_id"], "PLAN_ID")
    snapshot.assert_match(steady, "help-desk.md")


def test_the_mail(document: PlanDocument, snapshot: Snapshot) -> None:
    made = notices(document, [row("ann@corp.example", "disconnected_prompted")], languages=reading("de"))
    (one,) = made.messages
    snapshot.assert_match(text_of(made, f"{one.file}.eml").replace("\r\n", "\n"), "mail.eml")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text_and_no_other(language: str) -> None:
    assert {name for name in shipped() if name.startswith(f"{language}/")} == {
        f"{language}/{name}" for name in OF_A_LANGUAGE
    }
    assert {name for name in shipped() if "/" not in name} == set(SHARED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_word_a_plan_can_have(language: str) -> None:
    tables = words(sources({}), language).tables
    assert tables["outcome"].keys() == tables["sees"].keys() == set(TOLD)
    assert tables["answer"].keys() == set(ALL_STEPS)
    assert tables["service"].keys() == {one.value for one in ServiceType}


def sentences(language: str) -> Iterator[tuple[str, str]]:
    for name, text in shipped().items():
        if name.startswith(f"{language}/"):
            yield name, text


def test_german_addresses_people_formally() -> None:
    familiar = re.compile(r"\b(?:du|dich|dir|dein\w*|euch|euer|eure\w*)\b", re.IGNORECASE)
    assert [name for name, text in sentences("de") if familiar.search(text)] == []
    assert all("Sie" in text for name, text in sentences("de") if name.partition("/")[2][:-3] in TOLD)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("about", TOLD)
def test_every_message_names_the_day(about: str, language: str, document: PlanDocument) -> None:
    said = only_message(notices(document, [row("ann@corp.example", about)], languages=reading(language)))
    day = {"en": "on or after 1 December 2026", "de": "ab dem 1. Dezember 2026"}[language]
    assert said.lower().count(day.lower()) >= 2


@pytest.mark.parametrize(
    "facts, what",
    [
        ({"contacts": "none"}, "calendar"),
        ({"calendar": "none"}, "contacts"),
        ({}, "calendar and contacts"),
        ({"service": "exchange-ews", "contacts": "none"}, "calendar and contacts"),
        ({"calendar": "unknown", "contacts": "unknown"}, "calendar and contacts"),
    ],
)
def test_a_message_speaks_of_what_is_connected(facts: dict[str, str], what: str, document: PlanDocument) -> None:
    made = notices(document, [row("ann@corp.example", "disconnected_prompted", **facts)])
    assert made.messages[0].subject == f"Zoom: please connect your {what} again, on or after 1 December 2026"
    said = only_message(made)
    assert ("Meetings from your calendar" in said) is ("calendar" in what)
    assert ("Your contacts no longer" in said) is ("contacts" in what)
