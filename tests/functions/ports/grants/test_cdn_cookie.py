"""Cloud CDN's signed cookie, against the values that Google publishes with its samples."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta

import pytest

from watchparty_api.identity.keys import KeyedHash
from watchparty_api.ports.grants.cdn_cookie import CdnCookies, signed_prefix
from watchparty_api.ports.grants.home import HomeGrants
from watchparty_api.ports.grants.port import GRANT_LIFE, Grant

KEY = urlsafe_b64decode("nZtRohdNF9m3cKM24IcK4w==")
NOW = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("prefix", "encoded", "signature"),
    [
        (
            "http://35.186.234.33/index.html",
            "aHR0cDovLzM1LjE4Ni4yMzQuMzMvaW5kZXguaHRtbA==",
            "uImwlOBCPs91mlCyG9vyyZRrNWU=",
        ),
        ("http://www.example.com/foo/", "aHR0cDovL3d3dy5leGFtcGxlLmNvbS9mb28v", "Z9uYAu73YHioRScZDxnP-TnS274="),
    ],
)
def test_the_signature_is_googles(prefix: str, encoded: str, signature: str) -> None:
    """Google's published vectors, to the letter."""
    policy = f"URLPrefix={encoded}:Expires=1549751401:KeyName=my-key"
    assert signed_prefix(prefix, 1549751401, key_name="my-key", key=KEY) == f"{policy}:Signature={signature}"


def test_a_grant_opens_one_films_folder_for_its_life() -> None:
    """Prefix and end are the grant's; the text for players without cookies is the one that the API checks itself."""
    texts = HomeGrants(KeyedHash(b"a secret of this installation"))
    signer = CdnCookies("https://watch.example", key_name="k", key=KEY, texts=texts)
    grant = Grant("v1", "ana", "r1", NOW + GRANT_LIFE)
    cookie = signer.cookie(grant)
    fields = dict(part.split("=", 1) for part in cookie.value.split(":"))
    assert cookie.name == "Cloud-CDN-Cookie"
    assert urlsafe_b64decode(fields["URLPrefix"]) == b"https://watch.example/media/v1/"
    assert int(fields["Expires"]) == int(grant.expires_at.timestamp())
    assert signer.read(signer.text(grant), now=NOW) == grant
    assert signer.read(signer.text(grant), now=NOW + GRANT_LIFE + timedelta(seconds=1)) is None
