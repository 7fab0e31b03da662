"""The one comment that a pull request gets for an account, found again by the hidden marker it begins with."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from calplan.render.markdown import marker

NO_ACCOUNT: Final = ""
"""What the marker of a comment names while no plan has told which account this is about."""
OURS: Final = marker(NO_ACCOUNT).removesuffix(" -->")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment below a pull request."""

    id: int
    author: str
    body: str

    @property
    def marker(self) -> str | None:
        """The marker in its first line, where that is one."""
        first = self.body.lstrip().partition("\n")[0].strip()
        return first if first.startswith(OURS) and first.endswith("-->") else None


def found(comments: Iterable[Comment], author: str, account: str | None) -> Comment | None:
    """The comment to write anew: the first of this author for this account.

    A step that failed before it knew its account takes the only one there is, so that it does not go on showing an
    earlier plan. A comment of somebody else is never touched, whatever it quotes.
    """
    ours = [one for one in comments if one.author == author and one.marker is not None]
    if account is None and len(ours) == 1:
        return ours[0]
    wanted = (marker(NO_ACCOUNT),) if account is None else (marker(account), marker(NO_ACCOUNT))
    return next((one for mark in wanted for one in ours if one.marker == mark), None)


def marked(text: str, there: Comment | None, account: str | None) -> str:
    """A text below the marker of the comment that it goes into."""
    kept = None if there is None or account is not None else there.marker
    return f"{kept or marker(account or NO_ACCOUNT)}\n{text}"
