"""The providers that are spoken to over HTTP, each with its real client in front of its simulated server."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from calplan.model.account import AssistantPair, PrivateAccess
from calplan.model.proof import Witness
from calplan.plan.actions import Consent, EnsureGrant, RevokeStale, SetPrivateAccess
from calplan.providers.base import Forgetful
from calplan.providers.google.connecting import IN_DIRECTORY, IN_LOG
from calplan.providers.google.workspace import LOG_SCOPE, TOKENS_SCOPE
from calplan.providers.http.retry import Patience
from calplan.providers.microsoft.permissions import CONSENTS
from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.microsoft.paging import Pages
from calplan.sandbox.servers.sign_in import EVERY_SCOPE
from tests.contract.scene import READS, Read, Scene, State, of_people, of_users
from tests.providers.google import make as google_make
from tests.providers.microsoft import make as microsoft_make
from tests.providers.zoom.make import Passing, reading, writing
from tests.sandbox.servers.stage import ANN, BOB, DEE, GUY, IDA, PAIRS, PEOPLE, PIA, Stage, serving

PAIR = AssistantPair(user=BOB, assistant=ANN)
LIST_USERS = "user:read:list_users:admin"
MANY = 100_000


@dataclass(kw_only=True)
class OnTheWire(Scene):
    """What is common to those who are spoken to over HTTP; ``tried`` is where trouble is met."""

    stage: Stage
    passing: Passing | google_make.Passing
    everybody: Mapping[str, State]
    missing: str
    patience: float
    token: str
    tried: str

    def trouble(self, kind: str, times: int = 1) -> None:
        self.stage.fault(f"GET {self.tried}:{kind}x{times}")

    def asked(self) -> list[str]:
        return [one for one in self.stage.asked() if not one.endswith(self.token)]

    def signed_in(self) -> int:
        return self.stage.asked().count(f"POST {self.token}")

    def changed(self) -> list[str]:
        asked = (one for one in self.asked() if one.partition(" ")[0] not in READS)
        return [one for one in asked if not one.endswith("/$batch")]

    def paused(self) -> float:
        return self.passing.passed


def of_witness(witness: Witness) -> Read:
    """What a source beside the platform says."""
    return Read(people=of_people(witness.people), whole=witness.evidence.complete, why=witness.failure or "")


class Zoom(OnTheWire):
    """The platform's users; of their connections it shows nothing, so all of them are unknown."""

    patch: pytest.MonkeyPatch

    def read(self) -> Read:
        users = reading(self.stage, passing=_of_zoom(self.passing)).read_users()
        return Read(people=of_users(users.batches), whole=users.evidence.complete)

    def write(self) -> bool:
        action = SetPrivateAccess(pair=PAIR, access=PrivateAccess.MANAGED)
        return writing(self.stage, _of_zoom(self.passing)).perform(action).changed

    def forbid(self) -> None:
        self.stage.grant(*(set(EVERY_SCOPE) - {LIST_USERS}))

    def shorten(self) -> None:
        self.patch.setattr("calplan.providers.zoom.people.LARGEST_PAGE", 2)

    def lose_the_end(self) -> None:
        self.shorten()
        self.trouble("expire-page-token", MANY)

    def lose_somebody(self) -> str:
        return ANN


def _of_zoom(passing: Passing | google_make.Passing) -> Passing:
    assert isinstance(passing, Passing)
    return passing


@contextmanager
def zoom(patch: pytest.MonkeyPatch, *, empty: bool = False) -> Iterator[Zoom]:
    """The platform."""
    with serving(patch, users=() if empty else PEOPLE, pairs={} if empty else PAIRS) as stage:
        scene = Zoom(
            stage=stage,
            passing=Passing(along=stage),
            everybody=dict.fromkeys(() if empty else (ANN, BOB, DEE, GUY, IDA, PIA), State.UNKNOWN),
            missing=LIST_USERS,
            patience=Patience().in_all,
            token="/oauth/token",
            tried="/users",
        )
        scene.patch = patch
        yield scene


class Microsoft(OnTheWire):
    """The people of a tenant with their own consents."""

    tenant: microsoft_make.Tenant

    def read(self) -> Read:
        return of_witness(self.tenant.reading().read_people())

    def write(self) -> bool:
        scopes = frozenset({"Calendars.Read", "Contacts.Read"})
        given = self.tenant.perform(EnsureGrant(scopes=scopes)).changed
        users = frozenset({microsoft_make.ANN})
        taken = self.tenant.perform(RevokeStale(consent=Consent.OFFICE365, users=users)).changed
        assert given is taken
        return given

    def forbid(self) -> None:
        self.tenant.microsoft.allow(*(microsoft_make.KEYS.permissions - set(CONSENTS)))

    def shorten(self) -> None:
        self.tenant.microsoft.graph.pages.size = 2

    def lose_the_end(self) -> None:
        self.shorten()
        self._after_a_page("GET /users:500")

    def lose_somebody(self) -> str:
        # Consents are given out one by one, and those of whoever comes after the first never arrive.
        self.tenant.microsoft.graph.pages.size = 1
        self._after_a_page("GET /oauth2PermissionGrants:500")
        return microsoft_make.BOB

    def _after_a_page(self, fault: str) -> None:
        """Misbehave once the first page that leads on was given out."""
        pages, tenant = self.tenant.microsoft.graph.pages, self.tenant
        link, given = pages._link, [0]
        of_users = "/users" in fault

        class Counting(Pages):
            __slots__ = ()

            def _link(self, *asked: object) -> str:
                found = link(*asked)  # type: ignore[arg-type]  # whatever it is asked for
                if given[0] == 0 and ("/users" in found) is of_users:
                    given[0] = 1
                    tenant.fault(f"{fault}x{MANY}")
                return found

        pages.__class__ = Counting


