"""The policy engine: CEL by the library of its authors, behind the seam of ``engine``.

What the library returns is never taken for true by itself. A run-time error comes back as a value of the type ERROR,
and its text would count as true; a spent budget of iterations is raised. So an answer is the type BOOL with the value
``True`` or ``False``, and anything else is ``Failed``.
"""

import re
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from calplan.guardrails.advice import NO_ANSWER
from calplan.guardrails.engine import BadExpressionError, Failed, PolicyEngine, Program, Values, Verdict
from calplan.guardrails.tree import Node, TreeError, tree_of

if TYPE_CHECKING:
    from cel_expr_python import cel

PLACE: Final = re.compile(r"<input>:(\d+):(\d+): (.*)")
STATUS: Final = re.compile(r"^[A-Z_]+: |\s*\[[A-Z_]+\]$")
"""Words of the library's own error states, around a sentence that says more."""
RAISED: Final = (RuntimeError, TypeError, ValueError, OverflowError)
"""What the library raises for texts and values that it cannot take, a spent budget of iterations included."""
ERROR: Final = "ERROR"
"""The name of the type that an evaluation gives where it failed."""
MAPS: Final = ("policy", "live", "plan", "account")


class CelEngine(PolicyEngine):
    """Compiles CEL; the library is loaded with the first expression."""

    def compile(self, expression: str, *, each_user: bool) -> Program:
        try:
            environment = self._for_each_user if each_user else self._for_the_plan
            compiled = environment.compile(expression)
        except ImportError as error:
            message = "rules cannot be evaluated here: the package cel-expr-python is not installed"
            raise BadExpressionError(message, length=len(expression)) from error
        except TypeError as error:
            raise BadExpressionError("it holds signs that are no characters", length=len(expression)) from error
        except RAISED as error:
            raise _as_ours(expression, str(error)) from error
        if compiled.return_type() != self._library.Type.BOOL:
            kind = compiled.return_type().name()
            advice = "compare what it gives with a value, for example `== true`"
            raise BadExpressionError(
                _not_boolean(kind), length=len(expression), code="C-TYPE", why=NO_ANSWER, advice=advice
            )
        try:
            tree = tree_of(compiled.serialize())
            return CelProgram(compiled, tree, self._library.Type.BOOL, Origin(self, expression, each_user))
        except TreeError as error:
            raise BadExpressionError(str(error), length=len(expression)) from error

    def __reduce__(self) -> tuple[type["CelEngine"], tuple[()]]:
        """Another process loads the library itself."""
        return CelEngine, ()

    @cached_property
    def _library(self) -> Any:  # noqa: ANN401 - the module itself; the library ships no types that can be found
        from cel_expr_python import cel  # noqa: PLC0415 - a native library, which few commands need

        return cel

    @cached_property
    def _for_the_plan(self) -> "cel.Env":
        return self._environment()

    @cached_property
    def _for_each_user(self) -> "cel.Env":
        return self._environment("user")

    def _environment(self, *more: str) -> "cel.Env":
        kinds = self._library.Type
        maps = dict.fromkeys((*MAPS, *more), kinds.Map(kinds.STRING, kinds.DYN))
        return self._library.NewEnv(variables={**maps, "today": kinds.STRING})


class Origin(NamedTuple):
    """What a program was compiled from."""

    engine: CelEngine
    expression: str
    each_user: bool

    def program(self) -> Program:
        """The program, compiled anew."""
        return self.engine.compile(self.expression, each_user=self.each_user)


class CelProgram(Program):
    """One compiled expression; on its way to another process it is the text it was compiled from."""

    def __init__(self, expression: "cel.Expression", tree: Node, boolean: "cel.Type", origin: Origin) -> None:
        self._expression = expression
        self._tree = tree
        self._boolean = boolean
        self._origin = origin

    def __reduce__(self) -> tuple[Callable[[Origin], Program], tuple[Origin]]:
        return Origin.program, (self._origin,)

    @property
    def tree(self) -> Node:
        return self._tree

    def ask(self, values: Values) -> Verdict | Failed:
        try:
            answer = self._expression.eval(data=values)
        except RAISED as error:
            return Failed(_sentence(str(error)))
        if answer.type() != self._boolean:
            return Failed(self._reason(answer))
        value = answer.value()
        if value is True:
            return Verdict.HOLDS
        return Verdict.BROKEN if value is False else Failed("the answer is neither true nor false")

    def _reason(self, answer: "cel.Value") -> str:
        kind = answer.type().name()
        if kind == ERROR:
            return _sentence(str(answer.value()))
        return _not_boolean(kind)


def _not_boolean(kind: str) -> str:
    gives = "anything" if kind == "DYN" else kind.lower()
    return f"it gives {gives}, and a rule has to give true or false"


def _as_ours(expression: str, said: str) -> BadExpressionError:
    """The library's first complaint, at its place; lines and columns are turned into characters."""
    found = PLACE.search(said)
    if found is None:
        return BadExpressionError(_sentence(said.partition("\n")[0]), length=len(expression))
    line, column, sentence = int(found[1]), int(found[2]), found[3]
    before = expression.split("\n")[: line - 1]
    at = sum(len(one) + 1 for one in before) + column - 1
    return BadExpressionError(_sentence(sentence.replace(" (in container '')", "")), at=max(0, at))


def _sentence(said: str) -> str:
    """What the library says, without the names of its error states and in one line."""
    return " ".join(STATUS.sub("", STATUS.sub("", said.strip())).split())
