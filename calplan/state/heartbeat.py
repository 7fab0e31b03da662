"""Signs of life of a run that holds a run lock."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from calplan.state.errors import LockLostError, StateError
from calplan.state.run_lock import HeldLock
from calplan.state.store import Store

SECONDS: Final = 15.0


@contextmanager
def beating(store: Store, lock: HeldLock, every: float = SECONDS) -> Iterator[None]:
    """Note every so many seconds that the owner of a run lock is alive, until the block ends.

    A sign that cannot be given is left out: whoever writes next under the run lock is told what is wrong.
    """
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(every):
            try:
                store.hear(lock)
            except LockLostError:
                return
            except StateError:
                continue

    thread = threading.Thread(target=beat, name="heartbeat of the run lock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
