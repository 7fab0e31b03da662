"""A settings file states every field, because what it leaves out could be anything."""

from collections.abc import Iterator
from typing import Final

from calplan.model.settings import Setting
from calplan.policyfile.document import Parsed
from calplan.policyfile.finding import Finding, Pointer
from calplan.policyfile.translate import listed

FIELDS: Final[dict[str, Pointer]] = {one.value: tuple(one.value.split(".")) for one in Setting}


def every_field_is_stated(document: Parsed, root: Pointer) -> Iterator[Finding]:
    missing = {name: (*root, *parts) for name, parts in FIELDS.items() if not _is_stated(document, (*root, *parts))}
    if not missing:
        return
    around = tuple(pointer[:length] for pointer in missing.values() for length in range(1, len(pointer)))
    yield Finding(
        code="S-MISSING",
        subject=next(iter(missing.values())),
        on_key=True,
        summary=f"this settings file does not state {listed(list(missing))}",
        why="it is taken for the live settings, where a field that is left out could be anything",
        help="state every field; write `unknown` where nobody knows",
        also=(*missing.values(), *(pointer for pointer in around if not _is_stated(document, pointer))),
    )


def _is_stated(document: Parsed, pointer: Pointer) -> bool:
    around = document.at(pointer[:-1])
    # Where something else than a mapping stands, that is what is wrong.
    return around is not None and (not isinstance(around, dict) or pointer[-1] in around)
