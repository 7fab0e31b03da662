"""The users of a plan, one line each: the facts that rules used and what is forecast for them."""

import hashlib
import json
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, islice
from json.encoder import encode_basestring
from typing import Final, cast

from calplan.impact.assess import Assessment
from calplan.impact.outcome import UserOutcome
from calplan.impact.roll import Roll, words_of
from calplan.impact.roster import NUMBERS
from calplan.model.domain import Domain, domain_of
from calplan.model.proof import Basis
from calplan.model.user import RawFacts
from calplan.plan.document import PlanUsers, UserColumns, UserDocument, rows_of
from calplan.plan.plan import Plan
from calplan.plan.user_facts import facts_document, raw_facts

R17: Final = "R17"
EMAIL: Final = '"email":'
MAILBOX: Final = '"mailbox":'
ADDRESS: Final = re.compile(EMAIL + r'"(?:[^"\\]|\\.)*"')
LINES_AT_ONCE: Final = 1024
LONGEST_LINE: Final = 1024**2
"""Bytes that a user takes at most in a saved plan."""


class AssessedUsers(PlanUsers):
    """The active users of a fresh assessment.

    ``assistants`` are the addresses whose view of private events changes, ``on_the_way`` the cohorts that lose their
    connection on the way only.
    """

    def __init__(
        self,
        assessment: Assessment,
        assistants: frozenset[str] = frozenset(),
        on_the_way: frozenset[int] = frozenset(),
    ) -> None:
        self._assessment = assessment
        self._assistants = assistants
        self._on_the_way = on_the_way
        self._common: dict[tuple[int, int], UserDocument] = {}
        self._of_assistants: dict[int, UserDocument] = {}

    def columns(self, outcomes: frozenset[str] | None = None) -> Iterator[UserColumns]:
        """The users with one of these outcomes, or all active ones, by address and page by page."""
        alike = dict(self._alike(outcomes))
        if not alike:
            return
        population = self._assessment.population
        everybody = len(alike) == len(population.kinds)
        left = sum(population.sizes[kind] for kind in alike)
        for page in population.roster.pages(None if everybody else frozenset(alike)):
            found = list(map(alike.get, page.kinds))
            # The document of a user is never empty, so it is true where there is one.
            emails = page.emails if everybody else list(compress(page.emails, found))
            if emails:
                documents = list(filter(None, found))
                for email in self._assistants.intersection(emails) if self._assistants else ():
                    at = emails.index(email)
                    documents[at] = self._of_assistant(documents[at])
                yield UserColumns(emails, documents, page.mailboxes)
            left -= len(emails)
            if not left:
                return

    def rows(self, outcomes: frozenset[str] | None = None) -> Iterator[UserDocument]:
        """The same users one by one."""
        return rows_of(self.columns(outcomes))

    def find(self, email: str) -> UserDocument | None:
        """The active user with this login address."""
        found = self._assessment.population.roster.find(email)
        if found is None or self._outcome(found.kind) is None:
            return None
        one = self._document(found.kind)
        alike = self._of_assistant(one) if email in self._assistants else one
        boxes = {} if found.mailbox is None else {email: found.mailbox}
        return next(rows_of([UserColumns([email], [alike], boxes)]))

    def lines(self) -> Iterator[str]:
        """Every active user as a line of canonical JSON; what those who are alike have in common is written once."""
        parts: dict[int, tuple[str, str]] = {}
        for emails, alike, mailboxes in self.columns():
            for email, one in zip(emails, alike, strict=True):
                if email in mailboxes:
                    yield user_line({**one, "email": email, "mailbox": mailboxes[email]})
                    continue
                common = parts.get(id(one))
                if common is None:
                    # Within a value a quote is escaped, so that this can only be the key and its value.
                    head, _, tail = user_line(one).partition(EMAIL + encode_basestring(""))
                    common = parts[id(one)] = (head + EMAIL, tail)
                yield f"{common[0]}{encode_basestring(email)}{common[1]}"

    def digest(self) -> str:
        """The digest of these users, their facts and what is forecast: nobody is read for it."""
        population = self._assessment.population
        documents: dict[int, UserDocument] = {}
        domains: defaultdict[int, set[int]] = defaultdict(set)
        for kind, one in self._alike(None):
            documents[id(one)] = one
            domains[id(one)].add(population.kinds[kind].domain_id)
        forecast: dict[str, set[str]] = {}
        for number, one in documents.items():
            names = {domain_name(population.domains[domain_id]) for domain_id in domains[number]}
            forecast.setdefault(user_line(one), set()).update(names)
        assistants = sorted(email for email in self._assistants if self.find(email) is not None)
        return digest_of_users(population.roll, forecast, assistants)

    def _alike(self, outcomes: frozenset[str] | None) -> Iterator[tuple[int, UserDocument]]:
        """Each kind of active users with these outcomes, and the document that they share."""
        wanted = [
            one is not None and (outcomes is None or one.outcome.value in outcomes) for one in self._assessment.outcomes
        ]
        for kind, cohort in self._assessment.cohorts.of_kind.items():
            if wanted[cohort]:
                yield kind, self._document(kind)

    def _outcome(self, kind: int) -> UserOutcome | None:
        return self._assessment.outcomes[self._assessment.cohorts.of_kind[kind]]

    def _document(self, kind: int) -> UserDocument:
        population, cohort = self._assessment.population, self._assessment.cohorts.of_kind[kind]
        class_id = population.kinds[kind].class_id
        common = self._common.get((class_id, cohort))
        if common is None:
            outcome = self._assessment.outcomes[cohort]
            if outcome is None:
                message = "a user without an outcome has no row"
                raise ValueError(message)
            common = user_document(population.raw[class_id], outcome, population.bases[class_id])
            if cohort in self._on_the_way:
                common["lost_on_the_way"] = True
            self._common[class_id, cohort] = common
        return common

    def _of_assistant(self, one: UserDocument) -> UserDocument:
        found = self._of_assistants.get(id(one))
        if found is None:
            found = self._of_assistants[id(one)] = {**one, "rules": sorted({*one["rules"], R17})}
        return found


