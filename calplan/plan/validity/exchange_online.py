"""Microsoft's own Exchange servers, told by their host name."""

from typing import Final

HOSTS: Final = frozenset(
    {
        "outlook.office365.com",
        "outlook.office.com",
        "outlook.office365.us",
        "outlook-dod.office365.us",
        "webmail.apps.mil",
        "outlook.office.de",
        "partner.outlook.cn",
    }
)
"""The world-wide hosts and, unverified, those of the sovereign clouds."""


def is_exchange_online(host: str) -> bool:
    """Whether the host of an EWS URL, with its port if it has one, is Microsoft's, or one below, as of a region."""
    labels = host.partition(":")[0].split(".")
    return any(".".join(labels[start:]) in HOSTS for start in range(len(labels)))
