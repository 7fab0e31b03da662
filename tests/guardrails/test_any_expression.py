"""Whatever stands in an expression, it is refused or asked, and never a fault of calplan."""

from random import Random

import pytest
from cel_expr_python import cel
from hypothesis import given
from hypothesis import strategies as st

from calplan.guardrails.compiled import Compiled, compiled
from calplan.guardrails.engine import Failed, Verdict
from calplan.guardrails.evaluate import mentioned
from calplan.guardrails.tree import Call, Field, Literal, Loop, Name, Node, TreeError, children, tree_of
from calplan.guardrails.values import AccountFacts, values_of
from calplan.plan.fingerprint import canonical_policy
from tests.guardrails.make import ENGINE, document_of
from tests.guardrails.test_paths import SOUND, SOUND_FOR_USERS
from tests.make import Scene

SCENE = Scene()
VALUES = values_of(document_of(SCENE), canonical_policy(SCENE.policy), AccountFacts())
SIGNS = [*"()[]{}.,!?:&|=<>+-*/% 'x1", "policy", "user", "null", "true", ".all(x, ", "has(", " in ", "\n", "\u00e9"]


def tried(expression: str) -> None:
    found = compiled(ENGINE, expression, each_user=False)
    if isinstance(found, Compiled):
        assert isinstance(found.program.ask(mentioned(VALUES, found.mentions)), Verdict | Failed)
        return
    for fault in found:
        assert fault.summary
        assert 0 <= fault.at <= len(expression)
        assert fault.length >= 1


@given(expression=st.text(min_size=1, max_size=60))
def test_any_text_is_refused_or_asked(expression: str) -> None:
    tried(expression)


@given(signs=st.lists(st.sampled_from(SIGNS), min_size=1, max_size=15))
def test_any_signs_of_the_language_are_refused_or_asked(signs: list[str]) -> None:
    tried("".join(signs))


@given(expression=st.sampled_from(SOUND), seed=st.integers(min_value=0, max_value=10**6))
def test_a_sound_expression_with_a_slip_is_refused_or_asked(expression: str, seed: int) -> None:
    random = Random(seed)
    at = random.randrange(len(expression))
    tried(expression[:at] + random.choice(["", *SIGNS]) + expression[at + random.randrange(3) :])


@pytest.mark.parametrize("expression", SOUND)
def test_a_sound_expression_finds_all_it_mentions(expression: str) -> None:
    """As much of the variables as it mentions gives the same answer as all of them."""
    found = compiled(ENGINE, expression, each_user=False)
    assert isinstance(found, Compiled)
    assert found.program.ask(mentioned(VALUES, found.mentions)) == found.program.ask(VALUES)


def read_or_refused(data: bytes) -> Node | str:
    """The tree in the bytes, or what is said of them; anything else is raised."""
    try:
        return tree_of(data)
    except TreeError as error:
        return str(error)


@given(data=st.binary(max_size=200))
def test_bytes_that_are_no_compiled_expression_are_said_to_be_none(data: bytes) -> None:
    assert read_or_refused(data)


@given(at=st.integers(min_value=0, max_value=400), sign=st.integers(min_value=0, max_value=255))
def test_a_damaged_expression_is_read_or_refused(at: int, sign: int) -> None:
    environment = cel.NewEnv(variables={"policy": cel.Type.Map(cel.Type.STRING, cel.Type.DYN)})
    whole = environment.compile("policy.a.b == 1 && policy.c.exists(x, x in [1.5, 'y', null])").serialize()
    damaged = whole[:at] + bytes([sign]) + whole[at + 1 :]
    assert read_or_refused(damaged)


def test_a_tree_is_the_expression_with_the_places_of_its_parts() -> None:
    text = "-2 in [policy.a] && has(policy.b) && policy['c'].all(x, x > 1.5) == true"
    text = text.replace("policy['c']", "policy.c")
    tree = ENGINE.compile(text, each_user=False).tree
    found = []
    todo = [tree]
    while todo:
        node = todo.pop()
        found.append(node)
        todo += children(node)
    fields = {(one.name, one.asks) for one in found if isinstance(one, Field)}
    assert fields == {("a", False), ("b", True), ("c", False)}
    assert all(text[one.at] == "." for one in found if isinstance(one, Field) and not one.asks)
    assert all(text[one.at :].startswith("policy") for one in found if isinstance(one, Name) and one.name == "policy")
    assert {-2, 1.5, True} <= {one.value for one in found if isinstance(one, Literal)}
    (loop,) = [one for one in found if isinstance(one, Loop)]
    assert (loop.first, loop.second) == ("x", "")
    assert "_&&_" in {one.function for one in found if isinstance(one, Call)}


@pytest.mark.parametrize("expression", SOUND_FOR_USERS)
def test_a_rule_about_users_mentions_fields_of_them(expression: str) -> None:
    found = compiled(ENGINE, expression, each_user=True)
    assert isinstance(found, Compiled)
    assert found.mentions.fields_of("user")


def test_a_rule_that_reads_a_whole_user_is_told_apart_by_all_fields() -> None:
    found = compiled(ENGINE, "size(user) == 20", each_user=True)
    assert isinstance(found, Compiled)
    assert found.mentions.fields_of("user") is None