def users_of(plan: Plan) -> AssessedUsers:
    """The active users of a fresh plan."""
    assistants = frozenset(change.pair.assistant for change in plan.pairs)
    return AssessedUsers(plan.assessment, assistants, plan.order.surplus_cohorts)


class SavedUsers(PlanUsers):
    """The users of a saved plan. Lines are read when asked for: a million take no more than their text."""

    def __init__(self, lines: bytes) -> None:
        self._lines = lines

    def columns(self, outcomes: frozenset[str] | None = None) -> Iterator[UserColumns]:
        """The users with one of these outcomes, or all, sorted by address; equal text beside the name is read once.

        Raises:
            ValueError: a line is no JSON.
            KeyError: a line lacks what every user has.
        """
        known: dict[tuple[str, str], UserDocument] = {}
        texts = self._texts()
        while some := list(islice(texts, LINES_AT_ONCE)):
            emails: list[str] = []
            alike: list[UserDocument] = []
            mailboxes: dict[str, str] = {}
            for text in some:
                email, one, mailbox = _taken_apart(text, known)
                if mailbox is not None:
                    mailboxes[email] = mailbox
                if outcomes is None or one["outcome"] in outcomes:
                    emails.append(email)
                    alike.append(one)
            if emails:
                yield UserColumns(emails, alike, mailboxes)

    def rows(self, outcomes: frozenset[str] | None = None) -> Iterator[UserDocument]:
        """The users with one of these outcomes, or all, one by one, just as they are written.

        Raises:
            ValueError: a line is no JSON.
        """
        for line in self._texts():
            row = cast("UserDocument", json.loads(line))
            if outcomes is None or row["outcome"] in outcomes:
                yield row

    def find(self, email: str) -> UserDocument | None:
        """The active user with this login address."""
        return next((row for row in self.rows() if row["email"] == email), None)

    def digest(self) -> str:
        """The digest of these users, as ``AssessedUsers`` has it.

        Raises:
            ValueError, KeyError, TypeError: a line is not that of a user.
        """
        words, forecast = dict[int, str](), dict[str, set[str]]()
        roll = Roll(words)
        seen: dict[int, tuple[int, str]] = {}
        assistants: list[str] = []
        for emails, alike, mailboxes in self.columns():
            for email, one in zip(emails, alike, strict=True):
                if R17 in one["rules"]:
                    assistants.append(email)
                if id(one) not in seen:
                    line = user_line({**one, "rules": [rule for rule in one["rules"] if rule != R17]})
                    seen[id(one)] = (len(seen), line)
                    words[len(words)] = words_of(raw_facts(one), Basis(one.get("evidence", Basis.PLATFORM.value)))
                forecast.setdefault(seen[id(one)][1], set()).add(domain_name(domain_of(email)))
            roll.add(emails, array(NUMBERS, [seen[id(one)][0] for one in alike]), mailboxes)
        return digest_of_users(roll.digest(), forecast, assistants)

    def _texts(self) -> Iterator[str]:
        start = 0
        while start < len(self._lines):
            end = self._lines.find(b"\n", start)
            end = len(self._lines) if end < 0 else end
            if end - start > LONGEST_LINE:
                message = "a line is longer than any user"
                raise ValueError(message)
            if end > start:
                yield self._lines[start:end].decode("utf-8", "surrogatepass")
            start = end + 1


