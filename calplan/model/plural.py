"""Numbers with their nouns, for sentences of every layer."""


def plural(number: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 user``, ``2 users``."""
    return f"{number} {one if number == 1 else many or one + 's'}"
