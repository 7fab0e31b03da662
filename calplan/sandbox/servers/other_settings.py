"""The settings that the vendor's API does show. None of them is of the calendar and contacts integration.

Some look like it, and are here for that reason: whoever reads them as the integration is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from calplan.sandbox.servers.answer import Answer, Call, invalid, no_account
from calplan.sandbox.servers.people import People
from calplan.sandbox.servers.world import ME, World

Sections = Mapping[str, Mapping[str, object]]

OF_ACCOUNT: Final[Sections] = {
    "schedule_meeting": {"host_video": True, "participant_video": True, "join_before_host": False},
    "in_meeting": {"chat": True, "waiting_room": True},
    "email_notification": {"cancel_meeting_reminder": True, "schedule_for_reminder": True},
    "recording": {"cloud_recording": True, "local_recording": True},
    "telephony": {"third_party_audio": False},
    "feature": {"meeting_capacity": 300},
    "profile": {"recording_storage_location": {"allowed_values": ["US"], "value": "US"}},
    "other_options": {"blur_snapshot": False, "use_cdn": "default"},
    "integration": {
        "box": False,
        "dropbox": False,
        "google_calendar": True,
        "google_drive": False,
        "kubi": False,
        "microsoft_one_drive": False,
    },
    "zoom_rooms": {"list_meetings_with_calendar": True, "weekly_system_restart": False},
    "mail_calendar": {"email_calendar_management": True, "email_management": True, "zoom_email_provider": True},
    "general_setting": {"show_zoom_room_feature": False},
}
OF_GROUP: Final = ("schedule_meeting", "in_meeting", "email_notification", "recording", "telephony", "profile")
OF_USER: Final = ("schedule_meeting", "in_meeting", "email_notification", "recording", "telephony", "feature")
LOCKABLE: Final[Sections] = {
    "schedule_meeting": {"host_video": False, "participant_video": False},
    "in_meeting": {"chat": False, "waiting_room": True},
    "email_notification": {"cancel_meeting_reminder": False},
    "recording": {"cloud_recording": False},
    "telephony": {"third_party_audio": False},
}
OPTIONS: Final = frozenset({"meeting_authentication", "recording_authentication", "security", "meeting_security"})
OWN_FROM: Final = 0.1
"""The share of users from which a domain counts as one that the company has shown to be its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSettings:
    """The endpoints about settings and domains; all of them only read."""

    world: World
    people: People

    def account(self, call: Call) -> Answer:
        """GET /accounts/{account}/settings"""
        self._require_account(call)
        return _chosen(call, OF_ACCOUNT, OPTIONS)

    def account_locks(self, call: Call) -> Answer:
        """GET /accounts/{account}/lock_settings"""
        self._require_account(call)
        return _chosen(call, LOCKABLE, frozenset({"meeting_security"}))

    def group(self, call: Call) -> Answer:
        """GET /groups/{group}/settings"""
        self.people.require_group(call)
        return _chosen(call, {name: OF_ACCOUNT[name] for name in OF_GROUP}, OPTIONS - {"security"})

    def group_locks(self, call: Call) -> Answer:
        """GET /groups/{group}/lock_settings"""
        self.people.require_group(call)
        return _chosen(call, LOCKABLE, frozenset({"meeting_security"}))

    def user(self, call: Call) -> Answer:
        """GET /users/{user}/settings"""
        self.people.row(call.names["user"])
        return _chosen(call, {name: OF_ACCOUNT[name] for name in OF_USER}, OPTIONS - {"security"})

    def managed_domains(self, call: Call) -> Answer:
        """GET /accounts/{account}/managed_domains"""
        self._require_account(call)
        query = "SELECT name, count(*) FROM users JOIN domains ON domains.id = users.domain GROUP BY name ORDER BY name"
        with self.world.view() as connection:
            counts = {name: count for name, count in connection.execute(query) if name is not None}
        least = sum(counts.values()) * OWN_FROM
        domains = [{"domain": name, "status": "verified"} for name, count in counts.items() if count >= least]
        return Answer(body={"domains": domains, "total_records": len(domains)})

    def trusted_domains(self, call: Call) -> Answer:
        """GET /accounts/{account}/trusted_domains"""
        self._require_account(call)
        return Answer(body={"trusted_domains": []})

    def _require_account(self, call: Call) -> None:
        if call.names["account"] not in (ME, self.world.account_id):
            raise no_account(call.names["account"])


def _chosen(call: Call, sections: Sections, options: frozenset[str]) -> Answer:
    """The sections that are asked for; an ``option`` shows one of another shape instead of them all."""
    option = call.query.get("option")
    if option is not None:
        if option not in options:
            raise invalid("option")
        return Answer(body={option: {}})
    wanted = call.query.get("custom_query_fields")
    names = set(sections) if wanted is None else set(wanted.split(","))
    return Answer(body={name: section for name, section in sections.items() if name in names})
