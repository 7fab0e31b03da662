"""What a person attested written as a PortalRecord, the same text for the same record.

What nobody attested is left out with a comment: a field that a record does not state is unknown.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from calplan.model.levels import Groups
from calplan.model.policy import Attested
from calplan.model.settings import AccountSettings
from calplan.policyfile.schema import API_VERSION
from calplan.policyfile.writer import overrides_in_words, values_in_words
from calplan.policyfile.yaml_text import LeftOut, Writable, is_left_out, yaml_lines

KIND: Final = "PortalRecord"
NOT_ATTESTED: Final = LeftOut("not attested, so it is unknown")
GROUPS: Final = LeftOut("not attested, so what groups override is unknown; [] says that none does")
ABOVE: Final = (
    "What a person saw in the vendor's web portal: calplan cannot read these settings itself.",
    "A field that is not stated here is unknown. calplan attest writes this file after manual steps; when somebody",
    "looked at every field again, correct what changed, and set `by` and `at`.",
)
"""Stands above a record that calplan writes anew."""
MARK: Final = "#"


def portal_text(attested: Attested, account: str, above: Sequence[str] = ABOVE) -> str:
    """The PortalRecord that states this, below a comment of these lines."""
    stated: dict[str, Writable] = {"by": attested.by, "at": written_moment(attested.at), "portal": attested.portal}
    spec = _spec(attested)
    document: dict[str, Writable] = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {"name": attested.name, "account": account},
        "attested": stated,
        "spec": spec,
    }
    lines = [f"{MARK} {line}".rstrip() for line in above]
    lines += yaml_lines(document)
    if is_left_out(spec):
        lines.append("spec: {}")
    return "\n".join(lines) + "\n"


def settings_in_words(settings: AccountSettings, unknown: Writable = NOT_ATTESTED) -> dict[str, Writable]:
    """Every setting where a document has it, below ``spec``; ``unknown`` in place of what is not known."""
    spec: dict[str, Writable] = {}
    for setting, value in values_in_words(settings).items():
        head, _, key = setting.value.partition(".")
        inner = spec.setdefault(head, {}) if key else spec
        assert isinstance(inner, dict)
        inner[key or head] = unknown if isinstance(value, LeftOut) else _without_gaps(value)
    return spec


def written_moment(at: datetime) -> str:
    """A time as documents have it: in UTC, to the second where it says no more."""
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def comment_above(text: str) -> tuple[str, ...]:
    """The lines of the comment that a text begins with, without their marks."""
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith(MARK):
            break
        lines.append(line.removeprefix(MARK).strip())
    return tuple(lines)


def _spec(attested: Attested) -> dict[str, Writable]:
    groups = overrides_in_words(Groups(overrides=attested.overrides))
    return {**settings_in_words(attested.settings), "groups": GROUPS if isinstance(groups, LeftOut) else groups}


def _without_gaps(value: Writable) -> Writable:
    """A value without what is left out of it: a record need not say where a password lives, or which version it is."""
    if not isinstance(value, dict):
        return value
    return {key: _without_gaps(inner) for key, inner in value.items() if not isinstance(inner, LeftOut)}
