"""What calplan logs, on stderr, as ``CALPLAN_LOG`` asks; no secret gets past here, whoever wrote the line."""

import logging
import os
from typing import Final

from calplan.cli.output import say
from calplan.providers.redaction import Redactor
from calplan.providers.secret import Secret
from calplan.render.untrusted import for_terminal

LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO}
OURS: Final = logging.getLogger("calplan")
"""Only our own loggers are heard: what libraries log knows nothing of secrets."""


class Spoken(logging.Handler):
    """Says each record in one line on stderr, without secrets."""

    def __init__(self) -> None:
        super().__init__()
        self.redactor = Redactor()
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except (TypeError, ValueError, KeyError):
            # The usual way of saying so prints what was to be logged.
            text = f"{record.levelname} {record.name}: a line that could not be written"
        say(for_terminal(self.redactor.text(text)))


def listen() -> None:
    """Begin to log as the environment asks, or stop. Whatever may be a secret of this run is left out from now on."""
    for handler in [one for one in OURS.handlers if isinstance(one, Spoken)]:
        OURS.removeHandler(handler)
    spoken = Spoken()
    for name, value in os.environ.items():
        if value and name != "CALPLAN_SECRET_NAMES" and name.startswith(("CALPLAN_SECRET_", "VAULT_TOKEN")):
            spoken.redactor.hide(Secret(value))
    level = LEVELS.get(os.environ.get("CALPLAN_LOG", ""), logging.CRITICAL)
    spoken.setLevel(level)
    OURS.addHandler(spoken)
    OURS.setLevel(level)


def is_heard() -> bool:
    """Whether lines of a log appear on stderr."""
    return os.environ.get("CALPLAN_LOG", "") in LEVELS


def redactor() -> Redactor:
    """What leaves secrets out of the log; who resolves one tells it."""
    return next((one.redactor for one in OURS.handlers if isinstance(one, Spoken)), Redactor())
