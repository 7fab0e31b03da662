"""Guardrails as documents: what is wrong with an expression is said at its place, however the file writes it."""

from datetime import date
from pathlib import Path

import pytest

from calplan.guardrails.rules import Baseline, RuleSeverity
from calplan.model.diagnostic import Diagnostic
from calplan.policyfile.documents import GuardrailsDocument
from calplan.policyfile.guardrails_tightened import under_guardrails
from calplan.policyfile.guardrails_together import joined
from calplan.policyfile.reader import Reading, read
from tests.policyfile.make import DAY, document, judged, write

SOUND = "policy.office365.enforceOAuth != false"
RULE = "{{id: {name}, severity: {severity}, expression: {expression}, message: m}}"


def rule(name: str = "A", expression: str = SOUND, severity: str = "deny") -> str:
    return RULE.format(name=name, severity=severity, expression=expression)


def guardrails(*rules: str, waivers: str = "[]", name: str = "g") -> str:
    lines = "".join(f"\n  - {one}" for one in rules) or " []"
    return document("Guardrails", f"spec:\n  waivers: {waivers}\n  rules:{lines}\n", f"{{name: {name}}}")


def waiver(name: str, expires: str = "2027-06-30") -> str:
    return f'{{rule: {name}, reason: r, owner: admin@contoso.com, expires: "{expires}"}}'


def reading(**files: str) -> Reading:
    write(Path("folder"), {f"{name}.yaml": text for name, text in files.items()})
    return read([Path("folder")], DAY)


def said(found: Reading) -> list[tuple[str, int]]:
    return [(one.code, one.position.line if one.position else 0) for one in found.diagnostics]


def test_rules_and_waivers_are_read_with_everything_they_state() -> None:
    text = document(
        "Guardrails",
        "spec:\n"
        "  rules:\n"
        f"  - {rule('CIS-1')}\n"
        "  - id: NO-EXEC-LOSS\n"
        "    severity: audit\n"
        "    each: user\n"
        "    expression: user.connection != 'lost'\n"
        "    message: nobody loses it\n"
        '    baselines: [{framework: CIS Zoom, version: "1.0.0", id: "1.1.5.4"}]\n'
        f"  waivers: [{waiver('CIS-1')}]\n",
        "{name: g}",
    )
    found = judged(text)
    assert found.diagnostics == ()
    (one,) = found.documents
    assert isinstance(one, GuardrailsDocument)
    first, second = one.guardrails.rules
    assert (first.id, first.severity, first.each_user, first.offline) == ("CIS-1", RuleSeverity.DENY, False, True)
    assert (second.id, second.severity, second.each_user, second.offline) == (
        "NO-EXEC-LOSS",
        RuleSeverity.AUDIT,
        True,
        False,
    )
    assert second.baselines == (Baseline(framework="CIS Zoom", version="1.0.0", id="1.1.5.4"),)
    assert (second.position.line, second.position.column) == (7, 9)
    (stated,) = one.guardrails.waivers
    assert (stated.rule, stated.owner, stated.expires) == ("CIS-1", "admin@contoso.com", date(2027, 6, 30))


BAD = "policy.office365.enforceOAth == true"
BEFORE = "policy.integration.locked == true"
WAYS = {
    "plain": BAD,
    "plain over lines": f"{BEFORE} &&\n      {BAD}",
    "in double quotes": f'"{BAD}"',
    "after an escape": f'"today != \\"x\\" && {BAD}"',
    "in single quotes": f"'{BAD}'",
    "after a doubled quote": f"'today != ''x'' && {BAD}'",
    "as a literal block": f"|\n      {BEFORE}\n      && {BAD}",
    "as a folded block": f">-\n      {BEFORE}\n      && {BAD}",
    "behind an anchor": f'&it "{BAD}"',
    "behind letters outside of ASCII": f"\"'é\U0001f600' == 'x' || {BAD}\"",
}


@pytest.mark.parametrize("written", WAYS.values(), ids=WAYS)
def test_a_field_that_does_not_exist_is_pointed_at_in_the_file(written: str) -> None:
    lines = f"  - id: A\n    expression: {written}\n    severity: deny\n    message: m\n"
    text = document("Guardrails", f"spec:\n  rules:\n{lines}", "{name: g}")
    (one,) = judged(text).diagnostics
    assert (one.code, one.summary) == ("C-PATH", "`policy.office365` has no field `enforceOAth`")
    assert one.help.startswith("did you mean `enforceOAuth`?")
    assert pointed(one, text) == "enforceOAth"


def pointed(one: Diagnostic, text: str) -> str:
    assert one.position is not None
    line = text.split("\n")[one.position.line - 1]
    return line[one.position.column - 1 : one.position.column - 1 + one.position.length]


def test_where_the_file_writes_a_text_in_another_way_the_whole_of_it_is_pointed_at() -> None:
    text = guardrails('{id: A, severity: deny, message: m, expression: "\\x70olicy.office365.enforceOAth == true"}')
    (one,) = judged(text).diagnostics
    assert one.code == "C-PATH"
    assert pointed(one, text) in ("enforceOAth", '"\\x70olicy.office365.enforceOAth == true"')


