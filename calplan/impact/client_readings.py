"""Whether a user's clients show the prompt, where the readings about clients are taken the other way."""

from typing import Final

from calplan.impact.readings import Otherwise, Reading
from calplan.model.client_version import ClientVersion
from calplan.model.unknown import Tri, any_of
from calplan.model.user import UserFacts

ABOUT_CLIENTS: Final = frozenset({Reading.A18, Reading.A19, Reading.A20})


def prompts_of(user: UserFacts, otherwise: Otherwise) -> Tri:
    """What ``UserFacts.prompt_capable`` says, unless a reading about clients is taken otherwise.

    A19: a missing or unreadable version, or one without the number that decides, counts as new enough. A20: a build of
    5.2 outside Windows does. A18: the last client alone decides, and nobody knows which it was where several differ.
    """
    answers = tuple(_prompts(version, otherwise) for version in user.versions)
    if not answers and Reading.A19 in otherwise:
        return Tri.YES
    if Reading.A18 in otherwise:
        different = set(answers)
        return different.pop() if len(different) == 1 else Tri.UNKNOWN
    return any_of(answers)


def _prompts(version: ClientVersion | None, otherwise: Otherwise) -> Tri:
    if version is not None and version.prompts is not Tri.UNKNOWN:
        return version.prompts
    reading = Reading.A19 if version is None or version.third is None else Reading.A20
    return Tri.YES if reading in otherwise else Tri.UNKNOWN
