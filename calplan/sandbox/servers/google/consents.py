"""The tokens users gave to apps: those of the platform's app as the account's file has them, and other apps' beside."""

from dataclasses import dataclass, field
from typing import Final

from calplan.sandbox.servers.google.keys import GoogleKeys
from calplan.sandbox.servers.google.scopes import granted
from calplan.sandbox.servers.google.truth import Truth
from calplan.sandbox.servers.world import World

ZOOM: Final = "Zoom"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppToken:
    """What one user lets one app do. ``text`` is what the app calls itself, which proves nothing."""

    client_id: str
    text: str
    scopes: tuple[str, ...]
    anonymous: bool = False
    native: bool = False


@dataclass(kw_only=True)
class Consents:
    """Every token. Addresses are those that people sign in to the platform with."""

    world: World
    keys: GoogleKeys
    truth: Truth
    client_of: dict[str, str] = field(default_factory=dict)
    """Users who consented to another client than the first of the platform's app."""
    scopes_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Users whose token has other scopes than the levels of their connection stand for."""
    others: dict[str, tuple[AppToken, ...]] = field(default_factory=dict)
    """Tokens of other apps."""

    def held(self, login: str) -> tuple[AppToken, ...]:
        """A user's tokens, the platform's first."""
        token = self.truth.token_of(login)
        own = () if token is None else (self.of_platform(login, token.calendar, token.contacts),)
        return (*own, *self.others.get(login, ()))

    def of_platform(self, login: str, calendar: str, contacts: str) -> AppToken:
        """A user's token of the platform's app, for these levels."""
        scopes = self.scopes_of.get(login, granted(calendar, contacts))
        return AppToken(client_id=self.client_of.get(login, self.keys.client_ids[0]), text=ZOOM, scopes=scopes)

    def give(self, login: str, token: AppToken) -> None:
        """Lets another app hold a token of a user."""
        self.others[login] = (*self.others.get(login, ()), token)

    def revoke(self, login: str, client_id: str) -> tuple[AppToken, ...]:
        """Takes every token of a client away, with the connection that lives by it; gives those there were."""
        gone = tuple(one for one in self.held(login) if one.client_id == client_id)
        others = self.others.get(login, ())
        if any(one not in others for one in gone):
            with self.world.account() as account:
                account.revoke_google(login)
        self.others[login] = tuple(one for one in others if one.client_id != client_id)
        return gone
