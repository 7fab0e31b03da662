"""What every provider promises, held against each of them over the wire, with its real client and its own server."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from enum import Enum
from typing import Final, Protocol

import pytest

from calplan.providers.beside import CAPABILITIES
from calplan.providers.catalog import CATALOG
from calplan.providers.errors import NotAuthorisedError, ProviderError, UnreachableError
from tests.contract.at_exchange import exchange
from tests.contract.in_files import connections_file, local
from tests.contract.on_the_wire import MANY, google_reports, google_tokens, microsoft, zoom
from tests.contract.scene import Scene, State

pytestmark = pytest.mark.loopback

MOST_TRIES: Final = 40
"""No provider asks so often for one thing before it gives up."""


class Column(Enum):
    """The providers; the values begin with the type that documents state."""

    ZOOM = "zoom"
    MICROSOFT = "microsoft"
    GOOGLE_TOKENS = "google, tokens"
    GOOGLE_REPORTS = "google, reports"
    EXCHANGE = "exchange"
    CONNECTIONS_FILE = "connections-file"
    LOCAL = "local"


class Opened(Protocol):
    """How a provider is put on its stage; ``empty``: nobody is there."""

    def __call__(self, _patch: pytest.MonkeyPatch, /, *, empty: bool = False) -> AbstractContextManager[Scene]: ...


STAGES: Final[Mapping[Column, Opened]] = {
    Column.ZOOM: zoom,
    Column.MICROSOFT: microsoft,
    Column.GOOGLE_TOKENS: google_tokens,
    Column.GOOGLE_REPORTS: google_reports,
    Column.EXCHANGE: exchange,
    Column.CONNECTIONS_FILE: connections_file,
    Column.LOCAL: local,
}


def empty(scene: Scene) -> None:
    """Nobody is there, and that is a whole answer."""
    found = scene.read()
    assert (dict(found.people), found.whole) == ({}, True)


def one_page(scene: Scene) -> None:
    as_it_is(scene)


def many_pages(scene: Scene) -> None:
    """Everybody is read once, however few come at a time."""
    scene.shorten()
    as_it_is(scene)


def later_page_lost(scene: Scene) -> None:
    """What was read by then is never taken for everybody."""
    scene.lose_the_end()
    cannot_tell(scene, ProviderError)


def throttled_then_fine(scene: Scene) -> None:
    """It waits, and reads the same."""
    scene.trouble("429-seconds", 2)
    as_it_is(scene)
    assert scene.paused() >= 4


def throttled_for_ever(scene: Scene) -> None:
    """It gives up within its patience."""
    scene.trouble("429", MANY)
    cannot_tell(scene, UnreachableError)
    assert scene.paused() <= scene.patience
    assert len(scene.asked()) <= MOST_TRIES


def expired_token(scene: Scene) -> None:
    """A token that ends before its time is renewed, once."""
    as_it_is(scene)
    usual = scene.signed_in()
    scene.trouble("expire-token")
    as_it_is(scene)
    further = scene.signed_in() - usual
    scene.trouble("expire-token", MANY)
    cannot_tell(scene, NotAuthorisedError)
    assert (usual > 0, further) == (True, usual + 1)


def forbidden(scene: Scene) -> None:
    """It is told apart from all other trouble, and what is missing is named."""
    scene.forbid()
    with pytest.raises(NotAuthorisedError) as refused:
        scene.read()
    assert scene.missing in str(refused.value)


def half_a_response(scene: Scene) -> None:
    """An answer that breaks off is never taken for the whole."""
    scene.trouble("half", MANY)
    cannot_tell(scene, ProviderError)


def server_error_then_fine(scene: Scene) -> None:
    scene.trouble("503", 2)
    as_it_is(scene)


def connection_dropped(scene: Scene) -> None:
    """It is tried again where that is safe; else it ends as what it is."""
    scene.trouble("drop")
    if scene.survives_drops:
        as_it_is(scene)
    else:
        cannot_tell(scene, UnreachableError)
        as_it_is(scene)


def web_page(scene: Scene) -> None:
    """A web page under a good status is no answer."""
    scene.trouble("web-page", MANY)
    cannot_tell(scene, ProviderError)


def other_json(scene: Scene) -> None:
    """JSON that says something else is no answer, and no empty list."""
    scene.trouble("error-in-200", MANY)
    cannot_tell(scene, ProviderError)


def written_twice(scene: Scene) -> None:
    """The second time nothing is written any more."""
    assert scene.write()
    done = scene.changed()
    assert done
    assert not scene.write()
    assert scene.changed() == done


def unknown_stays_unknown(scene: Scene) -> None:
    """Whoever cannot be read is never shown as not connected."""
    lost = scene.lose_somebody()
    found = scene.read()
    assert found.people[lost] is State.UNKNOWN


class Behaviour(Enum):
    """The rows: each is what somebody may rely on."""

    EMPTY = "nobody there"
    ONE_PAGE = "one page"
    MANY_PAGES = "many pages"
    LATER_PAGE_LOST = "later page lost"
    THROTTLED_THEN_FINE = "throttled, then fine"
    THROTTLED_FOR_EVER = "throttled for ever"
    EXPIRED_TOKEN = "expired token"
    FORBIDDEN = "forbidden"
    HALF = "half a response"
    SERVER_ERROR = "server error, then fine"
    DROPPED = "connection dropped"
    WEB_PAGE = "web page"
    OTHER_JSON = "other JSON"
    WRITTEN_TWICE = "written twice"
    UNKNOWN = "unknown stays unknown"


HELD: Final[Mapping[Behaviour, Callable[[Scene], None]]] = {
    Behaviour.EMPTY: empty,
    Behaviour.ONE_PAGE: one_page,
    Behaviour.MANY_PAGES: many_pages,
    Behaviour.LATER_PAGE_LOST: later_page_lost,
    Behaviour.THROTTLED_THEN_FINE: throttled_then_fine,
    Behaviour.THROTTLED_FOR_EVER: throttled_for_ever,
    Behaviour.EXPIRED_TOKEN: expired_token,
    Behaviour.FORBIDDEN: forbidden,
    Behaviour.HALF: half_a_response,
    Behaviour.SERVER_ERROR: server_error_then_fine,
    Behaviour.DROPPED: connection_dropped,
    Behaviour.WEB_PAGE: web_page,
    Behaviour.OTHER_JSON: other_json,
    Behaviour.WRITTEN_TWICE: written_twice,
    Behaviour.UNKNOWN: unknown_stays_unknown,
}

ONE_MAILBOX: Final = "a probe is of the one mailbox that its document states, and reads no list"
NO_SERVER: Final = "a file is read from the disk: nobody throttles, has trouble, or breaks a connection off"
NO_TOKEN: Final = "a file asks for no token"
WHOLE_FILE: Final = "a file has no pages: what is cut off of it is half a response"
HELD_AS: Final[Mapping[Behaviour, Mapping[Column, str]]] = {
    Behaviour.EMPTY: {Column.EXCHANGE: ONE_MAILBOX},
    Behaviour.ONE_PAGE: {},
    Behaviour.MANY_PAGES: {Column.EXCHANGE: ONE_MAILBOX},
    Behaviour.LATER_PAGE_LOST: {
        Column.EXCHANGE: ONE_MAILBOX,
        Column.CONNECTIONS_FILE: WHOLE_FILE,
        Column.LOCAL: WHOLE_FILE,
    },
    Behaviour.THROTTLED_THEN_FINE: {Column.CONNECTIONS_FILE: NO_SERVER, Column.LOCAL: NO_SERVER},
    Behaviour.THROTTLED_FOR_EVER: {Column.CONNECTIONS_FILE: NO_SERVER, Column.LOCAL: NO_SERVER},
    Behaviour.EXPIRED_TOKEN: {
        Column.EXCHANGE: "a probe signs in with a password at every connection, so nothing can expire",
        Column.CONNECTIONS_FILE: NO_TOKEN,
        Column.LOCAL: NO_TOKEN,
    },
    Behaviour.FORBIDDEN: {
        Column.CONNECTIONS_FILE: "a file that may not be read is a wrong path of the document, as one that is not there"
    },
    Behaviour.HALF: {},
    Behaviour.SERVER_ERROR: {Column.CONNECTIONS_FILE: NO_SERVER, Column.LOCAL: NO_SERVER},
    Behaviour.DROPPED: {Column.CONNECTIONS_FILE: NO_SERVER, Column.LOCAL: NO_SERVER},
    Behaviour.WEB_PAGE: {},
    Behaviour.OTHER_JSON: {},
    Behaviour.WRITTEN_TWICE: {
        Column.GOOGLE_REPORTS: "what is written does not depend on what tells who consented; see the tokens",
        Column.EXCHANGE: "a probe opens folders and writes nothing anywhere",
        Column.CONNECTIONS_FILE: "somebody else writes the file, and calplan reads it",
    },
    Behaviour.UNKNOWN: {Column.EXCHANGE: "a probe that does not open the mailbox fails, and says nothing of people"},
}
"""Where a behaviour means nothing for a provider, and why; everywhere else it is held."""
CELLS: Final = [(row, column) for row in Behaviour for column in Column if column not in HELD_AS[row]]


def as_it_is(scene: Scene) -> None:
    """A reading comes to exactly what is there."""
    found = scene.read()
    assert (dict(found.people), found.whole, found.why) == (dict(scene.everybody), True, "")


def cannot_tell(scene: Scene, kind: type[ProviderError]) -> None:
    """A reading ends in an error of this kind, or says itself that it is not whole and of nobody that he is free."""
    try:
        found = scene.read()
    except kind:
        return
    assert not found.whole
    assert found.why
    assert State.NOT_CONNECTED not in found.people.values()


@pytest.mark.parametrize("row, column", CELLS, ids=[f"{column.value}: {row.value}" for row, column in CELLS])
def test_every_provider_behaves(row: Behaviour, column: Column, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = STAGES[column]
    with opened(monkeypatch, empty=True) if row is Behaviour.EMPTY else opened(monkeypatch) as scene:
        HELD[row](scene)
        if row is not Behaviour.WRITTEN_TWICE:
            assert scene.changed() == []


def test_no_cell_of_the_table_is_empty() -> None:
    assert set(HELD) == set(HELD_AS) == set(Behaviour)
    assert set(STAGES) == set(Column)
    reasons = [reason for row in HELD_AS.values() for reason in row.values()]
    assert all(len(reason.split()) > 4 for reason in reasons)
    assert len(CELLS) + len(reasons) == len(Behaviour) * len(Column)


def test_every_provider_that_a_document_can_state_has_a_column() -> None:
    assert {one.value.partition(",")[0] for one in Column} == {*CATALOG, *CAPABILITIES}
