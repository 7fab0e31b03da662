"""The users of a plan, one line each: the facts that rules used and what is forecast for them."""

import json
from collections.abc import Iterator
from json.encoder import encode_basestring
from typing import Final, cast

from calplan.impact.assess import Assessment
from calplan.impact.outcome import UserOutcome
from calplan.model.proof import Basis
from calplan.model.user import RawFacts
from calplan.plan.document import PlanUsers, UserDocument
from calplan.plan.plan import Plan
from calplan.plan.user_facts import facts_document

R17: Final = "R17"
EMAIL: Final = '"email":'
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

    def rows(self, outcomes: frozenset[str] | None = None) -> Iterator[UserDocument]:
        """The users with one of these outcomes, or all active ones, sorted by address."""
        wanted = [one is not None and (outcomes is None or one.outcome.value in outcomes) for one in self._outcomes]
        for index, number in enumerate(self._assessment.cohorts.ids):
            if wanted[number]:
                yield self._row(index)

    def find(self, email: str) -> UserDocument | None:
        """The active user with this login address."""
        emails = self._assessment.population.emails
        index = next((number for number, one in enumerate(emails) if one == email), None)
        return None if index is None or self._assessment.outcome(index) is None else self._row(index)

    def lines(self) -> Iterator[str]:
        """Every active user as a line of canonical JSON, quick for many users: the common part is written once."""
        population, cohorts = self._assessment.population, self._assessment.cohorts
        parts: dict[tuple[int, int], tuple[str, str]] = {}
        special = self._assistants | population.mailboxes.keys()
        outcomes = self._outcomes
        columns = zip(population.emails, population.class_ids, cohorts.ids, strict=True)
        for index, (email, number, cohort) in enumerate(columns):
            if outcomes[cohort] is None:
                continue
            if email in special:
                yield user_line(self._row(index))
                continue
            common = parts.get((number, cohort))
            if common is None:
                # Within a value a quote is escaped, so that this cannot be found but as the key and value it is.
                head, _, tail = user_line({**self._row(index), "email": ""}).partition(EMAIL + encode_basestring(""))
                common = parts[number, cohort] = (head + EMAIL, tail)
            yield f"{common[0]}{encode_basestring(email)}{common[1]}"

    @property
    def _outcomes(self) -> tuple[UserOutcome | None, ...]:
        return self._assessment.outcomes

    def _row(self, index: int) -> UserDocument:
        population, cohort = self._assessment.population, self._assessment.cohorts.ids[index]
        email, key = population.emails[index], (population.class_ids[index], cohort)
        common = self._common.get(key)
        if common is None:
            outcome = self._outcomes[cohort]
            if outcome is None:
                message = "a user without an outcome has no row"
                raise ValueError(message)
            common = self._common[key] = user_document(population.raw[key[0]], outcome, population.bases[key[0]])
            if cohort in self._on_the_way:
                common["lost_on_the_way"] = True
        row: UserDocument = {**common, "email": email}
        if email in population.mailboxes:
            row["mailbox"] = population.mailboxes[email]
        if email in self._assistants:
            row["rules"] = sorted({*row["rules"], R17})
        return row


def users_of(plan: Plan) -> AssessedUsers:
    """The active users of a fresh plan."""
    assistants = frozenset(change.pair.assistant for change in plan.pairs)
    return AssessedUsers(plan.assessment, assistants, plan.order.surplus_cohorts)


class SavedUsers(PlanUsers):
    """The users of a saved plan. Lines are read when asked for: a million take no more than their text."""

    def __init__(self, lines: bytes) -> None:
        self._lines = lines

    def rows(self, outcomes: frozenset[str] | None = None) -> Iterator[UserDocument]:
        """The users with one of these outcomes, or all, sorted by address.

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


def user_line(row: UserDocument) -> str:
    """One user as a line of canonical JSON, without its end."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
