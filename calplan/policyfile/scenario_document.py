"""A valid Scenario document as typed values: the account that is given, the policy, and what must come out."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Final, cast

from calplan.impact.outcome import Outcome
from calplan.model.diagnostic import Diagnostic
from calplan.model.levels import Group, Groups
from calplan.model.policy import GroupOverride
from calplan.model.user import UserBatch
from calplan.plan.scenario import CountExpectation, Expectation, Facet, Given, GuardrailExpectation, UserExpectation
from calplan.policyfile.account_document import group_model_of
from calplan.policyfile.document import Parsed, Plain
from calplan.policyfile.documents import ScenarioDocument
from calplan.policyfile.finding import Finding, Pointer
from calplan.policyfile.json_rows import Value
from calplan.policyfile.named_files import TRIED
from calplan.policyfile.policy_document import policy_at
from calplan.policyfile.settings_file import live_overrides_of, settings_of
from calplan.policyfile.tenant_document import tenant_facts_of
from calplan.policyfile.translate import nearest, quoted
from calplan.policyfile.user_words import BadFieldError, UserRow, user_row
from calplan.policyfile.users_file import batches
from calplan.policyfile.values import beside, items, mapping, text

GIVEN: Final[Pointer] = ("spec", "given")
USERS: Final[Pointer] = (*GIVEN, "users")
THEN: Final[Pointer] = ("spec", "then")
BY_USER: Final = ("outcomes", "users")
"""Keys of ``then`` that speak of users by their addresses."""
MOST_STRANGERS: Final = 20
"""Addresses of no user that are said; each costs a search for the one that was meant."""


def scenario_document(document: Parsed, file: Path) -> ScenarioDocument | tuple[Diagnostic, ...]:
    """The test that a document without errors states, or what only shows when its parts are held together."""
    rows, findings = _rows(document)
    if not findings:
        strangers = islice(_strangers(document, {row.email for row in rows}), MOST_STRANGERS)
        findings = (*strangers, *_empty_words(document))
    if findings:
        return tuple(document.diagnostic(finding) for finding in findings)
    name, stated = text(document.at(("metadata", "name"))), document.at(TRIED)
    return ScenarioDocument(
        name=name,
        given=_given(mapping(document.at(GIVEN)), rows),
        policy=beside(file, stated) if isinstance(stated, str) else policy_at(document, TRIED, name=name, account=name),
        expectations=tuple(_expectations(document)),
        position=document.position(("metadata", "name")),
        policy_position=document.position(TRIED),
    )


def _rows(document: Parsed) -> tuple[list[UserRow], tuple[Finding, ...]]:
    """The given users, and what is wrong with them in the words of users files."""
    rows: dict[str, UserRow] = {}
    findings: list[Finding] = []
    for index, user in enumerate(items(document.at(USERS))):
        subject = (*USERS, index)
        try:
            # By the schema its values are text and lists of text, which a row may hold.
            row = user_row(cast("Mapping[str, Value]", mapping(user)))
        except BadFieldError as error:
            findings.append(Finding(code=error.code, subject=subject, summary=error.summary, help=error.advice))
            continue
        if row.email in rows:
            findings.append(_twice((*subject, "email")))
        rows.setdefault(row.email, row)
    return list(rows.values()), tuple(findings)


def _twice(subject: Pointer) -> Finding:
    return Finding(
        code="U-TWICE",
        subject=subject,
        summary="an earlier user has the same `email`",
        help="addresses are compared after trimming and without regard to case",
    )


def _strangers(document: Parsed, emails: set[str]) -> Iterator[Finding]:
    """Addresses of which something is expected and that no given user has."""
    for key in BY_USER:
        for address in mapping(document.at((*THEN, key))):
            if _normal(address) not in emails:
                near = nearest(_normal(address), sorted(emails))
                yield Finding(
                    code="S-NOBODY",
                    subject=(*THEN, key, address),
                    on_key=True,
                    summary=f"{quoted(address)} is no user of this Scenario",
                    why="what is expected of nobody could never fail",
                    help=f"did you mean {quoted(near)}?" if near else "add the user to `spec.given.users`",
                )


def _empty_words(document: Parsed) -> Iterator[Finding]:
    """Parts of ``then`` that state nothing, so that they could never fail."""
    then = mapping(document.at(THEN))
    if not any(then.values()) and "guardrails" not in then:
        yield _states_nothing(THEN, "this Scenario states nothing that must come out")
    for address, facets in mapping(then.get("users")).items():
        if not facets:
            yield _states_nothing((*THEN, "users", address), f"nothing is expected of {quoted(address)}")


def _states_nothing(subject: Pointer, summary: str) -> Finding:
    return Finding(
        code="S-NOTHING",
        subject=subject,
        on_key=True,
        summary=summary,
        why="a test that can never fail looks like one that passes",
        help="state an outcome, for example `outcomes: {alice@contoso.com: unaffected}`",
    )


def _given(stated: Mapping[str, Plain], rows: list[UserRow]) -> Given:
    settings = mapping(stated.get("settings"))
    overrides = live_overrides_of(settings)
    return Given(
        settings=settings_of(settings),
        tenant=tenant_facts_of(mapping(stated.get("tenant"))),
        users=next(batches(rows, size=len(rows)), UserBatch(emails=[], facts=[], mailboxes={})),
        groups=Groups(known=_known_groups(items(stated.get("users")), overrides), overrides=overrides),
        group_model=group_model_of(stated.get("groups")),
    )


def _known_groups(users: list[Plain], overrides: tuple[GroupOverride, ...]) -> tuple[Group, ...]:
    """The groups of an account that is made up: whatever users and live overrides name."""
    stated = [text(word).strip() for user in users for word in items(mapping(user).get("groups"))]
    primary = [text(mapping(user).get("primary_group", "")).strip() for user in users]
    words = {*stated, *primary, *(one.group for one in overrides)} - {""}
    return tuple(Group(id=word, name=word) for word in sorted(words))


def _expectations(document: Parsed) -> Iterator[Expectation]:
    then = mapping(document.at(THEN))
    for address, outcome in mapping(then.get("outcomes")).items():
        yield _of_user(document, address, Facet.OUTCOME, outcome, (*THEN, "outcomes", address))
    for address, facets in mapping(then.get("users")).items():
        for key, value in mapping(facets).items():
            yield _of_user(document, address, Facet(key), value, (*THEN, "users", address, key))
    for word, number in mapping(then.get("counts")).items():
        assert isinstance(number, int)
        position = document.position((*THEN, "counts", word))
        yield CountExpectation(outcome=Outcome(word), expected=number, position=position)
    if "guardrails" in then:
        rules = frozenset(text(one) for one in items(then["guardrails"]))
        yield GuardrailExpectation(expected=rules, position=document.position((*THEN, "guardrails")))


def _of_user(document: Parsed, address: str, facet: Facet, value: Plain, pointer: Pointer) -> UserExpectation:
    expected = " ".join(sorted({text(row) for row in value})) if isinstance(value, list) else text(value)
    return UserExpectation(email=_normal(address), facet=facet, expected=expected, position=document.position(pointer))


def _normal(address: str) -> str:
    return address.strip().lower()
