"""The library that speaks EWS, set up for one probe: what it keeps for the whole process is put back afterwards.

At DEBUG it logs headers with the password in them, and at ERROR whole requests; neither gets out of here.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Final

from calplan.providers.exchange.line import USER_AGENT, Line
from calplan.providers.redaction import Redactor

TALKATIVE: Final = ("exchangelib", "requests_ntlm", "spnego")
CARRIES_REQUESTS: Final = "exchangelib.util"
"""Whatever this logger says holds the URL, and the XML that was sent."""
_ONE_AT_A_TIME: Final = threading.Lock()


@contextmanager
def set_up(line: Callable[[], Line], redactor: Redactor, timeout: tuple[float, float]) -> Iterator[None]:
    """The library speaking over such a line, for as long as the block lasts; ``timeout`` is to connect, and to read."""
    with _ONE_AT_A_TIME:
        import exchangelib  # noqa: F401, PLC0415 - 0.6 seconds, which only a probe takes
        from exchangelib.protocol import BaseProtocol, Protocol  # noqa: PLC0415 - as above

        wanted = {
            "HTTP_ADAPTER_CLS": partial(_made, line),
            "USERAGENT": USER_AGENT,
            "TIMEOUT": timeout,
            # The wait that it writes into an error of a server that named none.
            "RETRY_WAIT": 0,
        }
        before = {name: getattr(BaseProtocol, name) for name in wanted}
        Protocol.clear_cache()
        with _hushed(redactor):
            for name, value in wanted.items():
                setattr(BaseProtocol, name, value)
            try:
                yield
            finally:
                Protocol.clear_cache()
                for name, value in before.items():
                    setattr(BaseProtocol, name, value)


def _made(
    line: Callable[[], Line],
    *,
    pool_block: bool,  # noqa: ARG001 - what the library would have; ours has one connection
    pool_connections: int,  # noqa: ARG001 - as above
    pool_maxsize: int,  # noqa: ARG001 - as above
    max_retries: int,  # noqa: ARG001 - as above
) -> Line:
    return line()


class _Quiet(logging.Filter):
    """Lets warnings through, without secrets and without what was sent."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING or record.name.startswith(CARRIES_REQUESTS):
            return False
        record.msg, record.args = self._redactor.text(record.getMessage()), ()
        # A traceback would show the lines that the error went through, and its text what the server said.
        record.exc_info = record.exc_text = record.stack_info = None
        return True


@contextmanager
def _hushed(redactor: Redactor) -> Iterator[None]:
    """Every logger of these libraries at WARNING or above, whatever anybody has set it to."""
    quiet = _Quiet(redactor)
    with ExitStack() as undoing:
        for logger in _loggers():
            undoing.callback(logger.setLevel, logger.level)
            undoing.callback(logger.removeFilter, quiet)
            logger.setLevel(max(logger.level, logging.WARNING))
            logger.addFilter(quiet)
        yield


def _loggers() -> list[logging.Logger]:
    known = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in TALKATIVE]
    return [logging.getLogger(name) for name in sorted({*TALKATIVE, *known})]
