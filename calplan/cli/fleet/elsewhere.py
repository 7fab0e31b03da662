"""Plans a batch in a worker of a cluster as it would be planned here: in the same folder, at the same stamped time."""

import os
import pickle
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from calplan import __version__
from calplan.cli.exit_codes import ExitCode
from calplan.cli.fleet.order import Order, Reply, plan_accounts
from calplan.cli.logs import listen


class WrongPlaceError(Exception):
    """A worker in which nothing can be planned; the message says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What of the process that asks has to hold where a batch is planned, beside the documents.

    Secrets, and what the documents are trusted with, are left to whoever runs the worker.
    """

    version: str
    folder: str
    variables: Mapping[str, str | None]

    @classmethod
    def of_this(cls, *, automated: bool) -> "Surroundings":
        """Those of this process."""
        return cls(
            version=__version__,
            folder=os.fspath(os.getcwd()),  # noqa: PTH109 - a text that travels
            variables={
                "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH"),
                **({"CALPLAN_IN_AUTOMATION": "1"} if automated else {}),
            },
        )

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Make them hold for the whole process as long as the block lasts; so it may plan nothing else meanwhile.

        Raises:
            WrongPlaceError: that cannot be.
        """
        if self.version != __version__:
            raise WrongPlaceError(
                f"this is calplan {self.version}, and a worker has {__version__}: install one version"
            )
        before = {name: os.environ.get(name) for name in self.variables}
        try:
            os.chdir(self.folder)
        except OSError as error:
            message = (
                f"the folder {self.folder} cannot be used on a worker: {error.strerror}. Share it, or have it there"
            )
            raise WrongPlaceError(f"{message} at the same path") from error
        _set(self.variables)
        try:
            listen()
            yield
        finally:
            _set(before)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def packed(orders: Sequence[Order]) -> bytes:
    """Orders on their way."""
    return pickle.dumps(tuple(orders))


def plan_elsewhere(place: Surroundings, accounts: Sequence[str], orders: bytes) -> tuple[Reply, ...]:
    """The replies to packed orders for these accounts."""
    try:
        with place.entered():
            return plan_accounts(pickle.loads(orders))  # noqa: S301 - whoever may hand a worker tasks may run anything
    except WrongPlaceError as error:
        return tuple(Reply(account=one, code=ExitCode.UNREACHABLE, error=str(error)) for one in accounts)
