"""Grants of our own making: read as they were written, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from watchparty_api.identity.keys import KeyedHash
from watchparty_api.ports.grants.home import HomeGrants
from watchparty_api.ports.grants.port import GRANT_LIFE, Grant

NOW = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)
GRANTS = HomeGrants(KeyedHash(b"a secret of this installation"))
IDS = st.text("abcXYZ019_-", min_size=1, max_size=22)


@given(IDS, IDS, st.none() | IDS)
def test_a_grant_is_read_as_it_was_written(video_id: str, person_id: str, room_id: str | None) -> None:
    """Until its end, and not after."""
    grant = Grant(video_id, person_id, room_id, NOW + GRANT_LIFE)
    text = GRANTS.text(grant)
    assert GRANTS.read(text, now=NOW + GRANT_LIFE - timedelta(seconds=1)) == grant
    assert GRANTS.read(text, now=NOW + GRANT_LIFE) is None
    assert HomeGrants(KeyedHash(b"of another")).read(text, now=NOW) is None


@given(st.text(max_size=200))
def test_rubbish_is_no_grant(text: str) -> None:
    """Never an error either."""
    assert GRANTS.read(text, now=NOW) is None


@given(st.integers(min_value=0), st.characters(codec="ascii"))
def test_no_letter_can_be_changed(place: int, letter: str) -> None:
    """Each is under the signature."""
    text = GRANTS.text(Grant("v1", "ana", "r1", NOW + GRANT_LIFE))
    place %= len(text)
    forged = text[:place] + letter + text[place + 1 :]
    assert forged == text or GRANTS.read(forged, now=NOW) is None
