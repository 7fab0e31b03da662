"""Pages of what comes along: what can be read and written where, packs of guardrails, columns of users files."""

import json
from collections.abc import Iterator
from typing import Any

import yaml

from calplan.policyfile.packs import pack_file, pack_names
from calplan.policyfile.user_words import COLUMNS, EMPTY_MEANS_SOMETHING, LISTS, WORDS
from calplan.render.capabilities import MEANINGS
from tests.cli.make import calplan
from tests.reference.columns import MEANS
from tests.reference.markdown import bullet, code, paragraphs, safe, table


def capabilities_page() -> Iterator[str]:
    """What calplan can do by itself, and on whose word."""
    document: dict[str, list[dict[str, Any]]] = json.loads(calplan("providers", "-o", "json").out)
    places = [*document["platforms"], *document["providers"]]
    yield from paragraphs(
        "# What can be read and written where",
        "`calplan providers` prints this. The first two columns are platforms, which have the settings; the others are "
        "sources beside one, which tell who is connected.",
    )
    addresses = list(places[0]["capabilities"])
    rows = ([code(one), *(place["capabilities"][one]["ability"] for place in places)] for one in addresses)
    yield from table(["", *(place["platform"] for place in places)], rows)
    yield from table(("word", "means"), MEANINGS.items())
    for place in places:
        yield from paragraphs(f"## {place['platform']}")
        grounds: dict[tuple[str, str], list[str]] = {}
        for address, one in place["capabilities"].items():
            grounds.setdefault((one["ability"], one["source"]), []).append(code(address))
        for (ability, source), concerned in grounds.items():
            yield from bullet(f"**{ability}**: {', '.join(concerned)}. {safe(source)}")
        yield ""


def packs_page() -> Iterator[str]:
    """The rules of every pack."""
    yield from paragraphs(
        "# Packs of guardrails",
        "They come along, and hold where they are named: `--pack NAME`. How to use them and write rules of your own: "
        "[guardrails.md](../how-to/guardrails.md). Each rule is tried by a Scenario in `policies/scenarios`.",
    )
    for name in pack_names():
        document = yaml.safe_load(pack_file(name).read_text(encoding="utf-8"))
        yield from paragraphs(f"## {name}")
        for rule in document["spec"]["rules"]:
            asked = "each user" if rule.get("each") == "user" else "the plan"
            baselines = [f"{one['framework']} {one['version']}, {one['id']}" for one in rule.get("baselines", ())]
            rests = f" From: {safe('; '.join(baselines))}." if baselines else ""
            facts = f"({rule['severity']}, asked of {asked})"
            yield from bullet(f"**{rule['id']}** {facts}: {safe(rule['message'])}.{rests}")
        yield ""


def users_file_page() -> Iterator[str]:
    """The columns of users files and connections files."""
    yield from paragraphs(
        "# Users files",
        "One vocabulary for `sandbox create --from`, `create.users`, `init --users`, a `connections-file`, and what "
        "`impact -o csv` and `-o ndjson` write. CSV has a header and parts lists with `;`; NDJSON is one object a "
        "line, with arrays. A bad row is an error with its line. A column that is not known is ignored with a note.",
        "A column or key that is **missing** says that nobody knows, but for `status`, which is then `active`, and "
        "`clients`, of which none is known. One that is **empty** means the same, but for "
        + ", ".join(code(one) for one in COLUMNS if one in EMPTY_MEANS_SOMETHING)
        + ", where empty says that there is nothing.",
    )
    for column in COLUMNS:
        words = f" One of {', '.join(map(code, WORDS[column]))}." if column in WORDS else ""
        listed = " A list." if column in LISTS else ""
        yield from bullet(f"**`{column}`**: {safe(MEANS[column])}{words}{listed}")
    yield ""
