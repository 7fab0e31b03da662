"""A valid Account document as a typed value."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal, cast

from calplan.model.diagnostic import Position
from calplan.model.levels import GroupModel
from calplan.model.limits import Limit, Limits, MaxEvidenceAge, Tolerance, parse_age
from calplan.model.times import Freeze, Notice, Window, WindowKind, Windows
from calplan.policyfile.document import Parsed, Plain
from calplan.policyfile.documents import (
    AccountDocument,
    ConnectionsFile,
    CreateFiles,
    LocalPlatform,
    Platform,
    Provider,
    StatedProvider,
    ZoomPlatform,
)
from calplan.policyfile.finding import Pointer
from calplan.policyfile.time_zones import time_zone
from calplan.policyfile.values import beside, items, mapping, stated_text, text, whole

SPEC: Final[Pointer] = ("spec",)
CREATE_KEYS: Final = ("users", "settings", "tenant", "groups", "assistants")


def account_document(document: Parsed, file: Path) -> AccountDocument:
    """The account that a document without errors states."""
    spec = mapping(document.at(SPEC))
    return AccountDocument(
        name=text(document.at(("metadata", "name"))),
        platform=_platform(mapping(spec["platform"]), file),
        providers=tuple(_provider(mapping(one), file) for one in items(spec.get("providers"))),
        groups=group_model_of(spec.get("groups")),
        owner=stated_text(spec.get("owner")),
        limits=_limits(mapping(spec.get("limits"))),
        max_evidence_age=_ages(mapping(spec.get("maxEvidenceAge"))),
        tolerance=_tolerance(mapping(spec.get("tolerance"))),
        windows=_windows(items(spec.get("windows"))),
        freezes=tuple(_freeze(mapping(one)) for one in items(spec.get("freezes"))),
        notice=_notice(mapping(spec["notice"]), file) if "notice" in spec else None,
        positions=_positions(document),
        file=file,
    )


def _platform(stated: Mapping[str, Plain], file: Path) -> Platform:
    if stated["type"] != "local":
        return ZoomPlatform(stated=stated)
    create = stated.get("create")
    files = None if create is None else _create_files(mapping(create), file)
    return LocalPlatform(path=beside(file, text(stated["path"])), create=files)


def _create_files(stated: Mapping[str, Plain], file: Path) -> CreateFiles:
    paths = {key: beside(file, text(stated[key])) for key in CREATE_KEYS if key in stated}
    return CreateFiles(
        users=paths["users"],
        settings=paths["settings"],
        tenant=paths.get("tenant"),
        groups=paths.get("groups"),
        assistants=paths.get("assistants"),
    )


def _provider(stated: Mapping[str, Plain], file: Path) -> Provider:
    if stated["type"] == "connections-file":
        return ConnectionsFile(path=beside(file, text(stated["path"])))
    return StatedProvider(type=text(stated["type"]), stated=stated)


def group_model_of(value: Plain) -> GroupModel:
    """How overrides of several groups are resolved, as an Account or a Scenario states it."""
    stated = mapping(value)
    kind = cast("Literal['legacy', 'priority'] | None", stated.get("model"))
    return GroupModel(kind=kind, order=tuple(text(one) for one in items(stated.get("order"))))


def _limit(stated: Mapping[str, Plain], key: str, default: Limit) -> Limit:
    return Limit.parse(str(stated[key])) if key in stated else default


def _limits(stated: Mapping[str, Plain]) -> Limits:
    default = Limits()
    return Limits(
        disconnected=_limit(stated, "disconnected", default.disconnected),
        silent=_limit(stated, "silent", default.silent),
        blocked=_limit(stated, "blocked", default.blocked),
        unknown=_limit(stated, "unknown", default.unknown),
        pairs=_limit(stated, "pairs", default.pairs),
    )


def _tolerance(stated: Mapping[str, Plain]) -> Tolerance:
    default = Tolerance()
    return Tolerance(
        surprises=_limit(stated, "surprises", default.surprises),
        false_alarms=_limit(stated, "falseAlarms", default.false_alarms),
    )


def _age(stated: Mapping[str, Plain], key: str, default: timedelta) -> timedelta:
    return parse_age(text(stated[key])) if key in stated else default


def _ages(stated: Mapping[str, Plain]) -> MaxEvidenceAge:
    default = MaxEvidenceAge()
    return MaxEvidenceAge(
        users=_age(stated, "users", default.users),
        portal=_age(stated, "portal", default.portal),
        tenant=_age(stated, "tenant", default.tenant),
    )


def _windows(stated: list[Plain]) -> tuple[Windows, ...]:
    return (tuple(_window(mapping(one)) for one in stated),) if stated else ()


def _window(stated: Mapping[str, Plain]) -> Window:
    return Window(
        kind=WindowKind(text(stated["kind"])),
        cron=text(stated["cron"]),
        duration=parse_age(text(stated["duration"])),
        time_zone=time_zone(text(stated["timeZone"])),
        reason=stated_text(stated.get("reason")) or "",
    )


def _freeze(stated: Mapping[str, Plain]) -> Freeze:
    first, last = (date.fromisoformat(text(stated[key])) for key in ("from", "to"))
    return Freeze(first=first, last=last, reason=stated_text(stated.get("reason")) or "")


def _notice(stated: Mapping[str, Plain], file: Path) -> Notice:
    return Notice(hours=whole(stated["hours"]), receipt=str(beside(file, text(stated["receipt"]))))


def _positions(document: Parsed) -> Mapping[str, Position]:
    found = dict(_places(document))
    return {address: document.position(pointer) for address, pointer in found.items()}


def _places(document: Parsed) -> Iterator[tuple[str, Pointer]]:
    yield "metadata.name", ("metadata", "name")
    spec = mapping(document.at(SPEC))
    for key, value in spec.items():
        yield key, (*SPEC, key)
        inner = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
        for part, _ in inner:
            address = f"{key}[{part}]" if isinstance(part, int) else f"{key}.{part}"
            yield address, (*SPEC, key, part)
    for key in mapping(mapping(spec["platform"]).get("create")):
        yield f"platform.create.{key}", (*SPEC, "platform", "create", key)
    for key in mapping(mapping(spec["platform"]).get("endpoints")):
        yield f"platform.endpoints.{key}", (*SPEC, "platform", "endpoints", key)
    for number, provider in enumerate(items(spec.get("providers"))):
        for key in mapping(mapping(provider).get("endpoints")):
            yield f"providers[{number}].endpoints.{key}", (*SPEC, "providers", number, "endpoints", key)