@pytest.mark.parametrize(
    "expression, code, points_at",
    [
        ('"policy.integration.locked =="', "C-COMPILE", None),
        ("plicy.integration.locked == true", "C-COMPILE", "plicy"),
        ("user.connection != 'lost'", "C-COMPILE", "user"),
        ("policy.integration.locked", "C-TYPE", "policy.integration.locked"),
        ("policy.integration.locked != 'yes'", "C-TYPE", "'yes'"),
        ("policy.integration.service.type != 'googel'", "C-WORD", "'googel'"),
    ],
)
def test_what_cannot_be_asked_is_an_error_of_the_document(expression: str, code: str, points_at: str | None) -> None:
    text = guardrails(rule(expression=expression))
    found = judged(text)
    (one,) = found.diagnostics
    assert one.code == code
    assert found.documents == ()
    assert points_at is None or pointed(one, text) == points_at


def test_every_wrong_rule_of_a_document_is_told() -> None:
    found = judged(guardrails(rule("A", "plicy.x == 1"), rule("B"), rule("C", "policy.x == 1")))
    assert [one.code for one in found.diagnostics] == ["C-COMPILE", "C-PATH"]


def test_a_day_that_no_calendar_has_is_an_error() -> None:
    found = judged(guardrails(rule(), waivers=f"[{waiver('A', '2027-02-30')}]"))
    assert [(one.code, one.summary) for one in found.diagnostics] == [("S-VALUE", "this is no day of the calendar")]


def test_two_rules_of_one_id_are_refused_wherever_they_stand() -> None:
    found = reading(a=guardrails(rule("A"), rule("B")), b=guardrails(rule("A", severity="warn"), name="h"))
    assert said(found) == [("C-TWO", 7)]
    assert len(joined(found.guardrails).rules) == 2


def test_a_copy_of_a_rule_is_no_second_one() -> None:
    found = reading(a=guardrails(rule("A"), rule("B")), b=guardrails(rule("A"), name="h"))
    assert found.diagnostics == ()
    assert len(joined(found.guardrails).rules) == 2


def test_a_waiver_of_a_rule_that_is_not_there_is_an_error_with_the_rule_that_was_meant() -> None:
    found = reading(a=guardrails(rule("CIS-ZOOM-1.1.5.4"), waivers=f"[{waiver('CIS-ZOOM-1.1.5.5')}]"))
    (one,) = found.diagnostics
    assert (one.code, one.summary) == ("C-RULE", "there is no rule `CIS-ZOOM-1.1.5.5`")
    assert one.help.startswith("did you mean `CIS-ZOOM-1.1.5.4`?")
    elsewhere = reading(a=guardrails(waivers=f"[{waiver('A')}]"), b=guardrails(rule("A"), name="h"))
    assert elsewhere.diagnostics == ()


def test_a_waiver_alone_in_a_file_of_its_own_is_not_held_against_rules_that_were_not_read() -> None:
    write(Path(), {"w.yaml": guardrails(waivers=f"[{waiver('A')}]")})
    assert read([Path("w.yaml")], DAY).diagnostics == ()


@pytest.mark.parametrize(
    "expires, codes",
    [("2026-11-21", ["C-EXPIRED"]), ("2026-11-22", ["C-EXPIRES"]), ("2026-12-06", ["C-EXPIRES"]), ("2026-12-07", [])],
)
def test_a_waiver_that_is_over_is_an_error_and_one_near_its_end_a_warning(expires: str, codes: list[str]) -> None:
    found = reading(a=guardrails(rule(), waivers=f"[{waiver('A', expires)}]"))
    assert [one.code for one in found.diagnostics] == codes
    assert found.has_errors == ("C-EXPIRED" in codes)


def rules_of(text: str) -> Reading:
    write(Path(), {"one.yaml": text})
    return read([Path("one.yaml")], DAY)


def test_from_outside_a_folder_may_only_add_rules() -> None:
    outside = joined(
        rules_of(guardrails(rule("A"), rule("B"), waivers=f"[{waiver('B')}]")).guardrails,
    )
    own = joined(
        rules_of(
            guardrails(
                rule("A", "policy.integration.enabled == true"),
                rule("B"),
                rule("C"),
                waivers=f"[{waiver('A')}, {waiver('B')}, {waiver('C')}, {waiver('B', '2999-01-01')}]",
            )
        ).guardrails
    )
    holding, ignored = under_guardrails(own, outside)
    assert [one.id for one in holding.rules] == ["A", "B", "C"]
    assert holding.rules[0].expression == SOUND
    assert [(one.rule, one.expires.year) for one in holding.waivers] == [("B", 2027), ("C", 2027)]
    assert {one.code for one in ignored} == {"G-LOOSER"}
    assert [one.summary for one in ignored] == [
        "the rule `A` is ignored: outside it stands otherwise",
        "the waiver of `A` until 2027-06-30 is ignored: there is none outside",
        "the waiver of `B` until 2999-01-01 is ignored: there is none outside",
    ]


def test_the_same_rules_on_both_sides_are_nothing_to_speak_of() -> None:
    text = guardrails(rule("A"), waivers=f"[{waiver('A')}]")
    holding, ignored = under_guardrails(joined(rules_of(text).guardrails), joined(rules_of(text).guardrails))
    assert ([one.id for one in holding.rules], len(holding.waivers), ignored) == (["A"], 1, ())
