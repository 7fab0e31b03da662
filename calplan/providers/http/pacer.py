"""How calls are kept apart."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from calplan.providers.http.answer import Answer


class Pacer(Protocol):
    """Keeps calls of the API so far apart that the vendor need not throttle; ``target`` is path and query."""

    def pause(self, method: str, target: str) -> float:
        """The seconds to let pass before this call goes out; asked once for each try."""
        ...

    def heard(self, method: str, target: str, answer: "Answer") -> None:
        """Learn from an answer what the vendor allows."""
        ...


class Unpaced:
    """No pauses: for a server that says nothing of limits beforehand."""

    def pause(self, _method: str, _target: str) -> float:
        return 0.0

    def heard(self, _method: str, _target: str, _answer: "Answer") -> None:
        return None
