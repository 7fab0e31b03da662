"""The forecast against a second reading of the specification, over all users of a small world."""

from hypothesis import given, settings

from calplan.diff import Transition
from calplan.model.account import TenantFacts
from tests.impact.oracle import Reading, worst
from tests.impact.table import Expected, expected, rows_of
from tests.impact.worlds import Crowd, crowds, moves, outcomes_of, tenants

MANY = settings(max_examples=2 * (settings.default or settings()).max_examples)


@MANY
@given(moves(), crowds(), tenants())
def test_the_worst_row_agrees_with_the_if_chain_of_the_specification(
    move: Transition, crowd: Crowd, tenant: TenantFacts
) -> None:
    for user, outcome in outcomes_of(move, crowd, tenant):
        assert outcome.outcome.value == worst(Reading(move, user, tenant)), user


@MANY
@given(moves(), crowds(), tenants())
def test_rows_and_facets_are_those_of_the_table(move: Transition, crowd: Crowd, tenant: TenantFacts) -> None:
    for user, outcome in outcomes_of(move, crowd, tenant):
        reading = Reading(move, user, tenant)
        rules = rows_of(reading)
        found = Expected(
            outcome=outcome.outcome.value,
            connection=outcome.connection.value,
            notice=outcome.notice.value,
            next_step=outcome.next_step.value,
            certainty=outcome.certainty.value,
        )
        assert (set(outcome.rules), found) == (rules, expected(reading, rules)), user
