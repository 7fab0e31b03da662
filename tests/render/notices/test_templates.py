"""A template that is wrong is one sentence with file and line, and none reaches anything but its words."""

import pytest

from calplan.plan.document import PlanDocument
from calplan.render.notices.audience import Languages
from calplan.render.notices.sources import NoticeError, shipped, unused
from tests.render.notices.make import notices, plan, row, text_of

HEAD = "Subject: x\n\n"
PROMPTED = "en/prompted.j2"


@pytest.fixture
def document() -> PlanDocument:
    return plan()


def said(document: PlanDocument, texts: dict[str, str], language: str = "en") -> str:
    rows = [row("ann@corp.example", "prompted")]
    with pytest.raises(NoticeError) as stopped:
        notices(document, rows, texts=texts, languages=Languages(offered=(language,)))
    return f"{stopped.value.code} {stopped.value}"


@pytest.mark.parametrize(
    "text, sentence",
    [
        (f"{HEAD}on {{{{ dat }}}}", "own/en/prompted.j2:3: there is no name `dat`. Did you mean `date`?"),
        (f"{HEAD}x\n{{% if false %}}{{{{ prodct }}}}{{% endif %}}", ":4: there is no name `prodct`. Did you mean"),
        (f"{HEAD}{{{{ zzzzzz }}}}", ":3: there is no name `zzzzzz`. There are: about, account, "),
        (f"{HEAD}{{% if %}}", ":3: Expected an expression, got 'end of statement block'"),
        (f"{HEAD}{{{{ date", ":3: unexpected end of template, expected 'end of print statement'."),
        (f"{HEAD}{{{{ date | upcase }}}}", ":3: No filter named 'upcase'."),
        (f"{HEAD}{{{{ service.nextcloud }}}}", ":3: 'dict object' has no attribute 'nextcloud'"),
        (f"{HEAD}\n{{{{ 1 / 0 }}}}", ":4: division by zero"),
        (f"{HEAD}{{{{ date + 1 }}}}", ":3: can only concatenate str"),
        (f"{HEAD}{{% include 'en/nowhere.j2' %}}", ": it includes 'en/nowhere.j2', which is not there"),
        (f"{HEAD}{{% include 'en/prompted.j2' %}}", ": it includes itself, by way of 'en/prompted.j2'"),
        (f"{HEAD}{{% for a in range(9999) %}}{{% for b in range(9999) %}}xx{{% endfor %}}{{% endfor %}}", "more than"),
        (f"{HEAD}{{{{ range(999999999) | list }}}}", "Range too big"),
        (f"{HEAD}{{% macro m() %}}{{{{ m() }}}}{{% endmacro %}}{{{{ m() }}}}", "never comes to an end"),
        ("Hello\n\nthere", ":1: the first line has to be the subject"),
        ("", ":1: the first line has to be the subject"),
        ("Subject: x\n\n", "there is nothing after the subject"),
    ],
)  # fmt: skip
def test_a_wrong_template_is_a_sentence(text: str, sentence: str, document: PlanDocument) -> None:
    message = said(document, {PROMPTED: text})
    assert message.startswith("N-TEMPLATE own/en/prompted.j2")
    assert sentence in message
    assert "\n" not in message


def test_an_error_in_a_part_names_the_part(document: PlanDocument) -> None:
    message = said(document, {"en/close.j2": "Bye\n{{ sendr }}"})
    assert message == "N-TEMPLATE own/en/close.j2:2: there is no name `sendr`. Did you mean `sender`?"


def test_a_part_that_fails_only_when_it_is_made_names_the_part(document: PlanDocument) -> None:
    message = said(document, {"en/close.j2": "Bye\n\n{{ 1 // 0 }}"})
    assert message.startswith("N-TEMPLATE own/en/close.j2:3: ")


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ service.__class__ }}",
        "{{ service.update({'x': 'y'}) }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ '{0.__class__}'.format(product) }}",
        "{{ product.format.__globals__ }}",
    ],
)
def test_a_template_reaches_nothing_but_its_words(attack: str, document: PlanDocument) -> None:
    message = said(document, {PROMPTED: f"{HEAD}{attack}\n"})
    assert message.startswith("N-TEMPLATE own/en/prompted.j2")


