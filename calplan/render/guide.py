"""The steps by hand: act by act on a terminal, as a checklist in Markdown, and as the path shown below a step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from calplan.model.plural import plural
from calplan.plan.document import PlanDocument
from calplan.plan.kinds import StepKind
from calplan.plan.labels import Control
from calplan.plan.steps_document import ActDocument, StepDocument, WayDocument
from calplan.render.colour import Line, Style
from calplan.render.counts import MANUAL
from calplan.render.pen import NO_ADDRESS, Pen
from calplan.render.step_wording import changes_by_address, cost_in_words, step_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How the name of a control, the value it is set to, and any other words are written."""

    name: Callable[[str], str]
    value: Callable[[str], str]
    words: Callable[[str], str]


AT_A_TERMINAL: Final = Voice(name=str, value=lambda value: f'"{value}"', words=str)

STEP_BY_STEP: Final = {
    Control.TOGGLE.value: "switch it {}",
    Control.CHOICE.value: "choose {}",
    Control.TEXT.value: "type {}",
    Control.TICK_BOX.value: "see that it is {}",
    Control.LOCK_ICON.value: "click the lock icon, so that it is {}",
    Control.BUTTON.value: "click it, for {}",
}
"""What is done with a control to set it to a value."""
SAVE: Final = "Save"
SAVE_ONCE: Final = "click it once, when all of this is set"
NO_LABELS: Final = "calplan does not know how the portal names this."
NOTHING: Final = "Nothing of this plan is to be done by hand."
BEFORE: Final = (
    "`calplan apply` does what it can do first, then exits with 11 and names the RUN. Do these steps in this order, as "
    "owner or admin of the account, each on the path that your portal has."
)
AFTER: Final = "Tell calplan what was done: `calplan attest RUN`. Then go on: `calplan apply --resume RUN`."


def path_in_words(step: StepDocument) -> str:
    """The click path to a manual step in the newest edition of the portal; empty where it is not known."""
    guide = step.get("guide")
    return " > ".join(guide[0]["path"]) if guide else ""


def path_in_markdown(step: StepDocument, pen: Pen) -> str:
    """The same in Markdown."""
    guide = step.get("guide")
    return " > ".join(map(pen.prose, guide[0]["path"])) if guide else ""


def guide_text(step: StepDocument, order: str) -> Iterator[Line]:
    """One manual step on a terminal, act by act, in every edition of the portal."""
    yield Line(f"{step['id']} by hand: {order}; {cost_in_words(step)}", Style.STRONG)
    for way in step.get("guide") or ():
        yield Line(f"  {_title(way, str)}:")
        yield Line(f"    {' > '.join(way['path'])}")
        for number, words in enumerate(_acts(way, AT_A_TERMINAL), start=1):
            yield Line(f"    {number}. {words}")
    if not step.get("guide"):
        yield Line(f"  {NO_LABELS}")


def checklist(document: PlanDocument) -> Iterator[str]:
    """The steps by hand alone, to be ticked off in an issue or a pull request; it names whom they concern."""
    pen = Pen(addresses=True)
    yield f"## Steps by hand for {pen.code(document['account'])}\n"
    yield "\n"
    yield from (f"{line}\n" for line in steps_by_hand(document, pen))


def steps_by_hand(document: PlanDocument, pen: Pen) -> Iterator[str]:
    """The checklist, line by line. Without addresses the flags of scheduling privileges are only counted."""
    steps = [*document["steps"]]
    by_hand = [step for step in steps if step["mode"] == MANUAL]
    if not by_hand:
        yield NOTHING
        return
    yield BEFORE
    yield ""
    flags = [] if pen.addresses else [step for step in by_hand if step["op"] == StepKind.PRIVATE_EVENTS.value]
    needed = _needed(steps)
    for step in steps:
        if step in flags:
            continue
        if step["mode"] == MANUAL:
            yield from _item(document, step, pen)
        elif step["id"] in needed:
            yield f"- {pen.prose(step['id'])} calplan does itself; the steps below come after it"
    if flags:
        yield f"- [ ] {plural(len(flags), 'scheduling privilege')}, named by `calplan plan -o checklist`"
    yield ""
    yield AFTER
    if not pen.addresses and any(NO_ADDRESS in pen.prose(text) for text in _texts(document, by_hand)):
        yield f"Where this says {NO_ADDRESS}, `calplan plan -o checklist` says whose."


def _needed(steps: list[StepDocument]) -> frozenset[str]:
    """The steps of calplan that a manual one comes after, directly or over others."""
    needed: set[str] = set()
    for step in reversed(steps):
        if step["mode"] == MANUAL or step["id"] in needed:
            needed.update(step["depends_on"])
    return frozenset(needed)


def _texts(document: PlanDocument, steps: list[StepDocument]) -> Iterator[str]:
    """What could name somebody in the steps by hand."""
    changes = changes_by_address(document)
    for step in steps:
        yield step_in_words(step, changes)
        for way in step.get("guide") or ():
            yield from (act["set_to"] for act in way["acts"])


def _item(document: PlanDocument, step: StepDocument, pen: Pen) -> Iterator[str]:
    voice = Voice(name=lambda name: f"**{pen.prose(name)}**", value=pen.code, words=pen.prose)
    order = pen.prose(step_in_words(step, changes_by_address(document)))
    yield f"- [ ] **{pen.prose(step['id'])}** {order} ({cost_in_words(step)})"
    for way in step.get("guide") or ():
        yield f"  - {_title(way, pen.prose)}: {' > '.join(map(pen.prose, way['path']))}"
        for number, words in enumerate(_acts(way, voice), start=1):
            yield f"    {number}. {words}"
    if not step.get("guide"):
        yield f"  - {NO_LABELS}"


def _title(way: WayDocument, words: Callable[[str], str]) -> str:
    """An edition of the portal, with the day and the articles of its labels."""
    return f"{words(way['title'])} (labels of {words(way['as_of'])}, from {words(', '.join(way['sources']))})"


def _acts(way: WayDocument, voice: Voice) -> Iterator[str]:
    """What is done, one act after the other; one Save takes them all over."""
    for act in way["acts"]:
        yield f"{voice.name(act['field'])}: {_act(act, voice)}"
    if way["save"]:
        yield f"{voice.name(SAVE)}: {SAVE_ONCE}"


def _act(act: ActDocument, voice: Voice) -> str:
    if act["control"] == Control.PASSWORD.value:
        done = f"type {voice.words(act['set_to'])}"
    else:
        done = STEP_BY_STEP.get(act["control"], "set it to {}").format(voice.value(act["set_to"]))
    confirm, note = act.get("confirm"), act.get("note")
    if confirm:
        done += f"; if a dialog asks, click {voice.name(confirm)}"
    return f"{done}. {voice.words(note)}" if note else done
