"""The web portal as an administrator meets it: pages with forms that work without scripts.

A switch or the lock leads to a page that asks once more, as the vendor's dialog does; the service with its address,
permissions and impersonation is one form with one Save. Nobody signs in: the servers answer to this machine alone. A
form that another site made a browser send is refused, for it lacks the word that is in ours.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import parse_qs

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from calplan.model.settings import ANY, AnyDomain, Setting
from calplan.model.unknown import UNMANAGED, Unmanaged
from calplan.sandbox.servers.body import body_of
from calplan.sandbox.servers.portal_form import Mistakes, ServiceForm, ServiceReading, domains_in
from calplan.sandbox.servers.portal_level import OF_GROUPS, SLUGS, Level, Shown, level_of, name_of, save, shown_at
from calplan.sandbox.servers.portal_words import EDITIONS, EXCHANGE_VERSIONS, Section, Tab, Words
from calplan.sandbox.servers.world import World

HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
ON: Final = "on"
OFF: Final = "off"
RESET: Final = "reset"


class NotThereError(Exception):
    """There is no such page."""


class ForeignFormError(Exception):
    """A form came from somewhere else than from a page of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which page of the settings: generation, level and tab."""

    words: Words
    level: Level
    tab: Tab

    @property
    def url(self) -> str:
        return f"/portal/{self.words.slug}/{self.level.place}/{self.tab.slug}"


@dataclass(frozen=True, kw_only=True)
class Portal:
    """The pages over one account."""

    world: World
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @cached_property
    def templates(self) -> Environment:
        """The pages, in which whatever the account holds is text."""
        loader = PackageLoader("calplan.sandbox.servers", "templates")
        return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)

    def routes(self) -> list[Route]:
        """Where the pages are."""
        pages: list[tuple[str, Callable[[Request], Awaitable[Response]], str]] = [
            ("GET", self.generations, "/portal"),
            ("GET", self.style, "/portal/style.css"),
            ("GET", self.home, "/portal/{edition}"),
            ("GET", self.menu, "/portal/{edition}/{menu}-management"),
            ("GET", self.groups, "/portal/{edition}/groups"),
        ]
        for level in ("account", "group/{group}"):
            settings = f"/portal/{{edition}}/{level}/{{tab}}"
            pages += [
                ("GET", self.settings, settings),
                ("GET", self.confirm, f"{settings}/confirm"),
                ("POST", self.switch, f"{settings}/confirm"),
                ("POST", self.service, f"{settings}/service"),
                ("POST", self.domains, f"{settings}/domains"),
            ]
        return [Route(path, page, methods=[method]) for method, page, path in pages]

    # Ways to the settings

    async def generations(self, _request: Request) -> Response:
        return self._page("generations.html", {"editions": EDITIONS.values()})

    async def style(self, _request: Request) -> Response:
        source = self.templates.get_template("portal.css").render()
        return Response(source, media_type="text/css", headers=HEADERS)

    async def home(self, request: Request) -> Response:
        return self._page("home.html", {"words": _words(request)})

    async def menu(self, request: Request) -> Response:
        menu = request.path_params["menu"]
        if menu not in ("account", "user"):
            raise NotThereError
        return self._page("menu.html", {"words": _words(request), "menu": menu})

    async def groups(self, request: Request) -> Response:
        names = sorted(self.world.groups.names.items(), key=lambda one: (one[1], one[0]))
        return self._page("groups.html", {"words": _words(request), "groups": names})

    # The settings

    async def settings(self, request: Request) -> Response:
        place = self._place(request)
        shown = shown_at(self.world, place.level)
        return self._settings(place, shown, saved=request.query_params.get("saved") == "1", query=request.query_params)

    async def confirm(self, request: Request) -> Response:
        """The dialog that asks before a switch or the lock is turned."""
        place = self._place(request)
        setting, to = _asked(place, request.query_params)
        if setting is Setting.ALLOWED_DOMAINS and to == ON:
            # On takes effect with the first list that is saved: without one it would shut everybody out.
            return RedirectResponse(f"{place.url}?domains=on#domains", 303, headers=HEADERS)
        slug = request.query_params["setting"]
        name = name_of(place.words, setting)
        return self._page("confirm.html", {"place": place, "setting": slug, "to": to, "name": name})

    async def switch(self, request: Request) -> Response:
        """A switch or the lock is turned, or what a group states is given back."""
        place, posted = self._place(request), await self._posted(request)
        setting, to = _asked(place, posted)
        if setting is Setting.ALLOWED_DOMAINS and to == ON:
            raise NotThereError
        save(self.world, place.level, place.words, setting, _turned(place.level, setting, to))
        return _saved(place)

    async def service(self, request: Request) -> Response:
        """The default service is saved, with all that belongs to it, or shown again with what is wrong."""
        place, posted = self._place(request), await self._posted(request)
        _require(place, Section.INTEGRATION)
        shown = shown_at(self.world, place.level)
        form = ServiceForm.filled_in(posted)
        before = shown.value(Setting.SERVICE)
        assert not isinstance(before, bool | frozenset | AnyDomain), "a service is none of these"
        reading = ServiceReading(form, before)
        service = reading.service()
        if service is None:
            return self._settings(place, shown, form=form, mistakes=reading.mistakes)
        save(self.world, place.level, place.words, Setting.SERVICE, service)
        return _saved(place)

    async def domains(self, request: Request) -> Response:
        """The list of domains is saved, or shown again with what is wrong."""
        place, posted = self._place(request), await self._posted(request)
        _require(place, Section.INTEGRATION)
        if place.level.of_group:
            raise NotThereError
        text = posted.get("domains", "")
        domains, mistakes = domains_in(text)
        if mistakes:
            query = {"domains": ON, "list": text}
            return self._settings(place, shown_at(self.world, place.level), mistakes=mistakes, query=query)
        save(self.world, place.level, place.words, Setting.ALLOWED_DOMAINS, domains)
        return _saved(place)

    # How it is done

    def _settings(
        self,
        place: Place,
        shown: Shown,
        *,
        form: ServiceForm | None = None,
        mistakes: Mistakes | None = None,
        saved: bool = False,
        query: Mapping[str, str] | None = None,
    ) -> Response:
        asked = query or {}
        service, domains = shown.value(Setting.SERVICE), shown.value(Setting.ALLOWED_DOMAINS)
        assert not isinstance(service, bool | frozenset | AnyDomain), "a service is none of these"
        listed = ",".join(sorted(map(str, domains))) if isinstance(domains, frozenset) else ""
        values = {
            "place": place,
            "shown": shown,
            "form": form or ServiceForm.of(service),
            "stored": ServiceForm.of(service),
            "mistakes": mistakes or {},
            "saved": saved,
            "domains_on": isinstance(domains, frozenset) or asked.get("domains") == ON,
            "domains_pending": not isinstance(domains, frozenset) and asked.get("domains") == ON,
            "domains_text": asked.get("list", listed),
            "settings": SLUGS,
            "versions": EXCHANGE_VERSIONS,
            "section": Section,
        }
        return self._page("settings.html", values, 422 if mistakes else 200)

    def _page(self, template: str, values: Mapping[str, object], status: int = 200) -> Response:
        text = self.templates.get_template(template).render(csrf=self.token, **values)
        return Response(text, status, media_type="text/html", headers=HEADERS)

    def _place(self, request: Request) -> Place:
        words = _words(request)
        tab = words.tab(request.path_params["tab"])
        level = level_of(self.world, request.path_params.get("group"))
        if tab is None or level is None:
            raise NotThereError
        return Place(words=words, level=level, tab=tab)

    async def _posted(self, request: Request) -> dict[str, str]:
        """What a form of ours sent.

        Raises:
            ForeignFormError: another site made the browser send it.
        """
        body = (await body_of(request)).decode("utf-8", "replace")
        fields = {name: values[-1] for name, values in parse_qs(body, keep_blank_values=True).items()}
        origin = request.headers.get("origin")
        ours = f"{request.url.scheme}://{request.headers['host']}"
        if origin not in (None, ours) or not secrets.compare_digest(
            fields.get("csrf", "").encode(), self.token.encode()
        ):
            raise ForeignFormError
        return fields


def _words(request: Request) -> Words:
    try:
        return EDITIONS[request.path_params["edition"]]
    except KeyError:
        raise NotThereError from None


def _require(place: Place, section: Section) -> None:
    if section not in place.tab.sections:
        raise NotThereError


def _asked(place: Place, fields: Mapping[str, str]) -> tuple[Setting, str]:
    """Which switch is to be turned, and which way, as far as this page has it."""
    setting, to = SLUGS.get(fields.get("setting", "")), fields.get("to", "")
    _require(place, Section.SYNC if setting is Setting.BIDIRECTIONAL_SYNC else Section.INTEGRATION)
    if setting is None or to not in _ways_of(place.level, setting):
        raise NotThereError
    return setting, to


def _ways_of(level: Level, setting: Setting) -> frozenset[str]:
    """Which ways a setting can be turned without a form of its own."""
    ways = frozenset[str]() if setting is Setting.SERVICE else frozenset({ON, OFF})
    if not level.of_group:
        return ways
    if setting not in OF_GROUPS:
        return frozenset()
    return ways if setting is Setting.LOCKED else ways | {RESET}


def _turned(level: Level, setting: Setting, to: str) -> bool | AnyDomain | Unmanaged:
    if to == RESET or (level.of_group and setting is Setting.LOCKED and to == OFF):
        # A group's lock is there or not: without it the group states nothing about locks.
        return UNMANAGED
    return ANY if setting is Setting.ALLOWED_DOMAINS else to == ON


def _saved(place: Place) -> Response:
    return RedirectResponse(f"{place.url}?saved=1", 303, headers=HEADERS)
