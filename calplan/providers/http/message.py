"""An answer read as a message of a known form."""

from typing import TypeVar

import msgspec

from calplan.providers.errors import ProviderError
from calplan.providers.http.answer import Answer

Text = str | msgspec.UnsetType | None
"""A text, or nothing: a field that is missing or null."""

T = TypeVar("T")


def text_of(value: Text) -> str:
    """The text without blanks around it; nothing told is an empty one."""
    return value.strip() if isinstance(value, str) else ""


def message_of(answer: Answer, kind: type[T], *, vendor: str, asked: str) -> T:
    """The answer of ``vendor`` to what was ``asked``, as this kind of message.

    Raises:
        ProviderError: it is none. The message names the place in it and no value.
    """
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except msgspec.ValidationError as error:
        wrong = _without_value(str(error))
    except (ValueError, RecursionError):
        # What these say can hold what was read.
        wrong = "it is empty" if not answer.body.strip() else "it is no JSON that can be read"
    raise ProviderError(
        f"calplan does not understand what {vendor} ({answer.place}) answers to {asked}: {wrong}. Nothing was taken"
        " from it",
        outcome_unknown=answer.of_write,
    )


def _without_value(wrong: str) -> str:
    """What is wrong with a message. Of a word that is none of a closed list the library repeats the word, which is cut.

    The place is the last thing said, and a word that comes before it can hold anything.
    """
    if not wrong.startswith("Invalid enum value"):
        return wrong
    _, mark, place = wrong.rpartition(" - at ")
    return f"a word nobody knows{mark}{place}" if mark else "a word nobody knows"
