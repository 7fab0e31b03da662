"""A secret that is known, on its way to the one call that needs it."""

from typing import NoReturn, SupportsIndex

REFUSED = "a secret is not shown, copied or stored"


class Secret:
    """A password, key or token. ``reveal`` gives its text; every other way of looking at it raises ``TypeError``.

    The text lives in a closure, where nothing that walks over attributes finds it.
    """

    __slots__ = ("_reveal",)

    def __init__(self, text: str) -> None:
        def reveal() -> str:
            return text

        self._reveal = reveal

    def reveal(self) -> str:
        """The secret itself, for a request that is made in the next line."""
        return self._reveal()

    def __repr__(self) -> NoReturn:
        raise TypeError(REFUSED)

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> NoReturn:
        raise TypeError(REFUSED)

    def __getstate__(self) -> NoReturn:
        raise TypeError(REFUSED)
