"""A plan in which nobody is named: every address is replaced by a pseudonym, the same one wherever it stands.

A pseudonym is made of an address and a key, so that who has the key can find somebody again and nobody else can, not
even by trying every address of a company. The domain stays, because the policy names it and rules turn on it.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from calplan.model.domain import domain_of
from calplan.plan.address_book import normal
from calplan.plan.document import PlanDocument, PlanUsers, UserDocument
from calplan.plan.fingerprint import canonical_text, digest, plan_id_of
from calplan.plan.users import SavedUsers, user_line

ADDRESS: Final = r"[\w.+%&#*!~^$?-][\w.+%&#*!~^$?'-]*@[\w-]+(?:\.[\w-]+)*"
"""What is taken for an address wherever it stands, whether or not a user has it."""
NAME: Final = r"[\w+-](?:[\w.+'-]*[\w+-])?(?![\w.+'-]*@)"
"""Addresses without an @ are words of this form; they are looked for in sentences alone."""
IN_FORM: Final = re.compile(ADDRESS)
IN_WORDS: Final = re.compile(NAME)
LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""Thirty-two signs of which no two look alike."""
LENGTH: Final = 12
"""Letters of a pseudonym: 60 bits, so that among a million users two hardly ever share one."""
ALREADY: Final = re.compile(rf"p-[{LETTERS}]{{{LENGTH}}}-(?:@.*)?")
SHORTEST_KEY: Final = 16

