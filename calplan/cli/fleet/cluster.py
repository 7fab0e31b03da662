"""A Dask cluster as a place to plan batches: reached over TLS, looked at before anything is handed to it."""

import logging
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from calplan import __version__
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.fleet.batches import Batch
from calplan.cli.fleet.elsewhere import Surroundings, packed, plan_elsewhere
from calplan.cli.fleet.lanes import Lane
from calplan.cli.fleet.order import Reply
from calplan.providers.endpoints import LOOPBACK

if TYPE_CHECKING:
    from distributed import Client

ADDRESS: Final = re.compile(r"(?P<scheme>tls|tcp)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5}", re.ASCII)
ALONE: Final = 60.0
"""Seconds without any worker after which none is waited for."""
AHEAD: Final = 2
"""Batches that each worker is given at once, so that none has to wait for us."""
CERTIFICATES: Final = {
    "ca-file": "DASK_DISTRIBUTED__COMM__TLS__CA_FILE",
    "client.cert": "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT",
    "client.key": "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY",
}
"""Settings of Dask's, and the variables that set them."""


class ClusterLane:
    """All workers of a cluster. Where one is lost, the scheduler hands its batch to another by itself."""

    def __init__(self, client: "Client", place: Surroundings, address: str) -> None:
        self._client = client
        self._executor: Any = client.get_executor(pure=False)
        self._place = place
        self._address = address
        self._seen = time.monotonic()
        self.room = AHEAD * len(client.nthreads())

    def plan(self, batch: Batch) -> Future[tuple[Reply, ...]]:
        accounts = tuple(order.account for order in batch)
        future: Future[tuple[Reply, ...]] = self._executor.submit(plan_elsewhere, self._place, accounts, packed(batch))
        return future

    def renew(self) -> None:
        return None

    def gone(self) -> str | None:
        if self._client.status not in ("running", "connecting"):
            return f"the cluster at {self._address} is gone"
        if self._client.status == "running" and (workers := len(self._client.nthreads())):
            self._seen, self.room = time.monotonic(), AHEAD * workers
        if time.monotonic() - self._seen > ALONE:
            return f"the cluster at {self._address} has had no worker for {ALONE:.0f} seconds"
        return None


@contextmanager
def cluster(address: str, place: Surroundings) -> Iterator[Sequence[Lane]]:
    """The lane of a cluster, whose workers are fit to plan.

    Raises:
        StopError: it must not be spoken to, cannot be reached, or has no worker that is fit.
    """
    secure = require_safe(address)
    client = _connected(address, secure=secure)
    try:
        _require_fit(client, address)
        yield (ClusterLane(client, place, address),)
    finally:
        client.close(timeout=2)


def require_safe(address: str) -> bool:
    """Whether an address is one over TLS; the only other ones are those of this machine.

    Raises:
        StopError: it is neither.
    """
    found = ADDRESS.fullmatch(address)
    if found is None:
        raise StopError(ExitCode.USAGE, "error: --executor takes the address of a Dask scheduler: tls://HOST:PORT")
    if found["scheme"] == "tls":
        return True
    if found["host"] not in LOOPBACK:
        raise StopError(
            ExitCode.USAGE,
            f"error: {address} is not encrypted, and whoever listens would learn all users, or run code on the workers;"
            " use tls://, as docs/how-to/plan-a-fleet.md says; tcp:// is for this machine alone",
        )
    return False


def _connected(address: str, *, secure: bool) -> "Client":
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, and slow
    except ImportError as error:
        raise StopError(
            ExitCode.USAGE, "error: --executor needs Dask, which is not installed: pip install 'calplan[fleet]'"
        ) from error
    # Its own lines about lost connections would stand between ours, which say the same once.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    security = _security() if secure else None
    try:
        return Client(address, security=security, set_as_default=False, name="calplan")
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise StopError(
            ExitCode.UNREACHABLE, f"error: the cluster at {address} cannot be reached: {reason}. Nothing was planned"
        ) from error


def _security() -> object:
    """What Dask's own configuration says of certificates.

    Raises:
        StopError: it does not say all that is needed.
    """
    from dask import config  # noqa: PLC0415 - an extra, and slow
    from distributed.security import Security  # noqa: PLC0415 - as above

    missing = [name for key, name in CERTIFICATES.items() if not config.get(f"distributed.comm.tls.{key}", None)]
    if missing:
        raise StopError(
            ExitCode.USAGE,
            f"error: tls:// needs certificates, as Dask is configured with them: {', '.join(missing)} not set",
        )
    return Security(require_encryption=True)


def _require_fit(client: "Client", address: str) -> None:
    """Refuse workers that would plan otherwise than this process does."""
    threads = client.nthreads()
    if not threads:
        raise StopError(ExitCode.UNREACHABLE, f"error: the cluster at {address} has no workers; start one: dask worker")
    busy = sorted(worker for worker, number in threads.items() if number != 1)
    if busy:
        raise StopError(
            ExitCode.UNREACHABLE,
            f"error: {busy[0]} runs several threads, and a process plans one account at a time; start it with"
            " dask worker --nthreads 1",
        )
    # Not a function of ours: a worker that lacks calplan could not even be asked.
    versions = client.run(lambda: __import__("calplan").__version__, on_error="return")
    for worker, version in sorted(versions.items()):
        if isinstance(version, ImportError):
            raise StopError(ExitCode.UNREACHABLE, f"error: calplan is not installed on the worker {worker}")
        if version != __version__:
            raise StopError(
                ExitCode.UNREACHABLE,
                f"error: this is calplan {__version__}, and the worker {worker} has {version}; install one version",
            )
