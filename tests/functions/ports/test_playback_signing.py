"""Grants are read as they were written or not at all; Cloud CDN's cookie matches Google's published values."""

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.api_harness import GRANT_LIFE
from watchparty_api.identity.keys import KeyedHash
from watchparty_api.ports.playback_signing import CdnCookies, Grant, HmacGrants, signed_prefix

NOW = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)
GRANTS = HmacGrants(KeyedHash(b"a secret of this installation"))
IDS = st.text("abcXYZ019_-", min_size=1, max_size=22)


@given(IDS, IDS, st.none() | IDS)
def test_a_grant_is_read_as_it_was_written(video_id: str, person_id: str, room_id: str | None) -> None:
    """A grant can be read until it expires, and not with another secret."""
    grant = Grant(video_id, person_id, room_id, NOW + GRANT_LIFE)
    text = GRANTS.text(grant)
    assert GRANTS.read(text, now=NOW + GRANT_LIFE - timedelta(seconds=1)) == grant
    assert GRANTS.read(text, now=NOW + GRANT_LIFE) is None
    assert HmacGrants(KeyedHash(b"of another")).read(text, now=NOW) is None


@given(st.text(max_size=200))
def test_arbitrary_text_is_no_grant(text: str) -> None:
    """Arbitrary text is not a grant, and raises nothing."""
    assert GRANTS.read(text, now=NOW) is None


@given(st.integers(min_value=0), st.characters(codec="ascii"))
def test_no_letter_can_be_changed(place: int, letter: str) -> None:
    """A changed character invalidates the grant, because the signature covers all of them."""
    text = GRANTS.text(Grant("v1", "ana", "r1", NOW + GRANT_LIFE))
    place %= len(text)
    forged = text[:place] + letter + text[place + 1 :]
    assert forged == text or GRANTS.read(forged, now=NOW) is None


KEY = urlsafe_b64decode("nZtRohdNF9m3cKM24IcK4w==")


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
    """The signature matches Google's published test vectors."""
    policy = f"URLPrefix={encoded}:Expires=1549751401:KeyName=my-key"
    assert signed_prefix(prefix, 1549751401, key_name="my-key", key=KEY) == f"{policy}:Signature={signature}"


def test_a_grant_opens_one_films_folder_for_its_life() -> None:
    """The cookie has the grant's prefix and expiry; players without cookies get the text that the API checks."""
    texts = HmacGrants(KeyedHash(b"a secret of this installation"))
    signer = CdnCookies("https://watch.example", key_name="k", key=KEY, texts=texts)
    grant = Grant("v1", "ana", "r1", NOW + GRANT_LIFE)
    cookie = signer.cookie(grant)
    fields = dict(part.split("=", 1) for part in cookie.value.split(":"))
    assert cookie.name == "Cloud-CDN-Cookie"
    assert urlsafe_b64decode(fields["URLPrefix"]) == b"https://watch.example/media/v1/"
    assert int(fields["Expires"]) == int(grant.expires_at.timestamp())
    assert signer.read(signer.text(grant), now=NOW) == grant
    assert signer.read(signer.text(grant), now=NOW + GRANT_LIFE + timedelta(seconds=1)) is None
