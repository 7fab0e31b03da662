"""What sources beside the platform keep between two commands: in the state, beside runs."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from weakref import finalize

from calplan.cli import clock
from calplan.cli.exit_codes import StopError
from calplan.cli.output import say
from calplan.cli.place import place_of
from calplan.render.untrusted import for_terminal
from calplan.state.errors import StateError

if TYPE_CHECKING:
    from calplan.providers.base import Memory, Part
    from calplan.state.store import Store

T = TypeVar("T")


class StateMemory:
    """The memory of one account, opened on first use.

    Where the state cannot be used, what is read is kept as long as the command runs, and that is said once: a plan
    needs no state, it only takes longer the next time.
    """

    def __init__(self, account: str, state: "str | Store | None", now: Callable[[], datetime] = clock.now) -> None:
        self._account = account
        self._state = state
        self._now = now
        self._memory: Memory | None = None

    def parts(self, source: str) -> "Sequence[Part]":
        return self._tried(lambda memory: memory.parts(source))

    def keep(self, source: str, number: int, content: bytes) -> None:
        self._tried(lambda memory: memory.keep(source, number, content))

    def forget(self, source: str) -> None:
        self._tried(lambda memory: memory.forget(source))

    def _tried(self, use: "Callable[[Memory], T]") -> T:
        try:
            if self._memory is None:
                self._memory = self._opened()
            return use(self._memory)
        except (StateError, StopError) as error:
            reason = for_terminal(str(error).removeprefix("error: "))
        say(f"note: what is read of users is not kept for the next command: {reason}")
        from calplan.providers.base import Forgetful  # noqa: PLC0415 - adapters are imported when used

        self._memory = Forgetful(self._now)
        return use(self._memory)

    def _opened(self) -> "Memory":
        if self._state is not None and not isinstance(self._state, str):
            return self._state.memory(self._account)
        place = place_of(self._state)
        from calplan.state.store import Store  # noqa: PLC0415 - SQLAlchemy is imported when it is used

        store = Store.open(place)
        finalize(self, store.close)
        return store.memory(self._account)