@contextmanager
def microsoft(patch: pytest.MonkeyPatch, *, empty: bool = False) -> Iterator[Microsoft]:
    """A Microsoft tenant."""
    known = {
        microsoft_make.ANN: State.CONNECTED,
        microsoft_make.BOB: State.CONNECTED,
        microsoft_make.CAT: State.CONNECTED,
        microsoft_make.DAN: State.NOT_CONNECTED,
        microsoft_make.EVE: State.NOT_CONNECTED,
    }
    with microsoft_make.tenant(patch, users=() if empty else microsoft_make.PEOPLE) as tenant:
        scene = Microsoft(
            stage=tenant.stage,
            passing=tenant.passing,
            everybody={} if empty else known,
            missing=CONSENTS[0],
            patience=Patience().in_all,
            token=f"{microsoft_make.LOGIN}/oauth2/v2.0/token",
            tried=f"{microsoft_make.GRAPH}/users",
        )
        scene.tenant = tenant
        yield scene


class Google(OnTheWire):
    """The people of a customer, by their tokens or by the log of consents."""

    scene: google_make.Scene
    patch: pytest.MonkeyPatch

    @property
    def by_log(self) -> bool:
        return "evidence" in self.scene.stated

    def read(self) -> Read:
        # What is kept between two readings is none of the contract's business.
        self.scene.memory = Forgetful(self.scene.clock)
        return of_witness(self.scene.reading().read_people())

    def write(self) -> bool:
        return self.scene.writing().perform(RevokeStale(consent=Consent.GOOGLE, users=frozenset({ANN}))).changed

    def forbid(self) -> None:
        self.scene.google.grant(*(google_make.keys().scopes - {self.missing}))

    def shorten(self) -> None:
        for name in ("LARGEST_PAGE", "LARGEST_LOG_PAGE"):
            self.patch.setattr(f"calplan.providers.google.calls.{name}", 1)

    def lose_the_end(self) -> None:
        self.shorten()
        self.scene.lose_later_pages()

    def lose_somebody(self) -> str:
        if self.by_log:
            # Of whoever the log does not name nothing is known.
            return DEE
        place = f"{google_make.USERS}/{self.scene.google.id_of(ANN)}/tokens"
        self.stage.fault(f"GET {place}:403x{MANY}")
        return ANN


@contextmanager
def google_tokens(patch: pytest.MonkeyPatch, *, empty: bool = False) -> Iterator[Google]:
    """Google, asked for the tokens of each user."""
    known = {
        ANN: State.CONNECTED,
        BOB: State.CONNECTED,
        DEE: State.NOT_CONNECTED,
        GUY: State.NOT_CONNECTED,
        IDA: State.NOT_CONNECTED,
        PIA: State.NOT_CONNECTED,
    }
    with _google(patch, {}, {} if empty else known, () if empty else PEOPLE) as scene:
        yield scene


@contextmanager
def google_reports(patch: pytest.MonkeyPatch, *, empty: bool = False) -> Iterator[Google]:
    """Google, asked for its log of consents."""
    known = {
        ANN: State.CONNECTED,
        BOB: State.CONNECTED,
        DEE: State.UNKNOWN,
        GUY: State.UNKNOWN,
        IDA: State.UNKNOWN,
        PIA: State.UNKNOWN,
    }
    with _google(patch, {"evidence": "reports"}, {} if empty else known, () if empty else PEOPLE) as scene:
        yield scene


@contextmanager
def _google(
    patch: pytest.MonkeyPatch, more: dict[str, str], known: Mapping[str, State], users: Iterable[UserRecord]
) -> Iterator[Google]:
    by_log = bool(more)
    with google_make.google(patch, users=users, more=more) as opened:
        scene = Google(
            stage=opened.stage,
            passing=opened.passing,
            everybody=known,
            missing=LOG_SCOPE if by_log else TOKENS_SCOPE,
            patience=(IN_LOG if by_log else IN_DIRECTORY).in_all,
            token=google_make.TOKEN,
            tried=google_make.LOG if by_log else google_make.USERS,
        )
        scene.scene, scene.patch = opened, patch
        yield scene
