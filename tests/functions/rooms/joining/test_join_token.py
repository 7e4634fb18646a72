"""The claims of a join token."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fakes.api_harness import ApiHarness
from fakes.party import party
from watchparty_api.records import Member, Room, Snapshot, Video
from watchparty_api.rooms.joining.join_token import join_claims
from watchparty_relay.protocol.values import Media
from watchparty_relay.session.join_token import TokenVerifier

NOW = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)
BASE: dict[str, Any] = {"workspace_id": "w", "created_at": NOW}
VIDEO = Video(
    **BASE, id="v", owner_id="a", title="T", updated_at=NOW, playable=True, duration_s=5400.0, playable_s=60.0
)


def room(**facts: Any) -> Room:
    defaults: dict[str, Any] = {"name": "C", "owner_id": "a", "link_id": "r", "video_id": "v", "media_rev": 3}
    return Room(**BASE, id="r", last_active_at=NOW, **defaults | facts)


def member(**facts: Any) -> Member:
    return Member(**BASE, id="r.p", room_id="r", participant_id="p", display_name="Ana", last_seen_at=NOW, **facts)


def snapshot(mrev: int = 3) -> Snapshot:
    state = {"mode": "playing", "pos_s": 61.5, "rate": 1.25, "mrev": mrev}
    return Snapshot(**BASE, id="r", epoch=7, rev=9, at=NOW, people_at=NOW, state=state)


def test_it_contains_everything_the_relay_needs() -> None:
    """Membership, settings, film and last known position, each with its counter."""
    claims = join_claims(room(), member(mver=4, account_id="a", muted=True), VIDEO, snapshot())
    assert claims == {
        "sub": "p",
        "room": "r",
        "role": "viewer",
        "mver": 4,
        "name": "Ana",
        "acct": True,
        "muted": True,
        "set": {
            "rev": 1,
            "control": "moderators",
            "chat": True,
            "wait": {"policy": "quorum", "max_s": 8.0},
            "slow_s": 0,
            "capacity": 50,
        },
        "media": {"video_id": "v", "mrev": 3, "duration_s": 5400.0, "playable_s": 60.0},
        "seed": {"epoch": 7, "rev": 9, "pos_s": 61.5, "rate": 1.25},
    }


def test_the_relay_reads_the_token_of_a_response(api: ApiHarness) -> None:
    """Signed here and verified there with public keys only: the same person, room, settings and role."""
    here = party(api, control="everyone")
    guest = here.guest("Max")
    verifier = TokenVerifier(api.services.tokens.jwks)
    read = verifier.join(str(guest.join_token), now_s=api.clock().timestamp())
    assert (read.sub, read.room, read.role.value, read.name) == (guest.participant_id, here.id, "viewer", "Max")
    assert (read.set.control.value, read.media) == ("everyone", Media(video_id=None, mrev=1))
    here.host.ask("PATCH", here.path(), {"access": "knock"})
    waiting = verifier.join(str(here.guest("Eva").join_token), now_s=api.clock().timestamp())
    assert waiting.role.value == "waiting"
    assert waiting.req


def test_a_waiting_persons_token_has_neither_film_nor_position() -> None:
    """It contains only that they wait, and their request."""
    claims = join_claims(room(), member(state="waiting", request_id="q1"), VIDEO, snapshot())
    assert (claims["role"], claims["req"]) == ("waiting", "q1")
    assert not {"media", "seed", "muted", "ctl"} & claims.keys()


def test_a_position_in_another_film_is_not_used_as_seed() -> None:
    """The new film starts where it was set to start."""
    claims = join_claims(room(media_rev=4, start_pos_s=30.0), member(), VIDEO, snapshot(mrev=3))
    assert claims["seed"] == {"epoch": 7, "rev": 9, "pos_s": 30.0, "rate": 1.0}


def test_a_film_that_is_not_playable_is_not_named_yet() -> None:
    """So that its counter is new to the relay once it is playable."""
    unready = Video(**BASE, id="v", owner_id="a", title="T", updated_at=NOW)
    assert "media" not in join_claims(room(), member(), unready, None)


def test_no_film_is_sent_with_its_counter() -> None:
    """So a relay that missed the notice learns that the film was removed."""
    claims = join_claims(room(video_id=None, media_rev=5), member(), None, None)
    assert claims["media"] == {"video_id": None, "mrev": 5}
    assert "seed" not in claims


def test_lent_control_is_an_instant_in_milliseconds() -> None:
    """Its end, or the year 9999 if it is delegated indefinitely."""
    until = NOW + timedelta(minutes=10)
    delegated = join_claims(room(), member(control_until=until), VIDEO, None)
    assert delegated["ctl"] == until.timestamp() * 1000
    assert join_claims(room(), member(controls=True), VIDEO, None)["ctl"] == 253_402_300_799_000
    assert "ctl" not in join_claims(room(), member(), VIDEO, None)