FILES: Final = frozenset({"file", "filename", "paths"})
"""Keys below which stand names of files, which are left as they are."""
SENTENCES: Final = frozenset(
    {
        *("actual", "address", "detail", "emails", "except", "limit", "message", "note", "owner", "reason", "set_to"),
        *("summary", "text", "why"),
    }
)
"""Keys below which somebody may be named in a sentence, or alone."""
GROUP: Final = "groups["


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Gives everybody another name by a key; whoever knows it gives the same ones."""

    key: bytes

    def of(self, address: str) -> str:
        """The pseudonym of an address; the same in whatever case, and in either form of its domain, it is written.

        It ends in a dash before the @, so that no short address is found at its end. What is a pseudonym already, as in
        a redacted snapshot, stays.
        """
        meant = normal(address)
        if ALREADY.fullmatch(meant):
            return meant
        key = hashlib.sha256(self.key).digest()
        number = int.from_bytes(hashlib.blake2b(meant.encode("utf-8", "surrogatepass"), key=key).digest()[:8])
        code = "".join(LETTERS[number >> 5 * place & 31] for place in range(LENGTH))
        domain = domain_of(meant)
        return f"p-{code}-" if domain is None else f"p-{code}-@{domain.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """A plan without names: its document, its users as lines sorted by pseudonym, and the policy beside it."""

    document: PlanDocument
    lines: bytes
    policy: dict[str, object]
    renamed: Callable[[str], str]

    @property
    def users(self) -> SavedUsers:
        """The users, to be shown."""
        return SavedUsers(self.lines)


def redacted(
    document: PlanDocument,
    users: PlanUsers,
    policy: Mapping[str, object],
    names: Pseudonyms,
    others: Iterable[str] = (),
) -> Redacted:
    """The plan without names. ``others`` are addresses of people whom the plan does not list, such as inactive users.

    Names of groups stay, unless one holds the address of a person, and so do names of files.
    """
    people = frozenset(address for user in users.rows() for address in (user["email"], user.get("mailbox", "")))
    pen = Pen.of(names, people | frozenset(others), _groups(document))
    hidden = cast("PlanDocument", _walked(document, pen))
    hidden["redacted"] = True
    lines = b"".join(line for _, line in sorted(_lines(users, pen)))
    hidden_policy = cast("dict[str, object]", _walked(dict(policy), pen))
    hidden["plan_id"] = plan_id_of(
        hidden, users_hash=SavedUsers(lines).digest(), policy_hash=digest(canonical_text(hidden_policy))
    )
    return Redacted(document=hidden, lines=lines, policy=hidden_policy, renamed=pen.sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """Writes text without names: ``bare`` are addresses without an @, ``kept`` what only looks like an address.

    Made of the addresses of people, and of names of groups that could be taken for addresses.
    """

    names: Pseudonyms
    bare: frozenset[str]
    kept: frozenset[str]
    everywhere: re.Pattern[str]
    in_sentences: re.Pattern[str]

    @classmethod
    def of(cls, names: Pseudonyms, people: frozenset[str], groups: frozenset[str]) -> "Pen":
        odd = [one for one in people if one and not IN_FORM.fullmatch(one)]
        bare = frozenset(normal(one) for one in odd if IN_WORDS.fullmatch(one))
        strange = sorted((one for one in odd if not IN_WORDS.fullmatch(one)), key=lambda one: (-len(one), one))
        written = [re.escape(form) for one in strange for form in dict.fromkeys((one, repr(one)[1:-1]))]
        forms = "|".join([*written, ADDRESS])
        return cls(
            names=names,
            bare=bare,
            kept=frozenset(map(normal, groups)) - frozenset(map(normal, people)),
            everywhere=re.compile(forms, re.IGNORECASE),
            in_sentences=re.compile(f"{forms}|(?P<name>{NAME})", re.IGNORECASE),
        )

    def label(self, text: str) -> str:
        """A name or value in which nobody is named by a bare word."""
        return self.everywhere.sub(self._renamed, text)

    def sentence(self, text: str) -> str:
        """A sentence; the name of a group, as in the address of what it states, is none."""
        return self.label(text) if text.startswith(GROUP) else self.in_sentences.sub(self._renamed, text)

    def _renamed(self, found: re.Match[str]) -> str:
        meant = normal(found[0])
        bare = "name" in found.re.groupindex and found["name"] is not None
        if meant in self.kept or (bare and meant not in self.bare):
            return found[0]
        return self.names.of(found[0])


def _groups(document: PlanDocument) -> frozenset[str]:
    """Names of groups that could be taken for addresses."""
    named = [one["name"] for one in document["impact"]["by_group"]]
    named += [name for group in document["levels"]["groups"] for name in (group["name"], group["id"])]
    named += [name for pair in document.get("group_names", {}).items() for name in pair]
    return frozenset(name for name in named if "@" in name)


def _walked(value: object, pen: Pen, key: str = "") -> object:
    """A value without names, at any depth; ``key`` is the one it stands below."""
    match value:
        case str():
            return value if key in FILES else pen.sentence(value) if key in SENTENCES else pen.label(value)
        case Mapping():
            return {pen.label(name): _walked(one, pen, name) for name, one in value.items()}
        case list():
            found = [_walked(one, pen, key) for one in value]
            # Their order would tell where in the alphabet somebody stands.
            return sorted(map(str, found)) if key == "emails" else found
        case _:
            return value


def _lines(users: PlanUsers, pen: Pen) -> Iterator[tuple[str, bytes]]:
    """Each user's pseudonym and line."""
    labels = _remembered(pen.label)
    for user in users.rows():
        row: UserDocument = {
            **user,
            "email": pen.names.of(user["email"]),
            "clients": list(map(labels, user["clients"])),
        }
        if "mailbox" in user:
            row["mailbox"] = pen.names.of(user["mailbox"])
        if "groups" in user:
            row["groups"] = list(map(labels, user["groups"]))
        if "primary_group" in user:
            row["primary_group"] = labels(user["primary_group"])
        yield row["email"], f"{user_line(row)}\n".encode("utf-8", "surrogatepass")


def _remembered(work: Callable[[str], str]) -> Callable[[str], str]:
    """The same work, done once for each text: users share few groups and clients."""
    return partial(_looked_up, work, {})


def _looked_up(work: Callable[[str], str], done: dict[str, str], text: str) -> str:
    if text not in done:
        done[text] = work(text)
    return done[text]
