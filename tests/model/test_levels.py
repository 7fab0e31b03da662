"""Groups go by an id and a name."""

from calplan.model.levels import Group, Groups

SALES, NAMED_LIKE_SALES = Group(id="g1", name="Sales"), Group(id="g2", name="g1")


def test_a_group_is_found_by_its_id_or_its_name_and_an_id_wins() -> None:
    groups = Groups(known=(SALES, NAMED_LIKE_SALES))
    assert [groups.id_of(word) for word in ("g1", "Sales", "g2", "unheard of")] == ["g1", "g1", "g2", "unheard of"]


def test_groups_are_sorted_by_id() -> None:
    assert sorted([NAMED_LIKE_SALES, SALES]) == [SALES, NAMED_LIKE_SALES]
