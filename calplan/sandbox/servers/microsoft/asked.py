"""What Graph is asked: one request, its query options, its body; and the errors that it answers with."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import uuid4

from calplan.sandbox.servers.answer import Answer

CONTEXT: Final = "https://graph.microsoft.com/v1.0/$metadata#"
ONE_CLAUSE: Final = re.compile(r"\s*(?P<name>\w+)\s+(?P<how>\w+)\s+'(?P<value>(?:[^']|'')*)'\s*")
AND: Final = re.compile(r"\sand\s(?=(?:[^']*'[^']*')*[^']*$)")
"""The word between two clauses; not the same word in quotation marks."""


class GraphRefusedError(Exception):
    """A request is answered with an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request below ``/v1.0``: ``names`` are the parts of the path that vary."""

    method: str
    path: str
    origin: str
    names: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Their names are in small letters."""
    body: bytes = field(default=b"", repr=False)

    def only(self, *options: str) -> None:
        """Refuses every other query option.

        Raises:
            GraphRefusedError: there is another.
        """
        for name in self.query:
            if name.startswith("$") and name not in (*options, "$skiptoken"):
                raise bad_request(f"The query option '{name}' is not supported here.")

    def selected(self, known: frozenset[str], usual: tuple[str, ...]) -> tuple[str, ...]:
        """The properties that are asked for, each once.

        Raises:
            GraphRefusedError: one of them is none.
        """
        if "$select" not in self.query:
            return usual
        names = tuple(dict.fromkeys(part.strip() for part in self.query["$select"].split(",")))
        for name in names:
            if name not in known:
                raise bad_request(f"Parsing OData Select and Expand failed: Could not find a property named '{name}'.")
        return names

    def clauses(self, *allowed: str) -> dict[str, str]:
        """What ``$filter`` says, as ``name eq 'value'`` joined by ``and``; nothing where there is none.

        Raises:
            GraphRefusedError: it says anything else.
        """
        if "$filter" not in self.query:
            return {}
        wanted: dict[str, str] = {}
        for part in AND.split(self.query["$filter"]):
            found = ONE_CLAUSE.fullmatch(part)
            if found is None or found["how"] != "eq" or found["name"] not in allowed or found["name"] in wanted:
                raise bad_request("Unsupported or invalid query filter clause specified.")
            wanted[found["name"]] = found["value"].replace("''", "'")
        return wanted

    def json(self) -> dict[str, object]:
        """The object in the body.

        Raises:
            GraphRefusedError: there is none.
        """
        if not self.headers.get("content-type", "").lower().startswith("application/json"):
            raise bad_request("Write requests (excluding DELETE) must contain the Content-Type header declaration.")
        try:
            stated = json.loads(self.body)
        except ValueError:
            raise bad_request("Unable to read JSON request payload.") from None
        if not isinstance(stated, dict):
            raise bad_request("Unable to read JSON request payload.")
        return stated


def bad_request(words: str) -> GraphRefusedError:
    """The request cannot be taken as it is."""
    return GraphRefusedError(400, "Request_BadRequest", words)


def not_found(word: str) -> GraphRefusedError:
    """There is no such object."""
    words = f"Resource '{word}' does not exist or one of its queried reference-property objects are not present."
    return GraphRefusedError(404, "Request_ResourceNotFound", words)


def denied() -> GraphRefusedError:
    """The token does not allow it."""
    return GraphRefusedError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def error(status: int, code: str, words: str, now: datetime, client_request: str | None = None) -> Answer:
    """An error in Graph's shape."""
    request = str(uuid4())
    numbers = {"request-id": request, "client-request-id": client_request or request}
    inner = {"date": f"{now:%Y-%m-%dT%H:%M:%S}", **numbers}
    body = {"error": {"code": code, "message": words, "innerError": inner}}
    return Answer(status=status, body=body, headers=numbers)
