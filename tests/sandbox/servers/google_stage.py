"""Google's servers over a simulated account, and a client that asks them as any program would."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.google.keys import TOKEN_URI, GoogleKeys, new_google_keys
from calplan.sandbox.servers.google.sign_in import GRANT
from calplan.sandbox.servers.google.signed import Signer
from calplan.sandbox.servers.google.vendor import Google
from tests.sandbox.servers.stage import PEOPLE, Stage, serving

ADMIN: Final = "admin@corp.example"
USERS: Final = "admin/directory/v1/users"
LOG: Final = "admin/reports/v1/activity/users/all/applications/token"
AUTH: Final = "https://www.googleapis.com/auth/"


@cache
def keys() -> GoogleKeys:
    """Keys of one service account; to make them takes a moment."""
    return new_google_keys("behind", ADMIN)


@dataclass(slots=True)
class GoogleClient:
    """Asks the servers; signs in by itself, with every scope unless others are named."""

    stage: Stage
    google: Google
    http: httpx2.Client
    scopes: Sequence[str] = ()
    token: str = ""

    def claims(self) -> dict[str, object]:
        """What a service account says to be given a token."""
        now = int(datetime.now(UTC).timestamp())
        scopes = self.scopes or sorted(keys().scopes)
        said = {"iss": keys().service_account, "sub": ADMIN, "scope": " ".join(scopes), "aud": TOKEN_URI}
        return {**said, "iat": now, "exp": now + 3600}

    def assertion(self, claims: object) -> str:
        return Signer(keys().private_key, keys().private_key_id).sign(json.dumps(claims).encode())

    def exchange(self, assertion: str) -> httpx2.Response:
        """What the token endpoint answers."""
        return self.http.post("/google/token", data={"grant_type": GRANT, "assertion": assertion})

    def sign_in(self, **other: object) -> None:
        """Get a token, for other claims where some are named."""
        answer = self.exchange(self.assertion({**self.claims(), **other}))
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]

    def ask(self, method: str, path: str, **query: object) -> httpx2.Response:
        if not self.token:
            self.sign_in()
        params = {name: str(value) for name, value in query.items()}
        return self.http.request(
            method, f"/google/{path}", params=params, headers={"authorization": f"Bearer {self.token}"}
        )

    def get(self, path: str, **query: object) -> Any:  # noqa: ANN401 - JSON
        """What a GET gives, as JSON."""
        answer = self.ask("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, path: str, **query: object) -> tuple[int, str, str]:
        """Status, reason and message of a GET that is refused."""
        return refusal(self.ask("GET", path, **query))

    def emails(self, **query: object) -> list[str]:
        """The addresses of one page of users."""
        page = self.get(USERS, **{"customer": "my_customer", **query})
        return [one["primaryEmail"] for one in page.get("users", [])]

    def tokens(self, user: str) -> list[Any]:
        return list(self.get(f"{USERS}/{user}/tokens").get("items", []))

    def log(self, **query: object) -> list[Any]:
        """The records of one page of the log of consents."""
        return list(self.get(LOG, **query).get("items", []))

    def told(self, **query: object) -> list[tuple[str, str | None]]:
        """The same as event and address."""
        return [(one["events"][0]["name"], one["actor"].get("email")) for one in self.log(**query)]


def refusal(answer: httpx2.Response) -> tuple[int, str, str]:
    """Status, reason and message of an error."""
    error = answer.json()["error"]
    (row,) = error["errors"]
    assert error["code"] == answer.status_code
    assert error["message"] == row["message"]
    return answer.status_code, row["reason"], row["message"]


@contextmanager
def google_serving(
    patch: pytest.MonkeyPatch, *, users: Iterable[UserRecord] = PEOPLE, secure: bool = False, folder: Path | None = None
) -> Iterator[GoogleClient]:
    """An account with Google's servers over it for as long as the block lasts."""
    with serving(
        patch, users=users, vendors=lambda world: (Google(world=world, keys=keys()),), secure=secure, folder=folder
    ) as stage:
        (google,) = stage.vendors
        assert isinstance(google, Google)
        yield GoogleClient(stage, google, stage.client().http)
