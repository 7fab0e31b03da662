"""Groups go by an id and a name."""

from calplan.model.levels import Group, Groups

SALES, NAMED_LIKE_SALES = Group(id="g1", name="Sales"), Group(id="g2", name="g1")


def test_a_group_is_found_by_its_id_or_its_name_and_an_id_wins() -> None:
    groups = Groups(known=(SALES, NAMED_LIKE_SALES))
    assert [groups.id_of(word) for word in ("g1", "Sales", "g2", "unheard of")] == ["g1", "g1", "g2", "unheard of"]


def test_a_group_is_called_by_its_name_unless_another_has_the_same() -> None:
    twins = (Group(id="g3", name="Labs"), Group(id="g4", name="Labs"))
    groups = Groups(known=(SALES, *twins))
    assert groups.names == {"g1": "Sales", "g3": "g3", "g4": "g4"}
    assert [groups.name_of(word) for word in ("Sales", "g1", "g4", "unheard of")] == [
        "Sales",
        "Sales",
        "g4",
        "unheard of",
    ]


def test_groups_are_sorted_by_id() -> None:
    assert sorted([NAMED_LIKE_SALES, SALES]) == [SALES, NAMED_LIKE_SALES]