def user_document(raw: RawFacts, outcome: UserOutcome, basis: Basis = Basis.PLATFORM) -> UserDocument:
    """The row of a user without a name. What nobody states is left out: a missing word is not an empty one."""
    row = {
        **facts_document(raw, basis),
        "outcome": outcome.outcome.value,
        "connection": outcome.connection.value,
        "notice": outcome.notice.value,
        "next_step": outcome.next_step.value,
        "certainty": outcome.certainty.value,
        "rules": list(outcome.rules),
    }
    return cast("UserDocument", row)


def _taken_apart(text: str, known: dict[tuple[str, str], UserDocument]) -> tuple[str, UserDocument, str | None]:
    """The address of a line, the document it shares with lines that are equal but for that, and the mailbox.

    Raises:
        ValueError: the line is no JSON.
        KeyError: it names nobody.
    """
    found = ADDRESS.search(text)
    if found is not None and MAILBOX not in text:
        key = (text[: found.start()], text[found.end() :])
        one = known.get(key)
        if one is None:
            one = cast("UserDocument", json.loads(f'{key[0]}{EMAIL}""{key[1]}'))
        if one["email"] == "":
            known[key] = one
            return cast("str", json.loads(found[0].removeprefix(EMAIL))), one, None
    row = cast("UserDocument", json.loads(text))
    email, mailbox = row["email"], row.pop("mailbox", None)
    shared: UserDocument = {**row, "email": ""}
    return email, known.setdefault((user_line(shared), ""), shared), mailbox


def domain_name(domain: Domain | None) -> str:
    """A domain as the digest has it."""
    return "" if domain is None else domain.name


def digest_of_users(roll: str, forecast: Mapping[str, Iterable[str]], assistants: Sequence[str]) -> str:
    """The digest of who there is, of what is forecast for whom of which domain, and of whose private view changes.

    A forecast hangs on the facts of a user and on his domain alone, so that this says what each one's is.
    """
    parts = [roll, [[line, *sorted(forecast[line])] for line in sorted(forecast)], assistants]
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def user_line(row: UserDocument) -> str:
    """One user as a line of canonical JSON, without its end."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
