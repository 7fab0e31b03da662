"""Where the forecast holds in the simulator, holding it against what is observed finds nothing wrong."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from calplan.apply.judge import Verdict
from calplan.apply.verify import Verification, verify
from calplan.impact.outcome import DISCONNECTED
from calplan.impact.population import populate
from calplan.model.limits import Tolerance
from calplan.model.user import RawFacts, UserBatch
from calplan.plan.users import AssessedUsers
from tests.property.acting import left_by
from tests.property.group_worlds import draw, seen_levels
from tests.property.truth import assessed, seeded
from tests.property.worlds import World, hide

CASES: Final = 400
HIDDEN: Final = 0.2


def worlds() -> Iterator[tuple[int, World]]:
    """Drawn worlds without groups: theirs may pass states on the way that no forecast of the whole is about."""
    drawn = ((seed, draw(seeded(seed))) for seed in range(CASES))
    return ((seed, world) for seed, world in drawn if not world.groups)


def held_against(seed: int, world: World, share: float, users: tuple[tuple[str, RawFacts], ...]) -> Verification:
    """The forecast of a drawn change with some facts hidden, held against users as they truly are."""
    seen, levels = hide(seeded(-seed), world, share), seen_levels(world)
    rows = AssessedUsers(assessed(*levels, seen.users, seen.tenant)).rows()
    observed = UserBatch(emails=[email for email, _ in users], facts=[facts for _, facts in users], mailboxes={})
    return verify(rows, populate([observed]), Tolerance(), levels)


def test_what_the_simulated_account_does_is_no_surprise_and_no_false_alarm() -> None:
    for share in (0.0, HIDDEN):
        counts: Counter[Verdict] = Counter()
        for seed, world in worlds():
            result = held_against(seed, world, share, left_by(world).users)
            wrong = [*result.surprises, *result.false_alarms]
            assert not wrong, f"case {seed}, {share} hidden: {wrong}"
            counts.update(result.counts)
        assert counts[Verdict.HIT] > counts[Verdict.NOT_OBSERVABLE]
        assert share or not counts[Verdict.NOT_OBSERVABLE]


def test_where_nothing_was_written_every_forecast_loss_is_a_false_alarm() -> None:
    losses = 0
    for seed, world in worlds():
        result = held_against(seed, world, 0.0, world.users)
        said = AssessedUsers(assessed(*seen_levels(world), world.users, world.tenant))
        forecast = [*said.rows(frozenset(one.value for one in DISCONNECTED))]
        assert [one.email for one in result.false_alarms] == [row["email"] for row in forecast]
        losses += len(forecast)
    assert losses > CASES // 4
