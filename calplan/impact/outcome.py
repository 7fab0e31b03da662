"""What can happen to a user, in the words of the plan (semantics (d))."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from calplan.model.citation import Certainty
from calplan.model.settings import Setting


class Outcome(Enum):
    """The one thing said of a user; the order of the members is their precedence, worst first."""

    DISCONNECTED_BLOCKED = "disconnected_blocked"
    DISCONNECTED_SILENT = "disconnected_silent"
    DISCONNECTED_NOTICE_UNKNOWN = "disconnected_notice_unknown"
    DISCONNECTED_PROMPTED = "disconnected_prompted"
    BLOCKED = "blocked"
    AT_RISK = "at_risk"
    PROMPTED = "prompted"
    AUTOMATIC = "automatic"
    UNAFFECTED = "unaffected"


class Link(Enum):
    """What becomes of the connection; ``SAME`` is said by a row that adds nothing of its own."""

    LOST = "lost"
    AT_RISK = "at_risk"
    GAINED = "gained"
    KEPT = "kept"
    NONE = "none"
    UNKNOWN = "unknown"
    SAME = "same"


class Notice(Enum):
    """What the user is told; worst first."""

    NO_PROMPT = "no_prompt"
    UNKNOWN = "unknown"
    PROMPT = "prompt"
    PROMPT_POSSIBLE = "prompt_possible"
    NONE = "none"


class NextStep(Enum):
    """What has to happen for the user to be connected; the most pressing first."""

    BLOCKED_DISABLED = "blocked:disabled"
    BLOCKED_DOMAIN = "blocked:domain"
    BLOCKED_PLATFORM = "blocked:platform"
    BLOCKED_HYBRID = "blocked:hybrid"
    TENANT_ADMIN_CONSENT = "tenant_admin_consent"
    UNKNOWN = "unknown"
    CONSENT_UNKNOWN = "consent_unknown"
    TELL_THEN_AUTHORISE = "tell_then_authorise"
    ENTER_PASSWORD = "enter_password"  # noqa: S105 - a word of the plan, no secret
    AUTHORISE_ON_WINDOWS = "authorise_on_windows"
    CONSENT_BY_USER = "consent_by_user"
    AUTHORISE = "authorise"
    VERIFY_BEFORE_SAVE = "verify_before_save"
    UPGRADE_CLIENT = "upgrade_client"
    MAY_SET_UP = "may_set_up"
    NONE = "none"


OUTCOMES: Final = tuple(Outcome)
NOTICES: Final = tuple(Notice)
NEXT_STEPS: Final = tuple(NextStep)

DISCONNECTED: Final = frozenset(OUTCOMES[:4])
NOT_TOLD: Final = frozenset({Outcome.DISCONNECTED_SILENT, Outcome.DISCONNECTED_NOTICE_UNKNOWN})
BARRED: Final = frozenset({Outcome.DISCONNECTED_BLOCKED, Outcome.BLOCKED})
HARMED: Final = frozenset(OUTCOMES[:6])


@dataclass(frozen=True, slots=True, kw_only=True)
class UserOutcome:
    """The forecast for one user: the outcome, its facets, and the ids of the rows that fired, sorted.

    ``rests_on`` names the live settings that nobody could read and that the outcome hangs on. ``loss_is_certain`` says
    that the connection is lost whatever those settings are, ``return_is_doubtful`` that a missing fact (platform,
    consent or mailbox) decides whether the user can come back by himself.
    """

    outcome: Outcome
    connection: Link
    notice: Notice
    next_step: NextStep
    certainty: Certainty
    rules: tuple[str, ...]
    rests_on: frozenset[Setting]
    loss_is_certain: bool
    return_is_doubtful: bool

    @property
    def told(self) -> bool:
        """Whether a prompt tells the user that the connection is lost."""
        return self.connection is Link.LOST and self.notice is Notice.PROMPT
