"""What a JSON Schema validator says, in words for the person who wrote the document.

The validator's own messages print the offending value, which may be a secret, and give up at a choice of shapes.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from calplan.policyfile.breach import Breach, Schema
from calplan.policyfile.choices import JSON_TYPES, Branch, branches_of, const_of, discriminator, fitting, words_of
from calplan.policyfile.document import Parsed
from calplan.policyfile.finding import Finding, Pointer, shown
from calplan.policyfile.line_numbers import SENSITIVE
from calplan.policyfile.scalars import OLD_BOOLEANS

TYPE_WORDS: Final = {
    "boolean": "true or false",
    "string": "text",
    "integer": "a whole number",
    "number": "a decimal number",
    "object": "a mapping of keys to values",
    "array": "a list",
    "null": "nothing",
}
LONGEST_QUOTE: Final = 60
MOST_UNKNOWN: Final = 50
BY_REFERENCE: Final = (
    "write where the secret lives: `{env: CALPLAN_SECRET_...}`, `{file: ...}`, `{keyring: ...}` or `{vault: ...}`"
)


def translated(breaches: Sequence[Breach], document: Parsed, schema: Schema) -> tuple[Finding, ...]:
    """The findings that breaches of a schema stand for; several breaches of one cause become one."""
    translation = _Translation(document, schema)
    found = ((finding.subject, finding) for breach in breaches for finding in translation.of(breach))
    # Of two breaches at one place the first one found is kept.
    return tuple(dict(reversed(tuple(found))).values())[::-1]


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word that was probably meant."""
    by_lower = {one.lower(): one for one in known}
    close = get_close_matches(word.lower()[:LONGEST_QUOTE], by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def quoted(text: str) -> str:
    """A short value between backticks."""
    return f"`{text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + '...'}`"


def listed(words: Sequence[str]) -> str:
    """Words between backticks, for a sentence."""
    return ", ".join(f"`{word}`" for word in words)


class _Translation:
    """Turns breaches in one document into findings."""

    def __init__(self, document: Parsed, root: Schema) -> None:
        self._document = document
        self._root = root

    def of(self, breach: Breach) -> Iterator[Finding]:
        path = breach.path
        match breach.keyword:
            case "additionalProperties":
                yield from self._unknown_keys(breach, path)
            case "required":
                yield from self._missing_key(breach, path)
            case "oneOf":
                yield from self._choice(breach, path)
            case "type":
                yield self._wrong_type(path, TYPE_WORDS[breach.bound], breach.value)
            case "enum" | "const":
                yield self._wrong_word(path, words_of(breach.schema), breach.value)
            case rule:
                yield self._wrong_value(path, str(rule), breach)

    def _unknown_keys(self, breach: Breach, path: Pointer) -> Iterator[Finding]:
        known = list(breach.schema.get("properties", {}))
        extra = [key for key in breach.value if key not in known]
        for key in extra[:MOST_UNKNOWN]:
            yield self._unknown_key((*path, key), key, known, breach.value[key])

    def _unknown_key(self, subject: Pointer, key: str, known: list[str], value: object) -> Finding:
        if SENSITIVE.search(key) and isinstance(value, str | int | float) and not self._hidden(subject[:-1]):
            return _literal_secret(subject, f"a secret stands under {quoted(key)}")
        name = "a key here" if self._hidden(subject[:-1]) else quoted(key)
        near = None if self._hidden(subject[:-1]) else nearest(key, known)
        place = shown(subject[:-1])
        keys = f"known keys: {listed(known)}" if known else "no key is known here"
        return Finding(
            code="S-UNKNOWN",
            subject=subject,
            on_key=True,
            summary=f"{name} is not a key of {place}",
            help=f"did you mean `{near}`? {keys}" if near else keys,
        )

    def _missing_key(self, breach: Breach, path: Pointer) -> Iterator[Finding]:
        present = breach.value
        known = list(breach.schema.get("properties", {}))
        for key in (key for key in breach.bound if key not in present):
            unknown = (extra for extra in present if extra not in known and not SENSITIVE.search(extra))
            twins = (extra for extra in unknown if nearest(extra, known) == key)
            if next(twins, None) is None:
                yield self._missing(path, key, breach.schema.get("properties", {}).get(key, {}))

    def _missing(self, path: Pointer, key: str, schema: Schema) -> Finding:
        means = schema.get("description", "")
        return Finding(
            code="S-MISSING",
            subject=(*path, key),
            on_key=True,
            summary=f"`{key}` is missing in {shown(path)}",
            why=means,
            help=f"add `{key}`{self._example(schema)}",
        )

    def _example(self, schema: Schema) -> str:
        scalars = [one for one in schema.get("examples", ()) if isinstance(one, str | int) and one != ""]
        if not scalars:
            return ""
        first = scalars[0]
        return f", for example `{str(first).lower() if isinstance(first, bool) else first}`"

    def _wrong_type(self, path: Pointer, expected: str, value: object) -> Finding:
        written = self._document.written(path)
        if "true or false" in expected and isinstance(value, str) and written in OLD_BOOLEANS:
            return _old_boolean(path, written)
        if self._hidden(path) and TYPE_WORDS["object"] in expected and isinstance(value, str | int | float):
            return _literal_secret(path, f"{shown(path)} must be {expected}")
        return Finding(
            code="S-TYPE",
            subject=path,
            summary=f"{shown(path)} must be {expected}, not {TYPE_WORDS[JSON_TYPES[type(value)]]}",
            help="" if value is not None else "give it a value, or leave the key out",
        )

    def _wrong_word(self, path: Pointer, words: Sequence[str], value: object, expected: str = "") -> Finding:
        if not words and isinstance(value, bool):
            return Finding(
                code="S-ENUM",
                subject=path,
                summary=f"{shown(path)} can only be `{str(not value).lower()}`",
                help="leave the key out, or write that",
            )
        rest = expected or f"one of {listed(words)}" if len(words) != 1 else expected or f"`{words[0]}`"
        if not isinstance(value, str):
            return self._wrong_type(path, rest, value)
        if "a list" in rest:
            rest = f"{rest}; a list of one entry is written `[entry]`"
        near = nearest(value, words)
        name = self._document.quoted(path, value)
        return Finding(
            code="S-ENUM",
            subject=path,
            summary=f"{name} is no value of {shown(path)}",
            help=f"did you mean `{near}`? it must be {rest}" if near else f"it must be {rest}",
        )

    def _wrong_value(self, path: Pointer, rule: str, breach: Breach) -> Finding:
        bound = breach.bound
        summaries = {
            "pattern": "does not have the right form",
            "minLength": "is empty",
            "maxLength": f"is longer than {bound} characters",
            "minimum": f"must be at least {bound}",
            "maximum": f"must be at most {bound}",
            "minItems": "is an empty list",
            "maxItems": f"holds more than {bound} items",
            "maxProperties": f"holds more than {bound} keys",
        }
        return Finding(
            code="S-VALUE",
            subject=path,
            summary=f"{shown(path)} {summaries.get(rule, 'is not allowed')}",
            why=breach.schema.get("description", ""),
            help=self._example(breach.schema).removeprefix(", "),
        )

    def _choice(self, breach: Breach, path: Pointer) -> Iterator[Finding]:
        branches = branches_of(breach.schema, self._root)
        fit = fitting(branches, breach.value)
        if not fit:
            yield self._wrong_type(path, _expected(branches), breach.value)
        elif len(fit) > 1:
            yield from self._shape(breach, path, fit)
        elif fit[0].words:
            yield self._wrong_word(path, fit[0].words, breach.value, _expected(branches))
        else:
            yield from self._within(fit[0], breach)

    def _within(self, branch: Branch, breach: Breach, but: Pointer | None = None) -> Iterator[Finding]:
        for inner in branch.breaches(breach):
            yield from (finding for finding in self.of(inner) if finding.subject != but)

    def _shape(self, breach: Breach, path: Pointer, fit: Sequence[Branch]) -> Iterator[Finding]:
        key = discriminator(fit)
        if key is None:
            yield from self._shape_by_its_key(breach, path, fit)
            return
        by_name = {const_of(branch, key): branch for branch in fit}
        if key not in breach.value:
            yield self._unnamed_shape(path, key, list(by_name), list(breach.value))
            return
        named = breach.value[key]
        if isinstance(named, str) and named in by_name:
            yield from self._within(by_name[named], breach)
            return
        yield self._wrong_word((*path, key), list(by_name), named)
        near = nearest(named, list(by_name)) if isinstance(named, str) else None
        if near is not None:
            yield from self._within(by_name[near], breach, but=(*path, key))

    def _unnamed_shape(self, path: Pointer, key: str, names: list[str], present: list[str]) -> Finding:
        twin = nearest(key, present)
        wrong = f"; {quoted(twin)} is no key here" if twin and not self._hidden(path) else ""
        return Finding(
            code="S-MISSING",
            subject=(*path, key),
            on_key=True,
            summary=f"`{key}` is missing in {shown(path)}{wrong}",
            help=f"add `{key}`, one of {listed(names)}",
        )

    def _shape_by_its_key(self, breach: Breach, path: Pointer, fit: Sequence[Branch]) -> Iterator[Finding]:
        needed = [branch.schema.get("required", [])[0] for branch in fit]
        present = [branch for branch, key in zip(fit, needed, strict=True) if key in breach.value]
        if len(present) == 1:
            yield from self._within(present[0], breach)
            return
        yield Finding(
            code="S-VALUE",
            subject=path,
            summary=f"{shown(path)} must have exactly one of the keys {listed(needed)}",
            why=breach.schema.get("description", ""),
        )

    def _hidden(self, path: Pointer) -> bool:
        return self._document.is_sensitive(path)


def _expected(branches: Sequence[Branch]) -> str:
    parts: list[str] = []
    for branch in branches:
        words = [f"the word `{word}`" for word in branch.words]
        parts += words or [TYPE_WORDS[kind] for kind in sorted(branch.types)]
    return " or ".join(dict.fromkeys(parts))


def _old_boolean(path: Pointer, written: str) -> Finding:
    meant = str(OLD_BOOLEANS[written]).lower()
    return Finding(
        code="V35",
        subject=path,
        summary=f"`{written}` is text here, not true or false",
        why=f"the YAML is ambiguous: many readers take `{written}` for {meant}, YAML 1.2 takes it for a word",
        help=f"write `{meant}`",
    )


def _literal_secret(subject: Pointer, summary: str) -> Finding:
    return Finding(
        code="S-SECRET",
        subject=subject,
        on_key=True,
        summary=summary,
        why="a secret never stands in a document: it would be in every copy and in the history",
        help=f"{BY_REFERENCE}; and change the secret if this file was shared",
    )
