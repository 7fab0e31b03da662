"""The vendor's sentences, and how sure a statement is that rests on several grounds."""

from itertools import combinations_with_replacement

from calplan.model.citation import SENTENCES, Certainty, weakest


def test_the_article_has_48_sentences_and_each_is_told_in_words_of_its_own() -> None:
    assert list(SENTENCES) == [f"S{number}" for number in range(1, 49)]
    assert len(set(SENTENCES.values())) == 48


def test_a_statement_is_as_sure_as_its_weakest_ground() -> None:
    for stronger, weaker in combinations_with_replacement(Certainty, 2):
        assert weakest((stronger, weaker)) is weakest((weaker, stronger)) is weaker
        assert weakest((weaker,)) is weaker
