"""The steps of a plan, and the order that was chosen for them, as a plan file states them."""

from typing import NotRequired, TypedDict


class ActDocument(TypedDict):
    """One thing a person does with one control of the portal; ``confirm`` is the button of its dialog."""

    field: str
    control: str
    set_to: str
    confirm: NotRequired[str]
    note: NotRequired[str]


class WayDocument(TypedDict):
    """How a person takes a step in one edition of the portal: the click path, the acts, and one Save if any."""

    edition: str
    title: str
    as_of: str
    sources: list[str]
    path: list[str]
    acts: list[ActDocument]
    save: bool


class StepDocument(TypedDict):
    """One write, in the order of the plan; ``guide`` says how a person does it, the newest edition first."""

    id: str
    mode: str
    provider: str
    op: str
    address: str
    depends_on: list[str]
    expected: dict[str, int]
    why: str
    guide: NotRequired[list[WayDocument]]


class TollDocument(TypedDict):
    """What an order of steps costs while users authorise again in between.

    ``lose`` counts users who lose a connection at least once, ``losses`` how often all lose one, and ``not_told`` the
    losses nobody certainly told of.
    """

    lose: int
    losses: int
    not_told: int


class OrderDocument(TypedDict):
    """The order of the kinds of steps that was chosen among ``candidates``, against the naive one.

    ``groups_first``: within a kind groups are written before the account.

    ``surplus`` counts the users who lose a connection on the way and would not by the change as a whole.
    """

    chosen: list[str]
    canonical: bool
    groups_first: bool
    naive: list[str]
    candidates: int
    toll: TollDocument
    naive_toll: TollDocument
    surplus: int
