"""A vendor who answers from a script, for what no sound server does: lists that change or end while they are read."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from calplan.policyfile.document import Plain
from calplan.policyfile.documents import AccountDocument, ZoomPlatform
from tests.loopback.server import Asked, Reply

Body = dict[str, object]


def reply(body: object, status: int = 200, **headers: str) -> Reply:
    """An answer in JSON."""
    return Reply(status=status, body=json.dumps(body).encode(), headers=headers)


def person(name: str, identity: str | None = None, **more: object) -> Body:
    """A user as the list shows one; without an id where it is empty."""
    known = {} if identity == "" else {"id": identity or f"id-{name}"}
    return {"email": f"{name}@corp.example", "type": 2, "group_ids": [], **known, **more}


@dataclass(slots=True)
class Vendor:
    """Answers each path by a function of what was asked; lists of users by status."""

    users: Callable[[str, str], Reply]
    others: dict[str, Callable[[Asked], Reply]] = field(default_factory=dict)

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            return reply({"access_token": "token", "expires_in": 3600})
        if asked.path in self.others:
            return self.others[asked.path](asked)
        if asked.path == "/v2/groups":
            return reply({"groups": []})
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        return self.users(query["status"], query.get("next_page_token", ""))


def account_at(url: str) -> AccountDocument:
    """An account there; its secret is in ``CALPLAN_SECRET_ZOOM``."""
    stated: dict[str, Plain] = {
        "type": "zoom",
        "accountId": "acc",
        "clientId": "app",
        "credential": {"kind": "secret", "from": {"env": "CALPLAN_SECRET_ZOOM"}},
        "endpoints": {"api": url, "token": f"{url}/token"},
    }
    return AccountDocument(name="corp", platform=ZoomPlatform(stated=stated))
