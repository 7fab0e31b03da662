"""Who reads which language: read from a table, and never guessed."""

from pathlib import Path

import pytest

from calplan.policyfile.languages_file import language_tag, languages_in
from calplan.policyfile.row_source import InvalidFileError

OFFERED = ("en", "de", "pt-br")


def read(text: str) -> dict[str, str]:
    file = Path("languages.csv")
    file.write_text(text, "utf-8")
    return languages_in(file, OFFERED)


def test_addresses_are_trimmed_and_compared_without_case() -> None:
    assert read("email,language\n Ann@Corp.Example ,de\nbob@corp.example,EN\n") == {
        "ann@corp.example": "de",
        "bob@corp.example": "en",
    }


def test_a_region_falls_back_to_its_language_and_not_the_other_way() -> None:
    assert read("email,language\na@x.example,de_AT\nb@x.example,pt-BR\n") == {
        "a@x.example": "de",
        "b@x.example": "pt-br",
    }
    with pytest.raises(InvalidFileError, match="the language of this row is not among those asked for"):
        read("email,language\na@x.example,pt\n")


def test_an_empty_language_says_nothing_and_further_columns_are_left_alone() -> None:
    assert read("name,email,language\nAnn,a@x.example,\n") == {}
    assert read('{"email": "a@x.example", "language": "de"}\n') == {"a@x.example": "de"}


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("email,lang\na@x.example,de\n", "languages.csv:1: there is no column `language`"),
        ("email,language\n,de\n", "languages.csv:2: a row needs `email` and `language`"),
        ('{"email": "a@x.example"}\n', "languages.csv:1: a row needs `email` and `language`"),
        ("email,language\na@x.example,de\nA@x.example,en\n", "languages.csv:3: an earlier row has the same `email`"),
        ("email,language\na@x.example,fr\n", "languages.csv:2: the language of this row"),
        ("email,language\na@x.example,../../etc\n", "languages.csv:2: the language of this row"),
        ("", "languages.csv:1: the file is empty"),
    ],
)
def test_a_wrong_file_is_a_sentence_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(InvalidFileError) as stopped:
        read(text)
    assert str(stopped.value).startswith(sentence)


@pytest.mark.parametrize("word", ["de", " DE ", "de_AT", "pt-br", "zh-hant-tw"])
def test_a_tag_of_a_language_is_one(word: str) -> None:
    assert language_tag(word) == word.strip().lower().replace("_", "-")


@pytest.mark.parametrize("word", ["", "d", "german!", "../de", "de/x", "de-", "d\u00e9", "de.", "en\n\nx"])
def test_what_names_no_language_is_none(word: str) -> None:
    assert language_tag(word) is None
