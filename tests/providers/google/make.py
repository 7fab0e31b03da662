"""The real adapter with Google's real library, pointed at simulated servers, with pauses that take no time."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from calplan.model.proof import Known, Trace, Witness
from calplan.model.service import ServiceType
from calplan.policyfile.document import Plain
from calplan.policyfile.documents import StatedProvider
from calplan.providers.base import Forgetful, Memory
from calplan.providers.google.evidence import GoogleEvidence
from calplan.providers.google.opening import read_google
from calplan.providers.google.workspace import workspace_of
from calplan.providers.google.writing import WritableGoogleEvidence, write_google
from calplan.providers.http.retry import Time
from calplan.providers.observing import Observe, unobserved
from calplan.providers.trust import Trust
from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.google.answers import bad_request
from calplan.sandbox.servers.google.calls import Endpoint, GoogleCall
from calplan.sandbox.servers.google.keys import GoogleKeys, new_google_keys
from calplan.sandbox.servers.google.vendor import Google
from tests.make import facts
from tests.sandbox.servers.stage import PEOPLE, Stage, serving

ADMIN: Final = "admin@corp.example"
DAY: Final = timedelta(days=1)
VARIABLE: Final = "CALPLAN_SECRET_GOOGLE"
USERS: Final = "/google/admin/directory/v1/users"
LOG: Final = "/google/admin/reports/v1/activity/users/all/applications/token"
TOKEN: Final = "/google/token"
AUTH: Final = "https://www.googleapis.com/auth/"
FOREIGN: Final = "999.apps.googleusercontent.com"
NOT_READ: Final = Known(traces=None)
NOTHING: Final = Known(traces=())


@cache
def keys() -> GoogleKeys:
    """Keys of one service account; to make them takes a moment."""
    return new_google_keys("behind", ADMIN)


def held(calendar: str, contacts: str) -> Known:
    """What is known of somebody with these levels."""
    return Known(traces=(Trace(service=ServiceType.GOOGLE, calendar=calendar, contacts=contacts),))


def many(count: int) -> tuple[UserRecord, ...]:
    """Users who all consented."""
    consented = facts("google", "write", "read")
    return tuple(UserRecord(f"u{number:05d}@corp.example", consented) for number in range(count))


@dataclass(slots=True)
class Passing:
    """Time that runs on, and that pauses of any thread move along without anybody waiting."""

    passed: float = 0.0
    pauses: list[float] = field(default_factory=list)
    along: Stage | None = None
    """Servers whose clock goes along."""
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def sleep(self, seconds: float) -> None:
        with self._guard:
            self.pauses.append(seconds)
            self.passed += seconds
            if self.along is not None:
                self.along.pass_time(seconds=seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.passed)

    def time(self) -> Time:
        return Time(now=self.now, ticks=lambda: time.monotonic() + self.passed, sleep=self.sleep, chance=lambda: 0.5)


@dataclass(slots=True, kw_only=True)
class Scene:
    """Google's servers over an account, and whoever reads them."""

    stage: Stage
    google: Google
    passing: Passing
    memory: Memory
    stated: dict[str, Plain]
    trust: Trust = field(default_factory=Trust)
    max_age: timedelta = DAY
    observe: Observe = unobserved
    ahead: timedelta = timedelta()
    """How much time passed for whoever reads, and not for Google."""
    _whole: tuple[Endpoint, ...] = ()

    def reading(self) -> GoogleEvidence:
        """Google as a plan sees it; each reads anew, with the same memory."""
        found = read_google(
            self.provider,
            self.file,
            self.trust,
            self.clock,
            self.memory,
            self.max_age,
            self.passing.time(),
            observe=self.observe,
        )
        assert isinstance(found, GoogleEvidence)
        return found

    def writing(self) -> WritableGoogleEvidence:
        """Google as an apply sees it."""
        found = write_google(
            self.provider,
            self.file,
            self.trust,
            self.clock,
            self.memory,
            self.max_age,
            self.passing.time(),
            observe=self.observe,
        )
        assert isinstance(found, WritableGoogleEvidence)
        return found

    def clock(self) -> datetime:
        """The time of whoever reads."""
        return self.stage.clock() + self.ahead

    @property
    def file(self) -> Path:
        return self.stage.folder / "account.yaml"

    @property
    def provider(self) -> StatedProvider:
        return StatedProvider(type="google", stated=self.stated)

    def asked(self, *paths: str) -> list[str]:
        """What was asked of Google, as ``GET /google/...``; only what holds one of these words, if any are given."""
        found = [one for one in self.stage.asked() if " /google/" in one]
        return [one for one in found if not paths or any(path in one for path in paths)]

    def asked_about(self) -> list[str]:
        """Whose tokens were listed, by login address, in order."""
        ids = {self.google.id_of(user.login): user.login for user in self.google.people.roster.users}
        return [ids[one.split("/")[-2]] for one in self.asked() if one.endswith("/tokens")]

    def forget_asked(self) -> None:
        """Begin to count anew."""
        self.stage.access_log.clear()

    @property
    def source(self) -> str:
        """Under what the memory keeps what was read."""
        return workspace_of(self.provider, self.file).source

    def lose_tokens_after(self, count: int) -> None:
        """Answer for the tokens of so many users, and for those of nobody else."""
        served: set[str] = set()

        def losing(user: str) -> Answer | None:
            if user not in served and len(served) >= count:
                return self.google.failure(500)
            served.add(user)
            return None

        self.before_tokens(losing)

    def end_credential_after(self, count: int) -> None:
        """Delegate nothing any more, and end every token, once so many users were answered for."""
        served: set[str] = set()

        def ending(user: str) -> Answer | None:
            served.add(user)
            if len(served) == count:
                self.google.grant()
                self.google.bearers._out.clear()
            return None

        self.before_tokens(ending)

    def before_tokens(self, instead: Callable[[str], Answer | None]) -> None:
        """Ask what to answer instead whenever the tokens of a user are listed."""

        def changed(endpoint: Endpoint) -> Endpoint:
            def answer(call: GoogleCall) -> Answer:
                return instead(call.names["userKey"]) or endpoint.answer(call)

            return replace(endpoint, answer=answer) if endpoint.path.endswith("/tokens") else endpoint

        self._whole = self.google.endpoints
        self.google.endpoints = tuple(changed(one) for one in self._whole)

    def find_tokens_again(self) -> None:
        """Answer for everybody's."""
        self.google.endpoints = self._whole

    def lose_later_pages(self) -> None:
        """Refuse every page of a list but the first."""

        def losing(endpoint: Endpoint) -> Endpoint:
            def answer(call: GoogleCall) -> Answer:
                if "pageToken" in call.query:
                    raise bad_request()
                return endpoint.answer(call)

            return replace(endpoint, answer=answer)

        self.google.endpoints = tuple(losing(one) for one in self.google.endpoints)

    def set_google(self, *endings: str, status: int = 503, times: int = 1) -> None:
        """Answer requests for users with this status; ``endings`` are further parts of the path."""
        path = "/".join((USERS, *endings))
        self.stage.fault(f"GET {path}:{status}x{times}")


