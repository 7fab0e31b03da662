"""What another vendor's servers are to the application: paths below one prefix, and a way to word a failure."""

from typing import Protocol

from starlette.routing import Route

from calplan.sandbox.servers.answer import Answer


class Vendor(Protocol):
    """The servers of one vendor over the simulated account."""

    @property
    def prefix(self) -> str:
        """What all of its paths begin with, such as ``/microsoft``."""
        ...

    def routes(self) -> list[Route]:
        """Where it answers."""
        ...

    def failure(self, status: int) -> Answer:
        """How it words an answer with this status, for faults that are planned."""
        ...

    def end_sign_in(self, authorization: str) -> None:
        """Ends the access token of a request before its time."""
        ...
