"""Ctrl-C and a polite kill: before anything is written they end the command, afterwards the step at hand is finished.

A terminal that goes away is heard like the first of them and never as the second: it may be said more than once.

A step may sit in a library that lets no Python code run, so a thread of its own hears of signals as they come.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a polite kill as pipelines send it, and a terminal that was closed."""
GENTLY: Final = "interrupted: finishing the step at hand; once more leaves at once\n"
SECONDS_TO_LEAVE: Final = 2.0
"""How long the main thread has to leave in good order once it was told to leave at once."""


class Interrupts:
    """Hears signals while a command runs: in a thread as they come, in the main thread once that runs Python code."""

    def __init__(self) -> None:
        self._gentle = self._leaving = False
        self._heard = self._handled = 0
        self._deaf_until = 0.0
        self._over = threading.Event()
        self._leave: Callable[[], None] = lambda: None

    def stop_asked(self) -> bool:
        """Whether no further step may be begun."""
        return self._heard > 0 or self._handled > 0

    @contextmanager
    def gentle(self, leave: Callable[[], None] = lambda: None) -> Iterator[None]:
        """While a run is begun and performed the first signal only asks to stop; the second raises an exception.

        The exception is ``KeyboardInterrupt``. ``leave`` ends the process where the main thread does not hear the
        second one in time.
        """
        self._leave, self._gentle = leave, True
        try:
            yield
        finally:
            self._gentle = False

    def settle(self) -> None:
        """What had to be performed is over: the little that is left, nothing interrupts."""
        self._leaving = True

    def over(self) -> None:
        """The command is at its end: nobody needs to leave any more."""
        self._over.set()

    def hear(self, number: int) -> None:
        """Take note of a signal in the listening thread."""
        if not self._gentle or number not in SIGNALS:
            return
        if number == signal.SIGHUP and self._heard:
            return
        self._heard += 1
        if self._heard == 1:
            with suppress(OSError):  # whoever read what we say may be gone
                os.write(2, GENTLY.encode())
        elif not self._over.wait(SECONDS_TO_LEAVE):
            self._leave()

    def handle(self, number: int, _frame: FrameType | None) -> None:
        """Take note of a signal in the main thread."""
        if (
            self._leaving
            or time.monotonic() < self._deaf_until
            or (number == signal.SIGHUP and self._gentle and self._handled)
        ):
            return
        # Counted even where it is raised: Python drops what is raised while it clears an object away.
        self._handled += 1
        if self._gentle:
            self._leaving = max(self._handled, self._heard) > 1
        if not self._gentle or self._leaving:
            # Whoever presses a key twice means it once, and must not break off the giving back of the run lock.
            self._deaf_until = time.monotonic() + SECONDS_TO_LEAVE
            raise KeyboardInterrupt


@contextmanager
def interrupts() -> Iterator[Interrupts]:
    """Signals heard until the end; outside the main thread, which alone can ask for them, nothing is changed."""
    heard = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield heard
        return
    # Whoever started us deaf to a signal, as with nohup, wants that.
    before = {one: handler for one in SIGNALS if (handler := signal.getsignal(one)) is not signal.SIG_IGN}
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    listener = threading.Thread(target=_listen, args=(ours, heard), daemon=True)
    earlier = signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
    listener.start()
    for number in before:
        signal.signal(number, heard.handle)
    try:
        yield heard
    finally:
        heard.over()
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        signal.set_wakeup_fd(earlier)
        os.close(theirs)
        listener.join()
        os.close(ours)


def _listen(pipe: int, heard: Interrupts) -> None:
    while number := os.read(pipe, 1):
        heard.hear(number[0])
