"""Calls of the vendor's API: refused here where the token has no scope for them, and read page by page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Protocol, Self, TypeVar

from calplan.providers.errors import NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.http.answer import Answer
from calplan.providers.http.client import Reader
from calplan.providers.http.message import text_of
from calplan.providers.http.said import RefusedError
from calplan.providers.observing import Progress
from calplan.providers.zoom.connecting import NAME
from calplan.providers.zoom.messages import Page, decoded
from calplan.providers.zoom.routes import Route

T = TypeVar("T")
Row = TypeVar("Row")
ATTEMPTS: Final = 3
"""How often a list is begun."""
BAD_REQUEST: Final = 400


class MissingScopeError(NotAuthorisedError):
    """The token has no scope for a call; nothing was sent."""


class _BrokenOffError(Exception):
    """A list cannot be read on from where it is."""


class Calls:
    """What can be asked of the vendor; it belongs to one thread. Every method raises ``ProviderError``."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def require(self, *routes: Route) -> None:
        """Sign in, and refuse where a scope is missing for one of these calls.

        Raises:
            MissingScopeError: the first that is missing, by its name.
        """
        granted = self._reader.sign_in().scopes
        missing = [] if granted is None else [one for one in routes if not one.allowed_by(granted)]
        if missing:
            names = ", ".join(sorted({one.scope for one in missing}))
            raise MissingScopeError(
                f"Zoom granted no scope for {missing[0].shown()}: {names} is missing. Add it to the server-to-server"
                " OAuth app at marketplace.zoom.us (Manage, the app, Scopes) and activate the app again"
            )

    def get(self, route: Route, *names: str, kind: type[T], query: Mapping[str, str | int] | None = None) -> T:
        """The answer to a read, decoded."""
        return decoded(self.answer(route, *names, query=query), kind, route.shown())

    def answer(self, route: Route, *names: str, query: Mapping[str, str | int] | None = None) -> Answer:
        """The answer to a read as it came."""
        self.require(route)
        return self._reader.get(*route.parts(*names), query=query)

    def tell(self, what: str | None, done: int, total: int | None = None) -> None:
        """Tell whoever observes how much of something was read by now."""
        if what is not None:
            self._reader.observe(Progress(source=NAME, what=what, done=done, total=total))

    def pages(
        self,
        route: Route,
        *names: str,
        kind: type[Page[Row]],
        query: Mapping[str, str | int],
        what: str | None = None,
        kept: "Kept[Row] | None" = None,
    ) -> Iterator[Page[Row]]:
        """Every page of a list. It begins again where the vendor lost its place or left rows out.

        ``what`` the list is of tells how far it was read; without it nothing is told. With ``kept`` it begins with the
        pages that were kept, and the others are kept before they are given out.

        Whoever reads the pages meets rows again then, and has to know them.

        Raises:
            UnreachableError: the list could not be read to its end.
        """

        def ask(token: str) -> Page[Row]:
            more = {"next_page_token": token} if token else {}
            return self.get(route, *names, kind=kind, query={**query, **more})

        for attempt in range(1, ATTEMPTS + 1):
            read, total = 0, 0
            self.tell(what, read)
            try:
                for page in _in_order(ask, kept if attempt == 1 else kept and kept.emptied()):
                    read += len(page.rows)
                    total = page.total_records if isinstance(page.total_records, int) else 0
                    self.tell(what, read, total or None)
                    yield page
            except _BrokenOffError:
                if attempt < ATTEMPTS:
                    continue
                why = "its place in the list was lost"
            else:
                if read >= total:
                    return
                why = f"it showed {read:,} of {total:,}"
        raise UnreachableError(
            f"Zoom did not let {route.shown()} be read to its end in {ATTEMPTS} attempts: {why}. Run the command again"
        )


class Kept(Protocol[Row]):
    """Keeps the pages of one list."""

    def pages(self) -> Sequence[Page[Row]]:
        """Those that a read can go on after."""
        ...

    def keep(self, number: int, page: Page[Row]) -> None:
        """Keep the page of this number."""
        ...

    def emptied(self) -> Self:
        """The same without any page."""
        ...


def _in_order(ask: Callable[[str], Page[Row]], kept: Kept[Row] | None) -> Iterator[Page[Row]]:
    """The pages of a list from its first on.

    Raises:
        _BrokenOffError: the token of a page was refused: it ends after a quarter of an hour.
        ProviderError: the vendor leads in a circle.
    """
    token, met, number = "", set[str](), 0
    for number, page in enumerate(() if kept is None else kept.pages(), start=1):  # noqa: B007 - used below
        yield page
        token = text_of(page.next_page_token)
    if number and not token:
        return
    while True:
        try:
            page = ask(token)
        except RefusedError as error:
            # Of a request whose first page was answered, only the token can be wrong.
            if token and error.status == BAD_REQUEST:
                raise _BrokenOffError from None
            raise
        if kept is not None:
            kept.keep(number, page)
        number += 1
        yield page
        token = text_of(page.next_page_token)
        if not token:
            return
        if token in met or not page.rows:
            raise ProviderError("Zoom shows the same page of a list again and again; nothing was taken from it")
        met.add(token)
