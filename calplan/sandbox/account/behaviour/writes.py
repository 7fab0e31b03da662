"""Which of the behaviours a write to a setting sets off, and in which order.

While the integration is off nobody holds anything, so that writing other settings reaches nobody until it is on.
"""

from collections.abc import Callable
from functools import cache

from calplan.model.unknown import Unknown
from calplan.sandbox.account.behaviour import domains, impersonation, lock, oauth, switch
from calplan.sandbox.account.behaviour.levels import Levels
from calplan.sandbox.account.behaviour.person import Person, Situation, offer_of

Reaction = Callable[[Person], Person]
React = Callable[[Situation, Situation], Reaction | None]
"""What a change from one situation to another does to a person in it; ``None`` where it does nothing to anybody."""


def reaction_of_each(before: Levels, after: Levels, react: React) -> Reaction:
    """What a write does to each person: what the change of his own situation does, if it changes at all.

    One write can change several settings of a person at once. Decided once for all who share their groups.
    """

    @cache
    def decided(groups: str | None, primary: str | None) -> Reaction | None:
        was, now = before.situation_of(groups, primary), after.situation_of(groups, primary)
        return None if was == now else react(was, now)

    def act(person: Person) -> Person:
        reaction = decided(person.facts.groups, person.facts.primary_group)
        return person if reaction is None else reaction(person)

    return act


def integration_written(before: Situation, after: Situation) -> Reaction | None:
    """The toggle, the lock and the default service of one person, whichever of them the write changed.

    Turned off it ends everything, and turned on it is on afresh. A lock forces the default when it is put on and when
    the default changes under it; taken off, it leaves everybody as he is. Without a lock another default changes
    nothing for those who have one already (S11).

    Impersonation gives before the lock takes, and what the lock takes is not taken again by an impersonation that
    ends: the lock's prompt is what the user sees.
    """
    if _is_off(after):
        return None if _is_off(before) else switch.turn_off
    if _is_off(before):
        return lambda person: _begun(switch.turn_on(person), after)
    newly_locked = after.settings.locked is True and before.settings.locked is not True
    forced = newly_locked or (after.settings.locked is True and not _same_default(before, after))
    was, runs = impersonation.runs(before.settings), impersonation.runs(after.settings)
    edited = not impersonation.same_login(before.settings, after.settings)

    def react(person: Person) -> Person:
        if runs and not was:
            person = impersonation.begin(person, after)
        if forced:
            person = lock.force_default(person, after)
        if was and not runs:
            person = impersonation.end(person)
        if was and runs and edited:
            person = impersonation.edit(person, after)
        return person

    return react


def domains_written(before: Situation, after: Situation) -> Reaction | None:
    """The list of domains."""
    if _is_off(after):
        return None
    was, now = before.settings.allowed_domains, after.settings.allowed_domains
    return lambda person: domains.restrict(person, was, now)


def oauth_written(before: Situation, after: Situation) -> Reaction | None:
    """Enforcing OAuth; no longer enforcing it leaves everybody as he is."""
    if _is_off(after) or before.settings.enforce_oauth is True or after.settings.enforce_oauth is not True:
        return None
    return oauth.enforce


def _begun(person: Person, situation: Situation) -> Person:
    if impersonation.runs(situation.settings):
        person = impersonation.begin(person, situation)
    return lock.force_default(person, situation) if situation.settings.locked is True else person


def _is_off(situation: Situation) -> bool:
    return situation.settings.enabled is False


def _same_default(before: Situation, after: Situation) -> bool:
    one, other = before.settings.service, after.settings.service
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return False
    return offer_of(one) == offer_of(other)
