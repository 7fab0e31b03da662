"""A plan to tell people of: the document of a real one, with users as a test wants them."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from email.headerregistry import Address
from pathlib import Path
from typing import Any, Final

from calplan.impact.outcome import Outcome
from calplan.plan.document import PlanDocument, PlanUsers
from calplan.plan.planfile import unpack
from calplan.plan.users import SavedUsers
from calplan.render.notices.audience import ON_THE_WAY, Audience, Languages
from calplan.render.notices.message import Letterhead
from calplan.render.notices.rendered import Notices, Order, rendered
from calplan.render.notices.sources import Source, sources
from calplan.render.notices.words import shared
from tests import make
from tests.cli.make import folder, saved

DAY: Final = date(2026, 12, 1)
HEAD: Final = Letterhead(sender=Address(addr_spec="it@corp.example"), made_at=make.NOW)
STEP: Final = {
    "disconnected_blocked": "blocked:domain",
    "disconnected_silent": "tell_then_authorise",
    "disconnected_notice_unknown": "tell_then_authorise",
    "disconnected_prompted": "authorise",
    "blocked": "blocked:disabled",
    "at_risk": "unknown",
    "prompted": "authorise",
    "automatic": "none",
    ON_THE_WAY: "authorise",
}
"""The next step that most often goes with what people are told."""

Row = Mapping[str, Any]


def plan() -> PlanDocument:
    """The document of a plan that locks Office 365; made in the empty folder that a test starts in."""
    return unpack(saved(folder(Path("corp"))).read_bytes()).document


def row(email: str, about: str, **more: object) -> Row:
    """A user of a plan who is connected to Google, or not at all where the outcome says so."""
    on_the_way = about == ON_THE_WAY
    lost = about.startswith("disconnected") or on_the_way
    return {
        "email": email,
        "status": "active",
        "clients": [],
        "service": "google" if lost or about == "at_risk" else "",
        "calendar": "write",
        "contacts": "read",
        "groups": ["Staff"],
        "outcome": Outcome.UNAFFECTED.value if on_the_way else about,
        "connection": "lost" if lost else "none",
        "notice": "none",
        "next_step": STEP.get(about, "none"),
        "certainty": "documented",
        "rules": [],
        **({"lost_on_the_way": True} if on_the_way else {}),
        **more,
    }


def users(rows: Iterable[Row]) -> PlanUsers:
    """Users as a saved plan has them: sorted by address."""
    lines = (json.dumps(one, ensure_ascii=False) for one in sorted(rows, key=lambda one: str(one["email"])))
    return SavedUsers("\n".join(lines).encode("utf-8", "surrogatepass"))


def order(
    document: PlanDocument,
    rows: Iterable[Row],
    *,
    languages: Languages | None = None,
    groups: tuple[str, ...] = (),
    texts: Mapping[str, str] | None = None,
) -> Order:
    """What is to be made of users; ``texts`` replace shipped ones."""
    reading = languages or Languages(offered=("en",))
    own = sources({name: Source(place=f"own/{name}", text=text) for name, text in (texts or {}).items()})
    return Order(
        document=document,
        audience=Audience(document, users(rows), reading, groups),
        languages=reading,
        sources=own,
        shared=shared(own),
        day=DAY,
        head=HEAD,
    )


def notices(document: PlanDocument, rows: Iterable[Row], **more: Any) -> Notices:  # noqa: ANN401 - as ``order`` takes
    """All files for these users."""
    return rendered(order(document, rows, **more))


def text_of(made: Notices, name: str) -> str:
    """One of the files as text."""
    return made.files[name].decode("utf-8")
