"""An expression made ready to be asked: compiled, and held against the variables there are."""

from dataclasses import dataclass
from difflib import get_close_matches

from calplan.guardrails.advice import UNASKED, advice_on
from calplan.guardrails.engine import BadExpressionError, PolicyEngine, Program
from calplan.guardrails.mentions import Fault, Mentions, mentions_of
from calplan.guardrails.variables import FOR_EACH_USER, FOR_THE_PLAN

UNDECLARED = "undeclared reference to '"


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression that can be asked, and what it mentions."""

    program: Program
    mentions: Mentions


def compiled(engine: PolicyEngine, expression: str, *, each_user: bool) -> Compiled | tuple[Fault, ...]:
    """An expression ready to be asked, or everything that is wrong with it."""
    variables = FOR_EACH_USER if each_user else FOR_THE_PLAN
    try:
        program = engine.compile(expression, each_user=each_user)
    except BadExpressionError as error:
        return (_as_fault(error, each_user=each_user),)
    mentions, faults = mentions_of(program.tree, variables, expression)
    return faults or Compiled(program, mentions)


def _as_fault(error: BadExpressionError, *, each_user: bool) -> Fault:
    said = str(error)
    fault = Fault(
        code=error.code,
        at=error.at,
        length=error.length,
        summary=said,
        why=error.why or UNASKED,
        help=error.advice or advice_on(said),
    )
    if not said.startswith(UNDECLARED):
        return fault
    whole = said.removeprefix(UNDECLARED).partition("'")[0]
    name, before = whole.partition(".")[0], whole.rpartition(".")[0]
    known = tuple(FOR_EACH_USER if each_user else FOR_THE_PLAN)
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    listed = f"variables: {', '.join(known)}"
    advice = f"did you mean `{near[0]}`? {listed}" if near else listed
    if name == "user" and not each_user:
        advice = "`user` is there with `each: user`, and the rule is then asked of each class of users"
    # Of a name with fields the library marks the last dot.
    at = error.at - len(before)
    return Fault(
        code=error.code,
        at=max(0, at),
        length=len(name),
        summary=f"there is no variable or function `{name}`",
        why=UNASKED,
        help=advice,
    )