def test_a_language_that_is_not_shipped_is_said_to_be_missing(document: PlanDocument) -> None:
    message = said(document, {}, language="fr")
    assert message.startswith("N-LANGUAGE there is no fr/words.toml. Texts are shipped in de, en; for fr make them all")


def test_a_language_of_ones_own_needs_no_change_to_calplan(document: PlanDocument) -> None:
    own = {
        name.replace("en/", "fr/", 1): text.replace('"en/', '"fr/').replace("Hello", "Bonjour")
        for name, text in shipped().items()
        if name.startswith("en/")
    }
    rows = [row("ann@corp.example", "prompted")]
    made = notices(document, rows, texts=own, languages=Languages(offered=("fr",)))
    (one,) = made.messages
    assert one.file == "messages/fr/prompted.authorise"
    assert "Bonjour" in text_of(made, f"{one.file}.md")


def test_only_the_files_that_are_replaced_change(document: PlanDocument) -> None:
    rows = [row("ann@corp.example", "prompted"), row("bob@corp.example", "blocked")]
    before, after = notices(document, rows), notices(document, rows, texts={PROMPTED: f"{HEAD}Mine.\n"})
    differ = {name for name in before.files if before.files[name] != after.files[name]}
    assert differ == {"messages/en/prompted.authorise.eml", "messages/en/prompted.authorise.md", "recipients.csv"}


def test_a_file_nobody_looks_for_is_named_with_what_was_meant() -> None:
    names = ["en/promptd.j2", "notice.toml", "en/_mine.j2", "notices.toml", "fr/words.toml", "other.j2"]
    assert list(unused(names)) == [
        "en/promptd.j2 is not used; did you mean en/prompted.j2?",
        "notice.toml is not used; did you mean notices.toml?",
        "other.j2 is not used",
    ]


WORDS = shipped()["en/words.toml"]
SETTINGS = shipped()["notices.toml"]


@pytest.mark.parametrize(
    "name, text, sentence",
    [
        ("notices.toml", "product = '\n", "own/notices.toml: this is no TOML: "),
        ("notices.toml", "prodct = 'x'\n" + SETTINGS, "there is no `prodct`; there are help_desk, product, sender"),
        ("notices.toml", SETTINGS.replace('"Zoom"', "5"), "`product` has to be text between quotes"),
        ("notices.toml", SETTINGS.replace("[1, 8]", "[8, 1]"), "`prompted` of [tickets] has to be two numbers"),
        ("notices.toml", SETTINGS.replace("[1, 8]", "[1, 101]"), "`prompted` of [tickets] has to be two numbers"),
        ("notices.toml", SETTINGS.replace("[1, 8]", "[nan, 8]"), "`prompted` of [tickets] has to be two numbers"),
        ("notices.toml", SETTINGS.replace("prompted = [1, 8]", ""), "has to be two numbers"),
        ("notices.toml", "product = 'Zoom'", "the table [tickets] is missing"),
        ("en/words.toml", WORDS.replace('"December"', ""), "`months` of [date] has to list twelve names"),
        ("en/words.toml", WORDS.replace("[sees]", "[seen]"), "the table [sees] is missing"),
        ("en/words.toml", WORDS.replace('both = "calendar and', 'bth = "calendar and'), "[what] lacks `both`"),
        ("en/words.toml", WORDS.replace('"Google"', "[]"), "`service.google` has to be text between quotes"),
    ],
)  # fmt: skip
def test_wrong_words_are_a_sentence(name: str, text: str, sentence: str, document: PlanDocument) -> None:
    message = said(document, {name: text})
    assert message.startswith(f"N-WORDS own/{name}: ")
    assert sentence in message
