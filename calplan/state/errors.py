"""What can go wrong with the state, as exceptions whose messages are one sentence for a person."""

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from calplan.state.run_lock import HeldLock


class StateError(Exception):
    """The state could not be reached or used; the message says which, why, and never a password."""


class StateDamagedError(StateError):
    """The state holds what calplan never wrote there."""


class LockHeldError(StateError):
    """Another run holds the run lock of the account; ``held`` is what is known of it."""

    def __init__(self, message: str, held: "HeldLock") -> None:
        super().__init__(message)
        self.held = held

    @classmethod
    def of(cls, held: "HeldLock") -> Self:
        """The error about a run lock, with who holds it and how a person may release it."""
        way_out = f"If that run has ended for certain: calplan state unlock {held.id}"
        return cls(f"another run holds the run lock of {held.account}: {held.told()}. {way_out}", held)


class LockLostError(StateError):
    """The run lock was released by hand, or another run has it; nothing was written."""
