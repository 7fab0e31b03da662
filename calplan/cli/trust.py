"""What whoever runs calplan lets documents do, as the environment says it."""

import os
import re
from pathlib import Path
from typing import Final

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.logs import redactor
from calplan.providers.endpoints import HTTPS_PORT
from calplan.providers.trust import Trust

_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
OUTSIDE: Final = ("CALPLAN_SECRET_NAMES", "CALPLAN_SECRETS_DIR", "CALPLAN_GATES")
UNGUARDED: Final = (
    f"warning: none of {', '.join(OUTSIDE)} is set in this CI, so whoever proposes a change to the documents also says"
    " which secrets are read and which limits hold; set them where no change to the folder reaches them"
)


def trust(*, automated: bool) -> Trust:
    """The trust of this run. A variable that is empty counts as not set; a list of commas and blanks lists nothing.

    Raises:
        StopError: a host that is to be trusted is not written as one, or a folder can be anybody's.
    """
    hosts = _listed("CALPLAN_ALLOW_HOSTS")
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise StopError(
                ExitCode.USAGE,
                f"error: CALPLAN_ALLOW_HOSTS lists {host!r}, which is no host: write each in small letters, with its"
                " port where that is not 443, and a comma between two",
            )
    names, folder = _listed("CALPLAN_SECRET_NAMES"), os.environ.get("CALPLAN_SECRETS_DIR")
    if folder and automated and not Path(folder).is_absolute():
        message = (
            "error: in automation CALPLAN_SECRETS_DIR is an absolute path, so that no file of a change can lie in it"
        )
        raise StopError(ExitCode.USAGE, message)
    return Trust(
        allow_hosts=frozenset(host.removesuffix(f":{HTTPS_PORT}") for host in hosts),
        secret_names=names if os.environ.get("CALPLAN_SECRET_NAMES") else None,
        secrets_dir=Path(folder) if folder else None,
        automated=automated,
        redactor=redactor(),
    )


def unguarded() -> str | None:
    """A warning where CI runs calplan and nothing outside of the folder holds its documents in check."""
    guarded = any(os.environ.get(name) for name in OUTSIDE)
    return UNGUARDED if os.environ.get("CI") and not guarded else None


def _listed(name: str) -> frozenset[str]:
    """The entries of a variable that holds a list with commas."""
    return frozenset(part.strip() for part in os.environ.get(name, "").split(",")) - {""}


def in_automation() -> bool:
    """Whether nobody is there to answer a question."""
    return any(os.environ.get(name) for name in ("CI", "CALPLAN_IN_AUTOMATION"))
