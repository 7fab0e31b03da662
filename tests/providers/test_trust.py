"""Which hosts an Account document may name, and the tricks by which it might name others."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.model.diagnostic import Position, Severity
from calplan.policyfile.documents import AccountDocument, ConnectionsFile, LocalPlatform, StatedProvider, ZoomPlatform
from calplan.providers.catalog import CATALOG, Opening, open_platform, open_writable
from calplan.providers.endpoints import VENDOR_HOSTS, BadEndpointError, Endpoint
from calplan.providers.errors import InvalidAccountError
from calplan.providers.trust import Trust, require_trusted, untrusted
from tests.providers.http.make import NOON

OWN = {
    "zoom": (
        "https://api.zoom.us",
        "https://api.zoom.us/v2",
        "https://zoom.us/oauth/token",
        "https://api-eu.zoom.us/v2",
    ),
    "microsoft": (
        "https://graph.microsoft.com/v1.0",
        "https://login.microsoftonline.us",
        "https://dod-graph.microsoft.us",
    ),
    "google": (
        "https://oauth2.googleapis.com/token",
        "https://admin.googleapis.com/",
        "https://sts.googleapis.com:443/v1",
    ),
}
LOOPBACK = ("http://127.0.0.1:8080", "https://127.0.0.1", "http://localhost:1/v2", "https://[::1]:8443/x")
TRICKS = (
    "https://api.zoom.us@evil.example",
    "https://api.zoom.us:443@evil.example",
    "https://api.zoom.us%40evil.example",
    "https://evil.example#api.zoom.us",
    "https://evil.example?api.zoom.us",
    "https://evil.example/api.zoom.us",
    "https://evil.example\\@api.zoom.us",
    "https://api.zoom.us\\.evil.example",
    "https://api.zoom.us.evil.example",
    "https://api.zoom.us.",
    "https://api.zoom.us./v2",
    "https://API.zoom.us",
    "HTTPS://api.zoom.us",
    "https://api.z\u043e\u043em.us",
    "https://xn--api-zm-4ya.us",
    "https://api。zoom。us",
    "https://api.zoom.us:8443",
    "https://api.zoom.us:0",
    "https://api.zoom.us:99999",
    "https://api.zoom.us:",
    "http://api.zoom.us",
    "https://notapi.zoom.us",
    "https://zoom.us.com",
    "https://xzoom.us",
    "https:api.zoom.us",
    "https:///api.zoom.us",
    "//api.zoom.us",
    "api.zoom.us",
    "file:///etc/passwd",
    "ftp://127.0.0.1",
    "https://api.zoom.us/../x",
    "https://api.zoom.us/a/./b",
    "https://api.zoom.us//evil.example",
    "https://api.zoom.us/%2e%2e",
    "https://api.zoom.us\t.evil.example",
    "https://api.zoom.us\n",
    " https://api.zoom.us",
    "http://localhost.evil.example",
    "http://localhost.",
    "http://LOCALHOST",
    "http://127.0.0.1.evil.example",
    "http://127.1",
    "http://127.0.0.2",
    "http://2130706433",
    "http://0x7f000001",
    "http://0x7f.0.0.1",
    "http://0177.0.0.1",
    "http://0.0.0.0",
    "http://0",
    "http://[::]",
    "http://[::ffff:127.0.0.1]",
    "http://[0:0:0:0:0:0:0:1]",
    "http://169.254.169.254/latest",
    "https://graph.microsoft.com",
    "https://storage.googleapis.com",
    "",
    "https://",
)


def zoom(endpoints: dict[str, object], **more: object) -> AccountDocument:
    platform = ZoomPlatform(stated={"type": "zoom", "endpoints": endpoints, **more})  # type: ignore[dict-item]
    return AccountDocument(name="corp", platform=platform, file=Path("account.yaml"))


def provider(kind: str, endpoints: dict[str, object]) -> AccountDocument:
    stated = StatedProvider(type=kind, stated={"type": kind, "endpoints": endpoints})  # type: ignore[dict-item]
    local = LocalPlatform(path=Path("corp.db"))
    return AccountDocument(name="corp", platform=local, providers=(ConnectionsFile(path=Path("x")), stated))


@pytest.mark.parametrize("vendor", OWN)
def test_the_hosts_of_a_vendor_and_this_machine_are_trusted(vendor: str) -> None:
    for text in (*OWN[vendor], *LOOPBACK):
        assert untrusted(provider(vendor, {"api": text}), Trust()) == (), text
    if vendor == "zoom":
        for text in (*OWN[vendor], *LOOPBACK):
            assert untrusted(zoom({"token": text}), Trust()) == (), text


@pytest.mark.parametrize("text", TRICKS)
def test_no_trick_makes_another_host_look_like_one_of_the_vendors(text: str) -> None:
    for account in (zoom({"api": text}), provider("zoom", {"token": text})):
        (found,) = untrusted(account, Trust())
        assert found.severity is Severity.ERROR
        assert found.code == "T-HOST"


@pytest.mark.parametrize("text", TRICKS)
def test_a_host_that_is_listed_lets_in_that_host_alone(text: str) -> None:
    trust = Trust(allow_hosts=frozenset({"vault.corp.example", "proxy.corp.example:8443"}))
    assert untrusted(zoom({"api": text}), trust)
    for fine in ("https://vault.corp.example/x", "https://vault.corp.example:443", "https://proxy.corp.example:8443"):
        assert not untrusted(zoom({"api": fine}), trust), fine
    for other in ("https://vault.corp.example:8443", "https://proxy.corp.example", "http://vault.corp.example"):
        assert untrusted(zoom({"api": other}), trust), other


def test_a_vendor_whose_hosts_are_not_known_has_none() -> None:
    assert untrusted(provider("exchange", {"api": "https://outlook.office365.com"}), Trust())
    assert not untrusted(provider("exchange", {}), Trust())


@given(st.text(max_size=60), st.sampled_from(sorted(VENDOR_HOSTS["zoom"])))
def test_whatever_is_trusted_is_read_as_the_same_host_by_everybody(extra: str, host: str) -> None:
    from urllib.parse import urlsplit  # noqa: PLC0415 - the second reader

    import httpx2  # noqa: PLC0415 - the third

    for text in (f"https://{host}{extra}", f"https://{extra}{host}", f"https://{host}/{extra}"):
        try:
            endpoint = Endpoint.parse(text)
        except BadEndpointError:
            continue
        assert urlsplit(endpoint.url).hostname == httpx2.URL(endpoint.url).host == endpoint.host.strip("[]")
        assert urlsplit(text).hostname == endpoint.host.strip("[]")


def test_an_error_says_where_what_why_and_what_to_do_and_repeats_no_password() -> None:
    place = Position(file="account.yaml", line=8, column=3)
    account = replace(zoom({"api": "https://u:Tr0ub4dor@evil.example"}), positions={"platform.endpoints.api": place})
    (found,) = untrusted(account, Trust())
    assert found.position == place
    assert found.summary == "`platform.endpoints.api` is not trusted: it holds a user name or password"
    assert "Tr0ub4dor" not in found.summary + found.detail
    assert "CALPLAN_ALLOW_HOSTS" in found.help
    (other,) = untrusted(zoom({"api": "https://evil.example"}), Trust())
    assert (
        other.summary == "`platform.endpoints.api` is not trusted: evil.example is no host of zoom that calplan knows"
    )


def test_every_endpoint_that_is_not_trusted_is_said() -> None:
    account = zoom({"api": "https://a.example", "token": "https://b.example"})
    assert [one.address for one in untrusted(account, Trust())] == [
        "platform.endpoints.api",
        "platform.endpoints.token",
    ]
    (one,) = untrusted(provider("microsoft", {"api": "https://a.example"}), Trust())
    assert one.address == "providers[1].endpoints.api"


def test_an_account_is_neither_opened_nor_made_before_its_hosts_are_trusted() -> None:
    opening = Opening(clock=lambda: NOON)
    for account in (zoom({"api": "https://a.example"}), provider("google", {"api": "https://a.example"})):
        for opens in (open_platform, open_writable):
            with pytest.raises(InvalidAccountError) as caught:
                opens(account, opening)
            assert caught.value.diagnostics
    assert not Path("corp.db").exists()
    require_trusted(zoom({}), Trust())


def test_the_catalog_is_a_table_of_literal_names() -> None:
    assert list(CATALOG) == ["local", "zoom"]
