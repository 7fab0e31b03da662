"""What a person attests of a run: which of its manual steps were done, and what the account is by them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from calplan.apply.progress import ATTEST, StepState
from calplan.impact.resolve import Levels
from calplan.model.policy import Attested, GroupOverride
from calplan.model.settings import Setting
from calplan.model.unknown import Unknown
from calplan.plan.actions import SetOverride
from calplan.plan.addresses import GRANT_ADDRESS
from calplan.plan.document import PlanDocument
from calplan.plan.levels_document import levels_of
from calplan.plan.steps_document import StepDocument
from calplan.plan.writes import KEYS, levels_after, stated

WRITTEN: Final = "written"
"""Kind of the record that what was attested of some steps stands in its documents."""
MANUAL: Final = "manual"
GROUP: Final = "groups["
SETTING_OF: Final = {key: setting for setting, key in KEYS.items()}


class CannotAttestError(Exception):
    """Something cannot be attested; the message says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """That a person says to have done one step, and when."""

    step: str
    by: str
    at: datetime


def unwritten(records: Iterable[tuple[str, Mapping[str, object]]]) -> dict[str, Saying]:
    """The steps of a run that were attested and are not known to stand in the documents yet, by their id.

    So it is after a crash between the two; attesting them again then only writes the documents.
    """
    found: dict[str, Saying] = {}
    for kind, content in records:
        if kind == ATTEST:
            step, by, at = (str(content.get(key)) for key in ("step", "by", "at"))
            found[step] = Saying(step=step, by=by, at=datetime.fromisoformat(at))
        elif kind == WRITTEN:
            named = content.get("steps")
            for step in named if isinstance(named, list) else ():
                found.pop(str(step), None)
    return found


def steps_to_attest(
    document: PlanDocument, states: Mapping[str, StepState], again: Collection[str], asked: Sequence[str]
) -> tuple[StepDocument, ...]:
    """The steps that a person may say were done: those asked for, else all manual ones that are open by now.

    ``again`` are steps attested before of which the documents do not say so yet; they are always among them.

    Raises:
        CannotAttestError: one that was asked for is none of them, or there is none.
    """
    steps = {one["id"]: one for one in document["steps"]}
    for name in asked:
        _require_open(name, steps, states, again)
    done = {name for name, state in states.items() if state is StepState.DONE}
    chosen = []
    for one in document["steps"]:
        name = one["id"]
        wanted = name in again or (name not in done and (not asked or name in asked))
        if one["mode"] != MANUAL or not wanted:
            continue
        # Where an apply waits, it found everything before true, also what nobody had to do.
        waits = states.get(name) is StepState.WAITING
        missing = [] if waits or name in done else [before for before in one["depends_on"] if before not in done]
        if not missing:
            chosen.append(one)
            done.add(name)
        elif asked:
            raise CannotAttestError(f"{name} comes after {', '.join(missing)}, which is not done; do that first")
    if not chosen:
        raise CannotAttestError("no step of this run waits for a person; to go on: calplan apply --resume RUN")
    return tuple(chosen)


def _require_open(
    name: str, steps: Mapping[str, StepDocument], states: Mapping[str, StepState], again: Collection[str]
) -> None:
    if name not in steps:
        raise CannotAttestError(f"this run has no step {name!r}; it has {', '.join(steps) or 'none'}")
    if steps[name]["mode"] != MANUAL:
        raise CannotAttestError(f"{name} is a step that calplan does itself, so nobody has to attest it")
    if states.get(name) is StepState.DONE and name not in again:
        raise CannotAttestError(f"{name} was attested already")


def attested_after(document: PlanDocument, steps: Sequence[StepDocument], record: Attested) -> Attested:
    """The record once these steps are done, with the values of the plan.

    Raises:
        CannotAttestError: a group's step was done, and the record does not state what groups override.
    """
    addresses = [one["address"] for one in steps]
    _, planned = levels_of(document)
    of_groups = [address for address in addresses if address.startswith(GROUP)]
    settings = record.settings.taking(addresses, planned.account)
    return replace(record, settings=settings, overrides=_overrides(record, planned, of_groups))


def _overrides(record: Attested, planned: Levels, addresses: Sequence[str]) -> tuple[GroupOverride, ...] | Unknown:
    if not addresses:
        return record.overrides
    wanted, stood = planned.overrides, record.overrides
    if isinstance(wanted, Unknown) or isinstance(stood, Unknown):
        raise CannotAttestError(
            "the PortalRecord does not say what groups override, so one group alone cannot be attested; "
            "look at all groups in the portal and state them under `groups`, or write `groups: []`"
        )
    words = {planned.groups.id_of(one.group): one.group for one in stood}
    levels = Levels(account=record.settings, groups=replace(planned.groups, overrides=stood))
    for address in addresses:
        name, _, key = address.removeprefix(GROUP).rpartition("].")
        group, setting = planned.groups.id_of(name), SETTING_OF[key]
        value = stated(wanted.get(group, GroupOverride(group=group)), setting)
        levels = levels_after(SetOverride(group=group, setting=setting, value=value), levels)
    after = levels.overrides
    assert not isinstance(after, Unknown)
    return tuple(replace(one, group=words.get(group, planned.groups.name_of(group))) for group, one in after.items())


def grant_after(document: PlanDocument, steps: Sequence[StepDocument]) -> frozenset[str] | None:
    """The scopes of the tenant-wide grant once these steps are done; ``None`` where none of them makes sure of it."""
    if GRANT_ADDRESS not in {one["address"] for one in steps}:
        return None
    (change,) = (one for one in document["resource_changes"] if one["address"] == GRANT_ADDRESS)
    scopes = change["change"]["after"]
    assert isinstance(scopes, list)
    return frozenset(map(str, scopes))


def states_anything_else(record: Attested, addresses: Collection[str]) -> bool:
    """Whether a record states more than what stands at these addresses: that is as old as the record."""
    others = (one for one in Setting if one.value not in addresses)
    return not isinstance(record.overrides, Unknown) or any(
        not isinstance(record.settings.value(one), Unknown) for one in others
    )
