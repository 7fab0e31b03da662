"""What a look at an exchange provider finds before anything is applied; nobody is contacted, no secret resolved."""

from collections.abc import Iterator
from pathlib import Path

from calplan.policyfile.documents import StatedProvider
from calplan.providers.checkup import Check, failed, passed
from calplan.providers.errors import InvalidAccountError
from calplan.providers.exchange.task import Probing
from calplan.providers.trust import Trust


def check_exchange(stated: StatedProvider, file: Path, trust: Trust) -> Iterator[Check]:
    """What will be probed and when, and whether the file of certificates is there."""
    probing = Probing.of(stated, file)
    name = "" if probing.username is None else f" as {probing.username}"
    found = (
        f"apply and verify open the calendar and contacts of {probing.mailbox} through the policy's impersonation"
        f" account ({probing.sign_in.value}{name}); nothing is contacted before, and no password looked up"
    )
    yield passed("probe", found)
    if trust.secret_names is not None or trust.secrets_dir is not None:
        found = "the password is resolved within CALPLAN_SECRET_NAMES and CALPLAN_SECRETS_DIR, for whoever applies"
        yield passed("password", found)
    yield from _certificates(probing.ca_file)


def _certificates(file: Path | None) -> Iterator[Check]:
    import ssl  # noqa: PLC0415 - a document without a file of its own needs none of it

    if file is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=str(file))
    except (OSError, ValueError):
        wrong = InvalidAccountError(f"{file} cannot be read as certificates in PEM")
        yield failed("caFile", wrong, "correct `caFile` of the exchange provider")
        return
    yield passed("caFile", f"{file} holds certificates, and they alone will be trusted")
