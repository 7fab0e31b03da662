"""The account's toggle (S7, S8)."""

from calplan.sandbox.account.behaviour.person import Person


def turn_off(person: Person) -> Person:
    """What happens to a user when the integration is turned off: every connection ends, and nobody is prompted.

    Of a connection that even the platform does not know only one thing is known now: there is none any more.
    """
    if person.connected:
        return person.disconnected(prompted=False)
    return person.forgotten()


def turn_on(person: Person) -> Person:
    """What happens to a user when it is turned on again: what he had before does not come back (S24)."""
    return person.forgotten()
