"""Which of the behaviours a write to a setting sets off, and in which order.

While the integration is off nobody holds anything, so that writing other settings reaches nobody until it is on.
"""

from collections.abc import Callable

from calplan.model.unknown import Unknown
from calplan.sandbox.account.behaviour import domains, impersonation, lock, oauth, switch
from calplan.sandbox.account.behaviour.person import Person, Situation, offer_of

Reaction = Callable[[Person], Person]


def enabled_written(before: Situation, after: Situation) -> Reaction | None:
    """The toggle: on for the first time is on afresh, lock and impersonation included."""
    if after.settings.enabled is False:
        return None if before.settings.enabled is False else switch.turn_off
    if before.settings.enabled is not False:
        return None

    def react(person: Person) -> Person:
        person = switch.turn_on(person)
        if impersonation.runs(after.settings):
            person = impersonation.begin(person, after)
        return lock.force_default(person, after) if after.settings.locked is True else person

    return react


def locked_written(before: Situation, after: Situation) -> Reaction | None:
    """The lock: put on, it forces the default. Taken off, it leaves everybody as he is."""
    if _is_off(after) or before.settings.locked is True or after.settings.locked is not True:
        return None
    return lambda person: lock.force_default(person, after)


def service_written(before: Situation, after: Situation) -> Reaction | None:
    """The default service: without a lock it changes nothing for those who have one already (S11).

    Impersonation gives before the lock takes, and what the lock takes is not taken again by an impersonation that
    ends: the lock's prompt is what the user sees.
    """
    if _is_off(after):
        return None
    forced = after.settings.locked is True and not _same_default(before, after)
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


def _is_off(situation: Situation) -> bool:
    return situation.settings.enabled is False


def _same_default(before: Situation, after: Situation) -> bool:
    one, other = before.settings.service, after.settings.service
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return False
    return offer_of(one) == offer_of(other)
