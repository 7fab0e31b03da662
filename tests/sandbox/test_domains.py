import pytest

from calplan.model.settings import ANY, Domains
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.sandbox.account.behaviour.barriers import Barrier
from tests.make import OLD_WINDOWS, account, domains, facts
from tests.sandbox.stage import CUT, CUT_AND_TOLD, HELD, NOTHING, after

INSIDE = domains("corp.example")
OUTSIDE = domains("else.example")
BOTH = domains("corp.example", "else.example")


@pytest.mark.parametrize(
    "before,now,is_cut",
    [
        (ANY, INSIDE, False),
        (ANY, OUTSIDE, True),
        (INSIDE, BOTH, False),
        (INSIDE, OUTSIDE, True),
        (BOTH, OUTSIDE, True),
        (OUTSIDE, domains("third.example"), False),
        (OUTSIDE, INSIDE, False),
        (OUTSIDE, ANY, False),
        (UNKNOWN, OUTSIDE, True),
        (UNKNOWN, INSIDE, False),
    ],
)
@pytest.mark.parametrize("held", HELD)
def test_a_list_cuts_who_is_connected_and_newly_outside(
    held: str, before: Domains | Unknown, now: Domains, is_cut: bool
) -> None:
    result = after(HELD[held], lambda scene: scene.set_domains(now), account(allowed_domains=before))
    assert result.happened == (CUT_AND_TOLD if is_cut else NOTHING)
    assert result.connected is not is_cut


def test_an_old_client_shows_no_prompt_here_either() -> None:
    user = facts("google", "write", "read", clients=(OLD_WINDOWS,))
    assert after(user, lambda scene: scene.set_domains(OUTSIDE)).happened == CUT


def test_new_users_may_set_up_only_inside() -> None:
    assert after(facts(), lambda scene: scene.set_domains(OUTSIDE)).barriers == (Barrier.DOMAIN,)
    assert after(facts(), lambda scene: scene.set_domains(INSIDE)).barriers == ()


@pytest.mark.parametrize(
    "email,listed,allowed",
    [
        ("ann@emea.corp.example", "corp.example", False),
        ("ann@corp.example", "emea.corp.example", False),
        ("ann@notcorp.example", "corp.example", False),
        ("Ann@CORP.example", "corp.example.", True),
        ("ann@faß.example", "xn--fa-hia.example", True),
        ('"a@b"@corp.example', "corp.example", True),
        ("ann", "corp.example", False),
        ("ann@bad..example", "corp.example", False),
    ],
)
def test_a_list_names_single_domains(email: str, listed: str, allowed: bool) -> None:
    user = HELD["google w/r"]
    result = after(user, lambda scene: scene.set_domains(domains(listed)), email=email.lower())
    assert result.connected is allowed


def test_who_holds_an_unknown_connection_is_left_alone() -> None:
    result = after(facts(None), lambda scene: scene.set_domains(OUTSIDE))
    assert (result.facts.service, result.happened) == (None, NOTHING)
