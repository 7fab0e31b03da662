"""What a verification found."""

from calplan.apply.verify import Judged, Verdict, Verification
from calplan.render.verification import verification_text


def shown(counts: dict[Verdict, int], *judged: Judged, within: bool = True) -> list[str]:
    result = Verification(
        counts=dict.fromkeys(Verdict, 0) | counts, judged=judged, still_disconnected=(), returned=0, within=within
    )
    return [*verification_text(result, (), "run1")]


def test_one_of_a_kind_is_counted_in_the_singular() -> None:
    one = shown({Verdict.HIT: 1, Verdict.SURPRISE: 1, Verdict.FALSE_ALARM: 1, Verdict.NOT_OBSERVABLE: 1})
    assert one[-1].startswith("Verified: 1 as forecast, 1 surprise, 1 false alarm, 1 not observable. ")
    two = shown({Verdict.SURPRISE: 2, Verdict.FALSE_ALARM: 2})
    assert two[-1].startswith("Verified: 0 as forecast, 2 surprises, 2 false alarms, 0 not observable. ")


def test_a_surprise_is_told_in_words() -> None:
    dan = Judged(
        email="dan@contoso.com", outcome="disconnected_silent", verdict=Verdict.SURPRISE, found="connected to google"
    )
    said = shown({Verdict.SURPRISE: 1}, dan, within=False)
    assert said[0] == (
        "surprise: dan@contoso.com was forecast disconnected_silent (disconnected, and not told), "
        "and is connected to google\n"
    )
    assert said[-1].endswith("The outcome is beyond tolerance.\n")
