"""What an answer of Graph means: by its status, and in words by its code, never by the sentence that comes with it."""

import re
from typing import Final

from calplan.providers.http.answer import Answer, Kind, Meaning, by_status
from calplan.providers.microsoft.messages import complaint_in

_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,79}")
_REQUEST: Final = re.compile(r"[0-9A-Fa-f-]{8,64}")


def judge(answer: Answer) -> Meaning:
    """The meaning of an answer, with its code and the id that Microsoft's support asks for."""
    kind = by_status(answer).kind
    if kind is Kind.FINE:
        return Meaning(kind=kind)
    complaint = complaint_in(answer.body)
    words = [code for code in complaint.codes[:1] if _CODE.fullmatch(code)]
    if _REQUEST.fullmatch(complaint.request_id):
        words.append(f"(request {complaint.request_id})")
    return Meaning(kind=kind, words=" ".join(words))
