"""The account at Zoom as an apply sees it: one thing can be written, and it takes two calls."""

from collections.abc import Mapping

from calplan.model.account import AssistantPair, PrivateAccess
from calplan.plan.actions import Action, SetPrivateAccess
from calplan.policyfile.documents import AccountDocument
from calplan.providers.base import Receipt, Undo, WritablePlatform, forget
from calplan.providers.errors import ProviderError
from calplan.providers.http.client import Writer
from calplan.providers.http.message import text_of
from calplan.providers.http.retry import Time
from calplan.providers.http.said import RefusedError
from calplan.providers.observing import Observe, unobserved
from calplan.providers.trust import Trust
from calplan.providers.zoom.assistants import NOT_FOUND, access_of, assistant_in, assistants_of
from calplan.providers.zoom.calls import Calls
from calplan.providers.zoom.connecting import Clock, server_of
from calplan.providers.zoom.messages import AssistantRow, UserDetail
from calplan.providers.zoom.people import UNLICENSED
from calplan.providers.zoom.platform import ZoomPlatform
from calplan.providers.zoom.routes import ADD_ASSISTANT, REMOVE_ASSISTANT, USER, WRITES, Route


class WritingCalls(Calls):
    """What can be asked of the vendor and told it."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(writer)
        self._writer = writer

    def post(self, route: Route, *names: str, content: object) -> None:
        """Make something; whoever calls looks afterwards, so that twice does no harm."""
        self._writer.write("POST", *route.parts(*names), content=content, idempotent=True)

    def delete(self, route: Route, *names: str) -> None:
        """Take something away; whoever calls looks afterwards, so that twice does no harm."""
        self._writer.write("DELETE", *route.parts(*names), idempotent=True)


class WritableZoomPlatform(ZoomPlatform):
    """An account at the vendor that can also be written; every read shows it as it stands at that moment."""

    def __init__(self, calls: WritingCalls, account: AccountDocument, clock: Clock) -> None:
        super().__init__(calls, account, clock)
        self._writing = calls

    def perform(self, action: Action, undo: Undo = forget) -> Receipt:
        """Take a privilege away and give it again with the wanted flag; there is no call that changes the flag.

        ``undo`` hears of it twice: before the first call, since nobody may be left to tell after it, and between both.

        Raises:
            ProviderError: nothing changed, or ``outcome_unknown`` is set.
        """
        wanted = _wanted(action)
        pair = wanted.pair
        self._writing.require(*WRITES)
        row = assistant_in(assistants_of(self._calls, pair.user), pair.assistant)
        if row is None:
            raise ProviderError(f"{pair.assistant} is no assistant of {pair.user} any more; nothing was changed")
        if access_of(row) is wanted.access:
            return Receipt(at=self._clock(), changed=False)
        half = self._half(wanted, row)
        undo({**half, "removed": "perhaps"})
        self._remove(pair, half)
        undo({**half, "removed": "yes"})
        return self._give(wanted, half)

    def finish(self, action: Action, half: Mapping[str, str]) -> Receipt:
        """Give a privilege again that was taken away; if it was not yet, begin anew.

        Raises:
            ProviderError: nothing changed, or ``outcome_unknown`` is set.
        """
        wanted = _wanted(action)
        self._writing.require(*WRITES)
        if half.get("host") != wanted.pair.user or half.get("assistant") != wanted.pair.assistant:
            raise ProviderError("what was kept of this write belongs to another privilege; nothing was changed")
        row = assistant_in(assistants_of(self._calls, half["host_id"]), wanted.pair.assistant)
        if row is None:
            return self._give(wanted, half)
        return self.perform(action)

    def _half(self, wanted: SetPrivateAccess, row: AssistantRow) -> dict[str, str]:
        """All that is needed to give the privilege again, asked for while it is still there.

        Raises:
            ProviderError: it could not be given again, so it must not be taken away.
        """
        pair = wanted.pair
        host, assistant = self._licensed_user(pair.user, pair), self._licensed_user(pair.assistant, pair)
        if text_of(row.id) not in ("", assistant.id):
            raise ProviderError(
                f"Zoom shows two ids for {pair.assistant}, so it is unclear whose privilege would be changed;"
                " nothing was changed"
            )
        return {
            "host": pair.user,
            "assistant": pair.assistant,
            "host_id": host.id,
            "assistant_id": assistant.id,
            "before": access_of(row).value,
            "wanted": wanted.access.value,
        }

    def _licensed_user(self, email: str, pair: AssistantPair) -> UserDetail:
        instead = f"Change the privilege of {pair.assistant} for {pair.user} in the portal; nothing was changed"
        try:
            user = self._calls.get(USER, email, kind=UserDetail)
        except RefusedError as error:
            if error.status != NOT_FOUND:
                raise
        else:
            if user.type in UNLICENSED:
                raise ProviderError(
                    f"{email} has no licence, and Zoom gives the privilege only between licensed users. {instead}"
                )
            return user
        raise ProviderError(f"{email} is no user of this account, so it could not be given again. {instead}")

    def _remove(self, pair: AssistantPair, half: Mapping[str, str]) -> None:
        """Take the privilege away.

        Raises:
            ProviderError: it is still there, or ``outcome_unknown`` is set.
        """
        try:
            self._writing.delete(REMOVE_ASSISTANT, half["host_id"], half["assistant_id"])
        except RefusedError as error:
            # It may be the second of two tries, the first of which took it away.
            if not error.outcome_unknown and error.status != NOT_FOUND:
                raise
            if self._still_there(pair, half):
                raise

    def _still_there(self, pair: AssistantPair, half: Mapping[str, str]) -> bool:
        try:
            return self._standing(pair, half) is not None
        except ProviderError as error:
            error.outcome_unknown = True
            raise

    def _give(self, wanted: SetPrivateAccess, half: Mapping[str, str]) -> Receipt:
        """Give the privilege with the wanted flag and look whether it is there.

        Raises:
            ProviderError: it is not there as wanted; ``outcome_unknown`` is set, since it was there before.
        """
        flag = wanted.access is PrivateAccess.MANAGED
        content = {"assistants": [{"id": half["assistant_id"], "can_manage_host_private_event": flag}]}
        pair, why, accepted = wanted.pair, "Zoom does not show it afterwards", True
        try:
            self._writing.post(ADD_ASSISTANT, half["host_id"], content=content)
        except ProviderError as error:
            # That the assistant has the privilege already is a refusal, too: what stands there decides.
            why, accepted = str(error), False
        try:
            found = self._standing(pair, half)
        except ProviderError as error:
            raise self._open(pair, str(error)) from None
        if found is None:
            raise self._open(pair, why)
        access = access_of(found)
        if access is not wanted.access and not (accepted and access is PrivateAccess.UNKNOWN):
            message = (
                f"the privilege of {pair.assistant} for {pair.user} is there, and whether it includes private events is"
                f" not as wanted ({access.value}): {why}"
            )
            raise ProviderError(message, outcome_unknown=True)
        return Receipt(at=self._clock(), changed=True)

    def _standing(self, pair: AssistantPair, half: Mapping[str, str]) -> AssistantRow | None:
        return assistant_in(assistants_of(self._calls, half["host_id"]), pair.assistant)

    def _open(self, pair: AssistantPair, why: str) -> ProviderError:
        message = (
            f"the privilege of {pair.assistant} for {pair.user} was taken away and is not given again yet:"
            f" {why.rstrip('.')}. calplan apply --resume RUN gives it again"
        )
        return ProviderError(message, outcome_unknown=True)


def _wanted(action: Action) -> SetPrivateAccess:
    if isinstance(action, SetPrivateAccess):
        return action
    raise ProviderError("Zoom has no API for this setting; a person has to change it in the portal")


def write_zoom(
    account: AccountDocument, trust: Trust, clock: Clock, time: Time | None = None, observe: Observe = unobserved
) -> WritablePlatform:
    """The account, to be written."""
    server = server_of(account, trust, time, observe)
    return WritableZoomPlatform(WritingCalls(Writer(server)), account, clock)
