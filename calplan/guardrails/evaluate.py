"""Rules held against a plan. Whatever is no clean yes counts against the plan, and an evaluation that fails denies."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from calplan.guardrails.crowd import Crowd, Facts, key_of
from calplan.guardrails.engine import Failed, Values, Verdict
from calplan.guardrails.mentions import Mentions, Path
from calplan.guardrails.results import Result, Status
from calplan.guardrails.rules import Guardrails, Rule
from calplan.guardrails.variables import USER
from calplan.plan.document import Json


def evaluate(guardrails: Guardrails, values: Values, crowd: Crowd, day: date) -> tuple[Result, ...]:
    """Every rule's result for a plan, in the order of the rules; waivers are held against the day of the plan."""
    return tuple(_result(rule, values, crowd, guardrails, day) for rule in guardrails.rules)


def evaluate_offline(guardrails: Guardrails, values: Values, day: date) -> tuple[Result, ...]:
    """The results of the rules that documents alone decide."""
    offline = (rule for rule in guardrails.rules if rule.offline)
    return tuple(_waived(_of_the_plan(rule, values), guardrails, day) for rule in offline)


def _result(rule: Rule, values: Values, crowd: Crowd, guardrails: Guardrails, day: date) -> Result:
    found = _of_each_user(rule, values, crowd) if rule.each_user else _of_the_plan(rule, values)
    return _waived(found, guardrails, day)


def _waived(result: Result, guardrails: Guardrails, day: date) -> Result:
    """A violation set aside where a waiver of its rule holds. An error is none: nobody knows what would be waived."""
    if result.status is not Status.VIOLATED:
        return result
    waiver = guardrails.waiver_of(result.rule.id, day)
    if waiver is None:
        return result
    return Result(rule=result.rule, status=Status.WAIVED, users=result.users, emails=result.emails, waiver=waiver)


def _of_the_plan(rule: Rule, values: Values) -> Result:
    answer = rule.program.ask(mentioned(values, rule.mentions))
    if isinstance(answer, Failed):
        return Result(rule=rule, status=Status.ERROR, why=answer.why)
    return Result(rule=rule, status=Status.PASS if answer is Verdict.HOLDS else Status.VIOLATED)


def _of_each_user(rule: Rule, values: Values, crowd: Crowd) -> Result:
    """The rule asked once of each class that differs in what it mentions."""
    shared = mentioned({name: value for name, value in values.items() if name != "user"}, rule.mentions)
    named = rule.mentions.fields_of("user")
    fields = tuple(USER.fields) if named is None else tuple(sorted(named))
    answers: dict[tuple[object, ...], Verdict | Failed] = {}
    against: list[int] = []
    why = ""
    for number, one in enumerate(crowd.classes):
        key = key_of(one.facts, fields)
        answer = answers.get(key)
        if answer is None:
            answer = answers[key] = rule.program.ask({**shared, "user": _some(one.facts, fields)})
        if answer is Verdict.HOLDS:
            continue
        against.append(number)
        if isinstance(answer, Failed):
            why = why or answer.why
    if not against:
        return Result(rule=rule, status=Status.PASS, users=0)
    return Result(
        rule=rule,
        status=Status.ERROR if why else Status.VIOLATED,
        users=sum(crowd.classes[number].users for number in against),
        emails=crowd.named(frozenset(against)),
        why=why,
    )


def _some(facts: Facts, fields: Iterable[str]) -> Json:
    return {name: facts[name] for name in fields}


def mentioned(values: Values, mentions: Mentions) -> Values:
    """As much of the variables as an expression mentions: what it would find beyond that is an error, and denies."""
    found: dict[str, Json] = {}
    for path in _shortest(mentions.paths):
        if path[0] in values:
            _copy(values, path, found)
    return found


def _shortest(paths: Iterable[Path]) -> Iterator[Path]:
    """The paths of which no part is a path itself."""
    known = set(paths)
    return (path for path in known if not any(path[:length] in known for length in range(1, len(path))))


def _copy(source: Mapping[str, Json], path: Path, target: dict[str, Json]) -> None:
    head, rest = path[0], path[1:]
    if head not in source:
        return
    value = source[head]
    if not rest or not isinstance(value, dict):
        target[head] = value
        return
    inner = target.setdefault(head, {})
    if isinstance(inner, dict):
        _copy(value, rest, inner)