@contextmanager
def google(
    patch: pytest.MonkeyPatch,
    *,
    users: Iterable[UserRecord] = PEOPLE,
    secure: bool = False,
    memory: Memory | None = None,
    more: Mapping[str, Plain] | None = None,
) -> Iterator[Scene]:
    """Google's servers for as long as the block lasts; ``more`` is what the document states beside the usual."""
    with serving(patch, users=users, vendors=lambda world: (Google(world=world, keys=keys()),), secure=secure) as stage:
        (vendor,) = stage.vendors
        assert isinstance(vendor, Google)
        patch.setenv(VARIABLE, keys().service_account_json())
        stated = {**document(stage.url, None if stage.authority is None else str(stage.authority)), **(more or {})}
        passing = Passing(along=stage)
        yield Scene(stage=stage, google=vendor, passing=passing, memory=memory or Forgetful(stage.clock), stated=stated)


def document(url: str, authority: str | None = None, clients: tuple[str, ...] | None = None) -> dict[str, Plain]:
    """What an Account document states to lead there."""
    return {
        "type": "google",
        "customer": "my_customer",
        "subject": ADMIN,
        "clientIds": list(keys().client_ids if clients is None else clients),
        "credential": {"kind": "serviceAccount", "from": {"env": VARIABLE}},
        "endpoints": {
            "token": f"{url}/google/token",
            "admin": f"{url}/google",
            "sts": f"{url}/google/sts",
            "iamcredentials": f"{url}/google/iam",
        },
        **({} if authority is None else {"caFile": authority}),
    }


def known(witness: Witness) -> dict[str, Known]:
    """What is known of each person, by his main address."""
    return {person.names[0]: person.known for person in witness.people}
