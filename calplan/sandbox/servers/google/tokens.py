"""The endpoints about a user's tokens. There are no pages and no filter, and whoever may list may delete."""

from dataclasses import dataclass
from typing import Final

from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.google import fields
from calplan.sandbox.servers.google.answers import not_found
from calplan.sandbox.servers.google.calls import GoogleCall
from calplan.sandbox.servers.google.consents import AppToken, Consents
from calplan.sandbox.servers.google.ids import etag
from calplan.sandbox.servers.google.mask import masked
from calplan.sandbox.servers.google.people import GoogleUser, People
from calplan.sandbox.servers.google.token_log import TokenLog

NO_CONTENT: Final = 204


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The endpoints."""

    people: People
    consents: Consents
    log: TokenLog

    def list_tokens(self, call: GoogleCall) -> Answer:
        """GET admin/directory/v1/users/{userKey}/tokens"""
        user = self._user(call)
        items = [_item(user, token) for token in self.consents.held(user.login)]
        content: dict[str, object] = {"kind": "admin#directory#tokenList", "etag": etag(items)}
        if items:
            content["items"] = items
        return Answer(body=masked(content, call.query.get("fields"), fields.TOKENS))

    def show_token(self, call: GoogleCall) -> Answer:
        """GET admin/directory/v1/users/{userKey}/tokens/{clientId}"""
        user, token = self._token(call)
        return Answer(body=masked(_item(user, token), call.query.get("fields"), fields.TOKEN))

    def delete_token(self, call: GoogleCall) -> Answer:
        """DELETE admin/directory/v1/users/{userKey}/tokens/{clientId}"""
        user = self._user(call)
        gone = self.consents.revoke(user.login, call.names["clientId"])
        if not gone:
            raise not_found("clientId")
        self.log.revoked(user.login, gone[0])
        return Answer(status=NO_CONTENT)

    def _user(self, call: GoogleCall) -> GoogleUser:
        user = self.people.find(call.names["userKey"])
        if user is None:
            raise not_found("userKey")
        return user

    def _token(self, call: GoogleCall) -> tuple[GoogleUser, AppToken]:
        user = self._user(call)
        for token in self.consents.held(user.login):
            if token.client_id == call.names["clientId"]:
                return user, token
        raise not_found("clientId")


def _item(user: GoogleUser, token: AppToken) -> dict[str, object]:
    content: dict[str, object] = {
        "kind": "admin#directory#token",
        "clientId": token.client_id,
        "displayText": token.text,
        "anonymous": token.anonymous,
        "nativeApp": token.native,
        "userKey": user.id,
        "scopes": list(token.scopes),
    }
    return {"etag": etag(content), **content}
