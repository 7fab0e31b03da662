"""Reading what a request brings along, up to a size."""

from typing import Final

from starlette.requests import Request

from calplan.sandbox.servers.answer import RefusedError

LARGEST: Final = 1_000_000


async def body_of(request: Request) -> bytes:
    """The body of a request.

    Raises:
        RefusedError: it is larger than any that is meant.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise RefusedError(413, 300, "The request is too large.")
    return body
