"""The questions that rules ask of a change, answered once per change (semantics (b) and (k))."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from calplan.diff import Transition
from calplan.impact.readings import AS_READ, Otherwise, Reading
from calplan.model.permissions import exceeds
from calplan.model.service import ExchangeMapi, Google, Office365Graph, same_key, type_of
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import Tri, Unknown

NOTHING: Final[frozenset[Setting]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An answer, and the unread live settings it rests on.

    ``YES`` with settings is the reading that alarms more of a setting the policy writes; ``UNKNOWN`` is met where the
    policy leaves an unread setting alone.
    """

    holds: Tri
    rests_on: frozenset[Setting] = NOTHING


NO: Final = Claim(holds=Tri.NO)
YES: Final = Claim(holds=Tri.YES)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """One change with the terms the decision table is written in. B is ``before``, A is ``after``.

    ``read_otherwise`` holds the readings that this forecast takes the other way; a plan's own forecast takes none so.
    """

    move: Transition
    read_otherwise: Otherwise = AS_READ

    def otherwise(self, reading: Reading) -> bool:
        """Whether this forecast takes the other reading."""
        return reading in self.read_otherwise

    @property
    def before(self) -> AccountSettings:
        """The settings before the change."""
        return self.move.before

    @property
    def after(self) -> AccountSettings:
        """The settings after the change."""
        return self.move.after

    @cached_property
    def identical(self) -> bool:
        """Whether nothing changes at all."""
        return self.before == self.after and not self.move.in_doubt

    @cached_property
    def was_off(self) -> bool:
        """Whether the integration is known to be off before; unread counts as on."""
        return self.before.enabled is False

    @cached_property
    def is_off(self) -> bool:
        """Whether the integration is known to be off after; unread counts as on."""
        return self.after.enabled is False

    @cached_property
    def unread(self) -> frozenset[Setting]:
        """``ENABLED`` where nobody knows whether the integration is or will be on: then every outcome rests on it."""
        either = (self.before.enabled, self.after.enabled)
        return frozenset({Setting.ENABLED}) if any(isinstance(one, Unknown) for one in either) else NOTHING

    @cached_property
    def key_changed(self) -> Claim:
        """Whether service, EWS host or permissions change."""
        if self.before.service == self.after.service:
            return NO
        same = same_key(self.before.key, self.after.key)
        if same is Tri.UNKNOWN:
            return Claim(holds=Tri.YES, rests_on=frozenset({Setting.SERVICE}))
        return YES if same is Tri.NO else NO

    @cached_property
    def locked_after(self) -> Claim:
        """Whether the settings are locked after the change."""
        if isinstance(self.after.locked, Unknown):
            return Claim(holds=Tri.UNKNOWN, rests_on=frozenset({Setting.LOCKED}))
        return YES if self.after.locked else NO

    @cached_property
    def lock_hits(self) -> Claim:
        """Whether the change makes the lock act: on, locked, and before it was off, unlocked or had another key."""
        if self.is_off or self.locked_after.holds is Tri.NO:
            return NO
        reasons = [YES] if self.was_off or self.before.locked is False else []
        if isinstance(self.before.locked, Unknown) and self.locked_after.holds is Tri.YES:
            reasons.append(Claim(holds=Tri.YES, rests_on=frozenset({Setting.LOCKED})))
        if self.key_changed.holds is Tri.YES and not self.otherwise(Reading.A06):
            reasons.append(self.key_changed)
        if not reasons:
            return NO
        if self.locked_after.holds is Tri.UNKNOWN:
            return self.locked_after
        return YES if any(not reason.rests_on for reason in reasons) else reasons[0]

    @cached_property
    def narrowed(self) -> bool:
        """Whether the service stays, the settings are not locked, and a permission is known to be lower (A05)."""
        was, now = self.before.service, self.after.service
        chosen = (Office365Graph, Google)
        if not isinstance(was, chosen) or not isinstance(now, chosen) or type_of(was) is not type_of(now):
            return False
        old, new = was.permissions, now.permissions
        lower = (exceeds(old.calendar, new.calendar), exceeds(old.contacts, new.contacts))
        return self.after.locked is False and Tri.YES in lower

    @cached_property
    def unlocked(self) -> bool:
        """Whether the lock is taken off."""
        return self.before.locked is True and self.after.locked is False

    @cached_property
    def impersonated_before(self) -> Tri:
        """Whether impersonation works before the change."""
        return _impersonates(self.before)

    @cached_property
    def impersonated_after(self) -> Tri:
        """Whether impersonation works after the change."""
        return _impersonates(self.after)

    @cached_property
    def impersonation_newly_on(self) -> bool:
        """Whether impersonation is switched on; never claimed where the live setting was not read: no promise."""
        return self.impersonated_after is Tri.YES and self.impersonated_before is Tri.NO

    @cached_property
    def impersonation_off(self) -> Claim:
        """Whether impersonation stops while the integration stays on; an unread live setting counts as on."""
        if self.is_off or self.impersonated_after is Tri.YES or self.impersonated_before is Tri.NO:
            return NO
        unread = frozenset({Setting.SERVICE})
        if self.impersonated_after is Tri.UNKNOWN:
            # Unread before and after, it is left alone, and only a lock that acts can bring it into play. But a user
            # may leave a level that is known for one that is not.
            stays = self.impersonated_before is Tri.UNKNOWN and self.lock_hits.holds is Tri.NO
            return NO if stays else Claim(holds=Tri.UNKNOWN, rests_on=unread)
        return Claim(holds=Tri.YES, rests_on=NOTHING if self.impersonated_before is Tri.YES else unread)

    @cached_property
    def impersonation_edited(self) -> Claim:
        """Whether impersonation stays on with another account, URL, Exchange version or password."""
        if self.impersonated_after is not Tri.YES or self.impersonated_before is Tri.NO:
            return NO
        if self.before.service == self.after.service:
            return NO
        if self.impersonated_before is Tri.UNKNOWN:
            return Claim(holds=Tri.YES, rests_on=frozenset({Setting.SERVICE}))
        return YES

    @cached_property
    def oauth_newly_enforced(self) -> Claim:
        """Whether OAuth is enforced by this change; an unread live setting counts as off."""
        if self.after.enforce_oauth is not True or self.before.enforce_oauth is True:
            return NO
        if isinstance(self.before.enforce_oauth, Unknown):
            return Claim(holds=Tri.YES, rests_on=frozenset({Setting.ENFORCE_OAUTH}))
        return YES

    @cached_property
    def to_graph(self) -> bool:
        """Whether the service after the change is Office 365 through Graph."""
        return isinstance(self.after.service, Office365Graph)

    @cached_property
    def to_mapi(self) -> bool:
        """Whether the service after the change is MAPI."""
        return isinstance(self.after.service, ExchangeMapi)


def _impersonates(settings: AccountSettings) -> Tri:
    if settings.enabled is False or settings.impersonation is None:
        return Tri.NO
    return Tri.UNKNOWN if isinstance(settings.impersonation, Unknown) else Tri.YES
