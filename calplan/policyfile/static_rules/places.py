"""Where the services of a policy are, whatever else may be wrong with it."""

from collections.abc import Iterator

from calplan.policyfile.document import Parsed, Plain
from calplan.policyfile.finding import Pointer


def services(document: Parsed, root: Pointer) -> Iterator[tuple[Pointer, dict[str, Plain]]]:
    """Every mapping that stands where a service belongs: the account's, then the groups'."""
    groups = document.at((*root, "groups"))
    count = len(groups) if isinstance(groups, list) else 0
    places = [(*root, "integration", "service"), *((*root, "groups", index, "service") for index in range(count))]
    for place in places:
        service = document.at(place)
        if isinstance(service, dict):
            yield place, service


def impersonations(document: Parsed, root: Pointer) -> Iterator[tuple[Pointer, dict[str, Plain]]]:
    """Every mapping that stands where an impersonation account belongs."""
    for place, service in services(document, root):
        impersonation = service.get("impersonation")
        if isinstance(impersonation, dict):
            yield (*place, "impersonation"), impersonation
